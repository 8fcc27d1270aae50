//! What a map says: a video service described by data alone.
//!
//! Its JSON Schema is published from these types (`docs/map.schema.json`). Texts called templates are read by
//! [`super::template`]; which values they may name is said by [`super::check`].

mod playing;

use std::collections::BTreeMap;

use reelway_api::Protocol;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::Value;

pub use playing::{Algorithm, Link, Playback, PlaybackIds, Policy, Signing, Tiles};

/// A map.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Map {
    /// The service's name, for people.
    pub label: String,
    /// The service's addresses by name, without a slash at the end. Templates name them; `api_base` is where actions
    /// go. `https`, or `http` on a loopback host.
    pub hosts: BTreeMap<String, String>,
    /// Hosts that a page has to reach besides `hosts`, to upload and to play: what the Content-Security-Policy of the
    /// page that this server serves allows. `https://upload.example` or `https://*.video.example`.
    #[serde(default)]
    pub page_sources: Vec<String>,
    /// Further values for templates, none of them a secret. An empty one has to be set by whoever uses the map.
    #[serde(default)]
    pub vars: BTreeMap<String, Value>,
    /// How requests show who asks.
    pub auth: Auth,
    /// What the service bears, and how long it is waited for.
    #[serde(default)]
    pub limits: Limits,
    /// How the browser sends the bytes.
    pub upload: Upload,
    /// What is asked of the service.
    pub actions: Actions,
    /// How the service's answers and events are read, by name.
    pub readings: BTreeMap<String, Reading>,
    /// Where a refusal says why: the first text that is found.
    #[serde(default)]
    pub refusal: Sources,
    /// How videos are played.
    pub playback: Playback,
    /// How tokens are made for videos that want one.
    #[serde(default)]
    pub signing: Option<Signing>,
    /// How events are told by the service. Without it, it is asked again and again.
    #[serde(default)]
    pub webhook: Option<Webhook>,
}

/// How requests show who asks. Secrets stand in environment variables; here stand their names.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Auth {
    /// How.
    pub kind: AuthKind,
    /// `basic`: the variable that holds the user name.
    #[serde(default)]
    pub user_env: Option<String>,
    /// `basic`: the variable that holds the password.
    #[serde(default)]
    pub password_env: Option<String>,
    /// `bearer`: the variable that holds the token.
    #[serde(default)]
    pub token_env: Option<String>,
}

/// The kinds of [`Auth`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AuthKind {
    /// `Authorization: Basic`, of `user_env` and `password_env`.
    Basic,
    /// `Authorization: Bearer`, of `token_env`.
    Bearer,
    /// Nothing is shown.
    None,
}

/// What the service bears, and how long it is waited for.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Requests a second that make something (`POST`). More wait for their turn. Default 5.
    pub create_rate: f64,
    /// All other requests a second. Default 5.
    pub read_rate: f64,
    /// Seconds that a request may wait for its turn or for the service's `Retry-After`. Then it is refused. Default 30.
    pub patience: f64,
    /// Seconds that the service may take for an answer. Default 15.
    pub timeout: f64,
    /// How often a request is sent again that may be. Default 3.
    pub retries: u32,
    /// Seconds after its last byte that a video is given up. Default 86 400 (24 h).
    pub processing: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { create_rate: 5.0, read_rate: 5.0, patience: 30.0, timeout: 15.0, retries: 3, processing: 86_400 }
    }
}

/// How the browser sends the bytes, to the `url` that `create_upload` has found.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Upload {
    /// The dialogue.
    #[schemars(with = "ProtocolName")]
    pub protocol: Protocol,
    /// Bytes: no chunk but the last is smaller. Default 1.
    #[serde(default = "one")]
    pub min_chunk: u64,
    /// Bytes: no chunk is larger. Default 512 MiB.
    #[serde(default = "half_a_gigabyte")]
    pub max_chunk: u64,
    /// Bytes: every chunk but the last is a multiple. Default 1.
    #[serde(default = "one")]
    pub chunk_multiple: u64,
    /// Seconds that the URL works. Past that the service is asked once more, and the video is `expired`.
    pub lifetime: u64,
    /// Whether the file's size must be known before the upload is opened. Default false.
    #[serde(default)]
    pub needs_size: bool,
    /// Bytes that the service takes at most.
    #[serde(default)]
    pub max_size: Option<u64>,
}

/// The dialogues that a map may name.
#[derive(JsonSchema)]
#[schemars(rename_all = "snake_case")]
#[expect(dead_code, reason = "stands in the schema for an enum of another crate, which has one name more")]
enum ProtocolName {
    Resumable,
    Tus,
    Put,
}

const fn one() -> u64 {
    1
}

const fn half_a_gigabyte() -> u64 {
    512 << 20
}

/// What is asked of the service.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Actions {
    /// Opens an upload. Its answer has `url` and `upload_id`.
    pub create_upload: Action,
    /// Asks how an upload stands. Without it only assets are asked for.
    #[serde(default)]
    pub get_upload: Option<Action>,
    /// Ends an upload. Without it the asset is deleted.
    #[serde(default)]
    pub cancel_upload: Option<Action>,
    /// Asks how an asset stands.
    pub get_asset: Action,
    /// Removes an asset.
    pub delete_asset: Action,
    /// Lets a ready asset be played that can't be by now: one that was not made here.
    #[serde(default)]
    pub create_playback: Option<Action>,
}

impl Actions {
    /// All that there are, by name.
    pub fn all(&self) -> impl Iterator<Item = (&'static str, &Action)> {
        [
            ("create_upload", Some(&self.create_upload)),
            ("get_upload", self.get_upload.as_ref()),
            ("cancel_upload", self.cancel_upload.as_ref()),
            ("get_asset", Some(&self.get_asset)),
            ("delete_asset", Some(&self.delete_asset)),
            ("create_playback", self.create_playback.as_ref()),
        ]
        .into_iter()
        .filter_map(|(name, action)| Some((name, action?)))
    }
}

/// One request.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// The method.
    pub method: Method,
    /// Template: the path and query, after `api_base`.
    pub path: String,
    /// Templates: further headers.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Sent as JSON. Every string in it is a template; one that is nothing but a placeholder becomes the value with its
    /// type.
    #[serde(default)]
    pub body: Option<Value>,
    /// The statuses that mean success. Default 200.
    #[serde(default = "ok")]
    pub ok: Vec<u16>,
    /// The statuses that mean that there is no such thing any more. Default 404.
    #[serde(default = "gone")]
    pub gone: Vec<u16>,
    /// The reading of the answer, one of `readings`. Without it the answer is not read.
    #[serde(default)]
    pub reads: Option<String>,
}

fn ok() -> Vec<u16> {
    vec![200]
}

fn gone() -> Vec<u16> {
    vec![404]
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum Method {
    /// Reads.
    Get,
    /// Makes: never sent again where it may have had an effect.
    Post,
    /// Sets.
    Put,
    /// Changes: sent again like `POST`.
    Patch,
    /// Removes.
    Delete,
}

/// Places in an answer, of which the first that holds something counts: JSON pointers (RFC 6901, `/data/id`) or
/// headers (`header:Location`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Sources {
    /// Nowhere.
    #[default]
    #[serde(skip)]
    None,
    /// One place.
    One(String),
    /// Several.
    Several(Vec<String>),
}

impl Sources {
    /// The places.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        match self {
            Self::None => &[],
            Self::One(one) => std::slice::from_ref(one),
            Self::Several(several) => several.as_slice(),
        }
        .iter()
        .map(String::as_str)
    }
}

/// How an answer or an event is read. What is absent or of an unexpected type is passed over.
#[derive(Clone, Debug, Default, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Reading {
    /// JSON pointer: the part of the answer that all other pointers begin at. Default: the whole.
    pub at: String,
    /// What is taken from it. `upload_id`, `asset_id`, `video_id` (ours, where the service hands it back), `url`,
    /// `duration` (seconds), `width`, `height`, `size`, `percent`, `error_code` and `error_message` have a meaning;
    /// what has another name is kept, as a value for the templates of `playback`.
    pub extract: BTreeMap<String, Sources>,
    /// Where the status stands: the first place whose value is among `status_map`.
    pub status: Sources,
    /// What the service's words mean. Others change nothing.
    pub status_map: BTreeMap<String, Status>,
    /// What the service's `error_code` means, in Reelway's codes. Others are `processing_failed`.
    pub error_map: BTreeMap<String, String>,
    /// Under which id the video is played.
    pub playback: Option<PlaybackIds>,
}

/// Where a video stands at the service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// No byte has arrived.
    AwaitingUpload,
    /// Some bytes have arrived.
    Uploading,
    /// All bytes have arrived.
    Processing,
    /// It plays.
    Ready,
    /// It never will.
    Failed,
    /// Somebody ended it.
    Cancelled,
    /// The bytes did not arrive in time.
    Expired,
    /// Somebody has removed it.
    Deleted,
}

/// How the service tells of events.
#[derive(Clone, Debug, PartialEq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Webhook {
    /// How it shows that it is the service.
    pub verifier: Verifier,
    /// `timestamped_hmac`: the header that holds time and signature, as `time_key=…,signature_key=…`.
    pub header: String,
    /// The key of the time, in seconds since the Unix epoch.
    pub time_key: String,
    /// The key of the signature: the HMAC-SHA256 of `time.body` in lower-case hexadecimal digits. It may stand several
    /// times.
    pub signature_key: String,
    /// Seconds that the time may be off, in both directions. Default 300.
    #[serde(default = "five_minutes")]
    pub tolerance: u64,
    /// The variable that holds the secret.
    pub secret_env: String,
    /// Bytes of an event at most. Default 1 MiB.
    #[serde(default = "one_mebibyte")]
    pub max_body: usize,
    /// JSON pointer to the event's id, which is the same when it is sent again. Default: the body's digest is the id.
    #[serde(default)]
    pub event_id: Option<String>,
    /// JSON pointer to the event's type. Default: all events are of one type, `*`.
    #[serde(default)]
    pub event_type: Option<String>,
    /// What is done with which type. Others are acknowledged.
    pub events: BTreeMap<String, Event>,
}

const fn five_minutes() -> u64 {
    300
}

const fn one_mebibyte() -> usize {
    1 << 20
}

/// The kinds of verifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verifier {
    /// A header with a time and an HMAC over time and body.
    TimestampedHmac,
}

/// What an event says.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// The reading of its body, one of `readings`.
    pub reads: String,
    /// JSON pointer: where it begins, if not at the reading's `at`.
    #[serde(default)]
    pub at: Option<String>,
    /// What the event itself says, whatever status its body has.
    #[serde(default)]
    pub status: Option<Status>,
}

/// The JSON Schema of a map.
pub fn schema() -> Value {
    let mut schema = schemars::schema_for!(Map).to_value();
    // The same text, whatever features of serde_json others in the build have asked for.
    schema.sort_all_objects();
    schema
}
