//! `GET /api/videos/{id}/events`: a video's changes, as they happen.

use std::{convert::Infallible, time::Duration};

use axum::{
    extract::State,
    http::{HeaderName, HeaderValue},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use futures_util::{Stream, stream};
use reelway_api::ErrorBody;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::extract::Path;
use crate::{app::App, db::VideoRow, error::AppError, hub::Watcher};

/// The routes of this file.
pub fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(events))
}

/// How often the row is read again: another process on the same database tells this one nothing.
const REREAD: Duration = Duration::from_secs(2);

/// How often a comment shows proxies and the browser that the connection lives.
const HEARTBEAT: Duration = Duration::from_secs(15);

/// The video as it is, then again whenever it changes. Of changes in quick succession only the last is told.
#[utoipa::path(get, path = "/api/videos/{id}/events", tag = "videos",
    params(("id" = String, Path, description = "The video's id")), responses(
    (status = 200, content_type = "text/event-stream", body = String,
     description = "Events named `video`, whose data is a Video in JSON"),
    (status = 404, body = ErrorBody, description = "not_found"),
))]
async fn events(State(app): State<App>, Path(id): Path<String>) -> Result<Response, AppError> {
    // First the watch, then the state: a change in between comes twice rather than never.
    let watcher = app.hub().watch(&id);
    let video = app.videos().get(&id).await?.ok_or_else(AppError::no_such_video)?;
    let sse = Sse::new(changes(app, video, watcher)).keep_alive(KeepAlive::new().interval(HEARTBEAT));
    // Or nginx holds events back until its buffer is full.
    let unbuffered = [(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"))];
    Ok((unbuffered, sse).into_response())
}

struct Feed {
    app: App,
    watcher: Watcher,
    id: String,
    told: u64,
    next: Option<VideoRow>,
}

fn changes(app: App, video: VideoRow, watcher: Watcher) -> impl Stream<Item = Result<Event, Infallible>> {
    let feed = Feed { app, watcher, id: video.id.clone(), told: 0, next: Some(video) };
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

impl Feed {
    /// The next state that has not been told. `None`: the video is gone, or the server stops.
    async fn wait(&mut self) -> Option<VideoRow> {
        loop {
            let heard = tokio::select! {
                () = self.app.shutdown().cancelled() => return None,
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
