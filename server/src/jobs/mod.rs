//! The queue of work on videos.
//!
//! - [`queue`]: the rows, and who may work on which.
//! - [`owner`]: how a worker shows that it lives.
//! - [`worker`]: takes jobs and runs them.

pub mod owner;
pub mod queue;
pub mod worker;

use std::sync::LazyLock;

use sqlx::SqliteConnection;
use tokio::{sync::watch, task::JoinHandle};
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// Make the original playable.
    Process,
    /// Make the storyboard.
    Storyboard,
    /// Make the poster anew, at the chosen time.
    Poster,
    /// Make the next smaller rendition of a video that plays already.
    Rendition,
}

impl JobKind {
    const ALL: [Self; 4] = [Self::Process, Self::Storyboard, Self::Poster, Self::Rendition];

    /// As it stands in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Process => "process",
            Self::Storyboard => "storyboard",
            Self::Poster => "poster",
            Self::Rendition => "rendition",
        }
    }

    /// The kind of this name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// The higher goes first: what somebody waits for before what makes it better.
    const fn priority(self) -> u8 {
        match self {
            Self::Process => 2,
            Self::Storyboard | Self::Poster => 1,
            Self::Rendition => 0,
        }
    }
}

/// Counts what was put into the queue by this process. A worker that hears of a job before its transaction has
/// committed waits for the database's one writing connection, and so for the commit.
static ENQUEUED: LazyLock<watch::Sender<u64>> = LazyLock::new(|| watch::Sender::new(0));

/// Puts work into the queue, within a transaction of the caller's. The worker of this process begins as soon as that
/// has committed, those of others when they next look.
///
/// # Errors
/// The database's.
pub async fn enqueue(tx: &mut SqliteConnection, video_id: &str, kind: JobKind) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO jobs (video_id, kind, priority) VALUES (?, ?, ?)
         ON CONFLICT (video_id, kind) WHERE state = 'queued' DO NOTHING",
    )
    .bind(video_id)
    .bind(kind.as_str())
    .bind(kind.priority())
    .execute(tx)
    .await?;
    ENQUEUED.send_modify(|count| *count += 1);
    Ok(())
}

/// Works on the queue until it is told to stop. It then gives back what it has not finished, and ends.
///
/// Call it on a runtime with several threads, from one of its tasks: processes that a job starts die with the thread
/// that started them, so that none outlives the server.
pub fn spawn_worker(app: App, shutdown: CancellationToken) -> JoinHandle<()> {
    tokio::spawn(worker::run(app, shutdown))
}
