//! What an account has: uploads, assets, keys; and how they look in JSON.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::settings::Settings;
use crate::{film::Film, rsa::PublicKey, secret};

/// Everything.
#[derive(Default)]
pub struct State {
    /// Direct uploads, the oldest first.
    pub uploads: Vec<Upload>,
    /// Assets, the oldest first.
    pub assets: Vec<Asset>,
    /// Signing keys.
    pub keys: Vec<SigningKey>,
    /// Playback restrictions, as they are shown.
    pub restrictions: Vec<Value>,
    /// What becomes of the next uploads.
    pub outcomes: VecDeque<Outcome>,
    /// Secret paths of the stream host, and the playback ids that they were given for.
    pub grants: HashMap<String, String>,
    /// Tokens that are left for requests in this second: creating ones, and others.
    pub allowance: [f64; 2],
    /// When they were last filled up.
    pub filled: Duration,
}

/// A direct upload.
pub struct Upload {
    /// Its id.
    pub id: String,
    /// What makes its URL secret.
    pub token: String,
    /// `waiting`, `asset_created`, `errored`, `cancelled`, `timed_out`.
    pub status: &'static str,
    /// Seconds.
    pub timeout: u64,
    /// When it was created.
    pub created: Duration,
    /// The origin that may send it.
    pub cors_origin: String,
    /// Whether it is a test.
    pub test: bool,
    /// What its asset is to be.
    pub settings: Settings,
    /// Once it has come whole.
    pub asset_id: Option<String>,
    /// What is wrong with it.
    pub error: Option<Fault>,
    /// What came.
    pub bytes: Vec<u8>,
    /// Its length, once that is known.
    pub total: Option<u64>,
    /// The session was deleted at the upload host.
    pub deleted: bool,
}

/// What is wrong with an upload or an asset.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Fault {
    /// `invalid_input`, for one.
    #[serde(rename = "type")]
    pub kind: String,
    /// What a person reads.
    pub message: String,
}

/// What becomes of an upload that came whole.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// An asset that is ready.
    Ready,
    /// An asset with an error.
    AssetErrored(Fault),
    /// No asset, and an error.
    UploadErrored(Fault),
    /// An asset that stays as it is until the clock is past any patience.
    Stuck,
}

/// An asset.
pub struct Asset {
    /// Its id.
    pub id: String,
    /// `preparing`, `ready`, `errored`.
    pub status: &'static str,
    /// When it was created.
    pub created: Duration,
    /// When processing ends. None: never.
    pub due: Option<Duration>,
    /// What is wrong with it in the end.
    pub error: Option<Fault>,
    /// Its upload.
    pub upload_id: Option<String>,
    /// Its settings.
    pub settings: Settings,
    /// What may be changed of them.
    pub passthrough: Value,
    /// What may be changed of them.
    pub meta: Value,
    /// `none`, `temporary`.
    pub master_access: String,
    /// Under which names it plays.
    pub playback_ids: Vec<PlaybackId>,
    /// The ids of its tracks: video, audio.
    pub tracks: [String; 2],
}

/// A name under which an asset plays.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaybackId {
    /// The name.
    pub id: String,
    /// `public`, `signed`.
    pub policy: String,
}

impl PlaybackId {
    /// A new one.
    pub fn new(policy: &str) -> Self {
        Self { id: secret::random(44), policy: policy.to_owned() }
    }

    /// As it is shown.
    pub fn json(&self) -> Value {
        json!({ "id": self.id, "policy": self.policy })
    }
}

/// A key for playback tokens.
pub struct SigningKey {
    /// Its id.
    pub id: String,
    /// What verifies.
    pub public: PublicKey,
    /// Unix time.
    pub created: u64,
}

impl State {
    /// An upload by its id.
    pub fn upload(&self, id: &str) -> Option<&Upload> {
        self.uploads.iter().find(|upload| upload.id == id)
    }

    /// An upload by its id, to change.
    pub fn upload_mut(&mut self, id: &str) -> Option<&mut Upload> {
        self.uploads.iter_mut().find(|upload| upload.id == id)
    }

    /// An asset by its id.
    pub fn asset(&self, id: &str) -> Option<&Asset> {
        self.assets.iter().find(|asset| asset.id == id)
    }

    /// An asset by its id, to change.
    pub fn asset_mut(&mut self, id: &str) -> Option<&mut Asset> {
        self.assets.iter_mut().find(|asset| asset.id == id)
    }

    /// What plays under a name.
    pub fn playback(&self, id: &str) -> Option<(&Asset, &PlaybackId)> {
        self.assets.iter().find_map(|asset| Some((asset, asset.playback_ids.iter().find(|known| known.id == id)?)))
    }
}

impl Upload {
    /// As it is shown. Its URL is left out of events.
    pub fn json(&self, host: Option<&str>) -> Value {
        let mut json = json!({
            "id": self.id, "timeout": self.timeout, "status": self.status, "cors_origin": self.cors_origin,
        });
        let mut put = |name: &str, value: Value| json[name] = value;
        if let Some(host) = host {
            put("url", json!(format!("{host}/upload/{}?token={}", self.id, self.token)));
        }
        if !self.settings.sent.is_null() {
            put("new_asset_settings", self.settings.sent.clone());
        }
        if self.test {
            put("test", json!(true));
        }
        if let Some(asset) = &self.asset_id {
            put("asset_id", json!(asset));
        }
        if let Some(error) = &self.error {
            put("error", json!({ "type": error.kind, "message": error.message }));
        }
        json
    }
}

impl Asset {
    /// One whose processing begins.
    pub fn new(id: String, upload_id: Option<String>, settings: Settings, created: Duration) -> Self {
        let playback_ids = settings.policies.iter().map(|policy| PlaybackId::new(policy)).collect();
        Self {
            id,
            status: "preparing",
            created,
            due: None,
            error: None,
            upload_id,
            passthrough: settings.field("passthrough"),
            meta: settings.field("meta"),
            master_access: settings.sent["master_access"].as_str().unwrap_or("none").to_owned(),
            settings,
            playback_ids,
            tracks: [secret::random(44), secret::random(44)],
        }
    }

    /// As it is shown.
    pub fn json(&self, film: &Film) -> Value {
        let (quality, tier) = self.settings.quality();
        let policies: Vec<Value> = self.playback_ids.iter().map(PlaybackId::json).collect();
        let mut json = json!({
            "id": self.id,
            "status": self.status,
            "created_at": self.created.as_secs().to_string(),
            "playback_ids": policies,
            "video_quality": quality,
            "encoding_tier": tier,
            "max_resolution_tier": self.settings.sent["max_resolution_tier"].as_str().unwrap_or("1080p"),
            "master_access": self.master_access,
            "mp4_support": "none",
            "ingest_type": "on_demand_direct_upload",
            "progress": self.progress(),
        });
        if let Some(fields) = json.as_object_mut() {
            self.add_optional(fields, film);
        }
        json
    }

    fn progress(&self) -> Value {
        match self.status {
            "ready" => json!({ "state": "completed", "progress": 100 }),
            "errored" => json!({ "state": "errored", "progress": -1 }),
            _ => json!({ "state": "transcoding", "progress": 40 }),
        }
    }

    fn add_optional(&self, fields: &mut Map<String, Value>, film: &Film) {
        let mut put = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        for (name, value) in [("passthrough", &self.passthrough), ("meta", &self.meta)] {
            if !value.is_null() {
                put(name, value.clone());
            }
        }
        if let Some(upload) = &self.upload_id {
            put("upload_id", json!(upload));
        }
        if self.settings.sent["test"] == true {
            put("test", json!(true));
        }
        if let Some(error) = self.error.as_ref().filter(|_| self.status == "errored") {
            put("errors", json!({ "type": error.kind, "messages": [error.message] }));
        }
        if self.status != "ready" {
            return;
        }
        let [video, audio] = &self.tracks;
        let divisor = greatest_common_divisor(film.width, film.height);
        put("duration", json!(film.duration));
        put("aspect_ratio", json!(format!("{}:{}", film.width / divisor, film.height / divisor)));
        put("resolution_tier", json!(if film.height > 720 { "1080p" } else { "720p" }));
        put("max_stored_resolution", json!(if film.height >= 720 { "HD" } else { "SD" }));
        put("max_stored_frame_rate", json!(25.0));
        put(
            "tracks",
            json!([
                { "id": video, "type": "video", "max_width": film.width, "max_height": film.height,
                  "max_frame_rate": 25.0, "duration": film.duration },
                { "id": audio, "type": "audio", "max_channels": 2, "duration": film.duration, "primary": true,
                  "status": "ready", "language_code": "und", "name": "Default" },
            ]),
        );
        if self.master_access == "temporary" {
            put("master", json!({ "status": "preparing" }));
        }
        if !self.settings.static_renditions.is_empty() {
            let file = |name: &String| {
                json!({ "id": format!("{}-{name}", self.id), "name": format!("{name}.mp4"), "ext": "mp4",
                        "type": "standard", "resolution": name, "status": "preparing" })
            };
            let files: Vec<Value> = self.settings.static_renditions.iter().map(file).collect();
            put("static_renditions", json!({ "files": files }));
        }
    }
}

const fn greatest_common_divisor(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { greatest_common_divisor(b, a % b) }
}
