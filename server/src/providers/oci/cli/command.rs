//! The command line.

use clap::{Args, Subcommand};
use serde_json::Value;

use super::{hand::Hand, outcome::OciError};
use crate::{
    clock::Clock,
    config::{Config, ProviderConfig, ProviderKind},
    providers::oci::setup::{client, setup},
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
            Self::Build { .. } => hand.build().await,
            Self::Run { object, name, workflow, wait, .. } => {
                hand.process(object, name.as_deref(), workflow.as_deref(), *wait, show).await
            }
            Self::Ingest { playlist, wait, .. } => hand.ingest(playlist, *wait, show).await,
            Self::Session { asset, life, .. } => hand.session(asset, *life).await,
        }
    }
}

fn chosen<'a>(config: &'a Config, name: Option<&str>) -> Result<&'a ProviderConfig, OciError> {
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
