//! How services answer: JSON, or `{"code", "message"}`.

use axum::{
    Json,
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::secret;

/// Something, in JSON, with its version.
pub fn found(value: &Value) -> Response {
    let mut answer = Json(value).into_response();
    let etag = secret::sha256(value.to_string().as_bytes());
    if let Some(etag) = etag.get(..32).and_then(|etag| HeaderValue::from_str(etag).ok()) {
        answer.headers_mut().insert("etag", etag);
    }
    answer
}

/// It is done, and there is nothing to say.
pub fn done() -> Response {
    StatusCode::NO_CONTENT.into_response()
}

/// A refusal.
pub fn refuse(status: u16, code: &str, message: &str) -> Response {
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    (status, Json(json!({ "code": code, "message": message }))).into_response()
}

/// Nothing is there, or not for you: OCI does not say which.
pub fn not_found() -> Response {
    refuse(404, "NotAuthorizedOrNotFound", "Authorization failed or requested resource not found")
}

/// The request is wrong.
pub fn invalid(message: &str) -> Response {
    refuse(400, "InvalidParameter", message)
}

/// Something is missing.
pub fn missing(name: &str) -> Response {
    refuse(400, "MissingParameter", &format!("{name} is required"))
}

/// Reads a body.
///
/// # Errors
/// It is no JSON object: the refusal.
#[expect(clippy::result_large_err, reason = "the refusal is the answer")]
pub fn read(body: &Bytes) -> Result<Value, Response> {
    match serde_json::from_slice::<Value>(body) {
        Ok(value) if value.is_object() => Ok(value),
        _ => Err(refuse(400, "CannotParseRequest", "The body is no JSON object")),
    }
}

/// `opc-request-id`: the client's own, and what the services add to it.
pub fn stamp(asked: &HeaderMap, answer: &mut Response) {
    let own = asked.get("opc-request-id").and_then(|id| id.to_str().ok());
    let id = own.map_or_else(|| secret::random(32), str::to_owned);
    if let Ok(id) = HeaderValue::from_str(&format!("{id}/{}/1", secret::random(8))) {
        answer.headers_mut().insert("opc-request-id", id);
    }
}
