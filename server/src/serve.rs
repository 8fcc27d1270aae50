//! The life of a process: start, run, stop.

use std::{io, time::Duration};

use axum::serve::ListenerExt;
use tokio::{net::TcpListener, time::timeout};

use crate::{
    app::App,
    error::AppError,
    http, jobs,
    providers::{local::closing::spawn_sweeper, poll},
};

/// How long requests may take once the process is to stop.
const GRACE: Duration = Duration::from_secs(6);

/// How long the worker may take to let go of its job, which another process takes up then.
const WORKER_GRACE: Duration = Duration::from_secs(10);

/// Why a process ended that should have run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// What the process before has left behind can't be taken up.
    #[error("taking up what was left behind: {0}")]
    Recovery(#[from] AppError),
    /// The listener failed.
    #[error("listening: {0}")]
    Listen(#[from] io::Error),
}

/// Does what the configured role says, until [`App::shutdown`] is cancelled. Without a listener no request is
/// answered.
///
/// # Errors
/// Where the process can't run at all.
pub async fn serve(app: App, listener: Option<TcpListener>) -> Result<(), ServeError> {
    let shutdown = app.shutdown().clone();
    let worker = app.config().role.works().then(|| jobs::spawn_worker(app.clone(), shutdown.child_token()));
    let poller = app.config().role.works().then(|| poll::spawn(app.clone()));
    if let Some(listener) = listener {
        app.local().recover().await?;
        let sweeper = spawn_sweeper(app.clone());
        let listener = listener.tap_io(|connection| {
            // Answers are small and wanted at once. Without it they only come a little later.
            let _ = connection.set_nodelay(true);
        });
        let serving = axum::serve(listener, http::router(app.clone()))
            .with_graceful_shutdown(shutdown.clone().cancelled_owned())
            .into_future();
        tokio::select! {
            result = serving => result?,
            () = async { shutdown.cancelled().await; tokio::time::sleep(GRACE).await } => {
                tracing::warn!("requests still ran when the time was up");
            }
        }
        shutdown.cancel();
        if timeout(GRACE, app.local().settled()).await.is_err() {
            tracing::warn!("an upload did not settle in time; what it has acknowledged is stored");
        }
        sweeper.abort();
    } else {
        shutdown.cancelled().await;
    }
    if let Some(worker) = worker
        && timeout(WORKER_GRACE, worker).await.is_err()
    {
        tracing::warn!("the worker did not stop in time; its job is taken up again later");
    }
    if let Some(poller) = poller {
        poller.abort();
    }
    app.db().close().await;
    Ok(())
}

/// Cancels [`App::shutdown`] on SIGINT and SIGTERM.
///
/// # Errors
/// Where the signals can't be listened for.
pub fn stop_on_signals(app: &App) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    let shutdown = app.shutdown().clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
        tracing::info!("stopping");
        shutdown.cancel();
    });
    Ok(())
}
