//! `/media/{id}/…`: published files.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use object_store::{GetOptions, GetRange, GetResult, GetResultPayload, ObjectMeta};
use reelway_api::{ErrorBody, ErrorCode};
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    extract::{Path, Query},
    files::{content_type, unchanged},
    range::{Wanted, wanted},
    signed::{carry, names_others},
};
use crate::{access::Pass, app::App, config::Policy, error::AppError, media::encrypt};

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(media)).routes(routes!(key))
}

/// Bytes that are read at once.
const BUFFER: usize = 64 << 10;

/// The query of a signed address.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct MediaQuery {
    /// As the addresses in a `Playback` carry it, with `playback.policy = "signed"`.
    token: Option<String>,
}

impl MediaQuery {
    /// The token, once it is found good.
    pub(super) fn check(&self, app: &App, id: &str) -> Result<&str, AppError> {
        // None is as good as a wrong one, and told in the same words.
        let token = self.token.as_deref().unwrap_or_default();
        app.passes().check(Pass::Media, id, token, app.clock().now())?;
        Ok(token)
    }
}

/// The key of a video whose segments are encrypted: 16 bytes, for those who may watch it.
#[utoipa::path(get, path = "/media/{id}/key", tag = "media",
    params(("id" = String, Path, description = "The video's id"), MediaQuery),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 401, body = ErrorBody, description = "unauthorized, ticket_expired"),
        (status = 404, body = ErrorBody, description = "not_found"),
    ))]
async fn key(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<MediaQuery>,
) -> Result<Response, AppError> {
    query.check(&app, &id)?;
    let key = encrypt::key_of(app.db(), &id).await?;
    let key = key.ok_or_else(|| AppError::new(ErrorCode::NotFound, "There is no such file."))?;
    let headers = [(header::CONTENT_TYPE, "application/octet-stream"), (header::CACHE_CONTROL, "no-store")];
    Ok((headers, key.to_vec()).into_response())
}

/// A published file: playlist, segment, storyboard, poster.
#[utoipa::path(get, path = "/media/{id}/{*path}", tag = "media",
    params(
        ("id" = String, Path, description = "The video's id"),
        ("path" = String, Path, description = "The file's path within the video's folder"),
        ("Range" = Option<String>, Header, description = "`bytes=a-b`: one range"),
        MediaQuery,
    ),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 304, description = "The client has this version"),
        (status = 401, body = ErrorBody, description = "unauthorized, ticket_expired: ask for a fresh Playback"),
        (status = 404, body = ErrorBody, description = "not_found"),
        (status = 416, body = ErrorBody, description = "bad_request: the range is outside the file"),
    ))]
async fn media(
    State(app): State<App>,
    method: Method,
    Path((id, path)): Path<(String, String)>,
    Query(query): Query<MediaQuery>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let config = app.config();
    let token = match config.playback.policy(config.auth) {
        Policy::Public => None,
        Policy::Signed => Some(query.check(&app, &id)?),
    };
    let key = format!("{id}/{path}");
    let meta = app.store().head(&key).await.map_err(not_found)?;
    let etag = etag(&meta);
    let fixed = [
        (header::ETAG, etag.clone()),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache_control(&path, token.is_some()))),
        (header::ACCEPT_RANGES, HeaderValue::from_static("bytes")),
    ];
    if unchanged(&headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, fixed).into_response());
    }
    if let Some(token) = token.filter(|_| names_others(&path)) {
        // It is as long as the token makes it: no part of it is asked for by its bytes.
        let content = app.store().get(&key, GetOptions::default()).await.map_err(not_found)?.bytes().await?;
        let kind = [(header::CONTENT_TYPE, HeaderValue::from_static(content_type(&path)))];
        let [tag, cache, _] = fixed;
        return Ok(([tag, cache], kind, carry(&path, &content, token)).into_response());
    }
    let same = headers.get(header::IF_RANGE).is_none_or(|version| *version == etag);
    let range = headers.get(header::RANGE).filter(|_| same).and_then(|range| range.to_str().ok());
    let (status, range) = match range.map_or(Wanted::All, |range| wanted(range, meta.size)) {
        Wanted::All => (StatusCode::OK, 0..meta.size),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Wanted::Unsatisfiable => {
            let message = format!("The file has {} bytes, none of them in this range.", meta.size);
            let error = AppError::with_status(StatusCode::RANGE_NOT_SATISFIABLE, ErrorCode::BadRequest, message);
            let size = HeaderValue::from_str(&format!("bytes */{}", meta.size)).ok();
            return Err(size.into_iter().fold(error, |error, size| error.header(header::CONTENT_RANGE, size)));
        }
    };
    let mut response = (status, fixed).into_response();
    let described = response.headers_mut();
    described.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(&path)));
    described.insert(header::CONTENT_LENGTH, HeaderValue::from(range.end - range.start));
    if status == StatusCode::PARTIAL_CONTENT {
        let place = format!("bytes {}-{}/{}", range.start, range.end - 1, meta.size);
        described.extend(HeaderValue::from_str(&place).map(|place| (header::CONTENT_RANGE, place)));
    }
    if method != Method::HEAD && !range.is_empty() {
        let mut options = GetOptions::default();
        if status == StatusCode::PARTIAL_CONTENT {
            options.range = Some(GetRange::Bounded(range));
        }
        // A playlist may just have been replaced: then this is no longer what the headers describe.
        options.if_match = meta.e_tag;
        *response.body_mut() = stream(app.store().get(&key, options).await.map_err(not_found)?).await?;
    }
    Ok(response)
}

/// The file as a body. Local files are read in larger pieces than the store would.
async fn stream(found: GetResult) -> Result<Body, AppError> {
    let length = found.range.end - found.range.start;
    let start = found.range.start;
    match found.payload {
        GetResultPayload::File(file, _) => {
            let mut file = tokio::fs::File::from_std(file);
            file.seek(std::io::SeekFrom::Start(start)).await?;
            Ok(Body::from_stream(ReaderStream::with_capacity(file.take(length), BUFFER)))
        }
        GetResultPayload::Stream(stream) => Ok(Body::from_stream(stream)),
    }
}

fn not_found(error: object_store::Error) -> AppError {
    match error {
        object_store::Error::NotFound { .. } | object_store::Error::InvalidPath { .. } => {
            AppError::new(ErrorCode::NotFound, "There is no such file.")
        }
        object_store::Error::Precondition { .. } => {
            AppError::new(ErrorCode::Unavailable, "The file has just been replaced. Ask again.")
        }
        error => error.into(),
    }
}

/// The version's entity tag: the store's own, or what is as good.
fn etag(meta: &ObjectMeta) -> HeaderValue {
    let tag = match &meta.e_tag {
        Some(tag) if tag.starts_with('"') || tag.starts_with("W/") => tag.clone(),
        Some(tag) => format!("\"{tag}\""),
        None => format!("\"{:x}-{:x}\"", meta.last_modified.timestamp_micros(), meta.size),
    };
    HeaderValue::from_str(&tag).unwrap_or(HeaderValue::from_static("\"\""))
}

/// Segments and sheets never change under their name; playlists grow, and posters and texts are made anew.
/// What is signed is for one viewer.
fn cache_control(path: &str, signed: bool) -> &'static str {
    let lasting = matches!(path.rsplit_once('.'), Some((_, "m4s" | "mp4" | "ts" | "aac" | "webp")));
    match (lasting, signed) {
        (true, false) => "public, max-age=31536000, immutable",
        (true, true) => "private, max-age=31536000, immutable",
        (false, false) => "public, max-age=2",
        (false, true) => "private, max-age=2",
    }
}
