//! For those who run the server: is it up, is it fit, what has it done, what can it do.

use std::sync::{Arc, OnceLock};

use axum::{
    Extension,
    extract::{MatchedPath, Request, State},
    http::{Method, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use reelway_api::{ErrorBody, ErrorCode};
use tokio::time::Instant;
use utoipa::openapi::OpenApi;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::access::{May, Metrics};
use crate::{app::App, error::AppError};

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(healthz))
        .routes(routes!(readyz))
        .routes(routes!(metrics_page))
        .routes(routes!(openapi))
}

/// The process answers.
#[utoipa::path(get, path = "/healthz", tag = "operation", responses((status = 200, body = String)))]
async fn healthz() -> &'static str {
    "ok\n"
}

/// The database and the store answer, and the process is not stopping.
#[utoipa::path(get, path = "/readyz", tag = "operation", responses(
    (status = 200, body = String),
    (status = 503, body = ErrorBody, description = "unavailable"),
))]
async fn readyz(State(app): State<App>) -> Result<&'static str, AppError> {
    let unfit = |part: &str| AppError::new(ErrorCode::Unavailable, format!("{part}. The server's log says more."));
    if app.shutdown().is_cancelled() {
        return Err(unfit("The server is stopping"));
    }
    if let Err(error) = sqlx::query("SELECT 1 FROM videos LIMIT 1").execute(app.db().read()).await {
        tracing::error!(%error, "the database does not answer");
        return Err(unfit("The database does not answer"));
    }
    if let Err(error) = app.store().check().await {
        tracing::error!(%error, "the store does not answer");
        return Err(unfit("The store of media does not answer"));
    }
    Ok("ready\n")
}

/// Counters and durations, in Prometheus' text format. With tickets it needs the scope `metrics`.
#[utoipa::path(get, path = "/metrics", tag = "operation", responses((status = 200, body = String)))]
async fn metrics_page(_: May<Metrics>) -> Response {
    let handle = recorder();
    handle.run_upkeep();
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], handle.render()).into_response()
}

/// This description.
#[utoipa::path(get, path = "/openapi.json", tag = "operation", responses((status = 200, body = Object)))]
async fn openapi(Extension(spec): Extension<Arc<OpenApi>>) -> axum::Json<OpenApi> {
    axum::Json(spec.as_ref().clone())
}

/// The process' one recorder of metrics, installed on first use.
pub fn recorder() -> &'static PrometheusHandle {
    static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
    HANDLE.get_or_init(|| {
        let buckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0];
        let builder = PrometheusBuilder::new();
        // Only an empty list of buckets is refused.
        let recorder = builder.set_buckets(&buckets).unwrap_or_else(|_| PrometheusBuilder::new()).build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another recorder of metrics was installed before: /metrics stays empty");
        }
        handle
    })
}

/// Counts requests, by labels that the outside can't make more of: our routes, the known methods, the status.
pub async fn count(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str).to_owned();
    let method = match *request.method() {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    };
    let response = next.run(request).await;
    let status = response.status().as_u16().to_string();
    metrics::counter!("reelway_http_requests_total", "method" => method, "route" => route.clone(), "status" => status)
        .increment(1);
    metrics::histogram!("reelway_http_request_duration_seconds", "method" => method, "route" => route)
        .record(started.elapsed().as_secs_f64());
    response
}
