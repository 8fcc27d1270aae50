//! Other people's servers, each a process on a port of its own.

use std::{
    env, fs,
    fs::File,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use crate::media;

/// A server of someone else's. It ends when this is dropped.
pub struct VendorServer {
    process: Child,
    url: String,
    folder: TempDir,
}

impl VendorServer {
    /// `@tus/server` with its store of files, from npm.
    ///
    /// # Errors
    /// It is not installed (`cargo xtask test --only browsers` does that), or does not start.
    pub fn tus_node() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let mut node = Command::new("node");
        // From standard input, so that its imports are looked for in the folder that it runs in.
        node.args(["--input-type=module", "-"]).arg(folder.path()).current_dir(installed()?);
        node.stdin(File::open(sources().join("tus.mjs"))?);
        Self::start(&mut node, folder)
    }

    /// moto's S3 from PyPI, and the back end beside it that signs.
    ///
    /// # Errors
    /// As [`VendorServer::tus_node`].
    pub fn s3() -> Result<Self> {
        let mut python = Command::new(installed()?.join("venv/bin/python"));
        python.arg(sources().join("s3.py")).stdin(Stdio::null());
        Self::start(&mut python, tempfile::tempdir()?)
    }

    /// `resumable-upload` from PyPI: a tus server that joins parts.
    ///
    /// # Errors
    /// As [`VendorServer::tus_node`].
    pub fn tus_python() -> Result<Self> {
        let folder = tempfile::tempdir()?;
        // Taken and let go: this server can't choose a port and say which.
        let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
        let mut python = Command::new(installed()?.join("venv/bin/python"));
        python.args(["-m", "resumable_upload", "serve", "--host", "127.0.0.1", "--base-path", "/files"]);
        python.args(["--cors-origin", "*", "--checksum-algorithms", "sha1,sha256", "--log-level", "WARNING"]);
        python.arg("--upload-dir").arg(folder.path()).arg("--db-path").arg(folder.path().join("uploads.db"));
        python.arg("--port").arg(port.to_string()).stdin(Stdio::null());
        python.stdout(Stdio::null()).stderr(log(&folder)?);
        let process = python.spawn().context("could not start a server in Python")?;
        let server = Self { process, url: format!("http://127.0.0.1:{port}/files"), folder };
        let started = Instant::now();
        while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
            if started.elapsed() > Duration::from_secs(20) {
                bail!("the server in Python does not listen: {}", server.log_text());
            }
            thread::sleep(Duration::from_millis(20));
        }
        Ok(server)
    }

    /// Starts one that names its URL in its first line.
    fn start(command: &mut Command, folder: TempDir) -> Result<Self> {
        command.stdout(Stdio::piped()).stderr(log(&folder)?);
        let mut process = command.spawn().context("could not start a server")?;
        let output = process.stdout.take().context("a server has no output")?;
        let mut lines = BufReader::new(output).lines();
        let url = lines.next().transpose()?.unwrap_or_default().trim().to_owned();
        thread::spawn(move || lines.for_each(drop));
        let server = Self { process, url, folder };
        if !server.url.starts_with("http://") {
            bail!("the server names no URL: {}", server.log_text());
        }
        Ok(server)
    }

    /// Where it is.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Whether it holds a file with this SHA-256, in its folder.
    ///
    /// # Errors
    /// The folder can't be read.
    pub fn holds(&self, sha256: &str) -> Result<bool> {
        for entry in fs::read_dir(self.folder.path())? {
            let path = entry?.path();
            if path.is_file() && media::sha256(&path)? == sha256 {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What it wrote to its standard error.
    pub fn log_text(&self) -> String {
        fs::read_to_string(self.folder.path().join(LOG)).unwrap_or_default()
    }
}

const LOG: &str = "log.txt";

impl Drop for VendorServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn log(folder: &TempDir) -> Result<File> {
    Ok(File::create(folder.path().join(LOG))?)
}

fn installed() -> Result<PathBuf> {
    let folder = env::var_os("REELWAY_SERVERS").map(PathBuf::from);
    folder.context("REELWAY_SERVERS names no servers: run `cargo xtask test --only browsers`")
}

fn sources() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../vendor/servers")
}
