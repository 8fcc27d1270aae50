//! The resumable protocol of Google Cloud Storage, as Mux has it: `PUT` with `Content-Range`, `308` with `Range`.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::put,
};

use super::{Refusal, Shared, refuse, text};

/// `PUT /resumable/{name}`: the session is there as soon as it is asked for.
pub fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/resumable/{name}", put(take))
}

async fn take(
    State(shared): State<Arc<Shared>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let range = text(&headers, "content-range").and_then(parse).ok_or_else(|| refuse("Content-Range?"))?;
    let offset = shared.store.with(&name, |upload| upload.bytes.count);
    if range.first == Some(offset) {
        let bytes = shared.swallow(body).await?;
        shared.store.with(&name, |upload| upload.bytes.join(&bytes));
    }
    let received = shared.store.with(&name, |upload| upload.bytes.count);
    if received < range.size {
        let mut headers = HeaderMap::new();
        if let Some(last) = received.checked_sub(1) {
            headers.insert(header::RANGE, format!("bytes=0-{last}").parse().map_err(refuse)?);
        }
        return Ok((StatusCode::PERMANENT_REDIRECT, headers).into_response());
    }
    if let Some(upload) = shared.store.remove(&name) {
        shared.store.finish(&upload.bytes);
    }
    Ok(StatusCode::OK.into_response())
}

struct Range {
    /// `None`: the client only asks how far it has come.
    first: Option<u64>,
    size: u64,
}

/// `bytes 0-99/1000`, or `bytes */1000`.
fn parse(value: &str) -> Option<Range> {
    let (range, size) = value.strip_prefix("bytes ")?.split_once('/')?;
    let first = match range {
        "*" => None,
        range => Some(range.split_once('-')?.0.parse().ok()?),
    };
    Some(Range { first, size: size.parse().ok()? })
}
