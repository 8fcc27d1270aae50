//! What is made once for all videos: a workflow, a channel, and how the channel plays.
//!
//! Whatever is there already, by its OCID in the configuration or by its name, is taken; what is missing is made. Two
//! processes that do it at once make one of each: their requests have the same `opc-retry-token`.

use futures_util::future::BoxFuture;
use serde::Serialize;
use tokio::sync::Mutex;

use super::{
    client::{Client, Fault, model::Resource},
    names,
    settings::Settings,
    workflow,
};

/// What is made once. All of it is OCIDs, but for namespace and domain.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Plant {
    /// Object Storage's namespace.
    pub namespace: String,
    /// The workflow that jobs run.
    pub workflow: String,
    /// The channel that plays.
    pub channel: String,
    /// Its host.
    pub domain: String,
    /// How its assets are packaged.
    pub packaging: String,
    /// Which of them were not there before: `workflow`, `channel`, `cdn`, `packaging`.
    pub made: Vec<&'static str>,
}

/// What is made once, once it is known.
#[derive(Debug, Default)]
pub struct Provision(Mutex<Option<Plant>>);

impl Provision {
    /// All of it, from memory where it was asked for before.
    ///
    /// # Errors
    /// Why it is not there.
    pub async fn get(&self, client: &Client, settings: &Settings) -> Result<Plant, Fault> {
        let mut known = self.0.lock().await;
        if let Some(plant) = &*known {
            return Ok(plant.clone());
        }
        let plant = build(client, settings).await?;
        if !plant.made.is_empty() {
            tracing::info!(made = ?plant.made, "made at Oracle what was missing");
        }
        Ok(known.insert(plant).clone())
    }

    /// Something of it is not there any more: it is looked for anew.
    pub async fn forget(&self) {
        *self.0.lock().await = None;
    }
}

/// Finds or makes all of it.
///
/// # Errors
/// Why it is not there.
pub async fn build(client: &Client, settings: &Settings) -> Result<Plant, Fault> {
    let mut made = Vec::new();
    let (compartment, prefix) = (settings.compartment.as_str(), settings.prefix.as_str());
    let namespace = match &settings.namespace {
        Some(namespace) => namespace.clone(),
        None => client.namespace().await?,
    };
    let workflow = match &settings.workflow.id {
        Some(id) => id.clone(),
        None => {
            let definition = workflow::definition(settings);
            let name = definition["displayName"].as_str().unwrap_or(prefix).to_owned();
            match client.find_workflow(compartment, &name).await? {
                Some(found) => found.id,
                None => {
                    made.push("workflow");
                    make("workflow", &[compartment, &name], |token| {
                        let definition = definition.clone();
                        Box::pin(async move { client.create_workflow(definition, &token).await })
                    })
                    .await?
                    .id
                }
            }
        }
    };
    let channel = match &settings.streams.channel {
        Some(id) => client.channel(id).await?,
        None => match client.find_channel(compartment, prefix).await? {
            Some(found) => found,
            None => {
                made.push("channel");
                make("channel", &[compartment, prefix], |token| {
                    Box::pin(async move { client.create_channel(compartment, prefix, &token).await })
                })
                .await?
            }
        },
    };
    let domain = match channel.domain_name {
        Some(domain) => domain,
        // What lists channels need not tell it.
        None => client.channel(&channel.id).await?.domain_name.ok_or(Fault::Unreadable)?,
    };
    let channel = channel.id;
    let on = channel.as_str();
    if settings.streams.channel.is_none() && client.find_cdn(&channel, prefix).await?.is_none() {
        made.push("cdn");
        make("cdn", &[&channel, prefix], |token| Box::pin(async move { client.create_cdn(on, prefix, &token).await }))
            .await?;
    }
    let packaging = match &settings.streams.packaging {
        Some(id) => id.clone(),
        None => {
            let (segment, encryption) = (settings.streams.segment_length, settings.streams.encryption);
            let name = format!("{prefix}-hls-{segment}-{}", encryption.as_str().to_lowercase());
            match client.find_packaging(&channel, &name).await? {
                Some(found) => found.id,
                None => {
                    made.push("packaging");
                    let title = name.as_str();
                    make("packaging", &[&channel, &name], |token| {
                        Box::pin(async move { client.create_packaging(on, title, segment, encryption, &token).await })
                    })
                    .await?
                    .id
                }
            }
        }
    };
    Ok(Plant { namespace, workflow, channel, domain, packaging, made })
}

/// Makes something, once: the token is the same for the same thing. What has been made by it and removed within a day
/// takes another token.
async fn make<'a>(
    kind: &str,
    what: &[&str],
    create: impl Fn(String) -> BoxFuture<'a, Result<Resource, Fault>>,
) -> Result<Resource, Fault> {
    let token = names::derived(&[&[kind], what].concat());
    let other = || names::derived(&[&token, &uuid::Uuid::new_v4().to_string()]);
    match create(token.clone()).await {
        Err(Fault::Refused(said)) if said.code == "InvalidatedRetryToken" => create(other()).await,
        // Made a moment ago, and removed: the repetition tells of what is gone.
        Ok(found) if !found.is_there() => create(other()).await,
        other => other,
    }
}
