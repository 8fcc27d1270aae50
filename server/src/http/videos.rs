//! `/api/videos`: videos, and the targets their bytes go to.

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode, Uri, header},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reelway_api::{
    CreateVideo, CreatedVideo, ErrorBody, ErrorCode, Playback, UpdateVideo, UploadTarget, Video, VideoList, VideoStatus,
};
use serde::Deserialize;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    access::{Manage, May, Upload, View},
    extract::{Json, Path, Query},
    guard, providers, tracks,
};
use crate::{
    access::{Caller, Scope},
    app::App,
    db::{Applied, Change, NewVideo, VideoRow},
    error::AppError,
    providers::UploadRequest,
    title,
};

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(create, list))
        .routes(routes!(read, update, remove))
        .routes(routes!(fresh_target))
        .routes(routes!(playback))
}

/// Names a request, so that it may be sent again.
pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Videos of a page, unless the query says otherwise.
const PAGE: u32 = 24;

/// Videos of a page at most.
const MAX_PAGE: u32 = 100;

impl App {
    /// The video as the routes show it. Where its provider can't tell how to play it, it is shown without.
    pub async fn show(&self, video: &VideoRow) -> Video {
        let playback = match self.providers().get(&video.provider) {
            Ok(provider) => provider.playback(video).await,
            Err(error) => Err(error),
        };
        let playback = playback.unwrap_or_else(|error| {
            tracing::warn!(video_id = video.id, %error, "a video is shown without its playback");
            None
        });
        video.to_api(playback.map(|playback| tracks::with_tracks(self, video, playback)))
    }

    /// The video, if there is one within the caller's reach.
    ///
    /// # Errors
    /// There is none.
    pub(super) async fn find(&self, caller: &Caller, id: &str) -> Result<VideoRow, AppError> {
        self.videos().find(caller.reach(), id).await?.ok_or_else(AppError::no_such_video)
    }
}

/// Registers a video and tells where its bytes go.
///
/// A request whose answer was lost is sent again with the same `Idempotency-Key`: it gives the same video, with a
/// target that works, as long as the upload is open.
#[utoipa::path(post, path = "/api/videos", tag = "videos", request_body = CreateVideo,
    params(("Idempotency-Key" = Option<String>, Header,
        description = "Made anew for each upload: a UUID, say. 1 to 128 visible ASCII characters")),
    responses(
    (status = 201, body = CreatedVideo),
    (status = 200, body = CreatedVideo, description = "The video that was made with this Idempotency-Key"),
    (status = 400, body = ErrorBody, description = "bad_request, empty_file"),
    (status = 409, body = ErrorBody, description = "conflict: the Idempotency-Key belongs to another file, or to one that has arrived"),
    (status = 413, body = ErrorBody, description = "too_large"),
    (status = 415, body = ErrorBody, description = "unsupported_media_type"),
    (status = 429, body = ErrorBody, description = "too_many_requests: too many open uploads"),
    (status = 507, body = ErrorBody, description = "insufficient_storage"),
))]
async fn create(
    State(app): State<App>,
    May { caller, .. }: May<Upload>,
    uri: Uri,
    headers: HeaderMap,
    Json(request): Json<CreateVideo>,
) -> Result<(StatusCode, axum::Json<CreatedVideo>), AppError> {
    let key = read_key(&headers)?;
    let (name, provider) = providers::chosen(&app, request.provider.as_deref())?;
    caller.may_create(request.size, provider.counts_bytes())?;
    provider.accept(request.size)?;
    let new = NewVideo {
        owner: caller.owner().map(str::to_owned),
        provider: name.to_owned(),
        title: title_of(request.title.as_deref(), &request.filename)?,
        content_type: request.content_type,
        size: request.size,
        key: key.clone(),
    };
    let max_size = caller.max_size();
    let wish = UploadRequest { protocol: request.protocol, max_size, ..upload_request(&app, &uri, &headers) };
    if let Some(again) = made_before(&app, key.as_deref(), &new, &wish).await? {
        return Ok((StatusCode::OK, axum::Json(again)));
    }
    if let Some((video, upload)) = open_video(&app, new.clone(), &wish).await? {
        return Ok((StatusCode::CREATED, axum::Json(CreatedVideo { video: app.show(&video).await, upload })));
    }
    // The same request has come twice, and the other one was a moment faster.
    let again = made_before(&app, key.as_deref(), &new, &wish).await?;
    again.map(|again| (StatusCode::OK, axum::Json(again))).ok_or_else(AppError::no_such_video)
}

/// The title that somebody has typed, or else that of a file.
pub(super) fn title_of(typed: Option<&str>, filename: &str) -> Result<String, AppError> {
    let Some(typed) = typed else { return Ok(title::of_file(filename)) };
    title::typed(typed).ok_or_else(|| AppError::new(ErrorCode::BadRequest, "A title has 1 to 200 visible characters."))
}

fn read_key(headers: &HeaderMap) -> Result<Option<String>, AppError> {
    let Some(value) = headers.get(IDEMPOTENCY_KEY) else { return Ok(None) };
    let key = value.to_str().unwrap_or_default();
    if key.is_empty() || key.len() > 128 || !key.bytes().all(|byte| byte.is_ascii_graphic()) {
        let message = "Idempotency-Key is 1 to 128 visible ASCII characters: a UUID, say.";
        return Err(AppError::new(ErrorCode::BadRequest, message));
    }
    Ok(Some(key.to_owned()))
}

/// The video that was made with this key, and a target for it.
async fn made_before(
    app: &App,
    key: Option<&str>,
    new: &NewVideo,
    request: &UploadRequest,
) -> Result<Option<CreatedVideo>, AppError> {
    let Some(key) = key else { return Ok(None) };
    let Some(video) = app.videos().by_key(new.owner.as_deref(), key).await? else { return Ok(None) };
    if video.size != new.size {
        let message = "This Idempotency-Key belongs to another file. Make a new one for each upload.";
        return Err(AppError::new(ErrorCode::Conflict, message));
    }
    renewed(app, video, request).await.map(Some)
}

/// Makes a video that awaits its bytes, and opens an upload for it at its provider. `None`: there is a video with this
/// key.
pub(super) async fn open_video(
    app: &App,
    new: NewVideo,
    request: &UploadRequest,
) -> Result<Option<(VideoRow, UploadTarget)>, AppError> {
    let provider = app.providers().get(&new.provider)?;
    let content_type = new.content_type.filter(|kind| kind.len() <= 255);
    let Some(video) = app.videos().insert(NewVideo { content_type, ..new }).await? else { return Ok(None) };
    let opened = match provider.create_upload(&video, request).await {
        Ok(opened) => opened,
        Err(error) => {
            app.videos().delete(&video.id).await?;
            return Err(error);
        }
    };
    let video = note_upload(app, video, opened.upload_id).await?;
    metrics::counter!("reelway_videos_created_total").increment(1);
    Ok(Some((video, opened.target)))
}

/// A working target for the same bytes, after the one before has run out.
#[utoipa::path(post, path = "/api/videos/{id}/upload", tag = "videos",
    params(("id" = String, Path, description = "The video's id")), responses(
    (status = 200, body = CreatedVideo),
    (status = 404, body = ErrorBody, description = "not_found"),
    (status = 409, body = ErrorBody, description = "conflict: the upload is over"),
))]
async fn fresh_target(
    State(app): State<App>,
    May { caller, .. }: May<Upload>,
    Path(id): Path<String>,
    uri: Uri,
    headers: HeaderMap,
) -> Result<axum::Json<CreatedVideo>, AppError> {
    let video = app.find(&caller, &id).await?;
    let request = UploadRequest { max_size: caller.max_size(), ..upload_request(&app, &uri, &headers) };
    renewed(&app, video, &request).await.map(axum::Json)
}

async fn renewed(app: &App, video: VideoRow, request: &UploadRequest) -> Result<CreatedVideo, AppError> {
    if !matches!(video.status, VideoStatus::AwaitingUpload | VideoStatus::Uploading) {
        return Err(AppError::new(ErrorCode::Conflict, "The upload is over: there is nothing to send any more."));
    }
    let provider = app.providers().get(&video.provider)?;
    let opened = provider.fresh_target(&video, request).await?;
    let video = note_upload(app, video, opened.upload_id).await?;
    Ok(CreatedVideo { video: app.show(&video).await, upload: opened.target })
}

async fn note_upload(app: &App, video: VideoRow, upload_id: Option<String>) -> Result<VideoRow, AppError> {
    if upload_id.is_none() {
        return Ok(video);
    }
    match app.videos().apply(&video.id, Change::Provider { upload_id, external_id: None }).await? {
        Applied::Done(video) | Applied::Refused(video) => Ok(video),
        Applied::Gone => Err(AppError::no_such_video()),
    }
}

/// The page that will send the bytes: the one that asks, which a browser names unless it is of the same origin.
pub(super) fn upload_request(app: &App, uri: &Uri, headers: &HeaderMap) -> UploadRequest {
    let asked = headers.get(header::ORIGIN).and_then(|origin| origin.to_str().ok()).map(str::to_owned);
    let own = || guard::host(uri, headers).map(|host| format!("http://{host}"));
    let origin = asked.or_else(|| app.config().public_url.clone()).or_else(own);
    UploadRequest { origin, ..UploadRequest::default() }
}

/// The query of the list.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct ListQuery {
    /// `next_cursor` of the page before.
    cursor: Option<String>,
    /// Videos of a page: 1 to 100, 24 where nothing is said.
    limit: Option<u32>,
}

/// The caller's videos, newest first, page by page.
#[utoipa::path(get, path = "/api/videos", tag = "videos", params(ListQuery), responses(
    (status = 200, body = VideoList),
    (status = 400, body = ErrorBody, description = "bad_request: an unknown cursor"),
))]
async fn list(
    State(app): State<App>,
    May { caller, .. }: May<View>,
    Query(query): Query<ListQuery>,
) -> Result<axum::Json<VideoList>, AppError> {
    let limit = query.limit.unwrap_or(PAGE).clamp(1, MAX_PAGE);
    let after = query.cursor.as_deref().map(read_cursor).transpose()?;
    let after = after.as_ref().map(|(at, id)| (*at, id.as_str()));
    let mut rows = app.videos().list(caller.reach(), after, limit + 1).await?;
    let more = rows.len() > limit as usize;
    rows.truncate(limit as usize);
    let next_cursor = rows.last().filter(|_| more).map(write_cursor);
    let mut videos = Vec::with_capacity(rows.len());
    for row in &rows {
        videos.push(app.show(row).await);
    }
    Ok(axum::Json(VideoList { videos, next_cursor }))
}

/// The place of a video in the list: opaque to callers.
fn write_cursor(video: &VideoRow) -> String {
    URL_SAFE_NO_PAD.encode(format!("{} {}", video.created_at, video.id))
}

fn read_cursor(cursor: &str) -> Result<(u64, String), AppError> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let (created_at, id) = text.split_once(' ')?;
        Some((created_at.parse().ok()?, id.to_owned()))
    };
    read()
        .ok_or_else(|| AppError::new(ErrorCode::BadRequest, "The cursor is none of this server's: start without one."))
}

/// A video.
#[utoipa::path(get, path = "/api/videos/{id}", tag = "videos",
    params(("id" = String, Path, description = "The video's id")), responses(
    (status = 200, body = Video),
    (status = 404, body = ErrorBody, description = "not_found"),
))]
async fn read(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<axum::Json<Video>, AppError> {
    caller.need_any(&[Scope::View, Scope::Upload])?;
    let video = app.find(&caller, &id).await?;
    Ok(axum::Json(app.show(&video).await))
}

/// Renames a video, or chooses the moment that its poster shows.
#[utoipa::path(patch, path = "/api/videos/{id}", tag = "videos", request_body = UpdateVideo,
    params(("id" = String, Path, description = "The video's id")), responses(
    (status = 200, body = Video),
    (status = 400, body = ErrorBody, description = "bad_request"),
    (status = 404, body = ErrorBody, description = "not_found"),
    (status = 415, body = ErrorBody, description = "unsupported_media_type"),
))]
async fn update(
    State(app): State<App>,
    May { caller, .. }: May<Manage>,
    Path(id): Path<String>,
    Json(request): Json<UpdateVideo>,
) -> Result<axum::Json<Video>, AppError> {
    let mut video = app.find(&caller, &id).await?;
    let mut changes = Vec::new();
    if let Some(title) = &request.title {
        changes.push(Change::Title(title_of(Some(title), "")?));
    }
    if let Some(time) = request.poster_time {
        let within = video.duration.is_none_or(|duration| time <= duration);
        if !time.is_finite() || time < 0.0 || !within {
            let message = "poster_time is in seconds, from 0 to the video's duration.";
            return Err(AppError::new(ErrorCode::BadRequest, message));
        }
        changes.push(Change::PosterTime(time));
    }
    for change in changes {
        video = match app.videos().apply(&id, change).await? {
            Applied::Done(video) | Applied::Refused(video) => video,
            Applied::Gone => return Err(AppError::no_such_video()),
        };
    }
    if request.poster_time.is_some() {
        app.providers().get(&video.provider)?.poster_chosen(&video).await?;
    }
    Ok(axum::Json(app.show(&video).await))
}

/// Ends a video's upload or processing, and removes all there is of it. Again is no error.
///
/// It needs the scope `manage`; or `upload`, as long as the upload is not complete. To a caller with a ticket what is
/// not there is not found, as what is another's.
#[utoipa::path(delete, path = "/api/videos/{id}", tag = "videos",
    params(("id" = String, Path, description = "The video's id")), responses(
    (status = 204),
    (status = 404, body = ErrorBody, description = "not_found: with tickets only"),
))]
async fn remove(State(app): State<App>, caller: Caller, Path(id): Path<String>) -> Result<StatusCode, AppError> {
    caller.need_any(&[Scope::Upload, Scope::Manage])?;
    let Some(video) = app.videos().find(caller.reach(), &id).await? else {
        return if caller.owner().is_none() { Ok(StatusCode::NO_CONTENT) } else { Err(AppError::no_such_video()) };
    };
    if !matches!(video.status, VideoStatus::AwaitingUpload | VideoStatus::Uploading) {
        caller.need(Scope::Manage)?;
    }
    let provider = app.providers().get(&video.provider)?;
    provider.cancel(&video).await?;
    // Those who watch it, and a worker that is at it, learn of it here.
    app.videos().apply(&id, Change::Cancelled).await?;
    provider.delete(&video).await?;
    app.videos().delete(&id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How to play a video.
#[utoipa::path(get, path = "/api/videos/{id}/playback", tag = "videos",
    params(("id" = String, Path, description = "The video's id")), responses(
    (status = 200, body = Playback),
    (status = 404, body = ErrorBody, description = "not_found"),
    (status = 409, body = ErrorBody, description = "not_ready"),
))]
async fn playback(
    State(app): State<App>,
    May { caller, .. }: May<View>,
    Path(id): Path<String>,
) -> Result<axum::Json<Playback>, AppError> {
    let video = app.find(&caller, &id).await?;
    let playback = app.providers().get(&video.provider)?.playback(&video).await?;
    let playback = playback.map(|playback| tracks::with_tracks(&app, &video, playback));
    playback.map(axum::Json).ok_or_else(|| AppError::new(ErrorCode::NotReady, "The video is not ready to play."))
}
