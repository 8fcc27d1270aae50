//! Sessions over HTTP, for programs that are not in Rust, and the pages.
//!
//! - `POST /sessions` with a [`Setup`] → 201 `{"id", "origin", "target_url"}`
//! - `GET /sessions/{id}` → a [`Report`](crate::Report)
//! - `DELETE /sessions/{id}` → 204
//! - `GET /{path}`: a file of the folders.

use std::{
    fs,
    path::{Component, Path as FilePath},
};

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::json;

use crate::{cors, provider::Provider, setup::Setup};

pub(crate) fn routes(provider: Provider) -> Router {
    Router::new()
        .route("/sessions", post(open).options(allow))
        .route("/sessions/{id}", get(report).delete(close).options(allow))
        .route("/{*path}", get(page))
        .with_state(provider)
}

async fn open(State(provider): State<Provider>, Json(setup): Json<Setup>) -> Response {
    match provider.open(setup).await {
        Ok(session) => {
            let body = json!({ "id": session.id, "origin": session.origin, "target_url": session.target_url() });
            readable((StatusCode::CREATED, Json(body)))
        }
        Err(error) => readable((StatusCode::INTERNAL_SERVER_ERROR, error.to_string())),
    }
}

async fn report(State(provider): State<Provider>, Path(id): Path<usize>) -> Response {
    match provider.session(id) {
        Some(session) => readable(Json(session.report())),
        None => readable(StatusCode::NOT_FOUND),
    }
}

async fn close(State(provider): State<Provider>, Path(id): Path<usize>) -> Response {
    provider.close(id);
    readable(StatusCode::NO_CONTENT)
}

async fn allow(headers: HeaderMap) -> Response {
    (StatusCode::NO_CONTENT, cors::allow(&headers)).into_response()
}

fn readable(answer: impl IntoResponse) -> Response {
    let mut answer = answer.into_response();
    cors::expose(answer.headers_mut(), None);
    answer
}

async fn page(State(provider): State<Provider>, Path(path): Path<String>) -> Response {
    let path = FilePath::new(&path);
    let stays_inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    if !stays_inside {
        return StatusCode::NOT_FOUND.into_response();
    }
    let found = provider.pages().iter().map(|folder| folder.join(path)).find(|file| file.is_file());
    let Some(Ok(content)) = found.map(fs::read) else { return StatusCode::NOT_FOUND.into_response() };
    let kind = match path.extension().and_then(|kind| kind.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript",
        Some("wasm") => "application/wasm",
        _ => "application/octet-stream",
    };
    ([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], content).into_response()
}
