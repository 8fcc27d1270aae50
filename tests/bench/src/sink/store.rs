//! What the sink remembers: how far each upload has come, and what was counted.

use std::{
    collections::HashMap,
    mem,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use sha2::{Digest, Sha256};

/// What has come since the last look.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// All requests, preflights among them.
    pub requests: u32,
    /// Those by which a browser asks for permission.
    pub preflights: u32,
    /// Uploads that are complete.
    pub finished: Vec<Finished>,
}

/// A complete upload.
#[derive(Clone, Debug)]
pub struct Finished {
    /// Bytes.
    pub size: u64,
    /// If the bytes were kept.
    pub sha256: Option<[u8; 32]>,
}

/// Bytes that were received: how many, and which if they are kept.
#[derive(Clone, Default)]
pub struct Bytes {
    /// How many.
    pub count: u64,
    kept: Option<Vec<u8>>,
}

impl Bytes {
    /// No bytes yet.
    pub fn none(keep: bool) -> Self {
        Self { count: 0, kept: keep.then(Vec::new) }
    }

    /// Takes more.
    pub fn append(&mut self, data: &[u8]) {
        self.count += data.len() as u64;
        if let Some(kept) = &mut self.kept {
            kept.extend_from_slice(data);
        }
    }

    /// Takes the bytes of another.
    pub fn join(&mut self, other: &Self) {
        self.count += other.count;
        if let (Some(kept), Some(others)) = (&mut self.kept, &other.kept) {
            kept.extend_from_slice(others);
        }
    }
}

/// An upload that is not complete.
#[derive(Clone, Default)]
pub struct Unfinished {
    /// The whole file's size, where the protocol says so beforehand.
    pub size: u64,
    /// One of several that will be put together (tus).
    pub partial: bool,
    /// What came in order.
    pub bytes: Bytes,
    /// What came as numbered parts.
    pub parts: HashMap<u32, Bytes>,
}

/// All of it.
#[derive(Default)]
pub struct Store {
    tally: Mutex<Tally>,
    unfinished: Mutex<HashMap<String, Unfinished>>,
    keep: AtomicBool,
    names: AtomicU64,
}

impl Store {
    /// A name that no upload has had.
    pub fn new_name(&self) -> String {
        self.names.fetch_add(1, Ordering::Relaxed).to_string()
    }

    /// Counts a request.
    pub fn count_request(&self, preflight: bool) {
        let mut tally = lock(&self.tally);
        tally.requests += 1;
        tally.preflights += u32::from(preflight);
    }

    /// The counts, and forgets them.
    pub fn take_tally(&self) -> Tally {
        mem::take(&mut lock(&self.tally))
    }

    /// Whether bytes of later requests are kept.
    pub fn keep_bytes(&self, keep: bool) {
        self.keep.store(keep, Ordering::Relaxed);
    }

    /// As told.
    pub fn keeps_bytes(&self) -> bool {
        self.keep.load(Ordering::Relaxed)
    }

    /// Looks at an upload or changes it. One that is not there is made.
    pub fn with<T>(&self, name: &str, change: impl FnOnce(&mut Unfinished) -> T) -> T {
        let mut unfinished = lock(&self.unfinished);
        let upload = unfinished
            .entry(name.to_owned())
            .or_insert_with(|| Unfinished { bytes: Bytes::none(self.keeps_bytes()), ..Unfinished::default() });
        change(upload)
    }

    /// Whether there is an upload of this name that is not complete.
    pub fn has(&self, name: &str) -> bool {
        lock(&self.unfinished).contains_key(name)
    }

    /// Takes an upload out.
    pub fn remove(&self, name: &str) -> Option<Unfinished> {
        lock(&self.unfinished).remove(name)
    }

    /// Counts a complete upload.
    pub fn finish(&self, bytes: &Bytes) {
        let sha256 = bytes.kept.as_ref().map(|kept| Sha256::digest(kept).into());
        lock(&self.tally).finished.push(Finished { size: bytes.count, sha256 });
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
