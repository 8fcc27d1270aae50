//! How the API answers: `{"data": …}`, or `{"error": {"type", "messages"}}`.

use axum::{
    Json,
    body::Bytes,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

/// Something that is there.
pub fn data(value: &Value) -> Response {
    Json(json!({ "data": value })).into_response()
}

/// Something new.
pub fn created(value: &Value) -> Response {
    (StatusCode::CREATED, Json(json!({ "data": value }))).into_response()
}

/// Something that is gone.
pub fn deleted() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// A refusal.
pub fn refuse(status: StatusCode, kind: &str, message: &str) -> Response {
    (status, Json(json!({ "error": { "type": kind, "messages": [message] } }))).into_response()
}

/// Nothing is there.
pub fn not_found() -> Response {
    refuse(StatusCode::NOT_FOUND, "not_found", "The requested resource either doesn't exist or you don't have access")
}

/// The request is wrong.
pub fn invalid(message: &str) -> Response {
    refuse(StatusCode::BAD_REQUEST, "invalid_parameters", message)
}

/// Reads a body. An empty one is `{}`.
///
/// # Errors
/// It is no JSON object: the refusal.
#[expect(clippy::result_large_err, reason = "the refusal is the answer")]
pub fn read(body: &Bytes) -> Result<Value, Response> {
    if body.is_empty() {
        return Ok(json!({}));
    }
    match serde_json::from_slice::<Value>(body) {
        Ok(value) if value.is_object() => Ok(value),
        _ => Err(invalid("The body is no JSON object")),
    }
}
