//! A page with a player on any stream and any storyboard: the real page, and a video that no server has.

use std::{
    collections::HashMap,
    net::Ipv4Addr,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
};

use anyhow::Result;
use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::watch, task::JoinHandle};

use crate::{api::Api, server::Server};

/// The page, on an origin of its own, and a second origin that gives files away to any page. Both end when this is
/// dropped.
pub struct Stage {
    page: Origin,
    files: Origin,
    _server: Server,
}

/// What is on show.
#[derive(Clone, Debug)]
pub struct Show {
    /// A folder with the stream, `index.m3u8`, and with the storyboard.
    pub folder: PathBuf,
    /// The storyboard's path in there. `moved/…` is answered with a redirect to the other origin.
    pub storyboard: String,
    /// The page is isolated from other origins (COOP and COEP), and what is fetched comes from the other origin.
    pub isolated: bool,
}

struct Origin {
    url: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    show: Show,
    /// The page's files come from there.
    server: Option<Api>,
    /// Where the files are, of the page's origin.
    files: String,
    asked: Mutex<Vec<String>>,
    /// Whether segments are answered.
    flows: watch::Sender<bool>,
}

impl Stage {
    /// Opens it.
    ///
    /// # Errors
    /// The server does not start.
    pub async fn open(show: Show) -> Result<Self> {
        let server = Server::start().await?;
        let files = Origin::open(show.clone(), None, String::new()).await?;
        let page = Origin::open(show, Some(server.api()), files.url.clone()).await?;
        Ok(Self { page, files, _server: server })
    }

    /// The address of the page with the player.
    pub fn url(&self) -> String {
        format!("{}/v/stage", self.page.url)
    }

    /// The file's address, as the page sees it.
    pub fn file(&self, path: &str) -> String {
        let origin = if self.page.shared.show.isolated { &self.files } else { &self.page };
        format!("{}/files/{path}", origin.url)
    }

    /// The paths of the files that were asked for, in that order.
    pub fn asked(&self) -> Vec<String> {
        let list = |origin: &Origin| origin.shared.asked.lock().map(|asked| asked.clone()).unwrap_or_default();
        [list(&self.page), list(&self.files)].concat()
    }

    /// Segments are kept back, or answered from now on.
    pub fn let_segments_flow(&self, flow: bool) {
        self.page.shared.flows.send_replace(flow);
        self.files.shared.flows.send_replace(flow);
    }
}

impl Origin {
    async fn open(show: Show, server: Option<Api>, files: String) -> Result<Self> {
        let shared = Arc::new(Shared { show, server, files, asked: Mutex::default(), flows: watch::Sender::new(true) });
        let router = Router::new().fallback(answer).with_state(shared.clone());
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let task = tokio::spawn(async move {
            // It serves until the task is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url, shared, task })
    }
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    if let Some(file) = path.strip_prefix("/files/") {
        return shared.file(file, request.headers()).await;
    }
    match path.as_str() {
        "/api/videos/stage" => axum::Json(shared.video()).into_response(),
        // It does not change: nothing is told of it.
        path if path.starts_with("/api/") => StatusCode::NOT_FOUND.into_response(),
        path => shared.of_the_page(path).await,
    }
}

impl Shared {
    fn video(&self) -> Value {
        let origin = if self.show.isolated { &self.files } else { "" };
        // The redirect is the page's own origin's.
        let origin_of_board = if self.show.storyboard.starts_with("moved/") { "" } else { origin };
        json!({
            "id": "stage", "title": "Stage", "provider": "local", "status": "ready", "percent": 100, "size": 1,
            "created_at": 0, "revision": 1,
            "playback": {
                "hls": format!("{origin}/files/index.m3u8"),
                "storyboard": format!("{origin_of_board}/files/{}", self.show.storyboard),
            },
        })
    }

    /// With CORS for all, and without CORP: that alone is for an isolated page to be enough.
    async fn file(&self, path: &str, asked: &HeaderMap) -> Response {
        if let Ok(mut list) = self.asked.lock() {
            list.push(path.to_owned());
        }
        if let Some(rest) = path.strip_prefix("moved/") {
            return Redirect::temporary(&format!("{}/files/{rest}", self.files)).into_response();
        }
        if path.ends_with(".m4s") {
            let mut flows = self.flows.subscribe();
            // It fails when the stage is gone, and then nobody waits for an answer.
            let _ = flows.wait_for(|flows| *flows).await;
        }
        let safe = !path.split('/').any(|part| part == "..");
        let Some(bytes) = safe.then(|| std::fs::read(self.show.folder.join(path)).ok()).flatten() else {
            return StatusCode::NOT_FOUND.into_response();
        };
        let kind = kind(Path::new(path));
        let headers = [(header::CONTENT_TYPE, kind), (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
        match asked.get(header::RANGE).and_then(|range| part(range, bytes.len())) {
            Some((first, last)) => {
                let range = format!("bytes {first}-{last}/{}", bytes.len());
                let content = bytes.get(first..=last).unwrap_or_default().to_vec();
                (StatusCode::PARTIAL_CONTENT, headers, [(header::CONTENT_RANGE, range)], content).into_response()
            }
            None => (headers, bytes).into_response(),
        }
    }

    /// The page's files, as the server has them.
    async fn of_the_page(&self, path: &str) -> Response {
        let Some(server) = &self.server else { return StatusCode::NOT_FOUND.into_response() };
        let html = path.starts_with("/v/");
        let Ok(found) = server.get(if html { "/" } else { path }).await else {
            return StatusCode::BAD_GATEWAY.into_response();
        };
        let mut headers = HeaderMap::new();
        let kept = found.headers().get("content-type").and_then(|kind| HeaderValue::from_bytes(kind.as_bytes()).ok());
        headers.extend(kept.map(|kind| (header::CONTENT_TYPE, kind)));
        if self.show.isolated {
            headers.insert("cross-origin-opener-policy", HeaderValue::from_static("same-origin"));
            headers.insert("cross-origin-embedder-policy", HeaderValue::from_static("require-corp"));
        }
        let status = StatusCode::from_u16(found.status().as_u16()).unwrap_or(StatusCode::BAD_GATEWAY);
        let body = found.bytes().await.map(Body::from).unwrap_or_default();
        (status, headers, body).into_response()
    }
}

/// The first and the last byte that a `Range` header asks for.
fn part(range: &HeaderValue, len: usize) -> Option<(usize, usize)> {
    let (first, last) = range.to_str().ok()?.strip_prefix("bytes=")?.split_once('-')?;
    let first = first.parse().ok()?;
    let last = last.parse().map_or(len, |last: usize| last).min(len.checked_sub(1)?);
    (first <= last).then_some((first, last))
}

fn kind(path: &Path) -> &'static str {
    let kinds = HashMap::from([
        ("jpg", "image/jpeg"),
        ("json", "application/json"),
        ("m3u8", "application/vnd.apple.mpegurl"),
        ("m4s", "video/iso.segment"),
        ("mp4", "video/mp4"),
        ("png", "image/png"),
        ("vtt", "text/vtt"),
        ("webp", "image/webp"),
    ]);
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    kinds.get(extension).copied().unwrap_or("application/octet-stream")
}
