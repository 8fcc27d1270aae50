//! Webhooks: <https://www.mux.com/docs/core/listen-for-webhooks>.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Account, state::State};
use crate::{
    outbox::{Event, Manner},
    secret,
};

/// Five seconds for an answer, and further attempts for a day, each after twice the pause.
pub fn manner() -> Manner {
    let pauses = (0..29_u32).scan(Duration::ZERO, |sum, nth| {
        let pause = Duration::from_secs(1 << nth.min(13));
        *sum += pause;
        (*sum <= Duration::from_secs(86_400)).then_some(pause)
    });
    Manner {
        headers: |secret, time, _, body| vec![("mux-signature", signature(secret, time, body))],
        timeout: Duration::from_secs(5),
        pauses: pauses.collect(),
        lists_attempts: true,
    }
}

/// `Mux-Signature`.
pub fn signature(secret: &str, time: u64, body: &[u8]) -> String {
    format!("t={time},v1={}", secret::timestamped_hmac(secret, time, body))
}

impl Account {
    /// Says that something happened to an upload.
    pub(crate) fn tell_upload(&self, state: &State, kind: &str, id: &str) {
        if let Some(upload) = state.upload(id) {
            // Recorded events have no URL once there is an asset.
            let host = (upload.status == "waiting").then_some(self.hosts().upload.as_str());
            self.tell(kind, "upload", id, upload.json(host));
        }
    }

    /// Says that something happened to an asset.
    pub(crate) fn tell_asset(&self, state: &State, kind: &str, id: &str) {
        if let Some(asset) = state.asset(id) {
            let mut data = asset.json(self.film());
            // Recorded events have a number where the API has a text.
            data["created_at"] = json!(asset.created.as_secs());
            self.tell(kind, "asset", id, data);
        }
    }

    /// Sends an event of any kind.
    pub fn tell(&self, kind: &str, object: &str, id: &str, data: Value) {
        let event = secret::uuid();
        let body = json!({
            "type": kind, "id": event, "created_at": self.desk().clock.rfc3339(),
            "object": { "type": object, "id": id },
            "environment": { "name": "Production", "id": "env1" },
            "request_id": null, "accessor": null, "accessor_source": null,
            "data": data, "attempts": [],
        });
        self.outbox().send(Event { id: event, kind: kind.to_owned(), body });
    }
}
