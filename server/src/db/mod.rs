//! The database: SQLite in the data directory.
//!
//! - [`videos`]: the videos and the one door through which they change. [`change`]: what can happen to them.
//! - [`uploads`]: the local provider's uploads. [`remote`]: what other services have told.
//!
//! One connection writes, a few read: SQLite has one writer at a time, and a queue in this process is fairer than
//! its busy timeout, which stays for other processes on the same file. The write-ahead log is synced at every
//! commit, for what a client has been told is stored must outlive a power cut.

pub mod change;
pub mod remote;
pub mod uploads;
pub mod videos;

use std::{path::Path, time::Duration};

use sqlx::{
    Sqlite, SqlitePool, Transaction,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};

pub use change::Change;
pub use remote::{Remote, RemoteRow};
pub use uploads::{UploadRow, UploadState, Uploads};
pub use videos::{Applied, NewVideo, VideoRow, Videos};

/// Both ways into the database. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    read: SqlitePool,
    write: SqlitePool,
}

impl Db {
    /// Opens the file, creating it where there is none, and brings its tables up to date.
    ///
    /// # Errors
    /// Where the file can't be opened, or was written by a newer version.
    pub async fn open(file: &Path) -> Result<Self, sqlx::Error> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10));
        let write = SqlitePoolOptions::new().max_connections(1).connect_with(options.clone()).await?;
        sqlx::migrate!("./migrations").run(&write).await?;
        let read = SqlitePoolOptions::new().max_connections(4).connect_with(options.read_only(true)).await?;
        Ok(Self { read, write })
    }

    /// For statements that only read.
    pub const fn read(&self) -> &SqlitePool {
        &self.read
    }

    /// For single statements that write.
    pub const fn write(&self) -> &SqlitePool {
        &self.write
    }

    /// A transaction that writes. It holds the write lock from the start, so that what it reads stays true.
    ///
    /// # Errors
    /// Where the lock can't be had within the busy timeout.
    pub async fn begin(&self) -> Result<Transaction<'static, Sqlite>, sqlx::Error> {
        self.write.begin_with("BEGIN IMMEDIATE").await
    }

    /// Ends all connections, when those in use come back.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

/// SQLite's integers are signed; none of ours is near the limit.
pub(crate) fn to_sql(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The reverse of [`to_sql`].
pub(crate) fn from_sql(value: i64) -> u64 {
    u64::try_from(value).unwrap_or(0)
}
