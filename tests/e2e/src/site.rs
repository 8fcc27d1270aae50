//! A page of someone else's, on an origin of its own, that loads the modules for JavaScript.

use std::{env, fs, net::Ipv4Addr, path::PathBuf};

use anyhow::{Context, Result};
use axum::{
    Router,
    extract::Path,
    http::{StatusCode, header::CONTENT_TYPE},
    response::{Html, IntoResponse, Response},
    routing::get,
};
use tokio::{net::TcpListener, task::JoinHandle};

/// Serves an empty page at `/`, and the modules beside it. It ends when this is dropped.
pub struct Site {
    url: String,
    task: JoinHandle<()>,
}

impl Site {
    /// Starts it.
    ///
    /// # Errors
    /// `REELWAY_JS` names no folder with the modules, or there is no port.
    pub async fn start() -> Result<Self> {
        let folder = env::var_os("REELWAY_JS").map(PathBuf::from);
        Self::of(folder.context("REELWAY_JS names no modules: run `cargo xtask test --only e2e`")?).await
    }

    /// Starts it with other modules beside the page: other people's clients.
    ///
    /// # Errors
    /// `REELWAY_CLIENTS` names no folder with them, or there is no port.
    pub async fn of_clients() -> Result<Self> {
        let folder = env::var_os("REELWAY_CLIENTS").map(PathBuf::from);
        Self::of(folder.context("REELWAY_CLIENTS names no clients: run `cargo xtask test --only e2e`")?).await
    }

    async fn of(folder: PathBuf) -> Result<Self> {
        let page = get(async || Html("<!doctype html><title>A page</title><input type=file>"));
        let module = get(async move |Path(name): Path<String>| module(folder.join(name)));
        let router = Router::new().route("/", page).route("/{name}", module);
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let task = tokio::spawn(async move {
            // It serves until the task is aborted.
            let _ = axum::serve(listener, router).await;
        });
        Ok(Self { url, task })
    }

    /// Its origin, which is also the page's address.
    pub fn url(&self) -> &str {
        &self.url
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn module(path: PathBuf) -> Response {
    let kind = match path.extension().and_then(|kind| kind.to_str()) {
        Some("js" | "mjs") => "text/javascript",
        Some("wasm") => "application/wasm",
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    match fs::read(path) {
        Ok(bytes) => ([(CONTENT_TYPE, kind)], bytes).into_response(),
        Err(_) => StatusCode::NOT_FOUND.into_response(),
    }
}
