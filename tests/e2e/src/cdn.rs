//! A folder of streams on an origin of its own: byte ranges, CORS, and a log of who asked for what.

use std::{
    fs,
    net::Ipv4Addr,
    path::{Component, Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use anyhow::Result;
use axum::{
    Router,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio::{net::TcpListener, task::JoinHandle};

/// A request that was answered.
#[derive(Clone, Debug)]
pub struct Asked {
    /// `/stream/index.m3u8`
    pub path: String,
    /// What follows the `?`; empty if there is none.
    pub query: String,
    /// All headers.
    pub headers: HeaderMap,
    /// `GET`, or `OPTIONS` of a preflight.
    pub method: Method,
}

/// Serves a folder. It ends when this is dropped.
pub struct Cdn {
    url: String,
    log: Arc<Mutex<Vec<Asked>>>,
    task: JoinHandle<()>,
}

#[derive(Clone)]
struct Shelf {
    folder: PathBuf,
    log: Arc<Mutex<Vec<Asked>>>,
}

impl Cdn {
    /// Starts it.
    ///
    /// # Errors
    /// There is no port.
    pub async fn start(folder: &Path) -> Result<Self> {
        let log = Arc::<Mutex<Vec<Asked>>>::default();
        let shelf = Shelf { folder: folder.to_owned(), log: Arc::clone(&log) };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let router = Router::new().fallback(answer).with_state(shelf);
        let task = tokio::spawn(async move {
            // It serves until the task is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url, log, task })
    }

    /// Its origin.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What was asked for since the last time.
    pub fn take_log(&self) -> Vec<Asked> {
        std::mem::take(&mut *self.log.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Drop for Cdn {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(State(shelf): State<Shelf>, request: Request) -> Response {
    let (path, method) = (request.uri().path().to_owned(), request.method().clone());
    let headers = request.headers().clone();
    let range = headers.get(header::RANGE).and_then(|range| range.to_str().ok()).map(str::to_owned);
    let query = request.uri().query().unwrap_or_default().to_owned();
    let wished = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS).cloned();
    shelf.log.lock().unwrap_or_else(PoisonError::into_inner).push(Asked {
        path: path.clone(),
        query,
        headers,
        method: method.clone(),
    });
    let mut response = match method {
        Method::OPTIONS => StatusCode::NO_CONTENT.into_response(),
        _ => file(&shelf.folder, &path, range.as_deref()),
    };
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if let Some(wished) = wished {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, wished);
    }
    response
}

fn file(folder: &Path, path: &str, range: Option<&str>) -> Response {
    let path = Path::new(path.trim_start_matches('/'));
    let stays_inside = path.components().all(|part| matches!(part, Component::Normal(_)));
    let Some(Ok(content)) = stays_inside.then(|| fs::read(folder.join(path))) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let kind = match path.extension().and_then(|kind| kind.to_str()) {
        Some("m3u8") => "application/vnd.apple.mpegurl",
        Some("mp4" | "m4s") => "video/mp4",
        Some("ts") => "video/mp2t",
        Some("vtt") => "text/vtt",
        _ => "application/octet-stream",
    };
    let Some(range) = range else { return ([(header::CONTENT_TYPE, kind)], content).into_response() };
    let Some((start, end)) = bytes(range, content.len()) else {
        return StatusCode::RANGE_NOT_SATISFIABLE.into_response();
    };
    let whole = format!("bytes {start}-{}/{}", end - 1, content.len());
    let part = content.get(start..end).unwrap_or_default().to_vec();
    (StatusCode::PARTIAL_CONTENT, [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_RANGE, whole)], part)
        .into_response()
}

/// The bytes that a `Range` header names: from, and up to but without.
fn bytes(range: &str, length: usize) -> Option<(usize, usize)> {
    let (start, end) = range.strip_prefix("bytes=")?.split_once('-')?;
    let start = start.parse().ok()?;
    let end = if end.is_empty() { length } else { end.parse::<usize>().ok()?.checked_add(1)?.min(length) };
    (start < end).then_some((start, end))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_read_as_http_has_them() {
        assert_eq!(bytes("bytes=0-9", 100), Some((0, 10)));
        assert_eq!(bytes("bytes=90-199", 100), Some((90, 100)));
        assert_eq!(bytes("bytes=5-", 100), Some((5, 100)));
        assert_eq!(bytes("bytes=100-", 100), None);
        assert_eq!(bytes("items=0-9", 100), None);
    }
}
