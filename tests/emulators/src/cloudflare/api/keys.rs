//! Keys for tokens, and tokens made by the API: `/stream/keys`, `/stream/{uid}/token`.

use axum::{
    body::Bytes,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
};
use serde_json::{Value, json};

use super::answer::{invalid, not_found, refuse, result};
use crate::{clock::rfc3339, cloudflare::Account, rsa::PrivateKey, secret};

/// Seconds that a token lasts: usually, and at most.
const LIFE: u64 = 3600;
const LONGEST: u64 = 86_400;

fn no_key() -> Response {
    refuse(StatusCode::INTERNAL_SERVER_ERROR, 10001, "No key could be made")
}

/// `POST /stream/keys`: the only answer that has the private half, as base64 of PEM.
pub async fn create(State(account): State<Account>) -> Response {
    let made = PrivateKey::generate().and_then(|key| Ok((key.pkcs1_pem()?, key.public())));
    let Ok((pem, public)) = made else { return no_key() };
    let id = secret::uuid().replace('-', "");
    let now = account.desk().clock.now();
    account.state().keys.push((id.clone(), public, now));
    result(&json!({ "id": id, "pem": secret::base64(pem.as_bytes()), "created": rfc3339(now) }))
}

/// `GET /stream/keys`
pub async fn list(State(account): State<Account>) -> Response {
    let state = account.state();
    let keys = state.keys.iter().map(|(id, _, created)| json!({ "id": id, "created": rfc3339(*created) }));
    result(&keys.collect::<Value>())
}

/// `DELETE /stream/keys/{id}`
pub async fn delete(State(account): State<Account>, Path(id): Path<String>) -> Response {
    let mut state = account.state();
    let before = state.keys.len();
    state.keys.retain(|(known, ..)| *known != id);
    if state.keys.len() == before { not_found() } else { result(&json!("ok")) }
}

/// `POST /stream/{uid}/token`
pub async fn token(State(account): State<Account>, Path(uid): Path<String>, body: Bytes) -> Response {
    let asked = serde_json::from_slice::<Value>(&body).unwrap_or_default();
    let now = account.desk().clock.seconds();
    let end = asked["exp"].as_u64().unwrap_or(now + LIFE);
    if end > now + LONGEST {
        return invalid("exp is more than a day away");
    }
    let mut state = account.state();
    if state.video(&uid).is_none() {
        return not_found();
    }
    if state.own_key.is_none() {
        state.own_key = PrivateKey::generate().ok().map(|key| (secret::uuid(), key));
    }
    let Some((id, key)) = &state.own_key else { return no_key() };
    let mut claims = json!({ "sub": uid, "kid": id, "exp": end });
    if let Some(begin) = asked["nbf"].as_u64() {
        claims["nbf"] = json!(begin);
    }
    match key.jwt(&json!({ "alg": "RS256", "kid": id }), &claims) {
        Ok(token) => result(&json!({ "token": token })),
        Err(_) => no_key(),
    }
}
