//! What a test that is not in Rust asks of Cloudflare, beside [`crate::admin`].
//!
//! | request | what it does |
//! |---|---|
//! | `POST /outcome` with an [`Outcome`] | says what becomes of the next upload |
//! | `GET /uploads/{uid}` | `{"size", "sha256"}` of what came |
//! | `POST /videos` `{"signed"}` | makes a video that is ready: `{"uid"}` |

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Account, state::Outcome};
use crate::admin::{self, Address};

/// Its routes.
pub fn routes(account: Account) -> Router {
    let common = admin::routes(account.desk().clone(), account.outbox().clone());
    let own = Router::new()
        .route("/outcome", post(outcome))
        .route("/uploads/{uid}", get(received))
        .route("/videos", post(video))
        .route("/webhooks", post(webhook))
        .with_state(account);
    common.merge(own)
}

async fn outcome(State(account): State<Account>, Json(outcome): Json<Outcome>) {
    account.next_outcome(outcome);
}

async fn received(State(account): State<Account>, Path(uid): Path<String>) -> Response {
    match account.received(&uid) {
        Ok((size, sha256)) => Json(json!({ "size": size, "sha256": sha256 })).into_response(),
        Err(error) => (StatusCode::NOT_FOUND, error.to_string()).into_response(),
    }
}

#[derive(Deserialize)]
struct NewVideo {
    signed: bool,
}

async fn video(State(account): State<Account>, Json(video): Json<NewVideo>) -> Json<Value> {
    Json(json!({ "uid": account.add_video(video.signed) }))
}

async fn webhook(State(account): State<Account>, Json(address): Json<Address>) -> Json<Value> {
    Json(json!({ "secret": account.set_webhook(&address.url) }))
}
