//! `/tus` and `/u/{token}` for those who speak tus 1.0: a creation endpoint for any tus client, and uploads by `HEAD`
//! and `PATCH`. `DELETE` is [`super::uploads`]'.

use std::{
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use axum::{
    body::Body,
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use reelway_api::{ErrorBody, ErrorCode, Protocol};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    access::{self, May},
    extract::Path,
    uploads::content_length,
    videos::{open_video, upload_request},
};
use crate::{
    access::Caller,
    app::App,
    config::ProviderKind,
    db::NewVideo,
    error::AppError,
    providers::{
        UploadRequest,
        local::{
            checksum::Checksum,
            parts::Join,
            receive::{Headers, Incoming, Received, drain},
            token::Token,
            tus::{self, creation::Creation, metadata::Metadata, patch::Patch},
        },
    },
    title,
};

/// The path of the creation endpoint.
pub const PATH: &str = "/tus";

pub(super) const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub(super) const LENGTH: HeaderName = HeaderName::from_static("upload-length");
pub(super) const DEFER_LENGTH: HeaderName = HeaderName::from_static("upload-defer-length");
pub(super) const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
pub(super) const CONCAT: HeaderName = HeaderName::from_static("upload-concat");
pub(super) const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
/// The video that an upload is for: no part of tus.
pub(super) const VIDEO: HeaderName = HeaderName::from_static("reelway-video");

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    // Many clients' examples end the endpoint with a slash.
    OpenApiRouter::new()
        .routes(routes!(create))
        .routes(routes!(head, patch))
        .route("/tus/", axum::routing::post(create))
}

/// Makes an upload, as tus wants it: of a file, which becomes a video, of a part of a file, or of a file out of parts.
#[utoipa::path(post, path = "/tus", tag = "tus",
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream",
        description = "The first bytes, or none"),
    params(
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
        ("Upload-Length" = Option<u64>, Header, description = "Bytes of the file"),
        ("Upload-Defer-Length" = Option<u8>, Header, description = "1: the length comes later"),
        ("Upload-Metadata" = Option<String>, Header, description = "`filename` and `filetype` are used, all is repeated"),
        ("Upload-Concat" = Option<String>, Header, description = "`partial`, or `final;` and the URLs of the parts"),
        ("Upload-Checksum" = Option<String>, Header, description = "`sha1` or `sha256`, and the digest of the body in Base64"),
    ),
    responses(
        (status = 201, description = "`Location` is the upload's URL; `Reelway-Video` is the video's id"),
        (status = 400, body = ErrorBody, description = "bad_request, empty_file"),
        (status = 412, body = ErrorBody, description = "bad_request: another version of tus"),
        (status = 413, body = ErrorBody, description = "too_large"),
        (status = 415, body = ErrorBody, description = "unsupported_media_type: a body of another type"),
        (status = 429, body = ErrorBody, description = "too_many_requests: too many open uploads"),
        (status = 460, body = ErrorBody, description = "digest_mismatch: nothing was made"),
        (status = 507, body = ErrorBody, description = "insufficient_storage"),
    ))]
async fn create(
    State(app): State<App>,
    May { caller, .. }: May<access::Upload>,
    uri: Uri,
    headers: HeaderMap,
    mut body: Body,
) -> Result<Response, AppError> {
    let content_length = content_length(&headers, &body);
    match make(&app, &caller, &uri, &headers, content_length).await {
        Ok(Made { video, token, expires_at, first: None }) => created(&token, video.as_deref(), expires_at, None),
        Ok(Made { video, token, expires_at, first: Some(first) }) => {
            let first = Incoming { token: token.clone(), ..first };
            match Arc::clone(app.local()).take_in(first, body).await {
                Ok(received) => created(&token, video.as_deref(), expires_at, Some(received.offset())),
                Err(error) => {
                    // Nobody will ever know its URL.
                    app.local().cancel_by_token(&token).await?;
                    Err(error)
                }
            }
        }
        Err(error) => {
            if !headers.contains_key(header::EXPECT) {
                drain(&mut body).await;
            }
            Err(error)
        }
    }
}

/// What a `POST` has made.
struct Made {
    video: Option<String>,
    token: Token,
    expires_at: Option<u64>,
    /// The bytes that came along.
    first: Option<Incoming>,
}

async fn make(
    app: &App,
    caller: &Caller,
    uri: &Uri,
    headers: &HeaderMap,
    content_length: Option<u64>,
) -> Result<Made, AppError> {
    tus::check_version(headers)?;
    let name = app.providers().named(ProviderKind::Local).ok_or_else(|| {
        AppError::new(ErrorCode::NotFound, "This server takes no files itself: ask POST /api/videos where they go.")
    })?;
    let first = first_bytes(headers, content_length)?;
    let new_video = |metadata: &Metadata, size| NewVideo {
        owner: caller.owner().map(str::to_owned),
        provider: name.to_owned(),
        title: title::of_file(&metadata.filename().unwrap_or_default()),
        content_type: metadata.content_type(),
        size,
        key: None,
    };
    let creation = Creation::read(headers)?;
    if let Creation::Whole { length, .. } | Creation::Part { length, .. } = &creation {
        caller.may_create(*length, true)?;
        app.providers().get(name)?.accept(*length)?;
    }
    match creation {
        Creation::Whole { length, metadata } => {
            let request = UploadRequest {
                protocol: Some(Protocol::Tus),
                metadata: metadata.text().map(str::to_owned),
                max_size: caller.max_size(),
                ..upload_request(app, uri, headers)
            };
            let (video, target) = open_video(app, new_video(&metadata, length), &request).await?.ok_or_else(|| {
                AppError::new(ErrorCode::Conflict, "Another request makes the same video. Try again.")
            })?;
            let token = Token::of_target(&target);
            Ok(Made { video: Some(video.id), token, expires_at: target.expires_at, first })
        }
        Creation::Part { length, metadata } => {
            let (token, expires_at) =
                app.local().open_part(length, metadata.text().map(str::to_owned), caller.max_size()).await?;
            Ok(Made { video: None, token, expires_at: Some(expires_at), first })
        }
        Creation::Joined { concat, parts, metadata } => {
            // What the parts come to is known once they are held.
            caller.may_create(None, true)?;
            let join = Join {
                parts,
                concat,
                metadata: metadata.text().map(str::to_owned),
                video: new_video(&metadata, None),
                max_size: caller.max_size(),
            };
            let (token, video) = Arc::clone(app.local()).join(join).await?;
            Ok(Made { video: Some(video.id), token, expires_at: None, first: None })
        }
    }
}

/// The request that the bytes in a creation's body amount to.
fn first_bytes(headers: &HeaderMap, content_length: Option<u64>) -> Result<Option<Incoming>, AppError> {
    if content_length == Some(0) {
        return Ok(None);
    }
    tus::check_type(headers)?;
    let checksum = tus::checksum(headers)?;
    let patch = Patch { offset: 0, length: None, content_length, digest: checksum.is_some() };
    // The token comes once there is one.
    Ok(Some(incoming(Token::of_url(String::new()), patch, checksum, headers)))
}

fn incoming(token: Token, patch: Patch, checksum: Option<Checksum>, headers: &HeaderMap) -> Incoming {
    let expects_continue = headers.contains_key(header::EXPECT);
    Incoming { token, headers: Headers::Tus(patch), checksum, expects_continue }
}

fn created(
    token: &Token,
    video: Option<&str>,
    expires_at: Option<u64>,
    offset: Option<u64>,
) -> Result<Response, AppError> {
    let mut headers = HeaderMap::new();
    put_text(&mut headers, header::LOCATION, &token.url());
    if let Some(video) = video {
        put_text(&mut headers, VIDEO, video);
    }
    if let Some(offset) = offset {
        headers.insert(OFFSET, offset.into());
    }
    put_expiry(&mut headers, expires_at);
    Ok((StatusCode::CREATED, headers).into_response())
}

/// Tells where an upload stands.
#[utoipa::path(head, path = "/u/{token}", tag = "tus",
    params(
        ("token" = String, Path, description = "The secret of the upload's target"),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
    ),
    responses(
        (status = 200, description = "`Upload-Offset` tells the bytes that are stored"),
        (status = 404, description = "not_found"),
        (status = 410, description = "upload_expired"),
        (status = 412, description = "bad_request: another version of tus"),
    ))]
async fn head(State(app): State<App>, Path(token): Path<String>, headers: HeaderMap) -> Result<Response, AppError> {
    tus::check_version(&headers)?;
    let upload = app.local().look(&Token::of_url(token)).await?;
    let mut headers = HeaderMap::new();
    headers.insert(OFFSET, upload.offset.into());
    match upload.length {
        Some(length) => headers.insert(LENGTH, length.into()),
        None => headers.insert(DEFER_LENGTH, HeaderValue::from_static("1")),
    };
    for (name, value) in [(METADATA, &upload.metadata), (CONCAT, &upload.concat), (VIDEO, &upload.video_id)] {
        if let Some(value) = value {
            put_text(&mut headers, name, value);
        }
    }
    put_expiry(&mut headers, (upload.length != Some(upload.offset)).then_some(upload.expires_at));
    Ok((StatusCode::OK, headers).into_response())
}

/// Sends bytes from the offset on.
#[utoipa::path(patch, path = "/u/{token}", tag = "tus",
    request_body(content = Vec<u8>, content_type = "application/offset+octet-stream"),
    params(
        ("token" = String, Path, description = "The secret of the upload's target"),
        ("Tus-Resumable" = String, Header, description = "`1.0.0`"),
        ("Upload-Offset" = u64, Header, description = "Where the bytes belong: at the offset that `HEAD` tells"),
        ("Upload-Length" = Option<u64>, Header, description = "Bytes of the file, where they were not told before"),
        ("Upload-Checksum" = Option<String>, Header, description = "`sha1` or `sha256`, and the digest of the body in Base64"),
    ),
    responses(
        (status = 204, description = "`Upload-Offset` tells the bytes that are stored"),
        (status = 400, body = ErrorBody, description = "bad_request, length_mismatch"),
        (status = 403, body = ErrorBody, description = "conflict: the file was put together from parts"),
        (status = 404, body = ErrorBody, description = "not_found"),
        (status = 409, body = ErrorBody, description = "offset_gap: another offset; conflict: another request has taken the upload over"),
        (status = 410, body = ErrorBody, description = "upload_expired"),
        (status = 412, body = ErrorBody, description = "bad_request: another version of tus"),
        (status = 413, body = ErrorBody, description = "too_large, length_mismatch"),
        (status = 415, body = ErrorBody, description = "unsupported_media_type"),
        (status = 460, body = ErrorBody, description = "digest_mismatch"),
        (status = 507, body = ErrorBody, description = "insufficient_storage"),
    ))]
async fn patch(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
    mut body: Body,
) -> Result<Response, AppError> {
    let read = || {
        tus::check_version(&headers)?;
        let checksum = tus::checksum(&headers)?;
        let patch = Patch::read(&headers, content_length(&headers, &body), checksum.is_some())?;
        Ok::<_, AppError>(incoming(Token::of_url(token), patch, checksum, &headers))
    };
    let request = match read() {
        Ok(request) => request,
        Err(error) => {
            if !headers.contains_key(header::EXPECT) {
                drain(&mut body).await;
            }
            return Err(error);
        }
    };
    let received = Arc::clone(app.local()).take_in(request, body).await?;
    let mut headers = HeaderMap::new();
    headers.insert(OFFSET, received.offset().into());
    if let Received::Incomplete { expires_at, .. } = received {
        put_expiry(&mut headers, Some(expires_at));
    }
    Ok((StatusCode::NO_CONTENT, headers).into_response())
}

/// What is no header's value is left out: it came as one.
fn put_text(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn put_expiry(headers: &mut HeaderMap, expires_at: Option<u64>) {
    if let Some(expires_at) = expires_at {
        let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(expires_at));
        put_text(headers, EXPIRES, &date);
    }
}
