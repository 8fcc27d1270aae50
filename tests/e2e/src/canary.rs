//! Bait for hostile files: a file and a server that nothing may read.

use std::{
    fs,
    io::Write,
    net::{Ipv4Addr, TcpListener},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use anyhow::Result;
use tempfile::TempDir;

/// Text that occurs nowhere else.
pub const SECRET: &str = "canary-7f3d9a51c0e84b62";

/// The bait.
pub struct Canary {
    folder: TempDir,
    url: String,
    requests: Arc<AtomicUsize>,
}

impl Canary {
    /// Lays it out. The server runs as long as the process.
    ///
    /// # Errors
    /// No file or no port is to be had.
    pub fn lay_out() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("secret.txt"), SECRET)?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let url = format!("http://{}/secret.ts", listener.local_addr()?);
        let requests = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&requests);
        thread::spawn(move || {
            for connection in listener.incoming() {
                count.fetch_add(1, Ordering::SeqCst);
                // Whoever asks gets an answer, so that it comes again if it wants more.
                let answer = format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{SECRET}", SECRET.len());
                let _ = connection.and_then(|mut connection| connection.write_all(answer.as_bytes()));
            }
        });
        Ok(Self { folder, url, requests })
    }

    /// The file's path.
    pub fn file(&self) -> PathBuf {
        self.folder.path().join("secret.txt")
    }

    /// The server's URL.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// How often anyone has asked the server.
    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }
}
