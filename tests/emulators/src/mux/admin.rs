//! What a test that is not in Rust asks of Mux, beside [`crate::admin`].
//!
//! | request | what it does |
//! |---|---|
//! | `POST /outcome` with an [`Outcome`] | says what becomes of the next upload |
//! | `GET /uploads/{id}` | `{"size", "sha256"}` of what came |
//! | `POST /assets` `{"playback_id", "policy"}` | makes an asset that is ready: `{"id"}` |

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
        .route("/uploads/{id}", get(received))
        .route("/assets", post(asset))
        .route("/webhooks", post(webhook))
        .with_state(account);
    common.merge(own)
}

async fn outcome(State(account): State<Account>, Json(outcome): Json<Outcome>) {
    account.next_outcome(outcome);
}

async fn received(State(account): State<Account>, Path(id): Path<String>) -> Response {
    match account.received(&id) {
        Ok((size, sha256)) => Json(json!({ "size": size, "sha256": sha256 })).into_response(),
        Err(error) => (StatusCode::NOT_FOUND, error.to_string()).into_response(),
    }
}

#[derive(Deserialize)]
struct NewAsset {
    playback_id: String,
    policy: String,
}

async fn asset(State(account): State<Account>, Json(asset): Json<NewAsset>) -> Json<Value> {
    Json(json!({ "id": account.add_asset(&asset.playback_id, &asset.policy) }))
}

async fn webhook(State(account): State<Account>, Json(address): Json<Address>) -> Json<Value> {
    Json(json!({ "secret": account.add_webhook(&address.url) }))
}
