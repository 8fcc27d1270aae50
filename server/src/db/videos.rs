//! Videos, and the one door through which they change.

use reelway_api::{ApiError, ErrorCode, Playback, TrackKind, Video, VideoStatus};
use serde::{Deserialize, Serialize};
use sqlx::{FromRow, Row, SqliteConnection, sqlite::SqliteRow};

use super::{Change, Db, from_sql, to_sql};
use crate::{access::Reach, clock::Clock, hub::Hub};

/// A video as the database holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct VideoRow {
    /// Unguessable, 32 lower-case hexadecimal digits: safe as a file's name.
    pub id: String,
    /// Whose it is: the `sub` of a ticket. `None`: it was made when the server let everybody in.
    pub owner: Option<String>,
    /// The name of the provider in the configuration.
    pub provider: String,
    /// The provider's name for the upload.
    pub upload_id: Option<String>,
    /// The provider's name for the asset.
    pub external_id: Option<String>,
    /// For people.
    pub title: String,
    /// The browser's guess at the MIME type.
    pub content_type: Option<String>,
    /// Where it stands.
    pub status: VideoStatus,
    /// 0 to 100.
    pub percent: Option<u8>,
    /// Bytes.
    pub size: Option<u64>,
    /// Seconds.
    pub duration: Option<f64>,
    /// Pixels, as shown.
    pub width: Option<u32>,
    /// Pixels, as shown.
    pub height: Option<u32>,
    /// Seconds, once somebody has chosen.
    pub poster_time: Option<f64>,
    /// What the provider plays. For the local provider: the master playlist's path in the video's folder.
    pub hls: Option<String>,
    /// The poster, in the same way.
    pub poster: Option<String>,
    /// The storyboard's WebVTT file, in the same way.
    pub storyboard: Option<String>,
    /// Why it failed.
    pub error: Option<ApiError>,
    /// Its text tracks, which this server keeps whatever the provider.
    pub tracks: Vec<TrackRow>,
    /// Milliseconds since the Unix epoch.
    pub created_at: u64,
    /// Grows with every change.
    pub revision: u64,
}

/// A text track of a video.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrackRow {
    /// Unique within the video.
    pub id: String,
    /// The WebVTT file's path in the video's folder.
    pub path: String,
    /// What it is for.
    pub kind: TrackKind,
    /// A BCP 47 tag; may be empty.
    pub language: String,
    /// For people; may be empty.
    pub label: String,
}

impl VideoRow {
    /// The video as the routes show it.
    pub fn to_api(&self, playback: Option<Playback>) -> Video {
        Video {
            id: self.id.clone(),
            title: self.title.clone(),
            provider: self.provider.clone(),
            status: self.status,
            percent: self.percent,
            size: self.size,
            duration: self.duration,
            width: self.width,
            height: self.height,
            poster_time: self.poster_time,
            error: self.error.clone(),
            created_at: self.created_at,
            revision: self.revision,
            playback,
        }
    }
}

impl FromRow<'_, SqliteRow> for VideoRow {
    fn from_row(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let unsigned = |name: &str| Ok::<_, sqlx::Error>(row.try_get::<Option<i64>, _>(name)?.map(from_sql));
        let pixels = |name: &str| Ok::<_, sqlx::Error>(unsigned(name)?.and_then(|value| u32::try_from(value).ok()));
        let status: &str = row.try_get("status")?;
        let code: Option<&str> = row.try_get("error_code")?;
        let message: Option<String> = row.try_get("error_message")?;
        Ok(Self {
            id: row.try_get("id")?,
            owner: row.try_get("owner")?,
            provider: row.try_get("provider")?,
            upload_id: row.try_get("upload_id")?,
            external_id: row.try_get("external_id")?,
            title: row.try_get("title")?,
            content_type: row.try_get("content_type")?,
            status: status_from(status)
                .ok_or_else(|| sqlx::Error::Decode(format!("unknown status {status:?}").into()))?,
            percent: unsigned("percent")?.and_then(|value| u8::try_from(value).ok()),
            size: unsigned("size")?,
            duration: row.try_get("duration")?,
            width: pixels("width")?,
            height: pixels("height")?,
            poster_time: row.try_get("poster_time")?,
            hls: row.try_get("hls")?,
            poster: row.try_get("poster")?,
            storyboard: row.try_get("storyboard")?,
            error: code.map(|code| ApiError::new(code_from(code), message.unwrap_or_default())),
            tracks: serde_json::from_str(row.try_get("tracks")?).map_err(|error| sqlx::Error::Decode(error.into()))?,
            created_at: from_sql(row.try_get("created_at")?),
            revision: from_sql(row.try_get("revision")?),
        })
    }
}

fn status_from(text: &str) -> Option<VideoStatus> {
    use VideoStatus::{AwaitingUpload, Cancelled, Expired, Failed, Processing, Ready, Uploading};
    [AwaitingUpload, Uploading, Processing, Ready, Failed, Cancelled, Expired]
        .into_iter()
        .find(|status| status.as_str() == text)
}

fn code_from(text: &str) -> ErrorCode {
    ErrorCode::ALL.iter().copied().find(|code| code.as_str() == text).unwrap_or(ErrorCode::Unknown)
}

/// A video that is about to be.
#[derive(Clone, Debug)]
pub struct NewVideo {
    /// Whose it is.
    pub owner: Option<String>,
    /// The provider's name in the configuration.
    pub provider: String,
    /// For people.
    pub title: String,
    /// The browser's guess at the MIME type.
    pub content_type: Option<String>,
    /// Bytes, where known.
    pub size: Option<u64>,
    /// The `Idempotency-Key` of the request: no two videos of an owner have the same.
    pub key: Option<String>,
}

/// What has become of a [`Change`].
#[derive(Clone, Debug, PartialEq)]
pub enum Applied {
    /// It took effect, or had been so before. The video as it is now.
    Done(VideoRow),
    /// The video is past it (cancelled, say). The video as it is.
    Refused(VideoRow),
    /// There is no such video any more: stop working on it, and remove what has been made.
    Gone,
}

/// The videos of the database.
#[derive(Clone, Debug)]
pub struct Videos {
    db: Db,
    hub: Hub,
    clock: Clock,
}

impl Videos {
    /// Over this database; changes are told to this hub.
    pub const fn new(db: Db, hub: Hub, clock: Clock) -> Self {
        Self { db, hub, clock }
    }

    /// Adds a video that awaits its bytes. `None`: there is one with this key.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert(&self, new: NewVideo) -> Result<Option<VideoRow>, sqlx::Error> {
        let mut connection = self.db.write().acquire().await?;
        self.insert_in(&mut connection, new).await
    }

    /// The same, within a transaction of the caller's.
    ///
    /// # Errors
    /// The database's.
    pub async fn insert_in(
        &self,
        transaction: &mut SqliteConnection,
        new: NewVideo,
    ) -> Result<Option<VideoRow>, sqlx::Error> {
        let now = to_sql(self.clock.now());
        sqlx::query_as(
            "INSERT INTO videos
                 (id, owner, provider, title, content_type, status, size, idempotency_key, created_at, updated_at, revision)
             VALUES (?, ?, ?, ?, ?, 'awaiting_upload', ?, ?, ?, ?, 1) ON CONFLICT DO NOTHING RETURNING *",
        )
        .bind(uuid::Uuid::new_v4().simple().to_string())
        .bind(new.owner)
        .bind(new.provider)
        .bind(new.title)
        .bind(new.content_type)
        .bind(new.size.map(to_sql))
        .bind(new.key)
        .bind(now)
        .bind(now)
        .fetch_optional(transaction)
        .await
    }

    /// The video that this owner has asked for with this key. One whose upload has come to nothing gives its key up.
    ///
    /// # Errors
    /// The database's.
    pub async fn by_key(&self, owner: Option<&str>, key: &str) -> Result<Option<VideoRow>, sqlx::Error> {
        sqlx::query(
            "UPDATE videos SET idempotency_key = NULL
             WHERE idempotency_key = ? AND owner IS ? AND status IN ('failed', 'cancelled', 'expired')",
        )
        .bind(key)
        .bind(owner)
        .execute(self.db.write())
        .await?;
        sqlx::query_as("SELECT * FROM videos WHERE idempotency_key = ? AND owner IS ?")
            .bind(key)
            .bind(owner)
            .fetch_optional(self.db.read())
            .await
    }

    /// The video, if there is one, whosever it is: for the server's own work. Routes ask [`Videos::find`].
    ///
    /// # Errors
    /// The database's.
    pub async fn get(&self, id: &str) -> Result<Option<VideoRow>, sqlx::Error> {
        sqlx::query_as("SELECT * FROM videos WHERE id = ?").bind(id).fetch_optional(self.db.read()).await
    }

    /// The video that a provider has under this name, if there is one.
    ///
    /// # Errors
    /// The database's.
    pub async fn by_asset(&self, provider: &str, external_id: &str) -> Result<Option<VideoRow>, sqlx::Error> {
        sqlx::query_as("SELECT * FROM videos WHERE provider = ? AND external_id = ?")
            .bind(provider)
            .bind(external_id)
            .fetch_optional(self.db.read())
            .await
    }

    /// The video, if there is one within the caller's reach.
    ///
    /// # Errors
    /// The database's.
    pub async fn find(&self, reach: Reach<'_>, id: &str) -> Result<Option<VideoRow>, sqlx::Error> {
        sqlx::query_as("SELECT * FROM videos WHERE id = ?1 AND (?2 IS NULL OR owner = ?2) AND (?3 IS NULL OR id = ?3)")
            .bind(id)
            .bind(reach.owner)
            .bind(reach.video)
            .fetch_optional(self.db.read())
            .await
    }

    /// Up to `limit` videos within the caller's reach, newest first, after the one that `after` names by its time of
    /// creation and id.
    ///
    /// # Errors
    /// The database's.
    pub async fn list(
        &self,
        reach: Reach<'_>,
        after: Option<(u64, &str)>,
        limit: u32,
    ) -> Result<Vec<VideoRow>, sqlx::Error> {
        let (created_at, id) = after.unwrap_or((i64::MAX.unsigned_abs(), ""));
        // Two queries, for SQLite chooses the index before it knows whether there is an owner.
        let whose = if reach.owner.is_some() { "owner = ?4" } else { "?4 IS NULL" };
        let query = format!(
            "SELECT * FROM videos WHERE {whose} AND (?5 IS NULL OR id = ?5) AND (created_at, id) < (?1, ?2)
             ORDER BY created_at DESC, id DESC LIMIT ?3"
        );
        sqlx::query_as(sqlx::AssertSqlSafe(query))
            .bind(to_sql(created_at))
            .bind(id)
            .bind(limit)
            .bind(reach.owner)
            .bind(reach.video)
            .fetch_all(self.db.read())
            .await
    }

    /// Changes the video, and tells its watchers.
    ///
    /// # Errors
    /// The database's.
    pub async fn apply(&self, id: &str, change: Change) -> Result<Applied, sqlx::Error> {
        let mut transaction = self.db.begin().await?;
        let applied = self.apply_in(&mut transaction, id, change).await?;
        transaction.commit().await?;
        if let Applied::Done(video) = &applied {
            self.hub.publish(video);
        }
        Ok(applied)
    }

    /// Changes the video within a transaction of the caller's, who calls [`Videos::publish`] once it has committed.
    ///
    /// # Errors
    /// The database's.
    pub async fn apply_in(
        &self,
        transaction: &mut SqliteConnection,
        id: &str,
        change: Change,
    ) -> Result<Applied, sqlx::Error> {
        let before: Option<VideoRow> =
            sqlx::query_as("SELECT * FROM videos WHERE id = ?").bind(id).fetch_optional(&mut *transaction).await?;
        let Some(before) = before else { return Ok(Applied::Gone) };
        let mut video = before.clone();
        if !change.apply(&mut video) {
            return Ok(Applied::Refused(before));
        }
        if video == before {
            return Ok(Applied::Done(video));
        }
        video.revision += 1;
        sqlx::query(
            "UPDATE videos SET upload_id = ?, external_id = ?, title = ?, status = ?, percent = ?, size = ?,
                 duration = ?, width = ?, height = ?, poster_time = ?, hls = ?, poster = ?, storyboard = ?,
                 error_code = ?, error_message = ?, tracks = ?, updated_at = ?, revision = ?
             WHERE id = ?",
        )
        .bind(&video.upload_id)
        .bind(&video.external_id)
        .bind(&video.title)
        .bind(video.status.as_str())
        .bind(video.percent)
        .bind(video.size.map(to_sql))
        .bind(video.duration)
        .bind(video.width)
        .bind(video.height)
        .bind(video.poster_time)
        .bind(&video.hls)
        .bind(&video.poster)
        .bind(&video.storyboard)
        .bind(video.error.as_ref().map(|error| error.code.as_str()))
        .bind(video.error.as_ref().map(|error| &error.message))
        .bind(serde_json::to_string(&video.tracks).map_err(|error| sqlx::Error::Encode(error.into()))?)
        .bind(to_sql(self.clock.now()))
        .bind(to_sql(video.revision))
        .bind(id)
        .execute(transaction)
        .await?;
        Ok(Applied::Done(video))
    }

    /// Tells the video's watchers of a change that [`Videos::apply_in`] has made.
    pub fn publish(&self, video: &VideoRow) {
        self.hub.publish(video);
    }

    /// Removes the video and all rows that hang on it. Its files are the caller's.
    ///
    /// # Errors
    /// The database's.
    pub async fn delete(&self, id: &str) -> Result<(), sqlx::Error> {
        sqlx::query("DELETE FROM videos WHERE id = ?").bind(id).execute(self.db.write()).await.map(drop)
    }
}
