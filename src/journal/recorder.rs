//! Writes down what happens to an upload.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use reelway_core::{
    Millis,
    journal::{Entry, Pace, ResumeError},
};
use web_sys::File;

use super::{FileHandle, PickedFile, handle::settled, lock::Lock, sample, store::Store};
use crate::{backend::new_key, task::spawn};

thread_local! {
    /// The ids of this page's own uploads: they are not interrupted.
    static MINE: RefCell<Vec<String>> = const { RefCell::new(Vec::new()) };
}

/// Whether an upload is one of this page.
pub(super) fn is_mine(id: &str) -> bool {
    MINE.with_borrow(|mine| mine.iter().any(|own| own == id))
}

/// What is to be remembered of an upload that goes on.
pub(crate) struct Note {
    /// The machine's memory, as JSON.
    pub(crate) memory: String,
    /// The video that the server has made of it.
    pub(crate) video: Option<String>,
    /// Bytes that the provider holds.
    pub(crate) acknowledged: u64,
    /// When the target runs out, in milliseconds since the Unix epoch.
    pub(crate) expires_at: Option<u64>,
}

/// Keeps the entry of one upload, from its first target until it is done or cancelled.
pub(crate) struct Recorder {
    writes: bool,
    entry: RefCell<Entry>,
    handle: RefCell<Option<FileHandle>>,
    pace: RefCell<Pace>,
    stage: RefCell<Stage>,
    hashing: Cell<bool>,
}

enum Stage {
    /// Nothing is written yet.
    New,
    /// The database is being opened.
    Opening,
    /// Each note is written.
    Open { store: Store, _lock: Lock },
    /// The upload has ended, or nothing can be kept here.
    Ended,
}

impl Recorder {
    /// Of an upload that begins now. `endpoint` is the server that gives its targets; without `writes` nothing is kept
    /// beyond the page.
    pub(crate) fn new(picked: &PickedFile, endpoint: Option<String>, writes: bool) -> Rc<Self> {
        let file = &picked.file;
        let entry = Entry {
            id: new_key(),
            endpoint,
            name: file.name(),
            size: file.size() as u64,
            modified: file.last_modified() as u64,
            mime: file.type_(),
            created: js_sys::Date::now() as u64,
            ..Entry::default()
        };
        Self::with(entry, picked.handle.clone(), writes, Stage::New)
    }

    /// Of an upload that goes on.
    pub(super) fn again(entry: Entry, store: Store, lock: Lock) -> Rc<Self> {
        Self::with(entry, None, true, Stage::Open { store, _lock: lock })
    }

    fn with(entry: Entry, handle: Option<FileHandle>, writes: bool, stage: Stage) -> Rc<Self> {
        MINE.with_borrow_mut(|mine| mine.push(entry.id.clone()));
        Rc::new(Self {
            writes,
            entry: RefCell::new(entry),
            handle: RefCell::new(handle),
            pace: RefCell::default(),
            stage: RefCell::new(stage),
            hashing: Cell::new(false),
        })
    }

    /// Remembers how far the upload is. The first time, the file is sampled: by then its bytes are on their way.
    pub(crate) fn remember(self: &Rc<Self>, file: &File, note: Note, now: Millis) {
        let due = self.pace.borrow_mut().is_due(&note.memory, now);
        {
            let mut entry = self.entry.borrow_mut();
            entry.memory = note.memory;
            entry.video = note.video;
            entry.acknowledged = note.acknowledged;
            entry.expires_at = note.expires_at;
        }
        let is_new = matches!(*self.stage.borrow(), Stage::New);
        if is_new {
            self.stage.replace(Stage::Opening);
            spawn(Rc::clone(self).open(file.clone()));
        } else if due {
            self.write();
        }
    }

    async fn open(self: Rc<Self>, file: File) {
        self.learn_hash(&file).await;
        let (id, known) = (self.entry.borrow().id.clone(), !self.entry.borrow().hash.is_empty());
        // A file that can't be read now could not be told from another one later.
        let opened = if known && self.writes { Store::open().await.zip(Lock::take(&id).await) } else { None };
        let handle = self.handle.borrow().clone();
        let handle = settled(handle).await;
        // The upload may have ended meanwhile.
        if !matches!(*self.stage.borrow(), Stage::Opening) {
            return;
        }
        let Some((store, lock)) = opened else {
            self.stage.replace(Stage::Ended);
            return;
        };
        if handle.is_some() {
            store.put_handle(&id, handle.as_ref());
        }
        self.stage.replace(Stage::Open { store, _lock: lock });
        self.write();
    }

    async fn learn_hash(&self, file: &File) {
        if self.entry.borrow().hash.is_empty() && !self.hashing.replace(true) {
            let hash = sample::hash(file).await.unwrap_or_default();
            self.entry.borrow_mut().hash = hash;
            self.hashing.set(false);
        }
    }

    fn write(&self) {
        if let Stage::Open { store, .. } = &*self.stage.borrow() {
            let mut entry = self.entry.borrow_mut();
            entry.touched = js_sys::Date::now() as u64;
            store.put(&entry);
        }
    }

    /// The upload is done or cancelled: removes its entry.
    pub(crate) fn forget(&self) {
        if let Stage::Open { store, .. } = self.stage.replace(Stage::Ended) {
            store.remove(&self.entry.borrow().id);
        }
    }

    /// Whether a file can take the place of the upload's own, which can't be read any more.
    ///
    /// # Errors
    ///
    /// It is another file, or can't be read either.
    pub(crate) async fn replace(&self, picked: &PickedFile) -> Result<(), ResumeError> {
        let entry = self.entry.borrow().clone();
        entry.check_size(picked.file.size() as u64)?;
        let unreadable = |_| ResumeError::FileUnreadable { name: picked.file.name() };
        let hash = sample::hash(&picked.file).await.map_err(unreadable)?;
        // Where the first file was gone before it could be sampled, its size and age have to do.
        if entry.hash.is_empty() && entry.modified == picked.file.last_modified() as u64 {
            self.entry.borrow_mut().hash = hash;
        } else {
            entry.check(picked.file.size() as u64, &hash)?;
        }
        let handle = settled(picked.handle.clone()).await;
        if let Stage::Open { store, .. } = &*self.stage.borrow() {
            store.put_handle(&entry.id, handle.as_ref());
        }
        Ok(())
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        let id = &self.entry.borrow().id;
        // The page may be going away, and its thread's memory before this.
        let _ = MINE.try_with(|mine| mine.borrow_mut().retain(|own| own != id));
    }
}
