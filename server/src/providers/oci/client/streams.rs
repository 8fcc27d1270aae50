//! Media Streams: what plays an asset, and who may watch.

use reqwest::Method;
use serde::Deserialize;
use serde_json::json;

use super::{call::Call, fault::Fault, model::Resource, send::Client};
use crate::providers::oci::settings::Encryption;

/// A token that plays. It shows itself to nobody.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct SessionToken {
    token: String,
}

impl SessionToken {
    /// The token itself: for the URL of the one who may watch.
    pub fn expose(&self) -> &str {
        &self.token
    }
}

impl std::fmt::Debug for SessionToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SessionToken(…)")
    }
}

impl Client {
    /// The channel of this name.
    ///
    /// # Errors
    /// Why it was not told.
    pub async fn find_channel(&self, compartment: &str, name: &str) -> Result<Option<Resource>, Fault> {
        self.find("streamDistributionChannels", ("compartmentId", compartment), name).await
    }

    /// What is known of a channel.
    ///
    /// # Errors
    /// Why it was not told.
    pub async fn channel(&self, id: &str) -> Result<Resource, Fault> {
        self.send(&self.media(Method::GET, &["streamDistributionChannels", id])).await?.json()
    }

    /// Makes a channel.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn create_channel(&self, compartment: &str, name: &str, retry_token: &str) -> Result<Resource, Fault> {
        let call = self.media(Method::POST, &["streamDistributionChannels"]);
        let body = json!({"compartmentId": compartment, "displayName": name});
        self.send(&call.json(body).once(retry_token)).await?.json()
    }

    /// The channel's CDN configuration of this name.
    ///
    /// # Errors
    /// Why it was not told.
    pub async fn find_cdn(&self, channel: &str, name: &str) -> Result<Option<Resource>, Fault> {
        self.find("streamCdnConfigs", ("distributionChannelId", channel), name).await
    }

    /// Has the channel played from Oracle's own edge.
    ///
    /// # Errors
    /// Why it is not.
    pub async fn create_cdn(&self, channel: &str, name: &str, retry_token: &str) -> Result<Resource, Fault> {
        let body = json!({"displayName": name, "distributionChannelId": channel, "isEnabled": true, "config": {"type": "EDGE"}});
        self.send(&self.media(Method::POST, &["streamCdnConfigs"]).json(body).once(retry_token)).await?.json()
    }

    /// The channel's packaging configuration of this name.
    ///
    /// # Errors
    /// Why it was not told.
    pub async fn find_packaging(&self, channel: &str, name: &str) -> Result<Option<Resource>, Fault> {
        self.find("streamPackagingConfigs", ("distributionChannelId", channel), name).await
    }

    /// Has the channel's assets packaged as HLS. `segment`: seconds.
    ///
    /// # Errors
    /// Why they are not.
    pub async fn create_packaging(
        &self,
        channel: &str,
        name: &str,
        segment: u32,
        encryption: Encryption,
        retry_token: &str,
    ) -> Result<Resource, Fault> {
        let body = json!({"distributionChannelId": channel, "displayName": name, "streamPackagingFormat": "HLS",
            "segmentTimeInSeconds": segment, "encryption": {"algorithm": encryption.as_str()}});
        self.send(&self.media(Method::POST, &["streamPackagingConfigs"]).json(body).once(retry_token)).await?.json()
    }

    /// Puts an asset, which is a master playlist, onto a channel. The job that does it.
    ///
    /// # Errors
    /// Why it is not done.
    pub async fn ingest(
        &self,
        channel: &str,
        asset: &str,
        compartment: &str,
        retry_token: &str,
    ) -> Result<String, Fault> {
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Ingesting {
            media_workflow_job_id: String,
        }
        let call = self.media(Method::POST, &["streamDistributionChannels", channel, "actions", "ingest"]);
        let body = json!({"ingestPayloadType": "ASSET_METADATA_MEDIA_ASSET", "mediaAssetId": asset, "compartmentId": compartment});
        let ingesting: Ingesting = self.send(&call.json(body).once(retry_token)).await?.json()?;
        Ok(ingesting.media_workflow_job_id)
    }

    fn stream(&self, domain: &str, method: Method, action: &str) -> Result<Call, Fault> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-');
        let base = match &self.hosts.streams {
            Some(base) => base.clone(),
            None if !domain.is_empty() && domain.chars().all(plain) => format!("https://{domain}"),
            None => return Err(Fault::Unreadable),
        };
        Ok(Call::new(method, &base, &["20211101", "actions", action]))
    }

    /// A token that plays this one asset until `expires` (RFC 3339): ten minutes to a day away.
    ///
    /// # Errors
    /// Why there is none.
    pub async fn session_token(
        &self,
        domain: &str,
        packaging: &str,
        asset: &str,
        expires: &str,
    ) -> Result<SessionToken, Fault> {
        let body = json!({"scopes": ["PLAYLIST", "EDGE"], "packagingConfigId": packaging, "assetIds": [asset],
            "timeExpires": expires});
        // Two tokens do no more than one.
        let call = self.stream(domain, Method::POST, "generateSessionToken")?.json(body).repeatable();
        self.send(&call).await?.json()
    }

    /// The URL of an asset's master playlist. With the token it is a secret.
    ///
    /// # Errors
    /// Where the channel has no proper domain.
    pub fn playlist_url(
        &self,
        domain: &str,
        packaging: &str,
        asset: &str,
        token: &SessionToken,
    ) -> Result<String, Fault> {
        let call = self
            .stream(domain, Method::GET, "generatePlaylist")?
            .query("streamPackagingConfigId", packaging)
            .query("mediaAssetId", asset)
            .query("token", token.expose());
        Ok(call.url)
    }
}
