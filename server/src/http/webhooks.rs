//! `POST /webhooks/{provider}`: what services tell by themselves.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use reelway_api::{ErrorBody, ErrorCode};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::extract::Path;
use crate::{app::App, error::AppError};

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(receive))
}

/// Takes an event of a provider's in. What is signed and means nothing here is acknowledged, so that it is not sent
/// again; what comes a second time changes nothing.
#[utoipa::path(post, path = "/webhooks/{provider}", tag = "webhooks",
    params(("provider" = String, Path, description = "The provider's name in the configuration")),
    request_body(content = Vec<u8>, description = "As the provider sends it, with its signature in a header"),
    responses(
    (status = 204),
    (status = 401, body = ErrorBody, description = "unauthorized: the signature is missing, wrong or too old"),
    (status = 404, body = ErrorBody, description = "not_found: no such provider, or it has no webhook secret"),
    (status = 413, body = ErrorBody, description = "bad_request: the body is too long"),
))]
async fn receive(
    State(app): State<App>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, AppError> {
    let none = || AppError::new(ErrorCode::NotFound, "No webhooks are taken here.");
    let provider = app.providers().get(&name).map_err(|_| none())?;
    let (verifier, max_body) = provider.verifier().ok_or_else(none)?;
    let refuse = |why: &dyn std::fmt::Display| {
        metrics::counter!("reelway_webhooks_refused_total").increment(1);
        tracing::warn!(provider = name, %why, "a webhook is not believed");
        let message = format!("This webhook is not believed: {why}.");
        AppError::new(ErrorCode::Unauthorized, message)
    };
    // Before a byte of the body is read.
    let signature = headers.get(verifier.header()).and_then(|value| value.to_str().ok());
    if signature.is_none() {
        return Err(refuse(&"it is not signed"));
    }
    let body = axum::body::to_bytes(body, max_body).await.map_err(|_| {
        let message = format!("The body can't be read, or is longer than {max_body} bytes.");
        AppError::with_status(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::BadRequest, message)
    })?;
    verifier.verify(signature, &body, app.clock().now()).map_err(|disbelief| refuse(&disbelief))?;
    provider.told(&body).await?;
    Ok(StatusCode::NO_CONTENT)
}
