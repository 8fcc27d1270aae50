//! tus 1.0 with creation and concatenation, which parallel parts need.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{post, put},
};

use super::{Bytes, Refusal, Shared, number, refuse, text};

/// `POST /tus/{endpoint}` makes an upload, `/tus/{endpoint}/{name}` is one. The endpoint may be called anything.
pub fn routes() -> Router<Arc<Shared>> {
    let upload = put(StatusCode::METHOD_NOT_ALLOWED).patch(append).head(offset).delete(terminate);
    Router::new().route("/tus/{endpoint}", post(create)).route("/tus/{endpoint}/{name}", upload)
}

const RESUMABLE: (&str, HeaderValue) = ("tus-resumable", HeaderValue::from_static("1.0.0"));

async fn create(
    State(shared): State<Arc<Shared>>,
    Path(endpoint): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    let name = shared.store.new_name();
    let concat = text(&headers, "upload-concat").unwrap_or_default();
    if let Some(parts) = concat.strip_prefix("final;") {
        concatenate(&shared, parts)?;
    } else {
        let size = number(&headers, "upload-length").ok_or_else(|| refuse("Upload-Length?"))?;
        // creation-with-upload: the body may hold the first bytes.
        let bytes = shared.swallow(body).await?;
        shared.store.with(&name, |upload| {
            upload.size = size;
            upload.partial = concat == "partial";
            upload.bytes.join(&bytes);
        });
        settle(&shared, &name);
    }
    let location = format!("/tus/{endpoint}/{name}");
    Ok((StatusCode::CREATED, [RESUMABLE, ("location", header_of(location)?)]).into_response())
}

async fn append(
    State(shared): State<Arc<Shared>>,
    Path((_, name)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Refusal> {
    if !shared.store.has(&name) {
        return Ok(StatusCode::NOT_FOUND.into_response());
    }
    let offset = shared.store.with(&name, |upload| upload.bytes.count);
    if number(&headers, "upload-offset") != Some(offset) {
        return Ok(StatusCode::CONFLICT.into_response());
    }
    let bytes = shared.swallow(body).await?;
    let offset = shared.store.with(&name, |upload| {
        upload.bytes.join(&bytes);
        upload.bytes.count
    });
    settle(&shared, &name);
    Ok((StatusCode::NO_CONTENT, [RESUMABLE, ("upload-offset", offset.into())]).into_response())
}

async fn offset(State(shared): State<Arc<Shared>>, Path((_, name)): Path<(String, String)>) -> Response {
    if !shared.store.has(&name) {
        return StatusCode::NOT_FOUND.into_response();
    }
    let (offset, size) = shared.store.with(&name, |upload| (upload.bytes.count, upload.size));
    let no_store = (header::CACHE_CONTROL.as_str(), HeaderValue::from_static("no-store"));
    [RESUMABLE, no_store, ("upload-offset", offset.into()), ("upload-length", size.into())].into_response()
}

async fn terminate(State(shared): State<Arc<Shared>>, Path((_, name)): Path<(String, String)>) -> Response {
    match shared.store.remove(&name) {
        Some(_) => (StatusCode::NO_CONTENT, [RESUMABLE]).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Counts the upload if it is complete. A part of one that is put together later waits for that.
fn settle(shared: &Shared, name: &str) {
    let complete = shared.store.with(name, |upload| !upload.partial && upload.bytes.count == upload.size);
    if complete && let Some(upload) = shared.store.remove(name) {
        shared.store.finish(&upload.bytes);
    }
}

/// Puts partial uploads together, named by their URLs in order.
fn concatenate(shared: &Shared, urls: &str) -> Result<(), Refusal> {
    let names: Vec<&str> = urls.split_whitespace().filter_map(|url| url.rsplit('/').next()).collect();
    let complete = |name: &&str| {
        shared.store.has(name) && shared.store.with(name, |upload| upload.partial && upload.bytes.count == upload.size)
    };
    if names.is_empty() || !names.iter().all(complete) {
        return Err(refuse("a part is not complete"));
    }
    let mut whole = Bytes::none(shared.store.keeps_bytes());
    for part in names.iter().filter_map(|name| shared.store.remove(name)) {
        whole.join(&part.bytes);
    }
    shared.store.finish(&whole);
    Ok(())
}

fn header_of(value: String) -> Result<HeaderValue, Refusal> {
    value.try_into().map_err(refuse)
}
