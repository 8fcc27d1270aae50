//! Ingest of assets into channels, and where they are attached.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use serde_json::{Value, json};

use super::resources::retry_token;
use crate::oci::{
    Tenancy,
    answer::{done, found, invalid, missing, not_found, read},
};

/// The workflow that OCI itself has for it.
pub fn ingest_workflow() -> Value {
    json!({
        "id": "ocid1.systemmediaworkflow.oc1.phx.ingest", "name": "ingestWorkflow", "parameters": {},
        "tasks": [{ "key": "ingest", "type": "ingest", "parameters": {} }],
    })
}

/// `POST /streamDistributionChannels/{id}/actions/ingest`
pub async fn ingest(
    State(tenancy): State<Tenancy>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let asked = match read(&body) {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    if asked["ingestPayloadType"] != "ASSET_METADATA_MEDIA_ASSET" {
        return invalid("ingestPayloadType is ASSET_METADATA_MEDIA_ASSET");
    }
    let Some(asset) = asked["mediaAssetId"].as_str() else { return missing("mediaAssetId") };
    {
        let state = tenancy.state();
        let channel = state.store.get("streamDistributionChannels", &id);
        if channel.is_none() || state.store.get("mediaAssets", asset).is_none() {
            return not_found();
        }
    }
    let job = json!({
        "compartmentId": asked["compartmentId"], "displayName": "ingestWorkflow",
        "parameters": { "inputs": { "mediaAssetId": asset, "distributionChannelId": id } },
    });
    let begun = tenancy.begin(&job, &ingest_workflow(), retry_token(&headers));
    begun.map_or_else(|refusal| refusal, |job| found(&json!({ "mediaWorkflowJobId": job["id"] })))
}

impl Tenancy {
    /// Attaches an asset to a channel.
    pub(super) fn attach(&self, job: &Value) -> Result<(), String> {
        let inputs = &job["parameters"]["inputs"];
        let [asset, channel] = ["mediaAssetId", "distributionChannelId"].map(|name| inputs[name].as_str());
        let (Some(asset), Some(channel)) = (asset, channel) else { return Err("inputs are missing".into()) };
        let mut state = self.state();
        let known = state.store.get("mediaAssets", asset).ok_or("there is no such asset")?.clone();
        if state.store.get("streamDistributionChannels", channel).is_none() {
            return Err("there is no such channel".into());
        }
        let [bucket, name] = ["bucketName", "objectName"].map(|field| known[field].as_str().unwrap_or_default());
        let object = state.storage.object(bucket, name).ok_or("the asset has no object")?;
        // A playlist of one rendition is refused, too.
        let is_master = object.bytes.windows(18).any(|bytes| bytes == b"#EXT-X-STREAM-INF:");
        if known["type"] != "PLAYLIST" || !is_master {
            return Err("the asset is no master playlist".into());
        }
        let attached = json!({
            "mediaAssetId": asset, "distributionChannelId": channel, "mediaWorkflowJobId": job["id"], "version": 1,
            "displayName": known["displayName"], "metadataRef": known["objectName"],
            "compartmentId": known["compartmentId"], "identifier": { "type": "ASSET" },
        });
        state.store.add("attachments", &attached, "attachment", "ACTIVE", self.desk().clock.now());
        Ok(())
    }

    /// Where an asset is attached.
    pub(crate) fn attachment(&self, asset: &str, channel: Option<&str>) -> Option<Value> {
        let state = self.state();
        let fits = |known: &&Value| {
            known["mediaAssetId"] == asset
                && channel.is_none_or(|channel| known["distributionChannelId"] == channel)
                && known["lifecycleState"] == "ACTIVE"
        };
        state.store.all("attachments").iter().find(fits).cloned()
    }
}

/// `GET /mediaAssets/{id}/distributionChannelAttachments`
pub async fn attachments(State(tenancy): State<Tenancy>, Path(id): Path<String>) -> Response {
    tenancy.settle();
    let state = tenancy.state();
    if state.store.get("mediaAssets", &id).is_none() {
        return not_found();
    }
    let fits = |known: &&Value| known["mediaAssetId"] == id.as_str() && known["lifecycleState"] == "ACTIVE";
    let items: Vec<&Value> = state.store.all("attachments").iter().filter(fits).collect();
    found(&json!({ "items": items }))
}

/// `GET /mediaAssets/{id}/distributionChannelAttachments/{channel}`
pub async fn attachment(State(tenancy): State<Tenancy>, Path((id, channel)): Path<(String, String)>) -> Response {
    tenancy.settle();
    tenancy.attachment(&id, Some(&channel)).map_or_else(not_found, |known| found(&known))
}

/// `DELETE /mediaAssets/{id}/distributionChannelAttachments/{channel}`
pub async fn detach(State(tenancy): State<Tenancy>, Path((id, channel)): Path<(String, String)>) -> Response {
    let Some(known) = tenancy.attachment(&id, Some(&channel)) else { return not_found() };
    let mut state = tenancy.state();
    if let Some(known) = state.store.get_mut("attachments", known["id"].as_str().unwrap_or_default()) {
        known["lifecycleState"] = json!("DELETED");
    }
    done()
}
