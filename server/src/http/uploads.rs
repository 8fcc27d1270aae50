//! `/u/{token}`: the local provider's end of a resumable upload.

use std::sync::Arc;

use axum::{
    Json,
    body::Body,
    extract::State,
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use reelway_api::{ErrorBody, ErrorCode, Video};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::extract::Path;
use crate::{
    app::App,
    error::AppError,
    providers::local::{
        checksum::{Algorithm, Checksum},
        receive::{Headers, Incoming, Received},
        resumable::{ContentRange, Put, range_of},
        token::Token,
        tus,
    },
};

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(put, cancel))
}

/// Sends a chunk of the file, the whole file, or (with `Content-Range: bytes */N` and no body) asks for the offset.
#[utoipa::path(put, path = "/u/{token}", tag = "uploads",
    request_body(content = Vec<u8>, content_type = "application/octet-stream"),
    params(
        ("token" = String, Path, description = "The secret of the upload's target"),
        ("Content-Range" = Option<String>, Header,
         description = "`bytes a-b/N`, `bytes a-b/*`, `bytes */N` or `bytes */*`. Without it the body is the whole file"),
        ("Content-Digest" = Option<String>, Header, description = "`sha-256=:…:` (RFC 9530) of the body"),
    ),
    responses(
        (status = 200, body = Video, description = "All bytes are stored"),
        (status = 308, description = "More bytes are wanted. `Range: bytes=0-N` tells those that are stored; without it none is"),
        (status = 400, body = ErrorBody, description = "bad_request, empty_file, chunk_misaligned, digest_mismatch, length_mismatch"),
        (status = 404, body = ErrorBody, description = "not_found"),
        (status = 409, body = ErrorBody, description = "conflict: another request has taken the upload over"),
        (status = 410, body = ErrorBody, description = "upload_expired"),
        (status = 413, body = ErrorBody, description = "too_large"),
        (status = 503, body = ErrorBody, description = "offset_gap: `Range` tells where to go on; unavailable"),
        (status = 507, body = ErrorBody, description = "insufficient_storage"),
    ))]
async fn put(
    State(app): State<App>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, AppError> {
    let malformed = |message: &str| AppError::new(ErrorCode::BadRequest, message);
    let range = headers.get(header::CONTENT_RANGE).map(|value| {
        let range = value.to_str().ok().and_then(ContentRange::parse);
        range.ok_or_else(|| malformed("Content-Range is one of: bytes a-b/N, bytes a-b/*, bytes */N, bytes */*."))
    });
    let digest = read_digest(&headers)
        .map_err(|()| malformed("Content-Digest can't be read. It is: sha-256=:the digest in base64:."))?;
    let content_length = content_length(&headers, &body);
    let request = Incoming {
        token: Token::of_url(token),
        headers: Headers::Resumable(Put { range: range.transpose()?, content_length, digest: digest.is_some() }),
        checksum: digest,
        expects_continue: headers.contains_key(header::EXPECT),
    };
    Ok(match Arc::clone(app.local()).take_in(request, body).await? {
        Received::Complete(video) => Json(app.show(&video).await).into_response(),
        Received::Incomplete { offset, .. } => {
            let range = range_of(offset).map(|range| [(header::RANGE, range)]);
            (StatusCode::PERMANENT_REDIRECT, range, ()).into_response()
        }
    })
}

/// Bytes of the body, where that is told.
pub(super) fn content_length(headers: &HeaderMap, body: &Body) -> Option<u64> {
    headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok()?.parse().ok())
        .or_else(|| axum::body::HttpBody::size_hint(body).exact())
}

/// Cancels the upload: its bytes are removed. Again is no error. In tus this is the termination.
#[utoipa::path(delete, path = "/u/{token}", tag = "uploads",
    params(("token" = String, Path, description = "The secret of the upload's target")), responses(
    (status = 204),
    (status = 404, body = ErrorBody, description = "not_found"),
    (status = 409, body = ErrorBody, description = "conflict: the upload is complete"),
))]
async fn cancel(State(app): State<App>, Path(token): Path<String>, headers: HeaderMap) -> Result<StatusCode, AppError> {
    if headers.contains_key("tus-resumable") {
        tus::check_version(&headers)?;
    }
    app.local().cancel_by_token(&Token::of_url(token)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The SHA-256 of `Content-Digest` (RFC 9530: a dictionary of byte sequences). Other algorithms are passed over, as
/// the RFC wants it.
fn read_digest(headers: &HeaderMap) -> Result<Option<Checksum>, ()> {
    for value in headers.get_all("content-digest") {
        for entry in value.to_str().map_err(drop)?.split(',') {
            let (algorithm, digest) = entry.trim().split_once('=').ok_or(())?;
            if algorithm == "sha-256" {
                let text = digest.strip_prefix(':').and_then(|digest| digest.strip_suffix(':')).ok_or(())?;
                let digest = STANDARD.decode(text).map_err(drop)?;
                return Checksum::new(Algorithm::Sha256, digest).map(Some).ok_or(());
            }
        }
    }
    Ok(None)
}
