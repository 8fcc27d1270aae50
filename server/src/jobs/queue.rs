//! The rows of the queue, and who may work on which.

use std::time::Duration;

use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};

use super::JobKind;
use crate::{
    clock::{Clock, millis},
    db::{Db, to_sql},
};

/// How long a lease lasts unless it is renewed.
pub const LEASE: Duration = Duration::from_secs(10);
/// How often a lease is renewed.
pub const HEARTBEAT: Duration = Duration::from_secs(2);
/// How often a job is tried. A worker that dies at it has tried it too.
pub const ATTEMPTS: u32 = 3;
/// How long after each failure it is tried again.
const BACK_OFF: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(15)];

/// A job that this worker has leased.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Job {
    /// Its number.
    pub id: i64,
    /// The video that it is about.
    pub video_id: String,
    /// What is to be done.
    pub kind: JobKind,
    /// Which attempt this is: the first is 1. Beyond [`ATTEMPTS`], workers have died at it.
    pub attempt: u32,
    /// Where this attempt publishes, within the video's folder.
    pub prefix: String,
    /// Where the last one did, if it did not end well.
    pub stale_prefix: Option<String>,
}

/// The queue.
#[derive(Clone, Debug)]
pub struct Queue {
    db: Db,
    clock: Clock,
    owner: String,
}

impl Queue {
    /// The queue as the worker of this name sees it.
    pub const fn new(db: Db, clock: Clock, owner: String) -> Self {
        Self { db, clock, owner }
    }

    /// Leases the job that is next, if there is one: no renditions unless they are wanted.
    ///
    /// # Errors
    /// The database's.
    pub async fn claim(&self, renditions: bool) -> Result<Option<Job>, sqlx::Error> {
        let now = self.clock.now();
        let mut tx = self.db.begin().await?;
        let row: Option<SqliteRow> = sqlx::query(
            "SELECT id, video_id, kind, attempts, prefix FROM jobs AS job
             WHERE ((state = 'queued' AND run_after <= ?1) OR (state = 'running' AND lease_until <= ?1))
               AND (?2 OR kind <> 'rendition')
               AND NOT EXISTS (SELECT 1 FROM jobs AS other WHERE other.video_id = job.video_id
                   AND other.kind = job.kind AND other.id <> job.id AND other.state = 'running')
             ORDER BY priority DESC, id LIMIT 1",
        )
        .bind(to_sql(now))
        .bind(renditions)
        .fetch_optional(&mut *tx)
        .await?;
        let Some(row) = row else { return Ok(None) };
        let (id, attempts): (i64, u32) = (row.try_get("id")?, row.try_get("attempts")?);
        let kind: &str = row.try_get("kind")?;
        let kind = JobKind::parse(kind).ok_or_else(|| sqlx::Error::Decode(format!("unknown job {kind:?}").into()))?;
        let prefix = uuid::Uuid::new_v4().simple().to_string()[..12].to_owned();
        sqlx::query(
            "UPDATE jobs SET state = 'running', attempts = attempts + 1, lease_owner = ?, lease_until = ?, prefix = ?
             WHERE id = ?",
        )
        .bind(&self.owner)
        .bind(to_sql(now + millis(LEASE)))
        .bind(&prefix)
        .bind(id)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        let (video_id, stale_prefix) = (row.try_get("video_id")?, row.try_get("prefix")?);
        Ok(Some(Job { id, video_id, kind, attempt: attempts + 1, prefix, stale_prefix }))
    }

    /// Renews the lease. False where it is lost, or the video is gone or given up: stop working on it.
    ///
    /// # Errors
    /// The database's.
    pub async fn renew(&self, job: &Job) -> Result<bool, sqlx::Error> {
        sqlx::query(
            "UPDATE jobs SET lease_until = ? WHERE id = ? AND lease_owner = ? AND EXISTS
             (SELECT 1 FROM videos WHERE videos.id = video_id AND status IN ('processing', 'ready'))",
        )
        .bind(to_sql(self.clock.now() + millis(LEASE)))
        .bind(job.id)
        .bind(&self.owner)
        .execute(self.db.write())
        .await
        .map(|done| done.rows_affected() == 1)
    }

    /// Ends the job within a transaction that holds all its effects. False where the lease is lost: roll back.
    ///
    /// # Errors
    /// The database's.
    pub async fn finish(&self, tx: &mut SqliteConnection, job: &Job) -> Result<bool, sqlx::Error> {
        let done = sqlx::query("DELETE FROM jobs WHERE id = ? AND lease_owner = ?").bind(job.id).bind(&self.owner);
        done.execute(tx).await.map(|done| done.rows_affected() == 1)
    }

    /// Puts the job back for a later attempt.
    ///
    /// # Errors
    /// The database's.
    pub async fn retry(&self, job: &Job, error: &str) -> Result<(), sqlx::Error> {
        let wait = BACK_OFF[(job.attempt.max(1) as usize - 1).min(BACK_OFF.len() - 1)];
        // Where the same was asked for again meanwhile, that is the later attempt.
        sqlx::query(
            "UPDATE OR REPLACE jobs SET state = 'queued', run_after = ?, lease_owner = NULL, error = ?
             WHERE id = ? AND lease_owner = ?",
        )
        .bind(to_sql(self.clock.now() + millis(wait)))
        .bind(error)
        .bind(job.id)
        .bind(&self.owner)
        .execute(self.db.write())
        .await
        .map(drop)
    }

    /// Gives the job back as if it had not been taken: the worker stops.
    ///
    /// # Errors
    /// The database's.
    pub async fn release(&self, job: &Job) -> Result<(), sqlx::Error> {
        sqlx::query(
            "UPDATE OR REPLACE jobs SET state = 'queued', attempts = attempts - 1, lease_owner = NULL
             WHERE id = ? AND lease_owner = ?",
        )
        .bind(job.id)
        .bind(&self.owner)
        .execute(self.db.write())
        .await
        .map(drop)
    }

    /// Ends the job without success, within a transaction that holds the consequences. False where the lease is lost.
    ///
    /// # Errors
    /// The database's.
    pub async fn give_up(&self, tx: &mut SqliteConnection, job: &Job, error: &str) -> Result<bool, sqlx::Error> {
        sqlx::query("UPDATE jobs SET state = 'given_up', error = ? WHERE id = ? AND lease_owner = ?")
            .bind(error)
            .bind(job.id)
            .bind(&self.owner)
            .execute(tx)
            .await
            .map(|done| done.rows_affected() == 1)
    }

    /// The workers that hold leases.
    ///
    /// # Errors
    /// The database's.
    pub async fn owners(&self) -> Result<Vec<String>, sqlx::Error> {
        sqlx::query_scalar("SELECT DISTINCT lease_owner FROM jobs WHERE state = 'running' AND lease_owner IS NOT NULL")
            .fetch_all(self.db.read())
            .await
    }

    /// Ends the leases of a worker that is dead.
    ///
    /// # Errors
    /// The database's.
    pub async fn free(&self, owner: &str) -> Result<u64, sqlx::Error> {
        sqlx::query("UPDATE jobs SET lease_until = 0 WHERE state = 'running' AND lease_owner = ?")
            .bind(owner)
            .execute(self.db.write())
            .await
            .map(|done| done.rows_affected())
    }
}
