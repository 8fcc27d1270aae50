//! Videos and keys, and how they look in JSON.

use std::{
    collections::{HashMap, VecDeque},
    time::Duration,
};

use serde::Deserialize;
use serde_json::{Value, json};

use crate::{clock::rfc3339, film::Film, rsa::PublicKey, secret};

/// Everything.
#[derive(Default)]
pub struct State {
    /// Videos, the oldest first.
    pub videos: Vec<Video>,
    /// Keys for tokens, with the time of their making.
    pub keys: Vec<(String, PublicKey, Duration)>,
    /// The key that the API itself signs tokens with, once it has.
    pub own_key: Option<(String, crate::rsa::PrivateKey)>,
    /// What becomes of the next uploads.
    pub outcomes: VecDeque<Outcome>,
    /// Secret paths of the video host, and the videos that they were given for.
    pub grants: HashMap<String, String>,
    /// When the webhook was set.
    pub webhook_modified: Option<Duration>,
}

/// What becomes of an upload that came whole.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is ready.
    Ready,
    /// It fails.
    Error {
        /// `ERR_NON_VIDEO`, for one.
        code: String,
        /// What a person reads.
        text: String,
    },
    /// It stays in the queue.
    Stuck,
}

/// A video, from the request for its upload on.
pub struct Video {
    /// Its id.
    pub uid: String,
    /// What makes its upload URL secret.
    pub ticket: String,
    /// `pendingupload`, `queued`, `inprogress`, `ready`, `error`.
    pub state: &'static str,
    /// Why it has failed: code and text.
    pub error: Option<(String, String)>,
    /// When it was asked for.
    pub created: Duration,
    /// When its last byte came.
    pub uploaded: Option<Duration>,
    /// When processing ends. None: never.
    pub due: Option<Duration>,
    /// When its upload URL ends.
    pub expiry: Option<Duration>,
    /// What the customer says of it.
    pub meta: Value,
    /// The customer's own id of who made it.
    pub creator: Option<String>,
    /// Whether it plays with a token only.
    pub signed: bool,
    /// The longest that it may be, in seconds.
    pub max_seconds: Option<u64>,
    /// Its length in bytes, for tus.
    pub length: Option<u64>,
    /// What came.
    pub bytes: Vec<u8>,
}

impl Video {
    /// One whose upload is waited for.
    pub fn new(created: Duration) -> Self {
        Self {
            uid: secret::hex(secret::random(16).as_bytes()),
            ticket: secret::random(40),
            state: "pendingupload",
            error: None,
            created,
            uploaded: None,
            due: None,
            expiry: None,
            meta: json!({}),
            creator: None,
            signed: false,
            max_seconds: None,
            length: None,
            bytes: Vec::new(),
        }
    }

    /// As it is shown. `host` is where videos are.
    pub fn json(&self, host: &str, film: &Film) -> Value {
        let (uid, is_ready) = (&self.uid, self.state == "ready");
        let percent = match self.state {
            "ready" => "100.000000",
            "inprogress" => "51.000000",
            _ => "0.000000",
        };
        let mut status = json!({ "state": self.state, "errorReasonCode": "", "errorReasonText": "" });
        if !matches!(self.state, "pendingupload" | "queued") {
            status["pctComplete"] = json!(percent);
        }
        if let Some((code, text)) = self.error.as_ref().filter(|_| self.state == "error") {
            // The documentation spells it in both ways.
            status = json!({
                "state": "error", "pctComplete": percent, "errReasonCode": code, "errReasonText": text,
                "errorReasonCode": code, "errorReasonText": text,
            });
        }
        let time = |time: Option<Duration>| time.map(rfc3339);
        json!({
            "uid": uid,
            "creator": self.creator,
            "thumbnail": format!("{host}/{uid}/thumbnails/thumbnail.jpg"),
            "thumbnailTimestampPct": 0,
            "readyToStream": is_ready,
            "readyToStreamAt": time(self.due.filter(|_| is_ready)),
            "status": status,
            "meta": self.meta,
            "created": rfc3339(self.created),
            "modified": rfc3339(self.uploaded.unwrap_or(self.created)),
            "uploaded": time(self.uploaded),
            "uploadExpiry": time(self.expiry),
            "size": self.bytes.len(),
            "preview": format!("{host}/{uid}/watch"),
            "allowedOrigins": [],
            "requireSignedURLs": self.signed,
            "maxSizeBytes": null,
            "maxDurationSeconds": self.max_seconds,
            "duration": if is_ready { film.duration } else { -1.0 },
            "input": {
                "width": if is_ready { i64::from(film.width) } else { -1 },
                "height": if is_ready { i64::from(film.height) } else { -1 },
            },
            "playback": {
                "hls": format!("{host}/{uid}/manifest/video.m3u8"),
                "dash": format!("{host}/{uid}/manifest/video.mpd"),
            },
            "watermark": null,
        })
    }
}

impl State {
    /// A video by its id.
    pub fn video(&self, uid: &str) -> Option<&Video> {
        self.videos.iter().find(|video| video.uid == uid)
    }

    /// A video by its id, to change.
    pub fn video_mut(&mut self, uid: &str) -> Option<&mut Video> {
        self.videos.iter_mut().find(|video| video.uid == uid)
    }
}
