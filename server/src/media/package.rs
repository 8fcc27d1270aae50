//! What is published of a video, kept in the database: the master playlist is written from it.

use serde::{Deserialize, Serialize};
use sqlx::SqliteConnection;

use super::{
    ladder::Rung,
    master::{self, Rendition, Track},
};
use crate::db::Db;

/// What is published of a video.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Package {
    /// The folder within the video's in the store.
    pub prefix: String,
    /// Whether the first rendition is a copy of the original, so that the original serves for pictures too.
    pub copied: bool,
    /// Whether its segments are encrypted.
    #[serde(default)]
    pub encrypted: bool,
    /// Seconds.
    pub duration: f64,
    /// Pixels, as shown.
    pub width: u32,
    /// Pixels, as shown.
    pub height: u32,
    /// Seconds between key frames, at most.
    pub key_frame_gap: f64,
    /// The renditions that are published.
    pub renditions: Vec<Rendition>,
    /// The sound.
    pub sound: Option<Track>,
    /// The renditions that are still to be made, in order.
    pub pending: Vec<Rung>,
}

impl Package {
    /// The master playlist's name within [`Package::prefix`].
    pub const MASTER: &str = "master.m3u8";

    /// The master playlist's path within the video's folder.
    pub fn master_path(&self) -> String {
        format!("{}/{}", self.prefix, Self::MASTER)
    }

    /// The master playlist.
    pub fn master(&self) -> String {
        master::write(&self.renditions, self.sound.as_ref())
    }

    /// 0 to 100, while more renditions are being made, of which one is done so far; `None` once there are none.
    pub fn percent(&self, of_next: f64) -> Option<u8> {
        if self.pending.is_empty() {
            return None;
        }
        // Each counts alike: decoding the original costs about as much as encoding the smaller picture.
        let done = self.renditions.len().saturating_sub(1) as f64;
        let all = done + self.pending.len() as f64;
        Some(((done + of_next.clamp(0.0, 1.0)) / all * 100.0) as u8)
    }

    /// The package of a video, if it has one.
    ///
    /// # Errors
    /// The database's.
    pub async fn load(db: &Db, video_id: &str) -> Result<Option<Self>, sqlx::Error> {
        let document: Option<String> = sqlx::query_scalar("SELECT document FROM packages WHERE video_id = ?")
            .bind(video_id)
            .fetch_optional(db.read())
            .await?;
        let read = |text: String| serde_json::from_str(&text).map_err(|error| sqlx::Error::Decode(error.into()));
        document.map(read).transpose()
    }

    /// Keeps the package.
    ///
    /// # Errors
    /// The database's.
    pub async fn save(&self, tx: &mut SqliteConnection, video_id: &str) -> Result<(), sqlx::Error> {
        let document = serde_json::to_string(self).map_err(|error| sqlx::Error::Encode(error.into()))?;
        sqlx::query("INSERT OR REPLACE INTO packages (video_id, document) VALUES (?, ?)")
            .bind(video_id)
            .bind(document)
            .execute(tx)
            .await
            .map(drop)
    }
}
