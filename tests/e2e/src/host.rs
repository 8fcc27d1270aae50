//! A page of someone else's as its maker serves it: a folder of files, or a program of theirs.

use std::{
    fs::{self, File},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{Arc, OnceLock},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};
use axum::{
    Router,
    extract::{Request, State},
    http::{StatusCode, header::CONTENT_TYPE},
    response::{IntoResponse, Response},
};
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// What stands in the pages for the address of a Reelway server, or whatever else takes their bytes.
pub const STAND_IN: &str = "http://127.0.0.1:8787";
/// How long a program may take until it listens.
const START: Duration = Duration::from_secs(30);

/// Serves pages until it is dropped.
pub struct Host {
    url: String,
    works: Works,
}

enum Works {
    Files { task: JoinHandle<()>, shared: Arc<Files> },
    Program { process: Child, _log: TempDir },
}

struct Files {
    folder: PathBuf,
    /// A page that is not in the folder.
    page: Option<String>,
    server: OnceLock<String>,
}

impl Host {
    /// Serves a folder's files as they are.
    ///
    /// # Errors
    /// There is no port.
    pub async fn of_files(folder: &Path) -> Result<Self> {
        Self::of_files_and(folder, None).await
    }

    /// Serves a folder's files, and `/page.html` beside them.
    ///
    /// # Errors
    /// There is no port.
    pub async fn of_files_and(folder: &Path, page: Option<String>) -> Result<Self> {
        let shared = Arc::new(Files { folder: folder.to_owned(), page, server: OnceLock::new() });
        let router = Router::new().fallback(answer).with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let task = tokio::spawn(async move {
            // It serves until the task is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url, works: Works::Files { task, shared } })
    }

    /// Runs a program of Node's in a folder: it serves on the port that the variable `PORT` names.
    ///
    /// # Errors
    /// It does not listen soon.
    pub fn of_program(folder: &Path, arguments: &[&str], settings: &[(&str, &str)]) -> Result<Self> {
        // Taken and let go: not every program says which port it has chosen.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let log = tempfile::tempdir()?;
        let output = File::create(log.path().join("log"))?;
        let mut node = Command::new("node");
        node.args(arguments).current_dir(folder).env("PORT", port.to_string()).env("NEXT_TELEMETRY_DISABLED", "1");
        node.envs(settings.iter().copied()).stdin(Stdio::null()).stdout(output.try_clone()?).stderr(output);
        let mut process = node.spawn()?;
        let started = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if started.elapsed() > START || !matches!(process.try_wait(), Ok(None)) {
                let _ = process.kill();
                let _ = process.wait();
                bail!("{arguments:?} does not listen: {}", fs::read_to_string(log.path().join("log"))?);
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(Self { url: format!("http://127.0.0.1:{port}"), works: Works::Program { process, _log: log } })
    }

    /// The origin.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The Reelway server that the files mean from now on. A program was told when it began.
    pub fn uses(&self, server: &str) {
        if let Works::Files { shared, .. } = &self.works {
            // The first one stands.
            let _ = shared.server.set(server.to_owned());
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        match &mut self.works {
            Works::Files { task, .. } => task.abort(),
            Works::Program { process, .. } => {
                let _ = process.kill();
                let _ = process.wait();
            }
        }
    }
}

async fn answer(State(files): State<Arc<Files>>, request: Request) -> Response {
    let path = request.uri().path();
    if let Some(page) = files.page.as_ref().filter(|_| path == "/page.html") {
        return ([(CONTENT_TYPE, "text/html")], files.changed(page.clone())).into_response();
    }
    let path = if path == "/" { "/index.html" } else { path };
    let kind = match path.rsplit('.').next() {
        Some("html") => "text/html",
        Some("js" | "mjs") => "text/javascript",
        Some("css") => "text/css",
        Some("wasm") => "application/wasm",
        Some("json") => "application/json",
        Some("txt") => "text/plain",
        _ => "application/octet-stream",
    };
    // Pages of our own on loopback: there is no path that leads out of the folder but one that a test would write.
    match fs::read(files.folder.join(path.trim_start_matches('/'))) {
        Ok(bytes) => match String::from_utf8(bytes) {
            Ok(text) => ([(CONTENT_TYPE, kind)], files.changed(text)).into_response(),
            Err(error) => ([(CONTENT_TYPE, kind)], error.into_bytes()).into_response(),
        },
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}

impl Files {
    fn changed(&self, text: String) -> String {
        match self.server.get() {
            Some(server) => text.replace(STAND_IN, server),
            None => text,
        }
    }
}
