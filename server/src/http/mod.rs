//! The routes, and what is true of all of them.
//!
//! - [`providers`], [`webhooks`]: the routes of providers.
//! - [`videos`], [`tracks`], [`events`], [`uploads`], [`tus`], [`media`], [`storyboard`], [`health`]: the routes. [`front`]: everything else.
//! - [`access`]: who asks. [`guard`]: from where. [`tus_frame`]: what tus wants of every answer. [`extract`]: reading requests. [`files`], [`range`], [`signed`]: serving files.

pub mod access;
pub mod events;
pub mod extract;
pub mod files;
pub mod front;
pub mod guard;
pub mod health;
pub mod media;
pub mod providers;
pub mod range;
pub mod signed;
pub mod storyboard;
pub mod tracks;
pub mod tus;
pub mod tus_frame;
pub mod uploads;
pub mod videos;
pub mod webhooks;

use std::{any::Any, sync::Arc, time::Duration};

use axum::{
    Extension, Router,
    extract::{DefaultBodyLimit, MatchedPath, Request},
    http::{HeaderName, HeaderValue, Method, header},
    middleware::{from_fn, from_fn_with_state, map_request},
    response::{IntoResponse, Response},
};
use reelway_api::ErrorCode;
use tower::{Layer, util::MapRequestLayer};
use tower_http::{
    catch_panic::CatchPanicLayer,
    cors::CorsLayer,
    request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer},
    set_header::SetResponseHeaderLayer,
    trace::{DefaultOnResponse, TraceLayer},
};
use tracing::{Level, Span};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;

use crate::{app::App, error::AppError};

/// Bytes of a JSON body.
const JSON_LIMIT: usize = 64 << 10;

/// A request's name in the log and in the answer.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

#[derive(OpenApi)]
#[openapi(info(
    title = "Reelway",
    description = "Hands out upload targets, takes files, tells when a video is ready, serves it. \
                   Errors are `{\"error\":{\"code\",\"message\"}}`; times are milliseconds since the Unix epoch."
))]
struct Description;

/// All routes of the server.
pub fn router(app: App) -> Router {
    health::recorder();
    let (router, mut description) = OpenApiRouter::with_openapi(Description::openapi())
        .merge(videos::routes())
        .merge(tracks::routes())
        .merge(events::routes())
        .merge(uploads::routes())
        .merge(tus::routes())
        .merge(media::routes())
        .merge(storyboard::routes())
        .merge(health::routes())
        .merge(providers::routes())
        .merge(webhooks::routes())
        .split_for_parts();
    // OpenAPI knows no wildcards.
    description.paths.paths =
        description.paths.paths.into_iter().map(|(path, item)| (path.replace("{*", "{"), item)).collect();
    // What may be cached says so itself.
    let no_store = SetResponseHeaderLayer::if_not_present(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let nosniff =
        SetResponseHeaderLayer::overriding(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let router = router
        .fallback(front::serve)
        .method_not_allowed_fallback(method_not_allowed)
        .layer(Extension(Arc::new(description)))
        .layer(DefaultBodyLimit::max(JSON_LIMIT))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn_with_state(app.clone(), guard::guard))
        .layer(cors(&app))
        .layer(from_fn_with_state(app.clone(), tus_frame::frame))
        .layer(nosniff)
        .layer(no_store)
        .layer(from_fn(health::count))
        .layer(TraceLayer::new_for_http().make_span_with(span).on_response(DefaultOnResponse::new().level(Level::INFO)))
        .layer(PropagateRequestIdLayer::new(REQUEST_ID))
        .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
        .layer(map_request(unnamed))
        .with_state(app);
    // Around the whole of it: routes are chosen by the method.
    Router::new().fallback_service(MapRequestLayer::new(tus_frame::meant_method).layer(router))
}

/// Takes away the name that the caller has given the request: the log's names are ours.
async fn unnamed(mut request: Request) -> Request {
    request.headers_mut().remove(REQUEST_ID);
    request
}

/// What the log says of a request: the route, never the address, which may hold a secret.
fn span(request: &Request) -> Span {
    let route = request.extensions().get::<MatchedPath>().map_or("other", MatchedPath::as_str);
    let id = request.extensions().get::<RequestId>().and_then(|id| id.header_value().to_str().ok());
    tracing::info_span!("request", method = %request.method(), route, id)
}

async fn method_not_allowed() -> AppError {
    AppError::new(ErrorCode::MethodNotAllowed, "This address takes other methods: see /openapi.json.")
}

/// The panic's story is in the log already, by the process' panic hook.
fn panicked(_: Box<dyn Any + Send + 'static>) -> Response {
    AppError::new(ErrorCode::Internal, "The server failed. Try again; its log says why.").into_response()
}

/// Pages of the configured origins may call, and read what the upload's dialogue needs.
fn cors(app: &App) -> CorsLayer {
    CorsLayer::new()
        .allow_origin(guard::allowed_origins(app.config()).collect::<Vec<_>>())
        .allow_methods([Method::GET, Method::HEAD, Method::POST, Method::PUT, Method::PATCH, Method::DELETE])
        .allow_headers(
            [
                header::AUTHORIZATION,
                header::CONTENT_RANGE,
                header::CONTENT_TYPE,
                HeaderName::from_static("content-digest"),
                videos::IDEMPOTENCY_KEY,
                header::RANGE,
            ]
            .into_iter()
            .chain(tus_frame::SENT)
            .collect::<Vec<_>>(),
        )
        .expose_headers(
            [
                header::RANGE,
                header::LOCATION,
                header::RETRY_AFTER,
                header::CONTENT_LENGTH,
                header::CONTENT_RANGE,
                header::ETAG,
                REQUEST_ID,
            ]
            .into_iter()
            .chain(tus_frame::READ)
            .collect::<Vec<_>>(),
        )
        .max_age(Duration::from_secs(3600))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use axum::{body::Body, routing::get};
    use tower::ServiceExt;

    use super::*;

    #[tokio::test]
    async fn a_panic_is_answered_like_any_other_failure_and_tells_nothing() {
        async fn handler() {
            panic!("the secret of the house");
        }
        let router: Router = Router::new().route("/", get(handler)).layer(CatchPanicLayer::custom(panicked));
        let response = router.oneshot(Request::new(Body::empty())).await.unwrap();
        assert_eq!(response.status(), 500);
        let body = axum::body::to_bytes(response.into_body(), 1000).await.unwrap();
        let body: reelway_api::ErrorBody = serde_json::from_slice(&body).unwrap();
        assert_eq!(body.error.code, ErrorCode::Internal);
        assert!(!body.error.message.contains("secret"));
    }
}
