//! A site that has the npm package, as a page's maker would serve it, on the same origin as a Reelway server.
//!
//! HTTP/1.1, one request for each connection. `/reelway/…` is the package, `/pages/…` the tests' pages, `/film` a video; what
//! else is asked for is the server's.

use std::{
    env,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    sync::Arc,
};

use anyhow::{Context, Result};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

use crate::server::Server;

/// The site. It ends when this is dropped.
pub struct Shelf {
    url: String,
    task: JoinHandle<()>,
}

struct Shared {
    server: SocketAddr,
    package: PathBuf,
    pages: PathBuf,
    film: PathBuf,
    /// The Content-Security-Policy of the pages.
    policy: Option<String>,
}

impl Shelf {
    /// Opens it before a server.
    ///
    /// # Errors
    /// `REELWAY_NPM` names no package, or there is no port.
    pub async fn open(server: &Server, film: &Path, policy: Option<&str>) -> Result<Self> {
        let package = env::var_os("REELWAY_NPM").map(PathBuf::from);
        let shared = Arc::new(Shared {
            server: server.url().trim_start_matches("http://").parse()?,
            package: package.context("REELWAY_NPM names no package: run `cargo xtask test --only browsers`")?,
            pages: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("pages"),
            film: film.to_owned(),
            policy: policy.map(str::to_owned),
        });
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let url = format!("http://{}", listener.local_addr()?);
        let task = tokio::spawn(async move {
            while let Ok((connection, _)) = listener.accept().await {
                let shared = Arc::clone(&shared);
                // What goes wrong here goes wrong for the browser, which the tests are about.
                tokio::spawn(async move { shared.answer(connection).await });
            }
        });
        Ok(Self { url, task })
    }

    /// The address of one of the tests' pages.
    pub fn page(&self, name: &str) -> String {
        format!("{}/pages/{name}", self.url)
    }
}

impl Drop for Shelf {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Shared {
    async fn answer(&self, mut connection: TcpStream) -> Result<()> {
        let mut head = Vec::new();
        // Byte by byte, so that nothing of the body is taken along.
        while !head.ends_with(b"\r\n\r\n") {
            head.push(connection.read_u8().await?);
        }
        let head = String::from_utf8(head)?;
        let path = head.split(' ').nth(1).unwrap_or_default();
        let path = path.split('?').next().unwrap_or_default();
        let file = match path.strip_prefix("/reelway/") {
            Some(file) => Some(self.package.join(file)),
            None => path.strip_prefix("/pages/").map(|page| self.pages.join(page)),
        };
        let Some(file) = file.or_else(|| (path == "/film").then(|| self.film.clone())) else {
            let lines = head.lines().filter(|line| !line.to_lowercase().starts_with("connection:"));
            let head: String = lines.filter(|line| !line.is_empty()).flat_map(|line| [line, "\r\n"]).collect();
            let mut server = TcpStream::connect(self.server).await?;
            server.write_all(format!("{head}connection: close\r\n\r\n").as_bytes()).await?;
            copy_bidirectional(&mut connection, &mut server).await?;
            return Ok(());
        };
        let found = tokio::fs::read(&file).await;
        let status = if found.is_ok() { "200 OK" } else { "404 Not Found" };
        let body = found.unwrap_or_default();
        let kind = match file.extension().and_then(|kind| kind.to_str()) {
            Some("html") => "text/html",
            Some("js" | "mjs") => "text/javascript",
            Some("wasm") => "application/wasm",
            _ => "application/octet-stream",
        };
        let policy =
            self.policy.as_ref().map(|policy| format!("content-security-policy: {policy}\r\n")).unwrap_or_default();
        let head = format!(
            "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {}\r\n{policy}connection: close\r\n\r\n",
            body.len()
        );
        connection.write_all(head.as_bytes()).await?;
        Ok(connection.write_all(&body).await?)
    }
}
