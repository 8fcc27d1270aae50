//! A server without routes, its worker, and a folder for files.

use std::{
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use reelway_api::VideoStatus;
use reelway_server::{
    app::App,
    clock::Clock,
    config::Config,
    db::{Change, NewVideo, VideoRow},
    jobs::{self, JobKind},
};
use tokio::{task::JoinHandle, time::timeout};
use tokio_util::sync::CancellationToken;

use crate::published::Published;

/// Longer than anything here takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

pub struct Bench {
    folder: tempfile::TempDir,
    pub app: App,
    shutdown: CancellationToken,
    worker: Option<JoinHandle<()>>,
}

impl Bench {
    pub async fn new() -> Self {
        Self::with(|_| {}).await
    }

    pub async fn with(configure: impl FnOnce(&mut Config)) -> Self {
        Self::open(Clock::default(), configure).await
    }

    pub async fn with_clock(clock: Clock) -> Self {
        Self::open(clock, |_| {}).await
    }

    async fn open(clock: Clock, configure: impl FnOnce(&mut Config)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut config = Config { data_dir: folder.path().join("data"), ..Config::default() };
        configure(&mut config);
        let app = App::open(config, clock).await.unwrap();
        let mut bench = Self { folder, app, shutdown: CancellationToken::new(), worker: None };
        bench.start();
        bench
    }

    /// Starts a worker.
    pub fn start(&mut self) {
        self.shutdown = CancellationToken::new();
        self.worker = Some(jobs::spawn_worker(self.app.clone(), self.shutdown.clone()));
    }

    /// Stops the worker, as a server that is told to stop does.
    pub async fn stop(&mut self) {
        self.shutdown.cancel();
        timeout(PATIENCE, self.worker.take().unwrap()).await.unwrap().unwrap();
    }

    pub fn data(&self) -> PathBuf {
        self.app.config().data_dir.clone()
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file that ffmpeg makes of these arguments.
    pub fn make(&self, name: &str, args: &str) -> PathBuf {
        let path = self.path(name);
        let mut command = Command::new("ffmpeg");
        command.args(["-nostdin", "-v", "error", "-y"]).args(args.split_whitespace()).arg(&path);
        let output = command.current_dir(self.folder.path()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        path
    }

    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        std::fs::write(self.path(name), bytes).unwrap();
        self.path(name)
    }

    /// All bytes of a file have arrived.
    pub async fn upload(&self, file: &Path) -> String {
        self.upload_and(file, async |_| ()).await
    }

    /// All bytes of a file have arrived, and then something happens to them.
    pub async fn upload_and(&self, file: &Path, then: impl AsyncFnOnce(PathBuf)) -> String {
        let size = Some(std::fs::metadata(file).unwrap().len());
        let new = NewVideo {
            owner: None,
            provider: "local".into(),
            title: "a video".into(),
            content_type: None,
            size,
            key: None,
        };
        let id = self.app.videos().insert(new).await.unwrap().unwrap().id;
        tokio::fs::create_dir_all(self.app.originals().folder(&id)).await.unwrap();
        tokio::fs::copy(file, self.app.originals().path(&id)).await.unwrap();
        then(self.app.originals().path(&id)).await;
        self.change(&id, Change::Processing { percent: None }, Some(JobKind::Process)).await;
        id
    }

    /// A change that may ask for work, as the routes make it.
    pub async fn change(&self, id: &str, change: Change, job: Option<JobKind>) {
        let mut tx = self.app.db().begin().await.unwrap();
        self.app.videos().apply_in(&mut tx, id, change).await.unwrap();
        if let Some(kind) = job {
            jobs::enqueue(&mut tx, id, kind).await.unwrap();
        }
        tx.commit().await.unwrap();
    }

    /// The video, once it is so.
    pub async fn until(&self, id: &str, so: impl Fn(&VideoRow) -> bool) -> VideoRow {
        let mut watcher = self.app.hub().watch(id);
        let waiting = async {
            loop {
                let video = self.app.videos().get(id).await.unwrap().unwrap();
                if so(&video) {
                    return video;
                }
                // Changes made in a transaction of the test's own are not told.
                let _ = timeout(Duration::from_millis(100), watcher.changed()).await;
            }
        };
        let done = timeout(PATIENCE, waiting).await;
        match done {
            Ok(video) => video,
            Err(_) => panic!("it took too long: {:?}", self.app.videos().get(id).await),
        }
    }

    /// The video once it has come to an end, and nothing is left to be done for it.
    pub async fn settled(&self, id: &str) -> VideoRow {
        self.until(id, |video| video.status.is_final()).await;
        let left = "SELECT count(*) FROM jobs WHERE video_id = ? AND state <> 'given_up'";
        let idle = async {
            while sqlx::query_scalar::<_, i64>(left).bind(id).fetch_one(self.app.db().read()).await.unwrap() > 0 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(PATIENCE, idle).await.unwrap();
        self.app.videos().get(id).await.unwrap().unwrap()
    }

    /// What is published of a file, once all is done.
    pub async fn publish(&self, file: &Path) -> Published {
        let id = self.upload(file).await;
        let video = self.settled(&id).await;
        assert_eq!(video.status, VideoStatus::Ready, "{:?}", video.error);
        assert_eq!(video.percent, None, "all is done");
        self.published(&video)
    }

    pub fn published(&self, video: &VideoRow) -> Published {
        Published::read(&self.data().join("media").join(&video.id), video)
    }

    /// The bytes of all published files, with their paths.
    pub fn published_files(&self, id: &str) -> Vec<(PathBuf, Vec<u8>)> {
        let mut folders = vec![self.data().join("media").join(id)];
        let mut files = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).into_iter().flatten() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    files.push((path.clone(), std::fs::read(path).unwrap()));
                }
            }
        }
        files
    }
}
