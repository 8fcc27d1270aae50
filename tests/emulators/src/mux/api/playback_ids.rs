//! Names under which assets play: `/video/v1/assets/{id}/playback-ids`, `/video/v1/playback-ids`.

use axum::{
    body::Bytes,
    extract::{Path, State},
    response::Response,
};
use serde_json::json;

use super::answer::{created, data, deleted, invalid, not_found, read};
use crate::mux::{Account, state::PlaybackId};

/// `POST /video/v1/assets/{id}/playback-ids`
pub async fn create(State(account): State<Account>, Path(id): Path<String>, body: Bytes) -> Response {
    let asked = match read(&body) {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let Some(policy) = asked["policy"].as_str().filter(|policy| ["public", "signed", "drm"].contains(policy)) else {
        return invalid("policy is public, signed or drm");
    };
    let mut state = account.state();
    let Some(asset) = state.asset_mut(&id) else { return not_found() };
    let playback = PlaybackId::new(policy);
    let shown = playback.json();
    asset.playback_ids.push(playback);
    created(&shown)
}

/// `GET /video/v1/assets/{id}/playback-ids/{playback}`
pub async fn get(State(account): State<Account>, Path((id, playback)): Path<(String, String)>) -> Response {
    match account.state().playback(&playback) {
        Some((asset, playback)) if asset.id == id => data(&playback.json()),
        _ => not_found(),
    }
}

/// `DELETE /video/v1/assets/{id}/playback-ids/{playback}`
pub async fn delete(State(account): State<Account>, Path((id, playback)): Path<(String, String)>) -> Response {
    let mut state = account.state();
    let Some(asset) = state.asset_mut(&id) else { return not_found() };
    let before = asset.playback_ids.len();
    asset.playback_ids.retain(|known| known.id != playback);
    if asset.playback_ids.len() == before { not_found() } else { deleted() }
}

/// `GET /video/v1/playback-ids/{id}`
pub async fn find(State(account): State<Account>, Path(id): Path<String>) -> Response {
    match account.state().playback(&id) {
        Some((asset, playback)) => data(&json!({
            "id": playback.id, "policy": playback.policy, "object": { "id": asset.id, "type": "asset" },
        })),
        None => not_found(),
    }
}
