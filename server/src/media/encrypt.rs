//! AES-128 as HLS knows it (RFC 8216 §4.3.2.4, §5.2): CBC with PKCS#7 over each whole media segment. Init segments stay as
//! they are, so that `EXT-X-KEY` comes after `EXT-X-MAP`. ffmpeg can't do it with fragmented MP4.

use std::{
    fs::File,
    io::{self, Read, Write},
    path::Path,
};

use aes::Aes128;
use cbc::cipher::{Block, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use sqlx::Row;

use crate::db::Db;

/// A key, or an initialisation vector.
pub type Bytes16 = [u8; 16];

/// The path of a video's key.
pub fn key_url(video_id: &str) -> String {
    format!("/media/{video_id}/key")
}

/// The video's key, if it has one.
///
/// # Errors
/// The database's.
pub async fn key_of(db: &Db, video_id: &str) -> Result<Option<Bytes16>, sqlx::Error> {
    let row =
        sqlx::query("SELECT value FROM media_keys WHERE video_id = ?").bind(video_id).fetch_optional(db.read()).await?;
    let Some(row) = row else { return Ok(None) };
    let value: &[u8] = row.try_get("value")?;
    value.try_into().map(Some).map_err(|_| sqlx::Error::Decode("a media key has 16 bytes".into()))
}

/// The video's key; made now, if it has none.
///
/// # Errors
/// The database's: the video may be gone.
pub async fn make_key(db: &Db, video_id: &str) -> Result<Bytes16, sqlx::Error> {
    sqlx::query("INSERT INTO media_keys (video_id, value) VALUES (?, ?) ON CONFLICT DO NOTHING")
        .bind(video_id)
        .bind(rand::random::<Bytes16>().as_slice())
        .execute(db.write())
        .await?;
    key_of(db, video_id).await?.ok_or(sqlx::Error::RowNotFound)
}

/// Encrypts a file into another one, in constant memory.
///
/// # Errors
/// The disk's.
pub fn encrypt_file(from: &Path, to: &Path, key: &Bytes16, iv: &Bytes16) -> io::Result<()> {
    let mut cipher = cbc::Encryptor::<Aes128>::new(key.into(), iv.into());
    let (mut source, mut target) = (File::open(from)?, File::create(to)?);
    let mut buffer = vec![0; 256 << 10];
    loop {
        let filled = fill(&mut source, &mut buffer)?;
        let whole = filled - filled % 16;
        for block in buffer[..whole].chunks_exact_mut(16) {
            cipher.encrypt_block(as_block(block)?);
        }
        target.write_all(&buffer[..whole])?;
        if filled < buffer.len() {
            // PKCS#7: there is always some, so that it can be told from the content.
            let rest = filled - whole;
            let mut last = [(16 - rest) as u8; 16];
            last[..rest].copy_from_slice(&buffer[whole..filled]);
            cipher.encrypt_block(as_block(&mut last)?);
            target.write_all(&last)?;
            return target.flush();
        }
    }
}

/// Decrypts what [`encrypt_file`] has made. `None`: it is not that, or the key is another.
pub fn decrypt(mut bytes: Vec<u8>, key: &Bytes16, iv: &Bytes16) -> Option<Vec<u8>> {
    if bytes.is_empty() || !bytes.len().is_multiple_of(16) {
        return None;
    }
    let mut cipher = cbc::Decryptor::<Aes128>::new(key.into(), iv.into());
    for block in bytes.chunks_exact_mut(16) {
        cipher.decrypt_block(as_block(block).ok()?);
    }
    let padding = usize::from(*bytes.last()?);
    let content = bytes.len().checked_sub(padding).filter(|_| (1..=16).contains(&padding))?;
    if bytes[content..].iter().any(|byte| usize::from(*byte) != padding) {
        return None;
    }
    bytes.truncate(content);
    Some(bytes)
}

fn as_block(bytes: &mut [u8]) -> io::Result<&mut Block<Aes128>> {
    bytes.try_into().map_err(|_| io::Error::other("a block has 16 bytes"))
}

/// Reads until the buffer is full or the file is over.
fn fill(source: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match source.read(&mut buffer[filled..])? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn encrypted(content: &[u8], key: &Bytes16, iv: &Bytes16) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let (from, to) = (folder.path().join("a"), folder.path().join("b"));
        std::fs::write(&from, content).unwrap();
        encrypt_file(&from, &to, key, iv).unwrap();
        std::fs::read(&to).unwrap()
    }

    #[test]
    fn it_is_what_openssl_makes_of_it() {
        // printf 'a segment of a video' | openssl enc -aes-128-cbc -K 000102…0f -iv 101112…1f | xxd -p
        let key: Bytes16 = std::array::from_fn(|n| n as u8);
        let iv: Bytes16 = std::array::from_fn(|n| n as u8 + 16);
        let hex: String =
            encrypted(b"a segment of a video", &key, &iv).iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(hex, "8f5f3205d051ecea47bc19362ccb6a9117393ea9ca31bf2c9f8dcac22287b4e7");
    }

    #[test]
    fn any_length_comes_back_and_another_key_gives_nothing() {
        let (key, iv) = ([7; 16], [9; 16]);
        for length in [0, 1, 15, 16, 17, (256 << 10) - 1, 256 << 10, (256 << 10) + 1, 600_000] {
            let content: Vec<u8> = (0..length).map(|n| (n % 251) as u8).collect();
            let hidden = encrypted(&content, &key, &iv);
            assert_eq!(hidden.len(), length / 16 * 16 + 16);
            assert_eq!(decrypt(hidden.clone(), &key, &iv).unwrap(), content);
            assert_ne!(decrypt(hidden, &[8; 16], &iv), Some(content));
        }
        assert_eq!(decrypt(Vec::new(), &key, &iv), None);
        assert_eq!(decrypt(vec![1; 17], &key, &iv), None);
    }
}
