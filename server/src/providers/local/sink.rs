//! Where a body goes: into a file, by way of one buffer, and through the digest that was promised.

use std::{io, path::Path};

use bytes::Bytes;
use tokio::{
    fs::{File, OpenOptions},
    io::{AsyncSeekExt, AsyncWriteExt, BufWriter},
};

use super::{
    checksum::{Algorithm, Checksum, Hasher},
    dialogue::Plan,
};

/// Bytes that are gathered before they are written.
const BUFFER: usize = 256 << 10;

/// The file that a body goes to.
pub(super) struct Sink {
    file: BufWriter<File>,
    /// How the body is read.
    pub plan: Plan,
    hash: Option<Hasher>,
    /// Bytes of the body that have come.
    pub received: u64,
    /// Bytes that were new, and went to the file.
    pub written: u64,
    synced: u64,
    failure: Option<io::Error>,
}

impl Sink {
    /// Opens the file at the offset. With an algorithm the body's digest is computed.
    pub async fn open(path: &Path, offset: u64, plan: Plan, algorithm: Option<Algorithm>) -> io::Result<Self> {
        let mut file = OpenOptions::new().create(true).write(true).truncate(false).open(path).await?;
        file.seek(io::SeekFrom::Start(offset)).await?;
        let file = BufWriter::with_capacity(BUFFER, file);
        let hash = algorithm.map(Hasher::new);
        Ok(Self { file, plan, hash, received: 0, written: 0, synced: 0, failure: None })
    }

    /// Takes a piece of the body in. Tells whether more may come.
    pub async fn take(&mut self, mut data: Bytes) -> bool {
        let stored_already = self.plan.skip.saturating_sub(self.received);
        self.received += data.len() as u64;
        if self.received > self.plan.limit {
            return false;
        }
        if let Some(hash) = &mut self.hash {
            hash.update(&data);
        }
        let skipped = data.len().min(usize::try_from(stored_already).unwrap_or(usize::MAX));
        let fresh = data.split_off(skipped);
        match self.file.write_all(&fresh).await {
            Ok(()) => self.written += fresh.len() as u64,
            Err(error) => self.failure = Some(error),
        }
        self.failure.is_none()
    }

    /// Brings to the disk what has been taken. Tells whether it is there.
    pub async fn sync(&mut self) -> bool {
        let result = async {
            self.file.flush().await?;
            self.file.get_ref().sync_data().await
        };
        match result.await {
            Ok(()) => self.synced = self.written,
            Err(error) => self.failure = Some(error),
        }
        self.failure.is_none()
    }

    /// Ends writing.
    pub async fn close(mut self) -> Closed {
        if self.failure.is_none() {
            self.failure = self.file.flush().await.err();
        }
        let mut file = self.file.into_inner();
        if self.failure.is_some() {
            // How far writing got before it failed is not told, so nothing since the last sync counts.
            let _ = file.flush().await;
            self.written = self.synced;
        }
        let checksum = self.hash.map(Hasher::finish);
        Closed { file, received: self.received, checksum, written: self.written, failure: self.failure }
    }
}

/// What is left once the body has been read.
pub(super) struct Closed {
    /// The file, to be made safe.
    pub file: File,
    /// Bytes of the body.
    pub received: u64,
    /// Their digest.
    pub checksum: Option<Checksum>,
    /// Bytes that are in the file.
    pub written: u64,
    /// What went wrong.
    pub failure: Option<io::Error>,
}
