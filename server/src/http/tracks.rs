//! `/api/videos/{id}/tracks`: captions that somebody brings for a video.

use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, State},
    http::{HeaderMap, StatusCode, header},
};
use reelway_api::{ErrorBody, ErrorCode, Playback, TextTrack, TrackKind};
use reelway_core::captions::{Captions, CaptionsError, MAX_BYTES};
use serde::Deserialize;
use utoipa_axum::{
    router::{OpenApiRouter, UtoipaMethodRouterExt},
    routes,
};

use super::{
    access::{Manage, May},
    extract::{Path, Query},
};
use crate::{
    app::App,
    db::{Applied, Change, VideoRow, videos::TrackRow},
    error::AppError,
    title,
};

/// Tracks of a video.
const MOST: usize = 50;

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    // One more than is taken, so that what is too long is told in words of ours.
    let limit = DefaultBodyLimit::max(MAX_BYTES + 1024);
    OpenApiRouter::new().routes(routes!(add).layer(limit)).routes(routes!(remove))
}

/// What the captions are.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct NewTrack {
    /// A BCP 47 tag: `en`, `pt-BR`.
    language: Option<String>,
    /// As it is shown in the menu, 1 to 200 characters. Left out: the name of the language.
    label: Option<String>,
    /// `subtitles` where nothing is said.
    kind: Option<TrackKind>,
}

/// Adds captions, in WebVTT or SubRip. They are kept as WebVTT, without styles and comments.
#[utoipa::path(post, path = "/api/videos/{id}/tracks", tag = "videos",
    request_body(content = String, content_type = "text/vtt",
        description = "`text/vtt` or `application/x-subrip`, in UTF-8; 2 MiB at most"),
    params(("id" = String, Path, description = "The video's id"), NewTrack), responses(
    (status = 201, body = TextTrack),
    (status = 400, body = ErrorBody, description = "bad_captions: the message says where; bad_request"),
    (status = 404, body = ErrorBody, description = "not_found"),
    (status = 409, body = ErrorBody, description = "conflict: it has as many as a video can have"),
    (status = 413, body = ErrorBody, description = "bad_captions: the file is too large"),
    (status = 415, body = ErrorBody, description = "unsupported_media_type"),
))]
async fn add(
    State(app): State<App>,
    May { caller, .. }: May<Manage>,
    Path(id): Path<String>,
    Query(new): Query<NewTrack>,
    headers: HeaderMap,
    body: Result<Bytes, axum::extract::rejection::BytesRejection>,
) -> Result<(StatusCode, axum::Json<TextTrack>), AppError> {
    let video = app.find(&caller, &id).await?;
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    // Neither can be sent by a form of another site.
    if !["text/vtt", "application/x-subrip"].contains(&kind.split(';').next().unwrap_or_default().trim()) {
        let message = "Send WebVTT as text/vtt, or SubRip as application/x-subrip.";
        return Err(AppError::new(ErrorCode::UnsupportedMediaType, message));
    }
    let language = new.language.unwrap_or_default();
    if !is_language(&language) {
        return Err(AppError::new(ErrorCode::BadRequest, "language is a BCP 47 tag: en, pt-BR."));
    }
    if new.kind == Some(TrackKind::Unknown) {
        return Err(AppError::new(ErrorCode::BadRequest, "kind is subtitles or captions."));
    }
    let label = match &new.label {
        Some(label) => title::typed(label)
            .ok_or_else(|| AppError::new(ErrorCode::BadRequest, "A label has 1 to 200 visible characters."))?,
        None => String::new(),
    };
    let body = body.map_err(|_| refusal(&CaptionsError::TooLarge))?;
    let captions = Captions::parse(&body).map_err(|error| refusal(&error))?;
    if video.tracks.len() >= MOST {
        return Err(AppError::new(ErrorCode::Conflict, "The video has 50 tracks. Remove one first."));
    }
    let track = uuid::Uuid::new_v4().simple().to_string();
    let row = TrackRow {
        path: format!("tracks/{track}.vtt"),
        id: track,
        kind: new.kind.unwrap_or(TrackKind::Subtitles),
        language,
        label,
    };
    app.store().publish_bytes(captions.to_vtt(), &format!("{}/{}", video.id, row.path)).await?;
    match app.videos().apply(&video.id, Change::Track(row.clone())).await? {
        Applied::Done(video) => Ok((StatusCode::CREATED, axum::Json(shown(&app, &video, &row)))),
        Applied::Refused(_) | Applied::Gone => {
            app.store().remove(&format!("{}/{}", video.id, row.path)).await?;
            Err(AppError::no_such_video())
        }
    }
}

/// Removes captions. Those that were in the file, too: the file keeps them.
#[utoipa::path(delete, path = "/api/videos/{id}/tracks/{track}", tag = "videos",
    params(
        ("id" = String, Path, description = "The video's id"),
        ("track" = String, Path, description = "The track's id"),
    ),
    responses((status = 204), (status = 404, body = ErrorBody, description = "not_found")))]
async fn remove(
    State(app): State<App>,
    May { caller, .. }: May<Manage>,
    Path((id, track)): Path<(String, String)>,
) -> Result<StatusCode, AppError> {
    let video = app.find(&caller, &id).await?;
    let found = video.tracks.iter().find(|row| row.id == track);
    let row = found.ok_or_else(|| AppError::new(ErrorCode::NotFound, "There is no such track."))?;
    app.videos().apply(&video.id, Change::NoTrack(row.id.clone())).await?;
    app.store().remove(&format!("{}/{}", video.id, row.path)).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn refusal(error: &CaptionsError) -> AppError {
    let status =
        if *error == CaptionsError::TooLarge { StatusCode::PAYLOAD_TOO_LARGE } else { StatusCode::BAD_REQUEST };
    AppError::with_status(status, ErrorCode::BadCaptions, error.to_string())
}

/// Subtags of letters and digits (RFC 5646), or none.
fn is_language(tag: &str) -> bool {
    let subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    tag.is_empty() || (tag.len() <= 35 && tag.split('-').all(subtag))
}

fn shown(app: &App, video: &VideoRow, row: &TrackRow) -> TextTrack {
    TextTrack {
        id: row.id.clone(),
        src: app.local().media_address(video, &row.path).0,
        kind: row.kind,
        language: row.language.clone(),
        label: row.label.clone(),
    }
}

/// The same playback with the video's own tracks: this server keeps them, whatever the provider.
pub(super) fn with_tracks(app: &App, video: &VideoRow, mut playback: Playback) -> Playback {
    playback.tracks = video.tracks.iter().map(|row| shown(app, video, row)).collect();
    if let Some(ends) = video.tracks.first().and_then(|row| app.local().media_address(video, &row.path).1) {
        playback.expires_at = Some(playback.expires_at.map_or(ends, |other| other.min(ends)));
    }
    playback
}
