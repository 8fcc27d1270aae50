//! How the API answers: `{"result", "success", "errors", "messages"}`, and whom.

use axum::{
    Json,
    extract::{Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::cloudflare::Account;

/// A result.
pub fn result(value: &Value) -> Response {
    Json(json!({ "result": value, "success": true, "errors": [], "messages": [] })).into_response()
}

/// A refusal.
pub fn refuse(status: StatusCode, code: u32, message: &str) -> Response {
    let errors = json!([{ "code": code, "message": message }]);
    (status, Json(json!({ "result": null, "success": false, "errors": errors, "messages": [] }))).into_response()
}

/// Nothing is there.
pub fn not_found() -> Response {
    refuse(StatusCode::NOT_FOUND, 10003, "not_found")
}

/// The request is wrong.
pub fn invalid(message: &str) -> Response {
    refuse(StatusCode::BAD_REQUEST, 10005, message)
}

/// Lets only the account's own token through.
pub async fn guard(State(account): State<Account>, request: Request, next: Next) -> Response {
    let given = request.headers().get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    if given != Some(&format!("Bearer {}", account.setup().token)) {
        return refuse(StatusCode::FORBIDDEN, 10000, "Authentication error");
    }
    account.settle();
    next.run(request).await
}
