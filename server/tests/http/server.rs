//! A server on a folder of its own, with a clock that stands still, called without a network.

use std::{path::PathBuf, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use reelway_api::{CreatedVideo, Video};
use reelway_server::{access::Keys, app::App, clock::Clock, config::Config, http, secrets::Secrets};
use serde::Serialize;
use sha2::{Digest, Sha256};
use tempfile::TempDir;

pub use crate::answer::Answer;
use crate::{access::SECRET, answer::call};

/// 256 KiB: the quantum of chunks.
pub const K: usize = 256 << 10;

pub struct Server {
    pub app: App,
    pub router: Router,
    pub clock: Clock,
    folder: TempDir,
}

impl Server {
    pub async fn start() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(configure: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config { data_dir: folder.path().to_owned(), ..Config::default() };
        config.limits.min_free_space = 0;
        configure(&mut config);
        let clock = Clock::standing(1_800_000_000_000);
        let app = open(config, &clock).await;
        Self { router: http::router(app.clone()), app, clock, folder }
    }

    /// As if the process had died and another one had started on the same folder.
    pub async fn restart(self) -> Self {
        self.restart_with(|_| {}).await
    }

    pub async fn restart_with(self, configure: impl FnOnce(&mut Config)) -> Self {
        let mut config = self.app.config().clone();
        configure(&mut config);
        self.app.db().close().await;
        let app = open(config, &self.clock).await;
        app.local().recover().await.unwrap();
        Self { router: http::router(app.clone()), app, clock: self.clock, folder: self.folder }
    }

    pub async fn call(&self, request: Request<Body>) -> Answer {
        call(&self.router, request).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    pub async fn delete(&self, path: &str) -> Answer {
        self.call(request(Method::DELETE, path).body(Body::empty()).unwrap()).await
    }

    pub async fn send_json(&self, method: Method, path: &str, body: &impl Serialize) -> Answer {
        let body = Body::from(serde_json::to_vec(body).unwrap());
        let request = request(method, path).header(header::CONTENT_TYPE, "application/json");
        self.call(request.body(body).unwrap()).await
    }

    pub async fn create(&self, size: Option<usize>) -> CreatedVideo {
        let body = serde_json::json!({ "filename": "holiday.mp4", "size": size, "content_type": "video/mp4" });
        let answer = self.send_json(Method::POST, "/api/videos", &body).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
        answer.json()
    }

    /// One PUT. An empty range: none is sent.
    pub async fn put(&self, url: &str, range: &str, bytes: &[u8]) -> Answer {
        self.put_body(url, range, None, Some(bytes.len()), Body::from(bytes.to_vec())).await
    }

    /// One PUT with the digest of these bytes.
    pub async fn put_checked(&self, url: &str, range: &str, bytes: &[u8], digest_of: &[u8]) -> Answer {
        self.put_body(url, range, Some(digest(digest_of)), Some(bytes.len()), Body::from(bytes.to_vec())).await
    }

    pub async fn put_body(
        &self,
        url: &str,
        range: &str,
        digest: Option<String>,
        length: Option<usize>,
        body: Body,
    ) -> Answer {
        let mut request = request(Method::PUT, url);
        if !range.is_empty() {
            request = request.header(header::CONTENT_RANGE, range);
        }
        if let Some(digest) = digest {
            request = request.header("content-digest", digest);
        }
        if let Some(length) = length {
            request = request.header(header::CONTENT_LENGTH, length);
        }
        self.call(request.body(body).unwrap()).await
    }

    pub async fn offset(&self, url: &str) -> usize {
        let answer = self.put(url, "bytes */*", b"").await;
        assert_eq!(answer.status, StatusCode::PERMANENT_REDIRECT, "{}", answer.text());
        answer.offset()
    }

    pub async fn video(&self, id: &str) -> Video {
        self.get(&format!("/api/videos/{id}")).await.json()
    }

    pub fn part(&self, id: &str) -> PathBuf {
        self.folder.path().join("uploads").join(format!("{id}.part"))
    }

    /// The files of unfinished uploads.
    pub fn paths(&self) -> Vec<PathBuf> {
        let folder = std::fs::read_dir(self.folder.path().join("uploads")).unwrap();
        folder.map(|entry| entry.unwrap().path()).collect()
    }

    pub fn files(&self) -> usize {
        self.paths().len()
    }

    pub fn original(&self, id: &str) -> Vec<u8> {
        std::fs::read(self.app.originals().path(id)).unwrap()
    }

    pub fn hours(&self, hours: u64) {
        self.clock.turn(Duration::from_secs(hours * 3600));
    }
}

/// Keys are the tests' own: what is in the environment counts for all tests at once.
async fn open(config: Config, clock: &Clock) -> App {
    let keys = Keys::open(&config.tickets, |_| Some(SECRET.to_owned())).unwrap();
    App::open_with(config, clock.clone(), keys, &Secrets::of([])).await.unwrap()
}

impl Answer {
    /// The bytes that a 308, or a refusal, says are stored.
    pub fn offset(&self) -> usize {
        self.header(header::RANGE)
            .map_or(0, |range| range.strip_prefix("bytes=0-").unwrap().parse::<usize>().unwrap() + 1)
    }

    #[track_caller]
    pub fn stored(&self, offset: usize) {
        assert_eq!(self.status, StatusCode::PERMANENT_REDIRECT, "{}", self.text());
        assert_eq!(self.offset(), offset);
    }

    #[track_caller]
    pub fn complete(&self) -> Video {
        assert_eq!(self.status, StatusCode::OK, "{}", self.text());
        self.json()
    }
}

pub fn request(method: Method, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header(header::HOST, "127.0.0.1:8787")
}

pub fn digest(bytes: &[u8]) -> String {
    format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(bytes)))
}

/// Bytes of which no two stretches are alike.
pub fn bytes(count: usize) -> Vec<u8> {
    (0_u64..).flat_map(|n| (n.wrapping_mul(0x9e37_79b9_7f4a_7c15)).to_le_bytes()).take(count).collect()
}
