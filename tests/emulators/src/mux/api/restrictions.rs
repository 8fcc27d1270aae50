//! Playback restrictions: `/video/v1/playback-restrictions`. They are kept and shown; players' referrers are not judged.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    answer::{created, data, deleted, invalid, not_found, read},
    page::Page,
};
use crate::{mux::Account, secret};

fn id_of(restriction: &Value) -> &str {
    restriction["id"].as_str().unwrap_or_default()
}

/// `POST`
pub async fn create(State(account): State<Account>, body: Bytes) -> Response {
    let asked = match read(&body) {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    if !asked["referrer"].is_object() {
        return invalid("referrer is required");
    }
    let now = account.desk().clock.seconds().to_string();
    let restriction = json!({
        "id": secret::random(44), "created_at": now, "updated_at": now, "referrer": asked["referrer"],
        "user_agent": asked.get("user_agent").cloned().unwrap_or_else(|| {
            json!({ "allow_no_user_agent": true, "allow_high_risk_user_agent": true })
        }),
    });
    account.state().restrictions.push(restriction.clone());
    created(&restriction)
}

/// `GET` of all.
pub async fn list(State(account): State<Account>, Query(page): Query<Page>) -> Response {
    let state = account.state();
    let (piece, _) = page.of(&state.restrictions, id_of);
    Json(json!({ "data": piece })).into_response()
}

/// `GET` of one.
pub async fn get(State(account): State<Account>, Path(id): Path<String>) -> Response {
    match account.state().restrictions.iter().find(|known| id_of(known) == id) {
        Some(restriction) => data(restriction),
        None => not_found(),
    }
}

/// `PUT /{id}/referrer`
pub async fn referrer(State(account): State<Account>, Path(id): Path<String>, body: Bytes) -> Response {
    change(&account, &id, "referrer", &body)
}

/// `PUT /{id}/user_agent`
pub async fn user_agent(State(account): State<Account>, Path(id): Path<String>, body: Bytes) -> Response {
    change(&account, &id, "user_agent", &body)
}

fn change(account: &Account, id: &str, field: &str, body: &Bytes) -> Response {
    let asked = match read(body) {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let mut state = account.state();
    let Some(restriction) = state.restrictions.iter_mut().find(|known| id_of(known) == id) else {
        return not_found();
    };
    restriction[field] = asked;
    restriction["updated_at"] = json!(account.desk().clock.seconds().to_string());
    data(restriction)
}

/// `DELETE`
pub async fn delete(State(account): State<Account>, Path(id): Path<String>) -> Response {
    let mut state = account.state();
    let before = state.restrictions.len();
    state.restrictions.retain(|known| id_of(known) != id);
    if state.restrictions.len() == before { not_found() } else { deleted() }
}
