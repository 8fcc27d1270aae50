//! `reelway oci`: what the provider does, by hand and in scripts.
//!
//! - [`follow`]: waits for a job, and shows how far it is.
//!
//! The result goes to standard output, alone: ids line by line, or one JSON object with `--json`. Progress goes to
//! standard error. The exit code is 0 where all is done, 1 where something is wrong with the configuration or Oracle
//! refuses, 2 for a wrong command line, 3 where a job ended without success, 4 where it did not end in time.

pub mod follow;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use self::follow::{End, follow};
use super::{
    client::{Client, Fault, flow::Workflow, model::Job, storage::Bucket},
    job::{Verdict, judge, master, why},
    names, provision,
    settings::Settings,
    setup::{client, setup},
    workflow,
};
use crate::{
    clock::Clock,
    config::{Config, ProviderKind},
    secrets::Secrets,
};

/// What to do at Oracle.
#[derive(Clone, Debug, Subcommand)]
pub enum OciCommand {
    /// Makes what is missing of workflow, channel, CDN and packaging, and tells their OCIDs. Again changes nothing.
    Build {
        /// What all of them take.
        #[command(flatten)]
        common: OciCommon,
    },
    /// Runs the workflow on an object of the bucket, and waits for its end.
    Run {
        /// What all of them take.
        #[command(flatten)]
        common: OciCommon,
        /// How long to wait.
        #[command(flatten)]
        wait: Wait,
        /// The object's name in the provider's bucket.
        #[arg(long)]
        object: String,
        /// What the results are called: letters, digits, "-" and "_" [default: a new name].
        #[arg(long)]
        name: Option<String>,
        /// Runs the workflow of this name instead of the provider's own.
        #[arg(long, value_name = "NAME")]
        workflow: Option<String>,
    },
    /// Puts a master playlist onto the channel, and waits until it plays.
    Ingest {
        /// What all of them take.
        #[command(flatten)]
        common: OciCommon,
        /// How long to wait.
        #[command(flatten)]
        wait: Wait,
        /// What to put there.
        #[command(flatten)]
        playlist: Playlist,
    },
    /// Makes a URL that plays an asset for a while. It is a secret.
    Session {
        /// What all of them take.
        #[command(flatten)]
        common: OciCommon,
        /// The OCID of the master playlist's media asset.
        #[arg(long, value_name = "OCID")]
        asset: String,
        /// Seconds that it plays: 600 to 86400 [default: streams.token_lifetime].
        #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(600..=86_400))]
        life: Option<u64>,
    },
}

/// What all of them take.
#[derive(Clone, Debug, Args)]
pub struct OciCommon {
    /// The provider's name in the configuration [default: the one of kind "oci"].
    #[arg(long, value_name = "NAME")]
    pub provider: Option<String>,
    /// Tells the result as one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// How long to wait.
#[derive(Clone, Copy, Debug, Args)]
pub struct Wait {
    /// Does not wait: tells the job's OCID.
    #[arg(long)]
    pub no_wait: bool,
    /// Seconds to wait at most.
    #[arg(long, value_name = "SECONDS", default_value_t = 6 * 3600)]
    pub timeout: u64,
}

/// A master playlist: as an asset, or where it lies.
#[derive(Clone, Debug, Args)]
#[group(required = true, multiple = false)]
pub struct Playlist {
    /// The OCID of its media asset.
    #[arg(long, value_name = "OCID")]
    pub asset: Option<String>,
    /// Its object in the provider's output bucket. An asset is made of it.
    #[arg(long)]
    pub object: Option<String>,
}

/// Why it is not done.
#[derive(Debug, thiserror::Error)]
pub enum OciError {
    /// The configuration is not enough.
    #[error("{0}")]
    Config(String),
    /// Oracle has not done it.
    #[error("Oracle: {0}")]
    Fault(#[from] Fault),
    /// A job ended without success.
    #[error("{why} (job {job})")]
    Job {
        /// Its OCID.
        job: String,
        /// In Oracle's words.
        why: String,
    },
    /// A job did not end in time. It goes on.
    #[error("the job {job} has not ended in time; it goes on")]
    Late {
        /// Its OCID.
        job: String,
    },
}

impl OciError {
    /// The process' exit code.
    pub const fn exit_code(&self) -> u8 {
        match self {
            Self::Config(_) | Self::Fault(_) => 1,
            Self::Job { .. } => 3,
            Self::Late { .. } => 4,
        }
    }

    /// The same in one word, for scripts.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Config(_) => "config",
            Self::Fault(_) => "refused",
            Self::Job { .. } => "job_failed",
            Self::Late { .. } => "timeout",
        }
    }
}

impl OciCommand {
    /// What all of them take.
    pub const fn common(&self) -> &OciCommon {
        match self {
            Self::Build { common } | Self::Run { common, .. } => common,
            Self::Ingest { common, .. } | Self::Session { common, .. } => common,
        }
    }

    /// Does it. `show` is told how far it is. The result is what `--json` prints.
    ///
    /// # Errors
    /// Why it is not done.
    pub async fn run(
        &self,
        config: &Config,
        secrets: &Secrets,
        clock: Clock,
        show: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Value, OciError> {
        let settings = |problems: Vec<String>| OciError::Config(problems.join("\n"));
        let provider = chosen(config, self.common().provider.as_deref())?;
        let setup = setup(provider, secrets).map_err(settings)?;
        let client = client(&setup.settings, setup.principal, clock).map_err(OciError::Config)?;
        let hand = Hand { settings: setup.settings, client };
        match self {
            Self::Build { .. } => Ok(json!(provision::build(&hand.client, &hand.settings).await?)),
            Self::Run { object, name, workflow, wait, .. } => {
                hand.process(object, name.as_deref(), workflow.as_deref(), *wait, show).await
            }
            Self::Ingest { playlist, wait, .. } => hand.ingest(playlist, *wait, show).await,
            Self::Session { asset, life, .. } => hand.session(asset, *life).await,
        }
    }
}

fn chosen<'a>(config: &'a Config, name: Option<&str>) -> Result<&'a crate::config::ProviderConfig, OciError> {
    let mut fitting = config
        .providers
        .iter()
        .filter(|(known, provider)| provider.kind == ProviderKind::Oci && name.is_none_or(|name| *known == name));
    match (fitting.next(), fitting.next()) {
        (Some((_, provider)), None) => Ok(provider),
        (None, _) => Err(OciError::Config(
            "The configuration has no such provider of kind \"oci\". Give a file with --config, and --provider.".into(),
        )),
        _ => Err(OciError::Config("Several providers are of kind \"oci\": choose one with --provider.".into())),
    }
}

/// A provider's settings, with a client at hand.
struct Hand {
    settings: Settings,
    client: Client,
}

impl Hand {
    async fn process(
        &self,
        object: &str,
        name: Option<&str>,
        workflow: Option<&str>,
        wait: Wait,
        show: &mut (dyn FnMut(&str) + Send),
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
                "There is no object \"{object}\" in the bucket \"{}\".",
                bucket.name
            )));
        }
        let parameters = workflow::parameters(&self.settings, &plant.namespace, object, &name);
        let chosen = workflow.map_or(Workflow::Id(&plant.workflow), Workflow::Name);
        // The same command twice within a day follows the same job.
        let which = workflow.unwrap_or(&plant.workflow);
        let token = names::derived(&["run", which, object, &name]);
        let job = self.client.create_job(&chosen, &self.settings.compartment, &name, parameters, &token).await?;
        let mut result = json!({"job": job.id, "name": name});
        if wait.no_wait {
            return Ok(result);
        }
        let job = self.wait(&job.id, wait, show).await?;
        if let Verdict::Failed(why) = judge(&job) {
            return Err(OciError::Job { job: job.id, why });
        }
        let playlist = names::master(&self.settings.prefix, &name);
        result["asset"] = json!(master(&job, &playlist));
        result["playlist"] = json!(playlist);
        result["state"] = json!("SUCCEEDED");
        Ok(result)
    }

    async fn ingest(
        &self,
        playlist: &Playlist,
        wait: Wait,
        show: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Value, OciError> {
        let plant = provision::build(&self.client, &self.settings).await?;
        let compartment = &self.settings.compartment;
        let asset = match (&playlist.asset, &playlist.object) {
            (Some(asset), _) => asset.clone(),
            (None, Some(object)) => {
                let bucket = self.settings.output_bucket();
                let asset = json!({"type": "PLAYLIST", "compartmentId": compartment, "namespaceName": plant.namespace,
                    "bucketName": bucket, "objectName": object});
                self.client.create_asset(asset, &names::derived(&["asset", bucket, object])).await?.id
            }
            (None, None) => return Err(OciError::Config("Give --asset or --object.".to_owned())),
        };
        let token = names::derived(&["ingest", &plant.channel, &asset]);
        let job = self.client.ingest(&plant.channel, &asset, compartment, &token).await?;
        let result = json!({"job": job, "asset": asset, "channel": plant.channel});
        if wait.no_wait {
            return Ok(result);
        }
        let job = self.wait(&job, wait, show).await?;
        match job.lifecycle_state {
            super::client::model::JobState::Succeeded => Ok(result),
            _ => Err(OciError::Job { why: why(&job), job: job.id }),
        }
    }

    async fn session(&self, asset: &str, life: Option<u64>) -> Result<Value, OciError> {
        let plant = provision::build(&self.client, &self.settings).await?;
        let life = life.unwrap_or(self.settings.streams.token_lifetime);
        let expires_at = (self.client.clock().now() / 1000 + life) * 1000;
        let expires = names::rfc3339(expires_at);
        let token = self.client.session_token(&plant.domain, &plant.packaging, asset, &expires).await?;
        let url = self.client.playlist_url(&plant.domain, &plant.packaging, asset, &token)?;
        Ok(json!({"url": url, "expires_at": expires_at}))
    }

    async fn wait(&self, job: &str, wait: Wait, show: &mut (dyn FnMut(&str) + Send)) -> Result<Job, OciError> {
        match follow(&self.client, job, wait.timeout.saturating_mul(1000), show).await? {
            End::Over(job) => Ok(*job),
            End::Late => Err(OciError::Late { job: job.to_owned() }),
        }
    }
}

/// The result as lines: `name value`, a list with commas.
pub fn lines(result: &Value) -> String {
    let text = |value: &Value| match value {
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(","),
        Value::Null => "-".to_owned(),
        other => other.to_string(),
    };
    let Some(fields) = result.as_object() else { return text(result) };
    fields.iter().map(|(name, value)| format!("{name} {}", text(value))).collect::<Vec<_>>().join("\n")
}

/// An error for scripts: `{"error":{"code","message"}}`.
pub fn error_json(error: &OciError) -> Value {
    json!({"error": {"code": error.code(), "message": error.to_string()}})
}
