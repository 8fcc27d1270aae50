//! The local provider's uploads: what has been acknowledged, and until when the URL works.

use reelway_api::Protocol;
use sqlx::{FromRow, Row, SqliteConnection, sqlite::SqliteRow};

use super::{Db, from_sql, to_sql};

/// Where an upload stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadState {
    /// It takes bytes.
    Open,
    /// All bytes are stored, and have been handed on.
    Complete,
    /// The user ended it; its bytes are gone.
    Cancelled,
    /// Its time ran out; its bytes are gone.
    Expired,
    /// It was a part of a file, and its bytes are in the file.
    Joined,
}

impl UploadState {
    const ALL: [Self; 5] = [Self::Open, Self::Complete, Self::Cancelled, Self::Expired, Self::Joined];

    const fn text(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
            Self::Joined => "joined",
        }
    }
}

/// An upload as the database holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadRow {
    /// The video's id, where there is a video.
    pub id: String,
    /// The video it is for. `None`: it is a part, and becomes a video together with others.
    pub video_id: Option<String>,
    /// What its target was said to speak.
    pub protocol: Protocol,
    /// What a tus client has told about the file, as it came.
    pub metadata: Option<String>,
    /// tus: `partial`, or `final;` and the parts.
    pub concat: Option<String>,
    /// The generated name of the file in the folder of uploads.
    pub file: String,
    /// Bytes of the whole file, once known.
    pub length: Option<u64>,
    /// Bytes that the caller's ticket allows.
    pub max_size: Option<u64>,
    /// Bytes that have been acknowledged.
    pub offset: u64,
    /// Where it stands.
    pub state: UploadState,
    /// When the URL stops working, in milliseconds since the Unix epoch.
    pub expires_at: u64,
}

impl FromRow<'_, SqliteRow> for UploadRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let state: &str = row.try_get("state")?;
        Ok(Self {
            id: row.try_get("id")?,
            video_id: row.try_get("video_id")?,
            protocol: if row.try_get::<&str, _>("protocol")? == TUS { Protocol::Tus } else { Protocol::Resumable },
            metadata: row.try_get("metadata")?,
            concat: row.try_get("concat")?,
            file: row.try_get("file")?,
            length: row.try_get::<Option<i64>, _>("length")?.map(from_sql),
            max_size: row.try_get::<Option<i64>, _>("max_size")?.map(from_sql),
            offset: from_sql(row.try_get("offset")?),
            state: UploadState::ALL
                .into_iter()
                .find(|known| known.text() == state)
                .ok_or_else(|| sqlx::Error::Decode(format!("unknown upload state {state:?}").into()))?,
            expires_at: from_sql(row.try_get("expires_at")?),
        })
    }
}

/// [`Protocol::Tus`] as it stands in the database. The other is [`RESUMABLE`].
const TUS: &str = "tus";
const RESUMABLE: &str = "resumable";

/// The SHA-256 of a token: all that is kept of it.
pub type TokenHash = [u8; 32];

/// The uploads of the database.
#[derive(Clone, Debug)]
pub struct Uploads {
    db: Db,
}

impl Uploads {
    /// Over this database.
    pub const fn new(db: Db) -> Self {
        Self { db }
    }

    /// Opens an upload, unless `max_open` are open already. Tells whether it did. One that was opened a moment ago, by
    /// the same request sent twice, gets the new token.
    ///
    /// # Errors
    /// The database's.
    pub async fn open(
        &self,
        upload: &UploadRow,
        token: &TokenHash,
        max_open: u32,
        now: u64,
    ) -> Result<bool, sqlx::Error> {
        let mut transaction = self.db.begin().await?;
        let open: i64 = sqlx::query_scalar("SELECT count(*) FROM uploads WHERE state = 'open' AND expires_at > ?")
            .bind(to_sql(now))
            .fetch_one(&mut *transaction)
            .await?;
        if open >= i64::from(max_open) {
            return Ok(false);
        }
        insert(&mut transaction, upload, token, now).await?;
        transaction.commit().await?;
        Ok(true)
    }

    /// Makes a file of complete parts, within a transaction of the caller's: `upload` takes the file of the part `first`
    /// over, and none of `parts`, `first` among them, is open any more.
    ///
    /// # Errors
    /// The database's.
    pub async fn join_in(
        &self,
        transaction: &mut SqliteConnection,
        upload: &UploadRow,
        token: &TokenHash,
        first: &str,
        parts: &[UploadRow],
        now: u64,
    ) -> Result<(), sqlx::Error> {
        insert(transaction, upload, token, now).await?;
        for part in parts {
            // A name that no file has: what the part's row is removed with must not be the file's.
            sqlx::query(
                "UPDATE uploads SET state = 'joined', updated_at = ?,
                     file = CASE WHEN id = ? THEN id || '.joined' ELSE file END
                 WHERE id = ?",
            )
            .bind(to_sql(now))
            .bind(first)
            .bind(&part.id)
            .execute(&mut *transaction)
            .await?;
        }
        Ok(())
    }

    /// A part of a file.
    ///
    /// # Errors
    /// The database's.
    pub async fn part(&self, id: &str) -> Result<Option<UploadRow>, sqlx::Error> {
        sqlx::query_as("SELECT * FROM uploads WHERE id = ? AND video_id IS NULL")
            .bind(id)
            .fetch_optional(self.db.read())
            .await
    }

    /// Removes the row of a part.
    ///
    /// # Errors
    /// The database's.
    pub async fn remove_part(&self, id: &str) -> Result<(), sqlx::Error> {
        sqlx::query("DELETE FROM uploads WHERE id = ? AND video_id IS NULL")
            .bind(id)
            .execute(self.db.write())
            .await
            .map(drop)
    }

    /// The parts whose URL ran out before this moment, joined or not.
    ///
    /// # Errors
    /// The database's.
    pub async fn stale_parts(&self, now: u64) -> Result<Vec<UploadRow>, sqlx::Error> {
        sqlx::query_as("SELECT * FROM uploads WHERE video_id IS NULL AND expires_at < ?")
            .bind(to_sql(now))
            .fetch_all(self.db.read())
            .await
    }

    /// The upload that the token opens.
    ///
    /// # Errors
    /// The database's.
    pub async fn by_token(&self, token: &TokenHash) -> Result<Option<UploadRow>, sqlx::Error> {
        sqlx::query_as("SELECT * FROM uploads WHERE token_hash = ?")
            .bind(token.as_slice())
            .fetch_optional(self.db.read())
            .await
    }

    /// The upload of the video.
    ///
    /// # Errors
    /// The database's.
    pub async fn by_video(&self, video_id: &str) -> Result<Option<UploadRow>, sqlx::Error> {
        sqlx::query_as("SELECT * FROM uploads WHERE video_id = ?").bind(video_id).fetch_optional(self.db.read()).await
    }

    /// Puts a new token in place of the old one, if the upload is open. Tells whether it was.
    ///
    /// # Errors
    /// The database's.
    pub async fn renew(&self, video_id: &str, token: &TokenHash, expires_at: u64) -> Result<bool, sqlx::Error> {
        sqlx::query("UPDATE uploads SET token_hash = ?, expires_at = ? WHERE video_id = ? AND state = 'open'")
            .bind(token.as_slice())
            .bind(to_sql(expires_at))
            .bind(video_id)
            .execute(self.db.write())
            .await
            .map(|done| done.rows_affected() == 1)
    }

    /// Moves the acknowledged offset of an open upload, and notes the length once it is known.
    /// Tells whether the offset was where the caller believed it to be: otherwise nothing has changed.
    ///
    /// # Errors
    /// The database's.
    pub async fn acknowledge(
        &self,
        id: &str,
        from: u64,
        to: u64,
        length: Option<u64>,
        now: u64,
    ) -> Result<bool, sqlx::Error> {
        sqlx::query(
            "UPDATE uploads SET offset = ?, length = coalesce(length, ?), updated_at = ?
             WHERE id = ? AND offset = ? AND state = 'open'",
        )
        .bind(to_sql(to))
        .bind(length.map(to_sql))
        .bind(to_sql(now))
        .bind(id)
        .bind(to_sql(from))
        .execute(self.db.write())
        .await
        .map(|done| done.rows_affected() == 1)
    }

    /// Notes that an open upload has all of its bytes, within a transaction of the caller's. Tells whether it was open.
    ///
    /// # Errors
    /// The database's.
    pub async fn complete_in(
        &self,
        transaction: &mut SqliteConnection,
        video_id: &str,
        length: u64,
        now: u64,
    ) -> Result<bool, sqlx::Error> {
        sqlx::query(
            "UPDATE uploads SET state = 'complete', offset = ?, length = ?, updated_at = ?
             WHERE video_id = ? AND state = 'open'",
        )
        .bind(to_sql(length))
        .bind(to_sql(length))
        .bind(to_sql(now))
        .bind(video_id)
        .execute(transaction)
        .await
        .map(|done| done.rows_affected() == 1)
    }

    /// Gives an open upload up, within a transaction of the caller's. Tells whether it was open.
    ///
    /// # Errors
    /// The database's.
    pub async fn close_in(
        &self,
        transaction: &mut SqliteConnection,
        video_id: &str,
        state: UploadState,
        now: u64,
    ) -> Result<bool, sqlx::Error> {
        sqlx::query("UPDATE uploads SET state = ?, updated_at = ? WHERE video_id = ? AND state = 'open'")
            .bind(state.text())
            .bind(to_sql(now))
            .bind(video_id)
            .execute(transaction)
            .await
            .map(|done| done.rows_affected() == 1)
    }

    /// The open uploads of videos whose URL ran out before this moment.
    ///
    /// # Errors
    /// The database's.
    pub async fn abandoned(&self, before: u64) -> Result<Vec<UploadRow>, sqlx::Error> {
        sqlx::query_as("SELECT * FROM uploads WHERE state = 'open' AND video_id IS NOT NULL AND expires_at < ?")
            .bind(to_sql(before))
            .fetch_all(self.db.read())
            .await
    }

    /// The open uploads.
    ///
    /// # Errors
    /// The database's.
    pub async fn all_open(&self) -> Result<Vec<UploadRow>, sqlx::Error> {
        sqlx::query_as("SELECT * FROM uploads WHERE state = 'open'").fetch_all(self.db.read()).await
    }
}

async fn insert(
    connection: &mut SqliteConnection,
    upload: &UploadRow,
    token: &TokenHash,
    now: u64,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO uploads (id, video_id, token_hash, protocol, metadata, concat, file, length, max_size, offset, state,
             expires_at, created_at, updated_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET token_hash = excluded.token_hash, expires_at = excluded.expires_at",
    )
    .bind(&upload.id)
    .bind(&upload.video_id)
    .bind(token.as_slice())
    .bind(if upload.protocol == Protocol::Tus { TUS } else { RESUMABLE })
    .bind(&upload.metadata)
    .bind(&upload.concat)
    .bind(&upload.file)
    .bind(upload.length.map(to_sql))
    .bind(upload.max_size.map(to_sql))
    .bind(to_sql(upload.offset))
    .bind(upload.state.text())
    .bind(to_sql(upload.expires_at))
    .bind(to_sql(now))
    .bind(to_sql(now))
    .execute(connection)
    .await
    .map(drop)
}
