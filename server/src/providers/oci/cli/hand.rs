//! What the commands do.

use serde_json::{Value, json};

use super::{
    command::{Playlist, Wait},
    follow::{End, follow},
    outcome::OciError,
};
use crate::providers::oci::{
    client::{
        Client,
        flow::Workflow,
        model::{Job, JobState},
        storage::Bucket,
    },
    job::{Verdict, judge, master, why},
    names, provision,
    settings::Settings,
    workflow,
};

/// A failed job that was made this long before the command, in milliseconds, is an earlier command's. Clocks may differ:
/// Oracle refuses whoever is five minutes off, and nobody notices a minute.
const EARLIER: u64 = 60_000;
/// Times that a job is made anew because the one before has failed.
const ANEW: u32 = 20;

/// A provider's settings, with a client at hand.
pub(super) struct Hand {
    pub settings: Settings,
    pub client: Client,
}

/// What is told of the progress.
type Show<'a> = &'a mut (dyn FnMut(&str) + Send);

impl Hand {
    /// `build`.
    pub async fn build(&self) -> Result<Value, OciError> {
        Ok(json!(provision::build(&self.client, &self.settings).await?))
    }

    /// `run`.
    pub async fn process(
        &self,
        object: &str,
        name: Option<&str>,
        workflow: Option<&str>,
        wait: Wait,
        show: Show<'_>,
    ) -> Result<Value, OciError> {
        let plain = |name: &&str| {
            !name.is_empty()
                && name.len() <= 64
                && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b))
        };
        let name = match name {
            Some(name) => Some(name).filter(plain).map(str::to_owned).ok_or_else(|| {
                OciError::Config("--name has letters, digits, \"-\" and \"_\", up to 64 of them.".to_owned())
            })?,
            None => uuid::Uuid::new_v4().simple().to_string(),
        };
        let plant = provision::build(&self.client, &self.settings).await?;
        let bucket = Bucket { namespace: &plant.namespace, name: &self.settings.bucket };
        if self.client.head(bucket, object).await?.is_none() {
            return Err(OciError::Config(format!(
                "There is no object \"{object}\" in the bucket \"{}\". Upload it there, or give its whole name with --object.",
                bucket.name
            )));
        }
        let parameters = workflow::parameters(&self.settings, &plant.namespace, object, &name);
        let chosen = workflow.map_or(Workflow::Id(&plant.workflow), Workflow::Name);
        let compartment = &self.settings.compartment;
        let token = names::derived(&["run", workflow.unwrap_or(&plant.workflow), &parameters.to_string()]);
        let begin = async |token: &str| {
            let job = self.client.create_job(&chosen, compartment, &name, parameters.clone(), token).await?;
            Ok::<_, OciError>(job.id)
        };
        let job = self.begin(token, begin).await?;
        let playlist = names::master(&self.settings.prefix, &name);
        if wait.no_wait {
            return Ok(json!({"job": job, "name": name, "state": null, "asset": null, "playlist": playlist}));
        }
        let again = format!("reelway oci run --object {object} --name {name}");
        let job = self.wait(&job, wait, &again, show).await?;
        if let Verdict::Failed(why) = judge(&job) {
            return Err(OciError::Job { job: job.id, why });
        }
        let asset = master(&job, &playlist);
        Ok(json!({"job": job.id, "name": name, "state": "SUCCEEDED", "asset": asset, "playlist": playlist}))
    }

    /// `ingest`.
    pub async fn ingest(&self, playlist: &Playlist, wait: Wait, show: Show<'_>) -> Result<Value, OciError> {
        let plant = provision::build(&self.client, &self.settings).await?;
        let compartment = &self.settings.compartment;
        let (asset, again) = match (&playlist.asset, &playlist.object) {
            (Some(asset), _) => (asset.clone(), format!("--asset {asset}")),
            (None, Some(object)) => {
                let bucket = self.settings.output_bucket();
                let asset = json!({"type": "PLAYLIST", "compartmentId": compartment, "namespaceName": plant.namespace,
                    "bucketName": bucket, "objectName": object});
                let made = self.client.create_asset(asset, &names::derived(&["asset", bucket, object])).await?;
                (made.id, format!("--object {object}"))
            }
            (None, None) => return Err(OciError::Config("Give --asset or --object.".to_owned())),
        };
        let token = names::derived(&["ingest", &plant.channel, &asset]);
        let begin = async |token: &str| {
            Ok::<_, OciError>(self.client.ingest(&plant.channel, &asset, compartment, token).await?)
        };
        let job = self.begin(token, begin).await?;
        let result =
            |state: Option<&str>| json!({"job": job, "asset": asset, "channel": plant.channel, "state": state});
        if wait.no_wait {
            return Ok(result(None));
        }
        let done = self.wait(&job, wait, &format!("reelway oci ingest {again}"), show).await?;
        match done.lifecycle_state {
            JobState::Succeeded => Ok(result(Some("SUCCEEDED"))),
            _ => Err(OciError::Job { why: why(&done), job: done.id }),
        }
    }

    /// `session`.
    pub async fn session(&self, asset: &str, life: Option<u64>) -> Result<Value, OciError> {
        // Oracle makes tokens for what is not there, too.
        if !self.client.asset(asset).await?.is_there() {
            return Err(OciError::Config(format!(
                "The asset {asset} has been deleted. Give another one with --asset."
            )));
        }
        let plant = provision::build(&self.client, &self.settings).await?;
        let life = life.unwrap_or(self.settings.streams.token_lifetime);
        let expires_at = (self.client.clock().now() / 1000 + life) * 1000;
        let expires = names::rfc3339(expires_at);
        let token = self.client.session_token(&plant.domain, &plant.packaging, asset, &expires).await?;
        let url = self.client.playlist_url(&plant.domain, &plant.packaging, asset, &token)?;
        Ok(json!({"url": url, "expires_at": expires_at}))
    }

    /// Begins a job, or finds the one that the same command has begun within a day. One that has failed since is of no
    /// use to anybody: another is begun.
    async fn begin(
        &self,
        mut token: String,
        begin: impl AsyncFn(&str) -> Result<String, OciError>,
    ) -> Result<String, OciError> {
        let now = self.client.clock().now();
        let mut id = begin(&token).await?;
        for _ in 0..ANEW {
            // What can't be asked for now is asked for while it is waited for.
            let Ok(job) = self.client.job(&id).await else { break };
            let made = job.time_created.as_deref().and_then(names::read_rfc3339);
            let is_earlier = made.is_some_and(|made| made.saturating_add(EARLIER) < now);
            let has_failed = job.lifecycle_state.is_final() && job.lifecycle_state != JobState::Succeeded;
            if !is_earlier || !has_failed {
                break;
            }
            token = names::derived(&[&token, &id]);
            id = begin(&token).await?;
        }
        Ok(id)
    }

    async fn wait(&self, job: &str, wait: Wait, again: &str, show: Show<'_>) -> Result<Job, OciError> {
        match follow(&self.client, job, wait.timeout.saturating_mul(1000), show).await? {
            End::Over(job) => Ok(*job),
            End::Late => Err(OciError::Late { job: job.to_owned(), again: again.to_owned() }),
        }
    }
}
