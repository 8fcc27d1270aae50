//! What a test that is not in Rust asks of OCI, beside [`crate::admin`].
//!
//! | request | what it does |
//! |---|---|
//! | `POST /outcome` with an [`Outcome`] | says what becomes of the next job |
//! | `GET /objects/{bucket}/{name…}` | `{"size", "sha256"}` of an object |
//! | `POST /session` `{"public_key"}` | a token for a key, base64 of its info in DER: `{"token"}` |
//! | `POST /webhooks` `{"url"}` | subscribes a URL, which has to confirm: `{"id"}` |

use axum::{
    Json, Router,
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{Tenancy, media::Outcome};
use crate::{
    admin::{self, Address},
    rsa::PublicKey,
    secret,
};

/// Its routes.
pub fn routes(tenancy: Tenancy) -> Router {
    let common = admin::routes(tenancy.desk().clone(), tenancy.outbox().clone());
    let own = Router::new()
        .route("/outcome", post(outcome))
        .route("/objects/{bucket}/{*name}", get(received))
        .route("/session", post(session))
        .route("/webhooks", post(webhook))
        .with_state(tenancy);
    common.merge(own)
}

async fn outcome(State(tenancy): State<Tenancy>, Json(outcome): Json<Outcome>) {
    tenancy.next_outcome(outcome);
}

async fn received(State(tenancy): State<Tenancy>, Path((bucket, name)): Path<(String, String)>) -> Response {
    match tenancy.received(&bucket, &name) {
        Ok((size, sha256)) => Json(json!({ "size": size, "sha256": sha256 })).into_response(),
        Err(error) => (StatusCode::NOT_FOUND, error.to_string()).into_response(),
    }
}

#[derive(Deserialize)]
struct Session {
    public_key: String,
}

async fn session(State(tenancy): State<Tenancy>, Json(session): Json<Session>) -> Response {
    let key = secret::from_base64(&session.public_key).and_then(|der| PublicKey::from_spki(&der));
    match key.map(|key| tenancy.issue_token(key)) {
        Some(Ok(token)) => Json(json!({ "token": token })).into_response(),
        Some(Err(error)) => (StatusCode::INTERNAL_SERVER_ERROR, error.to_string()).into_response(),
        None => StatusCode::BAD_REQUEST.into_response(),
    }
}

async fn webhook(State(tenancy): State<Tenancy>, Json(address): Json<Address>) -> Json<Value> {
    let asked = json!({ "topicId": "ocid1.onstopic.oc1.phx.t", "compartmentId": "c", "protocol": "CUSTOM_HTTPS",
                        "endpoint": address.url });
    Json(json!({ "id": tenancy.subscribe("ocid1.onstopic.oc1.phx.t", &address.url, &asked)["id"] }))
}
