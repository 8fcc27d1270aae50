//! Assets: `/video/v1/assets`.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    answer::{data, deleted, invalid, not_found, read},
    page::Page,
};
use crate::mux::{Account, settings::check_passthrough};

/// `GET /video/v1/assets/{id}`
pub async fn get(State(account): State<Account>, Path(id): Path<String>) -> Response {
    match account.state().asset(&id) {
        Some(asset) => data(&asset.json(account.film())),
        None => not_found(),
    }
}

/// `GET /video/v1/assets`
pub async fn list(State(account): State<Account>, Query(page): Query<Page>) -> Response {
    let state = account.state();
    let ids = page.ids_of_assets(&state);
    let (piece, cursor) = page.of(&ids, String::as_str);
    let shown: Vec<Value> =
        piece.iter().filter_map(|id| state.asset(id)).map(|asset| asset.json(account.film())).collect();
    Json(json!({ "data": shown, "next_cursor": cursor })).into_response()
}

/// `PATCH /video/v1/assets/{id}`
pub async fn patch(State(account): State<Account>, Path(id): Path<String>, body: Bytes) -> Response {
    let asked = match read(&body) {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    if let Err(why) = check_passthrough(&asked) {
        return invalid(&why);
    }
    let mut state = account.state();
    let Some(asset) = state.asset_mut(&id) else { return not_found() };
    for (name, field) in [("passthrough", &mut asset.passthrough), ("meta", &mut asset.meta)] {
        if let Some(value) = asked.get(name) {
            *field = value.clone();
        }
    }
    let shown = asset.json(account.film());
    account.tell_asset(&state, "video.asset.updated", &id);
    data(&shown)
}

/// `PUT /video/v1/assets/{id}/master-access`
pub async fn master_access(State(account): State<Account>, Path(id): Path<String>, body: Bytes) -> Response {
    let asked = match read(&body) {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let Some(access) = asked["master_access"].as_str().filter(|access| ["none", "temporary"].contains(access)) else {
        return invalid("master_access is none or temporary");
    };
    let mut state = account.state();
    let Some(asset) = state.asset_mut(&id) else { return not_found() };
    asset.master_access = access.to_owned();
    data(&asset.json(account.film()))
}

/// `DELETE /video/v1/assets/{id}`
pub async fn delete(State(account): State<Account>, Path(id): Path<String>) -> Response {
    let mut state = account.state();
    if state.asset(&id).is_none() {
        return not_found();
    }
    account.tell_asset(&state, "video.asset.deleted", &id);
    state.assets.retain(|asset| asset.id != id);
    deleted()
}
