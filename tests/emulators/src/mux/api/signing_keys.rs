//! Keys for playback tokens: `/system/v1/signing-keys`, and the older `/video/v1/signing-keys`.

use axum::{
    Json,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{
    answer::{created, data, deleted, not_found, refuse},
    page::Page,
};
use crate::{
    mux::{Account, state::SigningKey},
    rsa::PrivateKey,
    secret,
};

fn shown(key: &SigningKey) -> Value {
    json!({ "id": key.id, "created_at": key.created.to_string() })
}

/// `POST`: the only answer that has the private half, as base64 of PEM of PKCS #1.
pub async fn create(State(account): State<Account>) -> Response {
    let made = PrivateKey::generate().and_then(|key| Ok((key.pkcs1_pem()?, key.public())));
    let Ok((pem, public)) = made else {
        return refuse(StatusCode::INTERNAL_SERVER_ERROR, "internal_error", "No key could be made");
    };
    let id = secret::random(44);
    account.keep_signing_key(&id, public);
    let created_at = account.desk().clock.seconds().to_string();
    created(&json!({ "id": id, "private_key": secret::base64(pem.as_bytes()), "created_at": created_at }))
}

/// `GET` of all.
pub async fn list(State(account): State<Account>, Query(page): Query<Page>) -> Response {
    let state = account.state();
    let (piece, _) = page.of(&state.keys, |key| &key.id);
    let keys: Vec<Value> = piece.into_iter().map(shown).collect();
    Json(json!({ "data": keys })).into_response()
}

/// `GET` of one.
pub async fn get(State(account): State<Account>, Path(id): Path<String>) -> Response {
    match account.state().keys.iter().find(|key| key.id == id) {
        Some(key) => data(&shown(key)),
        None => not_found(),
    }
}

/// `DELETE`: its tokens are worth nothing from here on.
pub async fn delete(State(account): State<Account>, Path(id): Path<String>) -> Response {
    let mut state = account.state();
    let before = state.keys.len();
    state.keys.retain(|key| key.id != id);
    if state.keys.len() == before { not_found() } else { deleted() }
}
