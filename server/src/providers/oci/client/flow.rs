//! Media Flow: workflows, their jobs, and the assets they make.
//!
//! <https://docs.oracle.com/iaas/api/#/en/dms/20211101/>

use reqwest::Method;
use serde_json::{Value, json};

use super::{
    call::Call,
    fault::Fault,
    model::{Job, Page, Resource},
    send::Client,
    storage::gone_is_done,
};

/// Which workflow a job runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Workflow<'a> {
    /// One of ours, by its OCID.
    Id(&'a str),
    /// One of Oracle's or ours, by its name.
    Name(&'a str),
}

impl Client {
    pub(super) fn media(&self, method: Method, path: &[&str]) -> Call {
        Call::new(method, &self.hosts.media, &[&["20211101"], path].concat())
    }

    /// The first thing of this kind and name that can be used. `within`: the query that says where to look.
    ///
    /// # Errors
    /// Why it was not told.
    pub(super) async fn find(
        &self,
        kind: &str,
        within: (&str, &str),
        display_name: &str,
    ) -> Result<Option<Resource>, Fault> {
        let mut page: Option<String> = None;
        // The service filters by name; a few pages are for services that do not.
        for _ in 0..20 {
            let mut call =
                self.media(Method::GET, &[kind]).query(within.0, within.1).query("displayName", display_name);
            if let Some(page) = &page {
                call = call.query("page", page);
            }
            let answer = self.send(&call).await?;
            let found: Page<Resource> = answer.json()?;
            let meant = |found: &Resource| found.display_name.as_deref() == Some(display_name) && found.is_there();
            if let Some(found) = found.items.into_iter().find(meant) {
                return Ok(Some(found));
            }
            page = answer.header("opc-next-page").map(str::to_owned);
            if page.is_none() {
                break;
            }
        }
        Ok(None)
    }

    /// The workflow of this name.
    ///
    /// # Errors
    /// Why it was not told.
    pub async fn find_workflow(&self, compartment: &str, name: &str) -> Result<Option<Resource>, Fault> {
        self.find("mediaWorkflows", ("compartmentId", compartment), name).await
    }

    /// Makes a workflow.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn create_workflow(&self, workflow: Value, retry_token: &str) -> Result<Resource, Fault> {
        self.send(&self.media(Method::POST, &["mediaWorkflows"]).json(workflow).once(retry_token)).await?.json()
    }

    /// Starts a job.
    ///
    /// # Errors
    /// Why it does not run.
    pub async fn create_job(
        &self,
        workflow: &Workflow<'_>,
        compartment: &str,
        name: &str,
        parameters: Value,
        retry_token: &str,
    ) -> Result<Job, Fault> {
        let mut body = json!({"compartmentId": compartment, "displayName": name, "parameters": parameters});
        let (kind, key, value) = match workflow {
            Workflow::Id(id) => ("ID", "mediaWorkflowId", id),
            Workflow::Name(name) => ("NAME", "mediaWorkflowName", name),
        };
        body["workflowIdentifierType"] = kind.into();
        body[key] = (*value).into();
        self.send(&self.media(Method::POST, &["mediaWorkflowJobs"]).json(body).once(retry_token)).await?.json()
    }

    /// How a job stands.
    ///
    /// # Errors
    /// Why it was not told.
    pub async fn job(&self, id: &str) -> Result<Job, Fault> {
        self.send(&self.media(Method::GET, &["mediaWorkflowJobs", id])).await?.json()
    }

    /// The jobs of this name, newest first.
    ///
    /// # Errors
    /// Why they were not told.
    pub async fn jobs(&self, compartment: &str, name: &str) -> Result<Vec<Job>, Fault> {
        let call = self
            .media(Method::GET, &["mediaWorkflowJobs"])
            .query("compartmentId", compartment)
            .query("displayName", name)
            .query("sortBy", "timeCreated")
            .query("sortOrder", "DESC");
        Ok(self.send(&call).await?.json::<Page<Job>>()?.items)
    }

    /// Ends a job. One that is over, or not there, is no error.
    ///
    /// # Errors
    /// Why it still runs.
    pub async fn cancel_job(&self, id: &str) -> Result<(), Fault> {
        match self.send(&self.media(Method::DELETE, &["mediaWorkflowJobs", id]).impatient()).await {
            // It is over already.
            Err(Fault::Refused(said)) if said.status == 409 => Ok(()),
            other => gone_is_done(other),
        }
    }

    /// Makes an asset of a playlist that lies in a bucket.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn create_asset(&self, asset: Value, retry_token: &str) -> Result<Resource, Fault> {
        self.send(&self.media(Method::POST, &["mediaAssets"]).json(asset).once(retry_token)).await?.json()
    }

    /// What is known of an asset.
    ///
    /// # Errors
    /// Why it was not told.
    pub async fn asset(&self, id: &str) -> Result<Resource, Fault> {
        self.send(&self.media(Method::GET, &["mediaAssets", id])).await?.json()
    }

    /// Removes an asset. None there is no error. Its objects stay.
    ///
    /// # Errors
    /// Why it is still there.
    pub async fn delete_asset(&self, id: &str) -> Result<(), Fault> {
        gone_is_done(self.send(&self.media(Method::DELETE, &["mediaAssets", id])).await)
    }

    /// Takes an asset off a channel. One that is not on it is no error.
    ///
    /// # Errors
    /// Why it is still on it.
    pub async fn detach(&self, asset: &str, channel: &str) -> Result<(), Fault> {
        let path = ["mediaAssets", asset, "distributionChannelAttachments", channel];
        gone_is_done(self.send(&self.media(Method::DELETE, &path)).await)
    }
}
