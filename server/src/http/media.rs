//! `/media/{id}/…`: published files.

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use object_store::{GetOptions, GetRange, GetResult, GetResultPayload, ObjectMeta};
use reelway_api::{ErrorBody, ErrorCode};
use tokio::io::{AsyncReadExt, AsyncSeekExt};
use tokio_util::io::ReaderStream;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    extract::Path,
    files::{content_type, unchanged},
    range::{Wanted, wanted},
};
use crate::{app::App, error::AppError};

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(media))
}

/// Bytes that are read at once.
const BUFFER: usize = 64 << 10;

/// A published file: playlist, segment, storyboard, poster.
#[utoipa::path(get, path = "/media/{id}/{*path}", tag = "media",
    params(
        ("id" = String, Path, description = "The video's id"),
        ("path" = String, Path, description = "The file's path within the video's folder"),
        ("Range" = Option<String>, Header, description = "`bytes=a-b`: one range"),
    ),
    responses(
        (status = 200, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 304, description = "The client has this version"),
        (status = 404, body = ErrorBody, description = "not_found"),
        (status = 416, body = ErrorBody, description = "bad_request: the range is outside the file"),
    ))]
async fn media(
    State(app): State<App>,
    method: Method,
    Path((id, path)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let key = format!("{id}/{path}");
    let meta = app.store().head(&key).await.map_err(not_found)?;
    let etag = etag(&meta);
    let fixed = [
        (header::ETAG, etag.clone()),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache_control(&path))),
        (header::ACCEPT_RANGES, HeaderValue::from_static("bytes")),
    ];
    if unchanged(&headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, fixed).into_response());
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
fn cache_control(path: &str) -> &'static str {
    match path.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "m4s" | "mp4" | "ts" | "aac" | "webp" => "public, max-age=31536000, immutable",
        _ => "public, max-age=2",
    }
}
