//! `/api/providers`: the places that videos may go to. And what providers do beyond uploads: imports, pictures.

use axum::{extract::State, http::StatusCode};
use reelway_api::{ErrorBody, ErrorCode, ImportVideo, PictureUrl, ProviderInfo, ProviderList, Video, VideoStatus};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    access::{Import, May, Upload, View},
    extract::{Json, Path, Query},
    videos::title_of,
};
use crate::{
    app::App,
    db::NewVideo,
    error::AppError,
    providers::{Picture, Provider},
};

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(import)).routes(routes!(thumbnail))
}

/// The provider that a caller has chosen, or else the default one, with its name.
///
/// # Errors
/// Where there is none of that name.
pub(super) fn chosen<'a>(app: &'a App, name: Option<&str>) -> Result<(&'a str, &'a dyn Provider), AppError> {
    let Some(name) = name else { return app.providers().default() };
    let known = app.providers().names().find(|known| *known == name).ok_or_else(|| {
        AppError::new(ErrorCode::BadRequest, "There is no provider of this name: GET /api/providers lists them.")
    })?;
    Ok((known, app.providers().get(known)?))
}

/// The places that videos may go to, with the default one first.
#[utoipa::path(get, path = "/api/providers", tag = "providers", responses((status = 200, body = ProviderList)))]
async fn list(State(app): State<App>, _: May<Upload>) -> Result<axum::Json<ProviderList>, AppError> {
    let (default, _) = app.providers().default()?;
    let mut providers = Vec::new();
    for name in app.providers().names() {
        let label = app.providers().get(name)?.label().unwrap_or("This server");
        providers.push(ProviderInfo { name: name.to_owned(), label: label.to_owned(), default: name == default });
    }
    Ok(axum::Json(ProviderList { providers }))
}

/// Makes a video of an asset that is at its provider already. Again gives the same video.
///
/// It needs a scope of its own: whoever may import may have any asset of the provider's account, which knows nothing of
/// this server's owners.
#[utoipa::path(post, path = "/api/videos/import", tag = "videos", request_body = ImportVideo, responses(
    (status = 201, body = Video),
    (status = 200, body = Video, description = "The video that has been made of this asset before"),
    (status = 400, body = ErrorBody, description = "bad_request"),
    (status = 404, body = ErrorBody, description = "not_found: the provider knows of no such asset"),
    (status = 429, body = ErrorBody, description = "too_many_requests"),
    (status = 503, body = ErrorBody, description = "unavailable: the provider does not answer"),
))]
async fn import(
    State(app): State<App>,
    May { caller, .. }: May<Import>,
    Json(request): Json<ImportVideo>,
) -> Result<(StatusCode, axum::Json<Video>), AppError> {
    caller.may_create(None, true)?;
    let (name, provider) = chosen(&app, Some(&request.provider))?;
    let id = request.external_id.trim();
    if id.is_empty() || id.len() > 255 || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
        let message = "external_id is the provider's name for the asset: 1 to 255 visible ASCII characters.";
        return Err(AppError::new(ErrorCode::BadRequest, message));
    }
    if let Some(video) = app.videos().by_asset(name, id).await? {
        // To others it is not there, as with every video.
        if caller.owner().is_some_and(|owner| video.owner.as_deref() != Some(owner)) {
            return Err(AppError::no_such_asset());
        }
        return Ok((StatusCode::OK, axum::Json(app.show(&video).await)));
    }
    let title = title_of(request.title.as_deref(), id)?;
    let owner = caller.owner().map(str::to_owned);
    let new = NewVideo { owner, provider: name.to_owned(), title, content_type: None, size: None, key: None };
    let video = app.videos().insert(new).await?.ok_or_else(AppError::no_such_video)?;
    match provider.import(&video, id).await {
        Ok(video) => Ok((StatusCode::CREATED, axum::Json(app.show(&video).await))),
        Err(error) => {
            app.videos().delete(&video.id).await?;
            Err(error)
        }
    }
}

/// The query of a picture.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct PictureQuery {
    /// Seconds into the video. Absent: the poster's time.
    time: Option<f64>,
    /// Pixels: 1 to 4096.
    width: Option<u32>,
    /// Pixels: 1 to 4096.
    height: Option<u32>,
    /// How the frame is fitted into width and height: `preserve`, `stretch`, `crop`, `smartcrop`, `pad`, or what the
    /// provider calls it.
    fit: Option<String>,
    /// A moving picture instead.
    #[serde(default)]
    animated: bool,
}

/// Where a picture of the video is, made to order, with a token where the video wants one.
#[utoipa::path(get, path = "/api/videos/{id}/thumbnail", tag = "videos",
    params(("id" = String, Path, description = "The video's id"), PictureQuery), responses(
    (status = 200, body = PictureUrl),
    (status = 400, body = ErrorBody, description = "bad_request"),
    (status = 404, body = ErrorBody, description = "not_found: no such video, or its provider makes no such pictures"),
    (status = 409, body = ErrorBody, description = "not_ready"),
))]
async fn thumbnail(
    State(app): State<App>,
    May { caller, .. }: May<View>,
    Path(id): Path<String>,
    Query(query): Query<PictureQuery>,
) -> Result<axum::Json<PictureUrl>, AppError> {
    let video = app.find(&caller, &id).await?;
    let pixels = |side: Option<u32>| side.is_none_or(|side| (1..=4096).contains(&side));
    let time = query.time.is_none_or(|time| time.is_finite() && (0.0..=1e6).contains(&time));
    let fit = query.fit.as_ref().is_none_or(|fit| fit.len() <= 16 && fit.bytes().all(|byte| byte.is_ascii_lowercase()));
    if !pixels(query.width) || !pixels(query.height) || !time || !fit {
        let message = "time is in seconds, width and height are 1 to 4096 pixels, fit is one word in lower case.";
        return Err(AppError::new(ErrorCode::BadRequest, message));
    }
    if video.status != VideoStatus::Ready {
        return Err(AppError::new(ErrorCode::NotReady, "The video is not ready: there are no pictures of it yet."));
    }
    let PictureQuery { time, width, height, fit, animated: moving } = query;
    let url =
        app.providers().get(&video.provider)?.picture(&video, &Picture { time, width, height, fit, moving }).await?;
    let url = url.ok_or_else(|| AppError::new(ErrorCode::NotFound, "There is no such picture."))?;
    Ok(axum::Json(PictureUrl { url }))
}
