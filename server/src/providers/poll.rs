//! Asks other services for the videos that are theirs and not final. What is asked when stands in the database, so
//! that it outlives a process, and several processes share the work.

use futures_util::{StreamExt, stream};
use tokio::task::JoinHandle;

use crate::{
    app::App,
    db::{Remote, RemoteRow},
    error::AppError,
};

/// How often is looked for videos whose time has come.
const LOOK: std::time::Duration = std::time::Duration::from_secs(1);
/// Videos that are asked for in one round, and at once.
const ROUND: u32 = 64;
const AT_ONCE: usize = 8;
/// For how long a process that asks for a video keeps others from it, in milliseconds.
const LEASE: u64 = 120_000;
/// How often old webhooks are forgotten, in rounds.
const PRUNE: u32 = 3600;

/// Asks for all videos whose time has come. Tells how many.
///
/// # Errors
/// The database's. What a service does wrong goes to the log, and it is asked again later.
pub async fn round(app: &App) -> Result<usize, AppError> {
    let remote = Remote::new(app.db().clone());
    let due = remote.due(app.clock().now(), ROUND).await?;
    let count = due.len();
    stream::iter(due)
        .for_each_concurrent(AT_ONCE, |row| {
            let remote = &remote;
            async move {
                let id = row.video_id.clone();
                if let Err(error) = ask(app, remote, row).await {
                    tracing::warn!(video_id = id, %error, "asking for a video failed");
                }
            }
        })
        .await;
    Ok(count)
}

async fn ask(app: &App, remote: &Remote, mut row: RemoteRow) -> Result<(), AppError> {
    let until = app.clock().now() + LEASE;
    if !remote.claim(&row, until).await? {
        return Ok(());
    }
    row.poll_at = Some(until);
    let Some(video) = app.videos().get(&row.video_id).await? else { return Ok(()) };
    app.providers().get(&video.provider)?.poll(&video, &row).await
}

/// Asks until the process stops.
pub fn spawn(app: App) -> JoinHandle<()> {
    tokio::spawn(async move {
        let remote = Remote::new(app.db().clone());
        for number in 0_u32.. {
            if let Err(error) = round(&app).await {
                tracing::error!(%error, "looking for videos to ask for failed");
            }
            if number.is_multiple_of(PRUNE)
                && let Err(error) = remote.prune_events(app.clock().now()).await
            {
                tracing::error!(%error, "old webhooks could not be forgotten");
            }
            tokio::select! {
                () = app.shutdown().cancelled() => return,
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    })
}
