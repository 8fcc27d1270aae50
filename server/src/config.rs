//! Configuration: a TOML file, overlaid by the environment, overlaid by flags.
//!
//! Every key can be given as an environment variable: `REELWAY_` and the key in capitals, with two underscores
//! between a table and its key (`REELWAY_LIMITS__MAX_FILE_SIZE=1000000`). A value is read as TOML where it is a
//! number, a boolean, a list or a table, and as text otherwise. A key that does not exist is an error, so that a
//! slip of the pen never turns a limit off; only a variable that names no table and no key at the top may be somebody
//! else's, and is passed over with a word in the log. Secrets stand nowhere in the configuration: it names the
//! environment variables that hold them.

use std::{
    collections::BTreeMap,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use schemars::JsonSchema;
use serde::Deserialize;

mod access;
mod playback;
mod provider;

pub(crate) use access::check_source;
pub use access::{Auth, TicketAlgorithm, TicketKey, TicketsConfig};
pub use playback::{Encryption, PlaybackConfig, Policy};
pub use provider::{ProviderConfig, ProviderKind, schema};

/// All that can be configured.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Where the server listens. Default `127.0.0.1:8787`. Port 0 takes any free port.
    pub bind: SocketAddr,
    /// The folder that holds the database, uploads in progress, originals and published media.
    /// Default `.reelway-data`.
    pub data_dir: PathBuf,
    /// What this process does. Default `all`.
    pub role: Role,
    /// Who may call. Default `none`.
    pub auth: Auth,
    /// How tickets are checked, with `auth = "ticket"`.
    pub tickets: TicketsConfig,
    /// The address that people's browsers see, where it is not `bind`'s (behind a proxy):
    /// `https://video.example`, without a path. Default: none.
    pub public_url: Option<String>,
    /// Origins of other pages whose scripts may call (CORS), such as `https://app.example`. Default: none.
    pub cors_origins: Vec<String>,
    /// Hosts besides this server that the page it serves may talk to: upload to, fetch streams and pictures from. What
    /// its Content-Security-Policy allows: `https://storage.example`, `https://*.video.example`. Default: none.
    pub page_sources: Vec<String>,
    /// The provider, one of `providers`, that new videos go to. Default `local`.
    pub provider: String,
    /// The providers by name. Default: one named `local`, of kind `local`.
    pub providers: BTreeMap<String, ProviderConfig>,
    /// What is too much.
    pub limits: Limits,
    /// How files are received by the local provider.
    pub upload: UploadConfig,
    /// How the local provider's videos may be watched.
    pub playback: PlaybackConfig,
    /// Where published media lives.
    pub store: StoreConfig,
    /// How videos are processed.
    pub jobs: JobsConfig,
    /// The file that this was read from, for messages that tell a place in it.
    #[serde(skip)]
    pub file: Option<PathBuf>,
}

/// The names of [`Config`]'s fields.
const KEYS: [&str; 15] = [
    "bind",
    "data_dir",
    "role",
    "auth",
    "tickets",
    "public_url",
    "cors_origins",
    "page_sources",
    "provider",
    "providers",
    "limits",
    "upload",
    "playback",
    "store",
    "jobs",
];

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, clap::ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Answers requests and processes videos.
    All,
    /// Answers requests only.
    Api,
    /// Processes videos only.
    Worker,
}

impl Role {
    /// Whether this process answers requests.
    pub const fn serves(self) -> bool {
        matches!(self, Self::All | Self::Api)
    }

    /// Whether this process works on jobs.
    pub const fn works(self) -> bool {
        matches!(self, Self::All | Self::Worker)
    }
}

/// What is too much.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of a file. Default 107 374 182 400 (100 GiB).
    pub max_file_size: u64,
    /// Uploads that are open at once. Default 100.
    pub max_open_uploads: u32,
    /// Seconds of a video. Default 43 200 (12 h).
    pub max_duration: f64,
    /// Pixels of a picture, width × height. Default 35 389 440 (8192 × 4320).
    pub max_pixels: u64,
    /// Bytes that stay free on the disk of the data directory. Default 1 073 741 824 (1 GiB).
    pub min_free_space: u64,
}

/// How files are received.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct UploadConfig {
    /// Seconds that an upload's URL works. After that a fresh one goes on with the same bytes. Default 86 400 (24 h).
    pub ttl: u64,
    /// Seconds after its URL has run out that an upload's bytes are kept. Then the video is `expired`.
    /// Default 172 800 (48 h).
    pub keep: u64,
    /// Bytes: no chunk is larger. A multiple of 262 144. Default 67 108 864 (64 MiB).
    pub max_chunk: u64,
    /// Whether browsers are asked for a SHA-256 of each chunk, which is then verified. Default true.
    pub digest: bool,
    /// Seconds without a byte after which a connection counts as dead. Default 60.
    pub stall: u64,
}

/// How videos are processed.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct JobsConfig {
    /// Jobs that a worker runs at once. Of those that make more renditions of a video that plays already, it runs one
    /// at most. Default 2.
    pub slots: usize,
}

/// Where published media lives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct StoreConfig {
    /// Default `folder`.
    pub kind: StoreKind,
    /// The bucket's name. Only with kind `s3`, there needed.
    pub bucket: Option<String>,
    /// The service's URL, where it is not Amazon's. `http` URLs are taken on loopback hosts only.
    pub endpoint: Option<String>,
    /// The region. Default `us-east-1`.
    pub region: Option<String>,
    /// The folder within the bucket. Default: its root.
    pub prefix: Option<String>,
    /// The environment variable that holds the access key. Default `AWS_ACCESS_KEY_ID`.
    pub access_key_env: Option<String>,
    /// The environment variable that holds the secret key. Default `AWS_SECRET_ACCESS_KEY`.
    pub secret_key_env: Option<String>,
}

/// The kinds of stores.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum StoreKind {
    /// `media` in the data directory.
    #[default]
    Folder,
    /// An S3-compatible service.
    S3,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            bind: SocketAddr::from(([127, 0, 0, 1], 8787)),
            data_dir: PathBuf::from(".reelway-data"),
            role: Role::All,
            auth: Auth::None,
            tickets: TicketsConfig::default(),
            public_url: None,
            cors_origins: Vec::new(),
            page_sources: Vec::new(),
            provider: "local".to_owned(),
            providers: BTreeMap::from([("local".to_owned(), ProviderConfig::new(ProviderKind::Local))]),
            limits: Limits::default(),
            upload: UploadConfig::default(),
            playback: PlaybackConfig::default(),
            store: StoreConfig::default(),
            jobs: JobsConfig::default(),
            file: None,
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_file_size: 100 << 30,
            max_open_uploads: 100,
            max_duration: 12.0 * 3600.0,
            max_pixels: 8192 * 4320,
            min_free_space: 1 << 30,
        }
    }
}

impl Default for JobsConfig {
    fn default() -> Self {
        Self { slots: 2 }
    }
}

impl Default for UploadConfig {
    fn default() -> Self {
        Self { ttl: 86_400, keep: 172_800, max_chunk: 64 << 20, digest: true, stall: 60 }
    }
}

impl UploadConfig {
    /// How long an upload's URL works.
    pub const fn ttl(&self) -> Duration {
        Duration::from_secs(self.ttl)
    }

    /// How long an upload's bytes are kept once its URL has run out.
    pub const fn keep(&self) -> Duration {
        Duration::from_secs(self.keep)
    }

    /// How long a connection may be silent.
    pub const fn stall(&self) -> Duration {
        Duration::from_secs(self.stall)
    }
}

/// Why there is no configuration to run with.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file can't be read.
    #[error("{}: {source}. Give the path of a readable TOML file with --config, or leave it out.", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: std::io::Error,
    },
    /// The file is not TOML, or has an unknown key or a wrong value. The message has line and column.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// The reason.
        source: Box<toml::de::Error>,
    },
    /// An environment variable names an unknown key or has a wrong value.
    #[error("environment variables REELWAY_…: {0}")]
    Environment(String),
    /// The values do not fit together.
    #[error("{0}")]
    Invalid(String),
}

impl Config {
    /// Reads the file, if there is one, and lays the environment's `REELWAY_*` variables over it.
    ///
    /// # Errors
    /// Where either can't be read or holds what is no configuration. [`Config::validate`] is the caller's, who may
    /// have flags to lay over it.
    pub fn load(
        file: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut table = toml::Table::new();
        if let Some(path) = file {
            let unreadable = |source| ConfigError::Unreadable { path: path.to_owned(), source };
            let wrong = |source| ConfigError::File { path: path.to_owned(), source: Box::new(source) };
            let text = std::fs::read_to_string(path).map_err(unreadable)?;
            // Once by itself: only from text does an error know line and column.
            toml::from_str::<Self>(&text).map_err(wrong)?;
            table = text.parse().map_err(wrong)?;
        }
        for (name, value) in environment {
            let Some(key) = name.strip_prefix("REELWAY_").map(str::to_lowercase) else { continue };
            if KEYS.contains(&key.split("__").next().unwrap_or_default()) {
                overlay(&mut table, &key, &value)
                    .map_err(|()| ConfigError::Environment(format!("{name} names no key")))?;
            } else if key != "config" {
                tracing::warn!(name, "this environment variable is no key of the configuration");
            }
        }
        let mut config =
            Self::deserialize(table).map_err(|error| ConfigError::Environment(error.to_string().trim().to_owned()))?;
        let folder = file.and_then(Path::parent).unwrap_or(Path::new(""));
        for map in config.providers.values_mut().filter_map(|provider| provider.map.as_mut()) {
            if map.ends_with(".toml") {
                *map = folder.join(&*map).to_string_lossy().into_owned();
            }
        }
        Ok(config)
    }

    /// Checks that the values fit together.
    ///
    /// # Errors
    /// The first thing found, with what to do about it.
    pub fn validate(&self) -> Result<(), ConfigError> {
        let invalid = |message: String| Err(ConfigError::Invalid(message));
        if self.auth == Auth::None && self.role.serves() && !self.bind.ip().is_loopback() {
            return invalid(format!(
                "auth = \"none\" lets everybody in, so it serves loopback addresses only, and {} is none. \
                 Bind to 127.0.0.1 or [::1], or let in by tickets: auth = \"ticket\".",
                self.bind
            ));
        }
        if let Some(url) = &self.public_url {
            check_origin("public_url", url)?;
        }
        for origin in &self.cors_origins {
            check_origin("cors_origins", origin)?;
        }
        for source in &self.page_sources {
            access::check_source(source)?;
        }
        self.tickets.validate(self.auth)?;
        self.playback.validate(self.auth)?;
        if !self.providers.contains_key(&self.provider) {
            return invalid(format!("provider = \"{}\" is not among [providers].", self.provider));
        }
        let chunk = self.upload.max_chunk;
        if chunk == 0 || !chunk.is_multiple_of(crate::providers::local::CHUNK_MULTIPLE) {
            return invalid(format!("upload.max_chunk = {chunk} is not a multiple of 262144."));
        }
        if self.upload.ttl == 0 || self.upload.stall == 0 {
            return invalid("upload.ttl and upload.stall must be at least 1 second.".to_owned());
        }
        if self.limits.max_file_size == 0 || self.limits.max_file_size > i64::MAX.unsigned_abs() {
            return invalid("limits.max_file_size must be at least 1 byte, and fit into 63 bits.".to_owned());
        }
        if self.store.kind == StoreKind::S3 && self.store.bucket.is_none() {
            return invalid("store.kind = \"s3\" needs store.bucket.".to_owned());
        }
        Ok(())
    }

    /// The database's file.
    pub fn database(&self) -> PathBuf {
        self.data_dir.join("reelway.db")
    }
}

/// An origin as a browser writes it: scheme, host and perhaps a port, and nothing after them.
fn check_origin(key: &str, origin: &str) -> Result<(), ConfigError> {
    let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://")).unwrap_or_default();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.:[]".contains(c);
    if host.is_empty() || !host.chars().all(plain) {
        return Err(ConfigError::Invalid(format!(
            "{key}: \"{origin}\" is not an origin. Write it as a browser does: https://app.example, in lower case, \
             with a port where it has one, and nothing after it."
        )));
    }
    Ok(())
}

/// Sets `limits__max_file_size`, say, to what the text stands for.
fn overlay(table: &mut toml::Table, key: &str, value: &str) -> Result<(), ()> {
    match key.split_once("__") {
        Some((name, rest)) => {
            let entry = table.entry(name).or_insert_with(|| toml::Table::new().into());
            overlay(entry.as_table_mut().ok_or(())?, rest, value)
        }
        None if key.is_empty() => Err(()),
        None => {
            let parsed = format!("value = {value}").parse::<toml::Table>().ok().and_then(|mut t| t.remove("value"));
            table.insert(key.to_owned(), parsed.unwrap_or_else(|| value.into()));
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests;
