//! Serves pages and media on loopback as over a link: each answer later by the latency, all bytes through one bucket.

use std::{
    collections::HashMap,
    ffi::OsStr,
    fs,
    net::Ipv4Addr,
    path::Path,
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};

use anyhow::{Context, Result};
use axum::{
    Router,
    body::{Body, Bytes},
    extract::{Request, State},
    http::{
        HeaderValue, StatusCode,
        header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
    serve::ListenerExt,
};
use http_body_util::channel::Channel;
use tokio::{net::TcpListener, task::JoinHandle};

use crate::link::{Link, Speed};

/// Bytes that pass the link at once: several answers share it in turns of this size.
const PIECE: usize = 4 << 10;

/// A host that is running. It ends when this is dropped.
pub struct Host {
    origin: String,
    shared: Arc<Shared>,
    task: JoinHandle<()>,
}

struct Shared {
    files: HashMap<String, File>,
    link: Link,
    log: Mutex<Log>,
}

struct File {
    kind: &'static str,
    bytes: Bytes,
    /// Compressed by brotli.
    brotli: bool,
}

struct Log {
    began: Instant,
    answers: Vec<Answer>,
}

/// What was asked for.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The path, with a slash at its beginning.
    pub path: String,
    /// Of its body, as sent.
    pub bytes: usize,
    /// Milliseconds since the log was emptied.
    pub asked: f64,
    /// Milliseconds since the log was emptied; none before the last byte has passed the link.
    pub sent: Option<f64>,
}

impl Host {
    /// Serves the files of folders, each below its name: `/name/file`. What has a brotli copy beside it is sent as that.
    ///
    /// # Errors
    /// A file can't be read, or there is no port.
    pub async fn start(folders: &[(&str, &Path)], speed: Speed) -> Result<Self> {
        let mut files = HashMap::new();
        for (name, folder) in folders {
            read(&format!("/{name}"), folder, &mut files)?;
        }
        let log = Mutex::new(Log { began: Instant::now(), answers: Vec::new() });
        let shared = Arc::new(Shared { files, link: Link::new(speed), log });
        let router = Router::new().fallback(serve).with_state(Arc::clone(&shared));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let origin = format!("http://{}", listener.local_addr()?);
        let listener = listener.tap_io(|connection| {
            // Small pieces must not wait for more to be sent with them.
            let _ = connection.set_nodelay(true);
        });
        let task = tokio::spawn(async {
            // It only ends with the runtime.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { origin, shared, task })
    }

    /// Such as `http://127.0.0.1:41234`.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Forgets what was asked for: times count from now.
    pub fn begin(&self) {
        *self.shared.log() = Log { began: Instant::now(), answers: Vec::new() };
    }

    /// What was asked for since.
    pub fn answers(&self) -> Vec<Answer> {
        self.shared.log().answers.clone()
    }

    /// The bytes of a file as sent, if there is such a file.
    pub fn size_of(&self, path: &str) -> Option<usize> {
        self.shared.files.get(path).map(|file| file.bytes.len())
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    fn log(&self) -> std::sync::MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn read(prefix: &str, folder: &Path, files: &mut HashMap<String, File>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("could not read {}", folder.display()))? {
        let path = entry?.path();
        let name = format!("{prefix}/{}", path.file_name().unwrap_or_default().to_string_lossy());
        if path.is_dir() {
            read(&name, &path, files)?;
        } else if path.extension() != Some(OsStr::new("br")) {
            let compressed = fs::read(format!("{}.br", path.display())).ok();
            let brotli = compressed.is_some();
            let bytes = compressed.map_or_else(|| fs::read(&path), Ok)?.into();
            files.insert(name, File { kind: kind_of(&path), bytes, brotli });
        }
    }
    Ok(())
}

fn kind_of(path: &Path) -> &'static str {
    match path.extension().and_then(OsStr::to_str) {
        Some("html") => "text/html",
        Some("js" | "mjs") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        Some("m3u8") => "application/vnd.apple.mpegurl",
        Some("m4s" | "mp4") => "video/mp4",
        Some("vtt") => "text/vtt",
        Some("png") => "image/png",
        _ => "application/octet-stream",
    }
}

async fn serve(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    let found = shared.files.get(&path).map(|file| (file.kind, file.bytes.clone(), file.brotli));
    let (began, index) = {
        let mut log = shared.log();
        let asked = log.began.elapsed().as_secs_f64() * 1000.0;
        let bytes = found.as_ref().map_or(0, |(_, bytes, _)| bytes.len());
        log.answers.push(Answer { path, bytes, asked, sent: None });
        (log.began, log.answers.len() - 1)
    };
    shared.link.travel().await;
    let Some((kind, bytes, brotli)) = found else { return StatusCode::NOT_FOUND.into_response() };
    let (mut sender, body) = Channel::<Bytes>::new(1);
    let length = bytes.len();
    tokio::spawn(async move {
        for start in (0..bytes.len()).step_by(PIECE) {
            let piece = bytes.slice(start..bytes.len().min(start + PIECE));
            shared.link.pass(piece.len(), start == 0).await;
            if sender.send_data(piece).await.is_err() {
                // The browser has left.
                return;
            }
        }
        let mut log = shared.log();
        // An answer of the visit before is none of this one's.
        let same = log.began == began;
        if let Some(answer) = log.answers.get_mut(index).filter(|_| same) {
            answer.sent = Some(began.elapsed().as_secs_f64() * 1000.0);
        }
    });
    let mut response = Response::new(Body::new(body));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(CONTENT_LENGTH, length.into());
    // As hosts of files say. Each visit has an empty cache, and what a page asks for twice comes once.
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("max-age=3600"));
    if brotli {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    response
}
