//! `GET /api/videos/{id}/events`: a video's changes, as they happen.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::{HeaderMap, HeaderName, HeaderValue},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{Stream, stream};
use reelway_api::{ErrorBody, EventsUrl};
use serde::Deserialize;
use tokio::time::Instant;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    access::caller,
    extract::{Path, Query},
};
use crate::{
    access::{Caller, Pass, Scope},
    app::App,
    db::VideoRow,
    error::AppError,
    hub::Watcher,
};

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(events, address))
}

/// How often the row is read again: another process on the same database tells this one nothing.
const REREAD: Duration = Duration::from_secs(2);

/// How often a comment shows proxies and the browser that the connection lives.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// Milliseconds that an event stream's address works. The stream ends with it, and a page asks for the next.
const LIFE: u64 = 10 * 60 * 1000;

/// The query of the stream.
#[derive(Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
struct EventsQuery {
    /// What `POST` to the same path has put here, for those who can send no header: browsers' `EventSource`.
    token: Option<String>,
}

/// An address for the stream that needs no ticket, for a short while: browsers' `EventSource` can't send one.
#[utoipa::path(post, path = "/api/videos/{id}/events", tag = "videos",
    params(("id" = String, Path, description = "The video's id")), responses(
    (status = 200, body = EventsUrl),
    (status = 404, body = ErrorBody, description = "not_found"),
))]
async fn address(
    State(app): State<App>,
    caller: Caller,
    Path(id): Path<String>,
) -> Result<axum::Json<EventsUrl>, AppError> {
    caller.need_any(&[Scope::View, Scope::Upload])?;
    let video = app.find(&caller, &id).await?;
    let expires_at = caller.expires_at().unwrap_or(u64::MAX).min(app.clock().now() + LIFE);
    let token = app.passes().make(Pass::Events, &video.id, expires_at);
    Ok(axum::Json(EventsUrl { url: format!("/api/videos/{}/events?token={token}", video.id), expires_at }))
}

/// The video as it is, then again whenever it changes. Of changes in quick succession only the last is told.
#[utoipa::path(get, path = "/api/videos/{id}/events", tag = "videos",
    params(("id" = String, Path, description = "The video's id"), EventsQuery), responses(
    (status = 200, content_type = "text/event-stream", body = String,
     description = "Events named `video`, whose data is a Video in JSON. The stream ends when ticket or token do"),
    (status = 404, body = ErrorBody, description = "not_found"),
))]
async fn events(
    State(app): State<App>,
    Path(id): Path<String>,
    Query(query): Query<EventsQuery>,
    headers: HeaderMap,
) -> Result<Response, AppError> {
    let now = app.clock().now();
    let (caller, ends) = match &query.token {
        Some(token) => (Caller::anybody(), Some(app.passes().check(Pass::Events, &id, token, now)?)),
        None => {
            let caller = caller(&app, &headers)?;
            caller.need_any(&[Scope::View, Scope::Upload])?;
            let ends = caller.expires_at();
            (caller, ends)
        }
    };
    let life = ends.map(|ends| Duration::from_millis(ends.saturating_sub(now)));
    let ends = life.and_then(|life| Instant::now().checked_add(life));
    // First the watch, then the state: a change in between comes twice rather than never.
    let watcher = app.hub().watch(&id);
    let video = app.find(&caller, &id).await?;
    let sse = Sse::new(changes(app, video, watcher, ends)).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    // Or nginx holds events back until its buffer is full.
    let unbuffered = [(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"))];
    Ok((unbuffered, sse).into_response())
}

struct Feed {
    app: App,
    watcher: Watcher,
    id: String,
    told: u64,
    ends: Option<Instant>,
    next: Option<VideoRow>,
}

fn changes(
    app: App,
    video: VideoRow,
    watcher: Watcher,
    ends: Option<Instant>,
) -> impl Stream<Item = Result<Event, Infallible>> {
    let feed = Feed { app, watcher, id: video.id.clone(), told: 0, ends, next: Some(video) };
    stream::unfold(feed, |mut feed| async move {
        let video = match feed.next.take() {
            Some(video) => video,
            None => feed.wait().await?,
        };
        feed.told = video.revision;
        let shown = feed.app.show(&video).await;
        let event = Event::default().event("video").json_data(&shown).unwrap_or_else(|error| {
            tracing::error!(%error, "a video can't be told");
            Event::default().comment("")
        });
        Some((Ok(event), feed))
    })
}

async fn over(ends: Option<Instant>) {
    match ends {
        Some(ends) => tokio::time::sleep_until(ends).await,
        None => std::future::pending().await,
    }
}

impl Feed {
    /// The next state that has not been told. `None`: the video is gone, the caller's time is over, or the server stops.
    async fn wait(&mut self) -> Option<VideoRow> {
        loop {
            let heard = tokio::select! {
                () = self.app.shutdown().cancelled() => return None,
                () = over(self.ends) => return None,
                heard = self.watcher.changed() => heard.is_ok(),
                () = tokio::time::sleep(REREAD) => false,
            };
            let video = if heard {
                self.watcher.borrow_and_update().as_deref().cloned()
            } else {
                match self.app.videos().get(&self.id).await {
                    Ok(None) => return None,
                    Ok(video) => video,
                    Err(error) => {
                        tracing::warn!(%error, "reading a watched video failed");
                        None
                    }
                }
            };
            if let Some(video) = video.filter(|video| video.revision > self.told) {
                return Some(video);
            }
        }
    }
}
