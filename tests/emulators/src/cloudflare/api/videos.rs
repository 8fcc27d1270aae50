//! Videos: `/stream`, `/stream/{uid}`.

use std::collections::HashMap;

use axum::{
    body::Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::answer::{invalid, not_found, result};
use crate::cloudflare::Account;

/// `GET /stream/{uid}`
pub async fn get(State(account): State<Account>, Path(uid): Path<String>) -> Response {
    match account.state().video(&uid) {
        Some(video) => result(&video.json(&account.hosts().video, account.film())),
        None => not_found(),
    }
}

/// `GET /stream`: at most 1000, the newest first.
pub async fn list(State(account): State<Account>, Query(query): Query<HashMap<String, String>>) -> Response {
    let fits = |name: &str, value: &str| query.get(name).is_none_or(|only| only == value);
    let state = account.state();
    let videos = state.videos.iter().rev();
    let wanted = videos
        .filter(|video| fits("status", video.state) && fits("creator", video.creator.as_deref().unwrap_or_default()));
    let shown: Vec<Value> = wanted.take(1000).map(|video| video.json(&account.hosts().video, account.film())).collect();
    result(&json!(shown))
}

/// `POST /stream/{uid}`
pub async fn edit(State(account): State<Account>, Path(uid): Path<String>, body: Bytes) -> Response {
    let Ok(asked) = serde_json::from_slice::<Value>(&body) else { return invalid("The body is no JSON") };
    let mut state = account.state();
    let Some(video) = state.video_mut(&uid) else { return not_found() };
    if let Some(signed) = asked["requireSignedURLs"].as_bool() {
        video.signed = signed;
    }
    if asked["meta"].is_object() {
        video.meta = asked["meta"].clone();
    }
    result(&video.json(&account.hosts().video, account.film()))
}

/// `DELETE /stream/{uid}`
pub async fn delete(State(account): State<Account>, Path(uid): Path<String>) -> Response {
    let mut state = account.state();
    let before = state.videos.len();
    state.videos.retain(|video| video.uid != uid);
    if state.videos.len() == before { not_found() } else { StatusCode::OK.into_response() }
}
