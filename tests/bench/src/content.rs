//! The files that are uploaded: real bytes on a real disk, since a sparse file would be read faster than any video.

use std::{
    fs::{self, File},
    io::{BufWriter, Read, Write},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

/// A file of a given size on disk.
pub struct Content {
    /// Absolute.
    pub path: PathBuf,
    /// Bytes.
    pub size: u64,
}

impl Content {
    /// The file of this size in a folder. One that an earlier run left there is used again.
    ///
    /// It begins as an MP4 does (an `ftyp` box, then one `mdat` box to the end), for the sake of clients that look. What
    /// follows cannot be compressed.
    ///
    /// # Errors
    /// The folder can't be written.
    pub fn ensure(folder: &Path, size: u64) -> Result<Self> {
        let path = folder.join(format!("bench-{size}.mp4"));
        if fs::metadata(&path).is_ok_and(|file| file.len() == size) {
            return Ok(Self { path, size });
        }
        fs::create_dir_all(folder)?;
        let unfinished = path.with_extension("unfinished");
        write(&unfinished, size).with_context(|| format!("could not write {}", unfinished.display()))?;
        fs::rename(&unfinished, &path)?;
        Ok(Self { path, size })
    }

    /// The SHA-256 of its bytes.
    ///
    /// # Errors
    /// It can't be read.
    pub fn sha256(&self) -> Result<[u8; 32]> {
        let mut hash = Sha256::new();
        self.each_block(|block| hash.update(block))?;
        Ok(hash.finalize().into())
    }

    /// Reads it all, so that it is in the system's cache and a browser that reads it next waits for no disk.
    ///
    /// # Errors
    /// It can't be read.
    pub fn read(&self) -> Result<()> {
        self.each_block(|_| ())
    }

    fn each_block(&self, mut take: impl FnMut(&[u8])) -> Result<()> {
        let mut file = File::open(&self.path)?;
        let mut buffer = vec![0; 1 << 20];
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(()),
                read => take(&buffer[..read]),
            }
        }
    }
}

const FTYP: &[u8; 24] = b"\0\0\0\x18ftypisom\0\0\x02\0isommp42";

fn write(path: &Path, size: u64) -> Result<()> {
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut header = FTYP.to_vec();
    header.extend_from_slice(&1_u32.to_be_bytes());
    header.extend_from_slice(b"mdat");
    header.extend_from_slice(&size.saturating_sub(FTYP.len() as u64).to_be_bytes());
    let header = &header[..header.len().min(usize::try_from(size)?)];
    file.write_all(header)?;

    // xorshift64: fast, and without a pattern that anything on the way could shrink.
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut left = size - header.len() as u64;
    let mut block = vec![0_u8; 1 << 16];
    while left > 0 {
        for word in block.as_chunks_mut::<8>().0 {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            *word = state.to_le_bytes();
        }
        let part = usize::try_from(left.min(block.len() as u64))?;
        file.write_all(&block[..part])?;
        left -= part as u64;
    }
    file.into_inner()?.sync_all()?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_file_has_its_size_and_begins_as_an_mp4() {
        let folder = tempfile::tempdir().unwrap();

        let content = Content::ensure(folder.path(), 200_003).unwrap();

        let bytes = fs::read(&content.path).unwrap();
        assert_eq!(bytes.len(), 200_003);
        assert_eq!(&bytes[4..12], b"ftypisom");
        assert_eq!(&bytes[28..32], b"mdat");
        assert_eq!(u64::from_be_bytes(bytes[32..40].try_into().unwrap()), 200_003 - 24);
    }

    #[test]
    fn the_file_of_an_earlier_run_is_used_again() {
        let folder = tempfile::tempdir().unwrap();
        let first = Content::ensure(folder.path(), 4096).unwrap();
        let written = fs::metadata(&first.path).unwrap().modified().unwrap();

        let second = Content::ensure(folder.path(), 4096).unwrap();

        assert_eq!(fs::metadata(&second.path).unwrap().modified().unwrap(), written);
        assert_eq!(first.sha256().unwrap(), second.sha256().unwrap());
    }
}
