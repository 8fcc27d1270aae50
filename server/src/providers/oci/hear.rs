//! What becomes of a notification.

use super::{
    ons::{self, Message},
    service::{Oci, field},
};
use crate::{db::RemoteRow, error::AppError};

impl Oci {
    /// Takes a notification in: what it is about is asked for at once. It is believed in nothing else.
    pub(super) async fn hear(&self, body: &[u8]) -> Result<(), AppError> {
        let video = match ons::read(body) {
            Message::Confirm(url) => {
                self.confirm(&url).await;
                return Ok(());
            }
            Message::Object { bucket, name } if bucket.as_deref().is_none_or(|name| name == self.settings.bucket) => {
                self.remote.by_field(&self.name, field::OBJECT, &name).await?
            }
            Message::Job(id) => match self.remote.by_field(&self.name, field::JOB, &id).await? {
                Some(row) => Some(row),
                None => self.remote.by_field(&self.name, field::INGEST, &id).await?,
            },
            Message::Object { .. } | Message::Other => None,
        };
        if let Some(row) = video.filter(|row| row.poll_at.is_some()) {
            self.remote.schedule(&RemoteRow { poll_at: Some(self.clock.now()), ..row }).await?;
        }
        Ok(())
    }

    /// Confirms a subscription, at Oracle only, and following nothing.
    async fn confirm(&self, url: &str) {
        let Some(notifications) = &self.settings.notifications else { return };
        let domain = notifications.domain.as_deref().unwrap_or(&self.settings.realm);
        let url = match ons::confirmation(url, domain, notifications.allow_loopback) {
            Ok(url) => url,
            Err(why) => {
                tracing::warn!(provider = self.name, %why, "a subscription is not confirmed");
                return;
            }
        };
        match self.client.http().get(url).send().await {
            Ok(answer) if answer.status().is_success() => {
                tracing::info!(provider = self.name, "a subscription to notifications is confirmed");
            }
            Ok(answer) => {
                let status = answer.status().as_u16();
                tracing::warn!(provider = self.name, status, "a subscription could not be confirmed");
            }
            Err(error) => {
                let error = error.without_url();
                tracing::warn!(provider = self.name, %error, "a subscription could not be confirmed");
            }
        }
    }
}
