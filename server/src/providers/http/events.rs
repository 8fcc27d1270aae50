//! A service's webhooks, once they are believed: hints, that may come twice, late, or in any order.

use axum::http::HeaderMap;
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{
    absorb::absorb_in,
    report::{Told, read},
    service::Http,
    template::text_of,
};
use crate::{db::Remote, error::AppError};

impl Http {
    /// Takes an event in, in one transaction with the note that it has come: once, or not at all.
    pub(super) async fn take_event(&self, body: &[u8]) -> Result<(), AppError> {
        let Some(webhook) = &self.map.webhook else { return Ok(()) };
        let Ok(event) = serde_json::from_slice::<Value>(body) else {
            // It is the service's own word, and would be no better the next time.
            tracing::warn!(provider = self.name, "an event is no JSON");
            return Ok(());
        };
        let at = |pointer: &Option<String>| pointer.as_ref().and_then(|pointer| text_of(event.pointer(pointer)?));
        let kind = at(&webhook.event_type).unwrap_or_else(|| "*".to_owned());
        let Some(meaning) = webhook.events.get(&kind) else {
            tracing::debug!(provider = self.name, "an event of a kind that means nothing here");
            return Ok(());
        };
        let id = at(&webhook.event_id).filter(|id| !id.is_empty() && id.len() <= 256);
        let id = id.unwrap_or_else(|| Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect());
        let told = Told { body: &event, header: &HeaderMap::new() };
        let mut report = read(&self.map, &meaning.reads, meaning.at.as_deref(), told);
        report.status = meaning.status.or(report.status);
        let mut tx = self.db.begin().await?;
        if !Remote::note_event_in(&mut tx, &self.name, &id, self.clock.now()).await? {
            tracing::debug!(provider = self.name, "an event came again");
            return Ok(());
        }
        let video = Remote::meant_in(
            &mut tx,
            &self.name,
            report.upload_id.as_deref(),
            report.asset_id.as_deref(),
            report.video_id.as_deref(),
        )
        .await?;
        let mut after = None;
        match &video {
            Some(video) => after = absorb_in(&mut tx, &self.videos, video, &report, self.times()).await?,
            // It may be early: what it told is asked for once its video is known.
            None => tracing::debug!(provider = self.name, "an event about a video that is not known"),
        }
        tx.commit().await?;
        if let Some(after) = after {
            self.videos.publish(&after);
        }
        Ok(())
    }
}
