//! Takes jobs from the queue and runs them.

use std::{io, path::PathBuf, sync::Arc, time::Duration};

use futures_util::FutureExt;
use reelway_api::ErrorCode;
use tokio::{
    sync::watch,
    task::JoinSet,
    time::{MissedTickBehavior, interval, sleep},
};
use tokio_util::sync::CancellationToken;

use super::{
    ENQUEUED, JobKind,
    owner::Owner,
    queue::{ATTEMPTS, HEARTBEAT, Job, Queue},
};
use crate::{
    app::App,
    db::{Applied, Change, VideoRow},
    media::{
        pictures, process, rendition,
        work::{Outcome, Work, WorkError},
    },
};

/// How often the queue is looked at: for jobs of other processes, and those whose time has come.
const POLL: Duration = Duration::from_secs(1);
/// How often a video's percentage is written.
const REPORT: Duration = Duration::from_millis(500);
/// What people read where the server is at fault.
const OUR_FAULT: &str =
    "The server could not process this video. Try uploading it again later, or tell whoever runs this site.";

/// How a run of a job ended.
enum Ended {
    Done(Result<Box<Outcome>, WorkError>),
    /// The video is gone or given up, or the lease is another's.
    Lost,
    /// The worker is to stop.
    Stopped,
}

/// Works until it is told to stop.
pub(super) async fn run(app: App, shutdown: CancellationToken) {
    let worker = match Worker::new(app) {
        Ok(worker) => Arc::new(worker),
        Err(error) => {
            tracing::error!(%error, "the worker can't begin: see that the data directory can be written");
            return;
        }
    };
    if let Err(error) = worker.free_the_dead().await {
        tracing::warn!(%error, "leases of dead workers will run out by themselves");
    }
    let mut enqueued = ENQUEUED.subscribe();
    let mut running = JoinSet::new();
    let mut rendition = None;
    let slots = worker.app.config().jobs.slots.max(1);
    while !shutdown.is_cancelled() {
        enqueued.mark_unchanged();
        while running.len() < slots {
            // One slot stays free for what somebody waits for.
            match worker.queue.claim(rendition.is_none()).await {
                Ok(Some(job)) => {
                    let (worker, shutdown, kind) = (worker.clone(), shutdown.clone(), job.kind);
                    let task = running.spawn(async move { worker.attend(job, shutdown).await }).id();
                    if kind == JobKind::Rendition {
                        rendition = Some(task);
                    }
                }
                Ok(None) => break,
                Err(error) => {
                    tracing::error!(%error, "the queue can't be read");
                    break;
                }
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => {}
            _ = enqueued.changed() => {}
            Some(ended) = running.join_next_with_id() => {
                let task = match ended {
                    Ok((task, ())) => task,
                    Err(error) => {
                        tracing::error!(%error, "a job panicked: it is tried again when its lease has run out");
                        error.id()
                    }
                };
                rendition = rendition.filter(|running| *running != task);
            }
            () = sleep(POLL) => {}
        }
    }
    while running.join_next().await.is_some() {}
}

struct Worker {
    app: App,
    owner: Owner,
    queue: Queue,
}

impl Worker {
    fn new(app: App) -> io::Result<Self> {
        // Absolute: ffmpeg runs in another folder.
        let owner = Owner::register(&std::path::absolute(&app.config().data_dir)?)?;
        let queue = Queue::new(app.db().clone(), app.clock().clone(), owner.id().to_owned());
        Ok(Self { app, owner, queue })
    }

    /// Ends the leases of workers that were killed, so that nobody waits for them to run out.
    async fn free_the_dead(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        for owner in self.queue.owners().await? {
            if self.owner.knows_dead(&owner)? {
                let jobs = self.queue.free(&owner).await?;
                tracing::info!(jobs, "taking over from a worker that died");
            }
        }
        Ok(())
    }

    /// Runs a job, and sees to what comes of it.
    async fn attend(&self, job: Job, shutdown: CancellationToken) {
        let log = |error: sqlx::Error| tracing::error!(%error, job = job.id, "the queue can't be written");
        if let Some(stale) = &job.stale_prefix {
            self.remove(&job, stale).await;
        }
        if job.attempt > ATTEMPTS {
            let done = self.give_up(&job, ErrorCode::ProcessingFailed, OUR_FAULT, "workers died at it").await;
            return done.unwrap_or_else(log);
        }
        let video = match self.app.videos().get(&job.video_id).await {
            Ok(Some(video)) => video,
            Ok(None) => return,
            Err(error) => return log(error),
        };
        let scratch = self.owner.scratch().join(format!("{}-{}", job.id, job.attempt));
        let ended = self.run(&job, &video, &scratch, &shutdown).await;
        if let Err(error) = remove_folder(scratch).await {
            tracing::warn!(%error, job = job.id, "a scratch folder stays until the worker starts again");
        }
        let (video, kind) = (&job.video_id, job.kind.as_str());
        let done = match ended {
            Ended::Done(Ok(outcome)) => self.conclude(&job, *outcome).await,
            Ended::Done(Err(WorkError::Reject(reject))) if job.kind == JobKind::Process => {
                tracing::info!(video, code = reject.code.as_str(), "refused");
                self.give_up(&job, reject.code, &reject.message, &reject.message).await
            }
            Ended::Done(Err(error)) if job.attempt < ATTEMPTS => {
                tracing::warn!(video, kind, attempt = job.attempt, %error, "failed, and will be tried again");
                self.remove(&job, &job.prefix).await;
                self.queue.retry(&job, &error.to_string()).await
            }
            Ended::Done(Err(error)) => {
                tracing::error!(video, kind, %error, "given up");
                self.give_up(&job, ErrorCode::ProcessingFailed, OUR_FAULT, &error.to_string()).await
            }
            Ended::Lost => {
                tracing::info!(video, kind, "dropped: the video is gone, or another worker has it");
                self.remove(&job, &job.prefix).await;
                self.drop_job(&job).await
            }
            Ended::Stopped => {
                self.remove(&job, &job.prefix).await;
                self.queue.release(&job).await
            }
        };
        done.unwrap_or_else(log);
    }

    /// Does the work, keeps the lease, and tells how far it is. Whatever ends it, no process stays behind.
    async fn run(&self, job: &Job, video: &VideoRow, scratch: &PathBuf, shutdown: &CancellationToken) -> Ended {
        if let Err(error) = tokio::fs::create_dir_all(scratch).await {
            return Ended::Done(Err(error.into()));
        }
        let (percent, mut reported) = watch::channel(None);
        let work = Work { app: &self.app, video, prefix: &job.prefix, scratch, percent: &percent };
        let mut doing = match job.kind {
            JobKind::Process => process::process(&work).boxed(),
            JobKind::Storyboard => pictures::storyboard(&work).boxed(),
            JobKind::Poster => pictures::poster(&work).boxed(),
            JobKind::Rendition => rendition::next(&work).boxed(),
        };
        let finished = CancellationToken::new();
        let mut keeping = self.keep(job, &mut reported, &finished).boxed();
        // Side by side, neither within a branch of the other: both write to the database, which has one connection for
        // that, and whoever holds it must go on for the other to get it.
        let ended = tokio::select! {
            done = &mut doing => Ended::Done(done.map(Box::new)),
            () = shutdown.cancelled() => Ended::Stopped,
            () = &mut keeping => return Ended::Lost,
        };
        drop(doing);
        finished.cancel();
        keeping.await;
        ended
    }

    /// Keeps the lease and writes percentages, until the job is finished or the lease is lost.
    async fn keep(&self, job: &Job, reported: &mut watch::Receiver<Option<u8>>, finished: &CancellationToken) {
        let (mut heartbeat, mut report) = (interval(HEARTBEAT), interval(REPORT));
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        report.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            tokio::select! {
                () = finished.cancelled() => return,
                _ = heartbeat.tick() => match self.queue.renew(job).await {
                    Ok(true) => {}
                    Ok(false) => return,
                    Err(error) => tracing::warn!(%error, job = job.id, "a lease was not renewed"),
                },
                _ = report.tick() => {
                    let changed = reported.has_changed().unwrap_or(false);
                    let percent = *reported.borrow_and_update();
                    if changed {
                        match self.app.videos().apply(&job.video_id, Change::Percent(percent)).await {
                            Ok(Applied::Done(_)) => {}
                            Ok(Applied::Refused(_) | Applied::Gone) => return,
                            Err(error) => tracing::warn!(%error, job = job.id, "a percentage was not written"),
                        }
                    }
                }
            }
        }
    }

    /// Lets all that a job has achieved take effect at once, with its end.
    async fn conclude(&self, job: &Job, outcome: Outcome) -> Result<(), sqlx::Error> {
        let mut tx = self.app.db().begin().await?;
        let mut after = None;
        let mut kept = self.queue.finish(&mut tx, job).await?;
        for change in outcome.changes {
            match self.app.videos().apply_in(&mut tx, &job.video_id, change).await? {
                Applied::Done(video) => after = Some(video),
                Applied::Refused(_) | Applied::Gone => kept = false,
            }
        }
        if !kept {
            tx.rollback().await?;
            self.remove(job, &job.prefix).await;
            return self.drop_job(job).await;
        }
        if let Some(package) = outcome.package {
            package.save(&mut tx, &job.video_id).await?;
        }
        for kind in outcome.next {
            super::enqueue(&mut tx, &job.video_id, kind).await?;
        }
        tx.commit().await?;
        if let Some(video) = after {
            self.app.videos().publish(&video);
        }
        if let Some(obsolete) = outcome.obsolete {
            self.remove(job, &obsolete).await;
        }
        Ok(())
    }

    /// Ends a job that will not succeed. A video that plays goes on playing.
    async fn give_up(&self, job: &Job, code: ErrorCode, message: &str, reason: &str) -> Result<(), sqlx::Error> {
        self.remove(job, &job.prefix).await;
        let change = match job.kind {
            JobKind::Process => Some(Change::Failed { code, message: message.to_owned() }),
            JobKind::Rendition => Some(Change::Percent(None)),
            JobKind::Storyboard | JobKind::Poster => None,
        };
        let mut tx = self.app.db().begin().await?;
        if !self.queue.give_up(&mut tx, job, reason).await? {
            return tx.rollback().await;
        }
        let applied = match change {
            Some(change) => Some(self.app.videos().apply_in(&mut tx, &job.video_id, change).await?),
            None => None,
        };
        tx.commit().await?;
        if let Some(Applied::Done(video)) = applied {
            self.app.videos().publish(&video);
        }
        Ok(())
    }

    /// Forgets a job that nobody wants done any more, unless it is another worker's by now.
    async fn drop_job(&self, job: &Job) -> Result<(), sqlx::Error> {
        let mut tx = self.app.db().begin().await?;
        self.queue.finish(&mut tx, job).await?;
        tx.commit().await
    }

    /// Removes what an attempt has published.
    async fn remove(&self, job: &Job, path: &str) {
        if let Err(error) = self.app.store().remove_under(&format!("{}/{path}", job.video_id)).await {
            tracing::warn!(%error, video = job.video_id, path, "files stay in the store that nobody needs");
        }
    }
}

async fn remove_folder(path: PathBuf) -> io::Result<()> {
    match tokio::fs::remove_dir_all(path).await {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
