//! `/media/{id}/tiles.vtt`: the storyboard of a video whose service makes pictures, and no storyboard of them.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use reelway_api::{ErrorBody, ErrorCode};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    extract::{Path, Query},
    media::MediaQuery,
};
use crate::{app::App, error::AppError, providers::Storyboard};

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(storyboard))
}

/// The storyboard of a video whose service makes pictures to order: WebVTT, with the address of a picture in each cue.
#[utoipa::path(get, path = "/media/{id}/tiles.vtt", tag = "media",
    params(("id" = String, Path, description = "The video's id"), MediaQuery),
    responses(
        (status = 200, body = String, content_type = "text/vtt"),
        (status = 401, body = ErrorBody, description = "unauthorized, ticket_expired: ask for a fresh Playback"),
        (status = 404, body = ErrorBody, description = "not_found"),
    ))]
async fn storyboard(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<MediaQuery>,
) -> Result<Response, AppError> {
    let told = match app.videos().get(&id).await? {
        Some(video) => app.providers().get(&video.provider)?.storyboard(&video).await?,
        None => None,
    };
    // Only what is public is told to whoever has the id. Of all else, nobody learns whether it is there.
    if !told.as_ref().is_some_and(|storyboard| storyboard.public) {
        query.check(&app, &id)?;
    }
    let Storyboard { text, .. } = told.ok_or_else(|| AppError::new(ErrorCode::NotFound, "There is no such file."))?;
    Ok(([(header::CONTENT_TYPE, "text/vtt; charset=utf-8")], text).into_response())
}
