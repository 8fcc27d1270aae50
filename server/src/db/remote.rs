//! What other services have told of videos, when they are asked next, and which webhooks have come.

use std::collections::BTreeMap;

use sqlx::{FromRow, Row, SqliteConnection, sqlite::SqliteRow};

use super::{Db, VideoRow, from_sql, to_sql};

/// What is known of a video at another service, besides what every video has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RemoteRow {
    /// The video's id.
    pub video_id: String,
    /// What it is played under.
    pub playback_id: Option<String>,
    /// `public` or `signed`.
    pub policy: Option<String>,
    /// Further values by name.
    pub fields: BTreeMap<String, String>,
    /// When the bytes have to have arrived, and then when the video has to be ready: milliseconds since the Unix epoch.
    pub deadline: u64,
    /// When the service is asked next: milliseconds since the Unix epoch. `None`: not any more.
    pub poll_at: Option<u64>,
    /// How often it was asked since there was news.
    pub polls: u32,
    /// How often in a row it knew of no such video.
    pub misses: u32,
}

impl FromRow<'_, SqliteRow> for RemoteRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let fields: &str = row.try_get("fields")?;
        Ok(Self {
            video_id: row.try_get("video_id")?,
            playback_id: row.try_get("playback_id")?,
            policy: row.try_get("policy")?,
            fields: serde_json::from_str(fields).map_err(|error| sqlx::Error::Decode(error.into()))?,
            deadline: from_sql(row.try_get("deadline")?),
            poll_at: row.try_get::<Option<i64>, _>("poll_at")?.map(from_sql),
            polls: row.try_get("polls")?,
            misses: row.try_get("misses")?,
        })
    }
}

/// How long the ids of webhooks are kept, in milliseconds: longer than any service tries to deliver one.
const KEEP_EVENTS: u64 = 7 * 24 * 3600 * 1000;

/// The tables of this file.
#[derive(Clone, Debug)]
pub struct Remote {
    db: Db,
}

impl Remote {
    /// Over this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }

    /// What is known of the video.
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, video_id: &str) -> Result<Option<RemoteRow>, sqlx::Error> {
        sqlx::query_as("SELECT * FROM remote WHERE video_id = ?").bind(video_id).fetch_optional(self.db.read()).await
    }

    /// The same, within a transaction of the caller's.
    ///
    /// # Errors
    /// The database's.
    pub async fn get_in(tx: &mut SqliteConnection, video_id: &str) -> Result<Option<RemoteRow>, sqlx::Error> {
        sqlx::query_as("SELECT * FROM remote WHERE video_id = ?").bind(video_id).fetch_optional(tx).await
    }

    /// Writes what is known.
    ///
    /// # Errors
    /// The database's.
    pub async fn put(&self, row: &RemoteRow) -> Result<(), sqlx::Error> {
        let mut connection = self.db.write().acquire().await?;
        Self::put_in(&mut connection, row).await
    }

    /// The same, within a transaction of the caller's.
    ///
    /// # Errors
    /// The database's.
    pub async fn put_in(tx: &mut SqliteConnection, row: &RemoteRow) -> Result<(), sqlx::Error> {
        let fields = serde_json::to_string(&row.fields).map_err(|error| sqlx::Error::Encode(error.into()))?;
        sqlx::query(
            "INSERT OR REPLACE INTO remote (video_id, playback_id, policy, fields, deadline, poll_at, polls, misses)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE EXISTS (SELECT 1 FROM videos WHERE id = ?1)",
        )
        .bind(&row.video_id)
        .bind(&row.playback_id)
        .bind(&row.policy)
        .bind(fields)
        .bind(to_sql(row.deadline))
        .bind(row.poll_at.map(to_sql))
        .bind(row.polls)
        .bind(row.misses)
        .execute(tx)
        .await
        .map(drop)
    }

    /// The videos that are to be asked for by now, those first that have waited longest.
    ///
    /// # Errors
    /// The database's.
    pub async fn due(&self, now: u64, limit: u32) -> Result<Vec<RemoteRow>, sqlx::Error> {
        sqlx::query_as("SELECT * FROM remote WHERE poll_at <= ? ORDER BY poll_at LIMIT ?")
            .bind(to_sql(now))
            .bind(limit)
            .fetch_all(self.db.read())
            .await
    }

    /// Takes a video up, so that no other process asks for it until `until`. False where one has been faster.
    ///
    /// # Errors
    /// The database's.
    pub async fn claim(&self, row: &RemoteRow, until: u64) -> Result<bool, sqlx::Error> {
        sqlx::query("UPDATE remote SET poll_at = ? WHERE video_id = ? AND poll_at = ?")
            .bind(to_sql(until))
            .bind(&row.video_id)
            .bind(row.poll_at.map(to_sql))
            .execute(self.db.write())
            .await
            .map(|done| done.rows_affected() == 1)
    }

    /// What is known of the video that a field names so, of those that the service is still asked for.
    ///
    /// # Errors
    /// The database's.
    pub async fn by_field(&self, provider: &str, field: &str, value: &str) -> Result<Option<RemoteRow>, sqlx::Error> {
        sqlx::query_as(
            "SELECT remote.* FROM remote JOIN videos ON videos.id = remote.video_id
             WHERE remote.poll_at IS NOT NULL AND videos.provider = ?1
                 AND remote.fields ->> ?2 = ?3 LIMIT 1",
        )
        .bind(provider)
        .bind(field)
        .bind(value)
        .fetch_optional(self.db.read())
        .await
    }

    /// Says when the service is asked next.
    ///
    /// # Errors
    /// The database's.
    pub async fn schedule(&self, row: &RemoteRow) -> Result<(), sqlx::Error> {
        sqlx::query("UPDATE remote SET poll_at = ?, polls = ?, misses = ? WHERE video_id = ?")
            .bind(row.poll_at.map(to_sql))
            .bind(row.polls)
            .bind(row.misses)
            .bind(&row.video_id)
            .execute(self.db.write())
            .await
            .map(drop)
    }

    /// The video that a service means: by its name for the upload, or for the asset, or by ours, which it hands back.
    /// Ours counts only where no other upload has been opened for the video since.
    ///
    /// # Errors
    /// The database's.
    pub async fn meant_in(
        tx: &mut SqliteConnection,
        provider: &str,
        upload_id: Option<&str>,
        asset_id: Option<&str>,
        video_id: Option<&str>,
    ) -> Result<Option<VideoRow>, sqlx::Error> {
        sqlx::query_as(
            "SELECT * FROM videos WHERE provider = ?1 AND (upload_id = ?2 OR external_id = ?3 OR
                 (id = ?4 AND (upload_id IS NULL OR ?2 IS NULL) AND (external_id IS NULL OR ?3 IS NULL)))
             ORDER BY upload_id IS NOT ?2, external_id IS NOT ?3 LIMIT 1",
        )
        .bind(provider)
        .bind(upload_id)
        .bind(asset_id)
        .bind(video_id)
        .fetch_optional(tx)
        .await
    }

    /// Notes that this event has come. False where it had before.
    ///
    /// # Errors
    /// The database's.
    pub async fn note_event_in(
        tx: &mut SqliteConnection,
        provider: &str,
        event_id: &str,
        now: u64,
    ) -> Result<bool, sqlx::Error> {
        sqlx::query(
            "INSERT INTO webhook_events (provider, event_id, received_at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        )
        .bind(provider)
        .bind(event_id)
        .bind(to_sql(now))
        .execute(tx)
        .await
        .map(|done| done.rows_affected() == 1)
    }

    /// Forgets webhooks that nobody will send again. Tells how many.
    ///
    /// # Errors
    /// The database's.
    pub async fn prune_events(&self, now: u64) -> Result<u64, sqlx::Error> {
        sqlx::query("DELETE FROM webhook_events WHERE received_at < ?")
            .bind(to_sql(now.saturating_sub(KEEP_EVENTS)))
            .execute(self.db.write())
            .await
            .map(|done| done.rows_affected())
    }
}
