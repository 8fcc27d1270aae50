//! The server's process.

use std::{
    env, fs,
    fs::File,
    net::{Ipv4Addr, SocketAddr, TcpListener},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use reelway_api::Video;
use tempfile::TempDir;

use crate::{api::Api, media, wait};

/// A server on a port and a data directory of its own. Both outlive a kill.
pub struct Server {
    process: Option<Child>,
    address: SocketAddr,
    settings: Vec<(&'static str, String)>,
    folder: TempDir,
}

impl Server {
    /// Starts one.
    ///
    /// # Errors
    /// `REELWAY_SERVER` does not name the binary, or it does not become ready.
    pub async fn start() -> Result<Self> {
        Self::start_with(&[]).await
    }

    /// Starts one with some of its `REELWAY_*` variables set.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub async fn start_with(settings: &[(&'static str, &str)]) -> Result<Self> {
        let mut server = Self::prepare()?;
        server.reconfigure(settings);
        server.restart().await?;
        Ok(server)
    }

    /// The next [`Server::restart`] sets these variables, and no others.
    pub fn reconfigure(&mut self, settings: &[(&'static str, &str)]) {
        self.settings = settings.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
    }

    /// One that is not running yet: its address is known, and can be told to those who are to send it something.
    ///
    /// # Errors
    /// There is no port, or no room.
    pub fn prepare() -> Result<Self> {
        // Taken and let go: a restart needs the same port, so the server can't choose one itself.
        let address = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?;
        Ok(Self { process: None, address, settings: Vec::new(), folder: tempfile::tempdir()? })
    }

    /// Starts it with the text of a `reelway.toml`, and with secrets in its environment.
    ///
    /// # Errors
    /// As [`Server::start`].
    pub async fn configure(&mut self, toml: &str, secrets: Vec<(&'static str, String)>) -> Result<()> {
        fs::write(self.config(), toml)?;
        self.settings = secrets;
        self.restart().await
    }

    /// Starts it on the same port and data, once it was killed.
    ///
    /// # Errors
    /// It does not become ready within 20 s.
    pub async fn restart(&mut self) -> Result<()> {
        let binary = env::var_os("REELWAY_SERVER")
            .context("REELWAY_SERVER names no server: run `cargo xtask test --only e2e`")?;
        let log = File::options().create(true).append(true).open(self.log())?;
        let mut command = Command::new(binary);
        // The server takes REELWAY_* for its configuration, and these tests' own are none of it.
        for (name, _) in env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("REELWAY_")) {
            command.env_remove(name);
        }
        command.arg("serve");
        if self.config().is_file() {
            command.arg("--config").arg(self.config());
        }
        command.arg("--bind").arg(self.address.to_string()).arg("--data-dir").arg(self.data_dir());
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
        self.process = Some(command.spawn().context("could not start the server")?);
        let api = self.api();
        wait::until_true("the server is ready", Duration::from_secs(20), async || {
            if let Some(status) =
                self.process.as_mut().and_then(|process| process.try_wait().transpose()).transpose()?
            {
                bail!("the server ended: {status}");
            }
            Ok(api.is_ready().await)
        })
        .await
    }

    /// Ends it at once, as a power cut would: `kill -9`.
    ///
    /// # Errors
    /// It is not running.
    pub fn kill(&mut self) -> Result<()> {
        let mut process = self.process.take().context("the server is not running")?;
        process.kill()?;
        process.wait()?;
        Ok(())
    }

    /// Where it is: `http://127.0.0.1:12345`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Its HTTP interface.
    pub fn api(&self) -> Api {
        Api::new(self.url())
    }

    /// Bytes of memory that its process holds now.
    ///
    /// # Errors
    /// It is not running.
    pub fn resident_memory(&self) -> Result<u64> {
        let process = self.process.as_ref().context("the server is not running")?;
        let ps = Command::new("ps").args(["-o", "rss=", "-p", &process.id().to_string()]).output()?;
        let kilobytes: u64 = String::from_utf8(ps.stdout)?.trim().parse().context("ps names no memory")?;
        Ok(kilobytes * 1024)
    }

    /// The SHA-256 of a video's original, as the server keeps it.
    ///
    /// # Errors
    /// There is none.
    pub fn sha256_of_original(&self, video: &Video) -> Result<String> {
        media::sha256(&self.data_dir().join("originals").join(&video.id).join("source"))
    }

    /// Bytes of uploads that are not whole yet.
    ///
    /// # Errors
    /// The folder can't be read.
    pub fn bytes_arrived(&self) -> Result<u64> {
        let parts = self.files()?.into_iter().filter(|path| path.extension().is_some_and(|kind| kind == "part"));
        // One may be gone by now: then it is whole, or cancelled.
        Ok(parts.filter_map(|part| fs::metadata(part).ok()).map(|part| part.len()).sum())
    }

    /// The files below its data directory.
    ///
    /// # Errors
    /// The folder can't be read.
    pub fn files(&self) -> Result<Vec<PathBuf>> {
        let mut folders = vec![self.data_dir()];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            let entries = match fs::read_dir(&folder) {
                // Cleared away since it was listed.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                entries => entries?,
            };
            for entry in entries {
                let path = entry?.path();
                if path.is_dir() { folders.push(path) } else { files.push(path) }
            }
        }
        Ok(files)
    }

    /// What it wrote to its log.
    ///
    /// # Errors
    /// The file can't be read.
    pub fn log_text(&self) -> Result<String> {
        Ok(fs::read_to_string(self.log())?)
    }

    fn data_dir(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn config(&self) -> PathBuf {
        self.folder.path().join("reelway.toml")
    }

    fn log(&self) -> PathBuf {
        self.folder.path().join("log")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if thread::panicking() {
            print_end(&self.log());
        }
        let Some(mut process) = self.process.take() else { return };
        // Asked first, so that it ends its ffmpegs; it is gone afterwards in any case.
        let _ = Command::new("kill").arg(process.id().to_string()).status();
        let asked = Instant::now();
        while matches!(process.try_wait(), Ok(None)) && asked.elapsed() < Duration::from_secs(5) {
            thread::sleep(Duration::from_millis(20));
        }
        let _ = process.kill();
        let _ = process.wait();
    }
}

fn print_end(log: &Path) {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    println!("--- the end of the server's log");
    for line in lines.iter().skip(lines.len().saturating_sub(40)) {
        println!("{line}");
    }
}
