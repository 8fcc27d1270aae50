//! Direct uploads: `/video/v1/uploads`.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    answer::{created, data, invalid, not_found, read},
    page::Page,
};
use crate::{
    mux::{Account, settings::Settings, state::Upload},
    secret,
};

/// Seconds: as documented.
const TIMEOUT: u64 = 3600;
const TIMEOUTS: std::ops::RangeInclusive<u64> = 60..=604_800;

/// `POST /video/v1/uploads`
pub async fn create(State(account): State<Account>, body: Bytes) -> Response {
    let asked = match read(&body) {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let Some(cors_origin) = asked["cors_origin"].as_str() else { return invalid("cors_origin is required") };
    let timeout = match &asked["timeout"] {
        Value::Null => TIMEOUT,
        asked => match asked.as_u64().filter(|seconds| TIMEOUTS.contains(seconds)) {
            Some(seconds) => seconds,
            None => return invalid("timeout is a number of seconds from 60 to 604800"),
        },
    };
    let settings = match Settings::read(&asked["new_asset_settings"]) {
        Ok(settings) => settings,
        Err(why) => return invalid(&why),
    };
    let upload = Upload {
        id: secret::random(40),
        token: secret::random(60),
        status: "waiting",
        timeout,
        created: account.desk().clock.now(),
        cors_origin: cors_origin.to_owned(),
        test: asked["test"] == true,
        settings,
        asset_id: None,
        error: None,
        bytes: Vec::new(),
        total: None,
        deleted: false,
    };
    let (id, shown) = (upload.id.clone(), upload.json(Some(&account.hosts().upload)));
    let mut state = account.state();
    state.uploads.push(upload);
    account.tell_upload(&state, "video.upload.created", &id);
    created(&shown)
}

/// `GET /video/v1/uploads/{id}`
pub async fn get(State(account): State<Account>, Path(id): Path<String>) -> Response {
    match account.state().upload(&id) {
        Some(upload) => data(&upload.json(Some(&account.hosts().upload))),
        None => not_found(),
    }
}

/// `GET /video/v1/uploads`
pub async fn list(State(account): State<Account>, Query(page): Query<Page>) -> Response {
    let state = account.state();
    let (piece, _) = page.of(&state.uploads, |upload| &upload.id);
    let shown: Vec<Value> = piece.iter().map(|upload| upload.json(Some(&account.hosts().upload))).collect();
    Json(json!({ "data": shown })).into_response()
}

/// `PUT /video/v1/uploads/{id}/cancel`. What Mux answers for an upload that no longer waits is not documented.
pub async fn cancel(State(account): State<Account>, Path(id): Path<String>) -> Response {
    let mut state = account.state();
    let Some(upload) = state.upload_mut(&id) else { return not_found() };
    if upload.status != "waiting" {
        return invalid("Only an upload that is waiting can be cancelled");
    }
    upload.status = "cancelled";
    let shown = upload.json(Some(&account.hosts().upload));
    account.tell_upload(&state, "video.upload.cancelled", &id);
    data(&shown)
}
