//! Where events go: `/system/v1/webhooks`.

use axum::{
    Json,
    body::Bytes,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::answer::{created, data, deleted, invalid, not_found, read};
use crate::{mux::Account, outbox::Endpoint, secret};

fn shown(account: &Account, endpoint: &Endpoint) -> Value {
    let created = account.desk().clock.rfc3339();
    json!({ "id": endpoint.id, "address": endpoint.url, "enabled": endpoint.enabled, "created_at": created })
}

/// `POST`: the only answer that has the secret.
pub async fn create(State(account): State<Account>, body: Bytes) -> Response {
    let asked = match read(&body) {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let Some(url) = asked["address"].as_str() else { return invalid("address is required") };
    let (id, secret, url) = (secret::uuid(), secret::random(32), url.to_owned());
    let endpoint = Endpoint { id, url, secret, enabled: asked["enabled"] != false };
    let mut shown = shown(&account, &endpoint);
    shown["signing_secret"] = json!(endpoint.secret);
    account.outbox().add(endpoint);
    created(&shown)
}

/// `GET` of all.
pub async fn list(State(account): State<Account>) -> Response {
    let all: Vec<Value> = account.outbox().endpoints().iter().map(|endpoint| shown(&account, endpoint)).collect();
    Json(json!({ "data": all })).into_response()
}

/// `GET` of one.
pub async fn get(State(account): State<Account>, Path(id): Path<String>) -> Response {
    match account.outbox().change(&id, |_| {}) {
        Some(endpoint) => data(&shown(&account, &endpoint)),
        None => not_found(),
    }
}

/// `PATCH`
pub async fn patch(State(account): State<Account>, Path(id): Path<String>, body: Bytes) -> Response {
    let asked = match read(&body) {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let changed = account.outbox().change(&id, |endpoint| {
        if let Some(url) = asked["address"].as_str() {
            url.clone_into(&mut endpoint.url);
        }
        if let Some(enabled) = asked["enabled"].as_bool() {
            endpoint.enabled = enabled;
        }
    });
    match changed {
        Some(endpoint) => data(&shown(&account, &endpoint)),
        None => not_found(),
    }
}

/// `DELETE`
pub async fn delete(State(account): State<Account>, Path(id): Path<String>) -> Response {
    if account.outbox().remove(&id) { deleted() } else { not_found() }
}
