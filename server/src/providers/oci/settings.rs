//! What `reelway.toml` says of a provider of kind `oci`. Secrets stand nowhere in it: it names the environment
//! variables that hold them.

use reqwest::Url;
use schemars::JsonSchema;
use serde::Deserialize;

use super::instance::METADATA;
use crate::providers::http::check::is_loopback;

/// All that can be said.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The service's name, for people. Default `Oracle`.
    #[serde(default = "label")]
    pub label: String,
    /// `us-phoenix-1`, say.
    pub region: String,
    /// The realm's second-level domain. Default `oraclecloud.com`; other realms have others.
    #[serde(default = "realm")]
    pub realm: String,
    /// The OCID of the compartment that everything is made in.
    pub compartment: String,
    /// Object Storage's namespace. Default: it is asked for.
    #[serde(default)]
    pub namespace: Option<String>,
    /// The bucket that files are uploaded to.
    pub bucket: String,
    /// The bucket that renditions and pictures go to. Default: the same.
    #[serde(default)]
    pub output_bucket: Option<String>,
    /// What all names begin with, of objects and of what is made in the compartment. Default `reelway`.
    #[serde(default = "prefix")]
    pub prefix: String,
    /// Who signs requests.
    pub auth: Auth,
    /// Other addresses than the region's.
    #[serde(default)]
    pub hosts: HostSettings,
    /// How files are received.
    #[serde(default)]
    pub upload: Upload,
    /// How videos are processed.
    #[serde(default)]
    pub workflow: WorkflowSettings,
    /// How videos are played.
    #[serde(default)]
    pub streams: Streams,
    /// Oracle's notifications. Default: none; jobs are asked for.
    #[serde(default)]
    pub notifications: Option<Notifications>,
    /// How long things may take.
    #[serde(default)]
    pub limits: Limits,
}

fn label() -> String {
    "Oracle".to_owned()
}

fn realm() -> String {
    "oraclecloud.com".to_owned()
}

fn prefix() -> String {
    "reelway".to_owned()
}

/// Who signs requests.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, tag = "kind", rename_all = "snake_case")]
pub enum Auth {
    /// A user's API key.
    ApiKey {
        /// The tenancy's OCID.
        tenancy: String,
        /// The user's OCID.
        user: String,
        /// The variable that holds the private key, in PEM.
        #[serde(default = "private_key_env")]
        private_key_env: String,
        /// The variable that holds the key's passphrase. Default: it has none.
        #[serde(default)]
        passphrase_env: Option<String>,
    },
    /// A session token, as `oci session authenticate` makes it. It lasts for an hour.
    SessionToken {
        /// The variable that holds the token.
        token_env: String,
        /// The variable that holds the private key it is for, in PEM.
        #[serde(default = "private_key_env")]
        private_key_env: String,
        /// The variable that holds the key's passphrase. Default: it has none.
        #[serde(default)]
        passphrase_env: Option<String>,
    },
    /// The compute instance that the server runs on.
    InstancePrincipal {},
}

fn private_key_env() -> String {
    "VIDEO_PRIVATE_KEY".to_owned()
}

/// Other addresses than the region's.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HostSettings {
    /// Default `https://mediaservices.REGION.oci.REALM`.
    pub media: Option<String>,
    /// Default `https://objectstorage.REGION.REALM`.
    pub object_storage: Option<String>,
    /// Default `https://` and the channel's domain.
    pub streams: Option<String>,
    /// Default `https://auth.REGION.REALM`.
    pub federation: Option<String>,
    /// Default `http://169.254.169.254/opc/v2`.
    pub metadata: Option<String>,
}

/// How files are received.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Upload {
    /// Seconds that an upload's URL works. Default 86 400 (24 h).
    pub lifetime: u64,
    /// Bytes: no part but the last is smaller. Default 10 485 760 (10 MiB).
    pub min_chunk: u64,
    /// Bytes: no part is larger. Default 134 217 728 (128 MiB).
    pub max_chunk: u64,
    /// How many parts are sent at once. Default 4.
    pub parallel: u32,
    /// Whether the uploaded file is removed once its video plays. Default false.
    pub discard_original: bool,
}

impl Default for Upload {
    fn default() -> Self {
        Self { lifetime: 86_400, min_chunk: 10 << 20, max_chunk: 128 << 20, parallel: 4, discard_original: false }
    }
}

/// How videos are processed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct WorkflowSettings {
    /// The OCID of a workflow of one's own, which takes the parameters of Reelway's. Default: one is made.
    pub id: Option<String>,
    /// Heights of the renditions, in pixels, largest first. Default 1080, 720, 360.
    #[schemars(length(min = 1), inner(range(min = 144, max = 2160)))]
    pub ladder: Vec<u32>,
    /// Seconds of a segment. Default 6.
    #[schemars(range(min = 1, max = 60))]
    pub segment_length: u32,
    /// Width of the pictures that a poster is chosen from, in pixels. Default 1280.
    pub picture_width: u32,
    /// Makes captions: the language that is spoken, `en`, say. Default: none. Its failure never loses a video.
    pub transcribe: Option<String>,
    /// Looks for things in the picture. What it finds lies in the output bucket. Default false. Its failure never
    /// loses a video.
    pub vision_detection: bool,
}

impl Default for WorkflowSettings {
    fn default() -> Self {
        Self {
            id: None,
            ladder: vec![1080, 720, 360],
            segment_length: 6,
            picture_width: 1280,
            transcribe: None,
            vision_detection: false,
        }
    }
}

/// How videos are played.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Streams {
    /// The OCID of a distribution channel of one's own. Default: one is made.
    pub channel: Option<String>,
    /// The OCID of a packaging configuration of one's own. Default: one is made.
    pub packaging: Option<String>,
    /// Seconds of a segment. Default 6.
    #[schemars(range(min = 1, max = 60))]
    pub segment_length: u32,
    /// Whether segments are encrypted. Default `NONE`.
    pub encryption: Encryption,
    /// Seconds that the URL of a video plays: 600 to 86 400. Default 3600.
    #[schemars(range(min = 600, max = 86_400))]
    pub token_lifetime: u64,
}

impl Default for Streams {
    fn default() -> Self {
        Self { channel: None, packaging: None, segment_length: 6, encryption: Encryption::None, token_lifetime: 3600 }
    }
}

/// Whether segments are encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema, clap::ValueEnum)]
pub enum Encryption {
    /// They are not.
    #[default]
    #[serde(rename = "NONE")]
    #[value(name = "NONE")]
    None,
    /// AES-128, with a key that Oracle manages.
    #[serde(rename = "AES128")]
    #[value(name = "AES128")]
    Aes128,
}

impl Encryption {
    /// Oracle's word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "NONE",
            Self::Aes128 => "AES128",
        }
    }
}

/// Oracle's notifications.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Notifications {
    /// The variable that holds `user:password`, as they stand in the subscription's URL. Oracle documents no signature
    /// that could be checked instead.
    pub credentials_env: String,
    /// The domain that a subscription is confirmed at. Default: the realm.
    #[serde(default)]
    pub domain: Option<String>,
    /// For tests: a subscription may be confirmed at a loopback address, by plain http. Default false.
    #[serde(default)]
    pub allow_loopback: bool,
}

/// How long things may take.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Seconds that an attempt may take. Default 20.
    pub timeout: f64,
    /// Attempts after the first. Default 4.
    pub retries: u32,
    /// Seconds: no pause between attempts is longer. Default 10.
    pub patience: f64,
    /// Seconds that a video may be processed for. Default 86 400 (24 h).
    pub processing: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { timeout: 20.0, retries: 4, patience: 10.0, processing: 86_400 }
    }
}

/// Where the services are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hosts {
    /// Media Flow and Media Streams' configuration.
    pub media: String,
    /// Object Storage.
    pub object_storage: String,
    /// Media Streams, where it is not at the channel's domain.
    pub streams: Option<String>,
    /// Tokens for instances.
    pub federation: String,
    /// The metadata service.
    pub metadata: String,
}

impl Hosts {
    /// Whether they are this machine's: then no proxy stands between.
    pub fn are_loopback(&self) -> bool {
        Url::parse(&self.media).is_ok_and(|url| is_loopback(&url))
    }
}

impl Settings {
    /// Reads them.
    ///
    /// # Errors
    /// What can't be read.
    pub fn read(settings: &toml::Table) -> Result<Self, Vec<String>> {
        Self::deserialize(settings.clone()).map_err(|error| vec![error.to_string().trim().to_owned()])
    }

    /// The bucket that renditions go to.
    pub fn output_bucket(&self) -> &str {
        self.output_bucket.as_deref().unwrap_or(&self.bucket)
    }

    /// Where the services are.
    pub fn hosts(&self) -> Hosts {
        let Self { region, realm, hosts, .. } = self;
        let or = |own: &Option<String>, other: String| own.clone().unwrap_or(other);
        Hosts {
            media: or(&hosts.media, format!("https://mediaservices.{region}.oci.{realm}")),
            object_storage: or(&hosts.object_storage, format!("https://objectstorage.{region}.{realm}")),
            streams: hosts.streams.clone(),
            federation: or(&hosts.federation, format!("https://auth.{region}.{realm}")),
            metadata: or(&hosts.metadata, METADATA.to_owned()),
        }
    }
}
