//! The account's one webhook: `/stream/webhook`.

use axum::{body::Bytes, extract::State, response::Response};
use serde_json::{Value, json};

use super::answer::{invalid, not_found, result};
use crate::{clock::rfc3339, cloudflare::Account};

fn shown(account: &Account) -> Option<Value> {
    let endpoint = account.outbox().endpoints().pop()?;
    let modified = account.state().webhook_modified.map(rfc3339);
    Some(json!({ "notificationUrl": endpoint.url, "modified": modified, "secret": endpoint.secret }))
}

/// `PUT /stream/webhook`
pub async fn put(State(account): State<Account>, body: Bytes) -> Response {
    let asked = serde_json::from_slice::<Value>(&body).unwrap_or_default();
    let url = asked["notificationUrl"].as_str().filter(|url| url.starts_with("http"));
    let Some(url) = url else { return invalid("notificationUrl is no URL") };
    account.set_webhook(url);
    let now = account.desk().clock.now();
    account.state().webhook_modified = Some(now);
    get(State(account)).await
}

/// `GET /stream/webhook`
pub async fn get(State(account): State<Account>) -> Response {
    shown(&account).map_or_else(not_found, |shown| result(&shown))
}

/// `DELETE /stream/webhook`
pub async fn delete(State(account): State<Account>) -> Response {
    if account.outbox().remove("webhook") { result(&json!("")) } else { not_found() }
}
