//! What one job works with, and what comes of it.

use std::{
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use tokio::sync::watch;

use super::{
    command::Input,
    decide::Reject,
    package::Package,
    tool::{Bounds, Invocation, Tool, ToolError},
};
use crate::{
    app::App,
    db::{Change, VideoRow},
    jobs::JobKind,
};

/// A job's view of the world.
#[derive(Debug)]
pub struct Work<'a> {
    /// The process.
    pub app: &'a App,
    /// The video, as it was when the job began.
    pub video: &'a VideoRow,
    /// Where what it publishes goes, within the video's folder.
    pub prefix: &'a str,
    /// A folder of its own, empty at first.
    pub scratch: &'a Path,
    /// Where it tells how far it has come: 0 to 100.
    pub percent: &'a watch::Sender<Option<u8>>,
}

/// What a job has achieved. It takes effect in one transaction, in which the job ends.
#[derive(Debug, Default)]
pub struct Outcome {
    /// What has become of the video.
    pub changes: Vec<Change>,
    /// What is published of it.
    pub package: Option<Package>,
    /// What is to be done next.
    pub next: Vec<JobKind>,
    /// A folder that nobody needs any more, within the video's.
    pub obsolete: Option<String>,
}

/// Why a job has achieved nothing.
#[derive(Debug, thiserror::Error)]
pub enum WorkError {
    /// The file is at fault: another attempt would end alike.
    #[error(transparent)]
    Reject(#[from] Reject),
    /// ffmpeg failed.
    #[error(transparent)]
    Tool(#[from] ToolError),
    /// The disk failed, or a file is not what it should be.
    #[error("disk: {0}")]
    Io(#[from] io::Error),
    /// The store failed.
    #[error("store: {0}")]
    Store(#[from] object_store::Error),
    /// The database failed.
    #[error("database: {0}")]
    Db(#[from] sqlx::Error),
    /// The job can't be done in this state of things.
    #[error("{0}")]
    Unfit(&'static str),
}

impl Work<'_> {
    /// The uploaded file.
    pub fn original(&self) -> PathBuf {
        self.app.originals().path(&self.video.id)
    }

    /// The key of something that this attempt publishes.
    pub fn key(&self, name: &str) -> String {
        format!("{}/{}/{name}", self.video.id, self.prefix)
    }

    /// A file as input, within the limits of the configuration.
    pub fn input<'a>(&self, path: &'a Path) -> Input<'a> {
        let limits = &self.app.config().limits;
        // A little more than the limit, so that what is over it is seen to be.
        Input { path, max_pixels: limits.max_pixels, max_duration: limits.max_duration + 60.0 }
    }

    /// A run of ffmpeg in the scratch folder, for which somebody may be waiting.
    pub fn ffmpeg(&self, args: Vec<std::ffi::OsString>, bounds: Bounds) -> Invocation {
        Invocation { tool: Tool::Ffmpeg, args, folder: self.scratch.to_owned(), bounds, background: false }
    }

    /// What a run may use up that works through `seconds` of video at a `speed` of so many times real time at least.
    pub fn bounds(&self, seconds: Option<f64>, speed: f64) -> Bounds {
        let limits = &self.app.config().limits;
        let seconds = seconds.unwrap_or(limits.max_duration).min(limits.max_duration);
        let bounds = Bounds::default();
        // A copied segment may hold nearly all of the file.
        let file_size = bounds.file_size.saturating_add(self.video.size.unwrap_or(limits.max_file_size));
        Bounds { time: bounds.time + Duration::from_secs_f64(seconds / speed), file_size, ..bounds }
    }

    /// Tells how far a run has come that makes `seconds` of output.
    pub fn tell(&self, done: Duration, seconds: Option<f64>, percent: impl Fn(f64) -> Option<u8>) {
        if let Some(seconds) = seconds.filter(|seconds| *seconds > 0.0) {
            let percent = percent((done.as_secs_f64() / seconds).clamp(0.0, 1.0));
            self.percent.send_if_modified(|last| {
                let forward = percent > *last;
                if forward {
                    *last = percent;
                }
                forward
            });
        }
    }
}
