//! The server's own secret: 256 random bits in the database, so that all processes on it have the same, and what was
//! signed before a restart counts after it.

use sqlx::Row;

use crate::db::Db;

/// The secret of this name; made now, if there is none.
///
/// # Errors
/// The database's.
pub async fn of(db: &Db, name: &str) -> Result<[u8; 32], sqlx::Error> {
    sqlx::query("INSERT INTO secrets (name, value) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(name)
        .bind(rand::random::<[u8; 32]>().as_slice())
        .execute(db.write())
        .await?;
    let row = sqlx::query("SELECT value FROM secrets WHERE name = ?").bind(name).fetch_one(db.read()).await?;
    let value: &[u8] = row.try_get("value")?;
    value.try_into().map_err(|_| sqlx::Error::Decode(format!("the secret \"{name}\" is not 32 bytes").into()))
}
