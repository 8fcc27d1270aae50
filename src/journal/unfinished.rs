//! Uploads that were interrupted.

use std::rc::Rc;

use reelway_api::UploadTarget;
use reelway_core::journal::{Entry, ResumeError};
use web_sys::File;

use super::{
    FileHandle, PickedFile,
    handle::settled,
    lock::{self, Lock},
    recorder::{self, Recorder},
    sample,
    store::Store,
};
use crate::{Upload, UploadOptions, task::Here, upload::TargetSource};

/// An upload that was interrupted: by a reload, a crash, or a tab that was closed.
#[derive(Clone, Debug, PartialEq)]
pub struct Unfinished {
    entry: Entry,
    handle: Option<FileHandle>,
    elsewhere: bool,
}

/// The uploads to a Reelway server that were interrupted, the earliest first; `None`: those of targets of the page's
/// own. What is too old to go on with is removed.
///
/// Empty where the browser keeps nothing.
pub async fn unfinished(endpoint: Option<&str>) -> Vec<Unfinished> {
    find(endpoint).await
}

#[inline(never)]
fn find(endpoint: Option<&str>) -> Here<'_, Vec<Unfinished>> {
    Box::pin(async move {
        let endpoint = endpoint.map(crate::backend::base_url);
        let Some(store) = Store::open().await else { return Vec::new() };
        let Some(all) = store.all().await else { return Vec::new() };
        let held = lock::held().await;
        let now = js_sys::Date::now() as u64;
        let mut found = Vec::new();
        for (entry, handle) in all {
            let elsewhere = held.contains(&entry.id);
            if entry.is_stale(now) && !elsewhere {
                store.remove(&entry.id);
            } else if entry.is_of(endpoint.as_deref()) && !recorder::is_mine(&entry.id) {
                found.push(Unfinished { entry, handle, elsewhere });
            }
        }
        found.sort_unstable_by_key(|unfinished| unfinished.entry.created);
        found
    })
}

impl Unfinished {
    /// Unique in this browser.
    pub fn id(&self) -> &str {
        &self.entry.id
    }

    /// The file's name.
    pub fn name(&self) -> &str {
        &self.entry.name
    }

    /// Bytes of the file.
    pub fn size(&self) -> u64 {
        self.entry.size
    }

    /// Bytes that the provider had said it holds.
    pub fn acknowledged(&self) -> u64 {
        self.entry.acknowledged.min(self.entry.size)
    }

    /// The video that the server has made of it.
    pub fn video_id(&self) -> Option<&str> {
        self.entry.video.as_deref()
    }

    /// Whether the file has to be chosen again. Otherwise a click is enough.
    pub fn needs_file(&self) -> bool {
        self.handle.is_none()
    }

    /// Whether another tab was at work on it when it was listed.
    pub fn runs_elsewhere(&self) -> bool {
        self.elsewhere
    }

    /// Waits until no other tab works on it. Gives how it stands then; `None` if it is done or cancelled.
    pub async fn free(&self) -> Option<Self> {
        self.free_here().await
    }

    #[inline(never)]
    fn free_here(&self) -> Here<'_, Option<Self>> {
        Box::pin(async move {
            let lock = Lock::wait(&self.entry.id).await;
            let entry = Store::open().await?.get(&self.entry.id).await?;
            drop(lock);
            Some(Self { entry, handle: self.handle.clone(), elsewhere: false })
        })
    }

    /// Goes on. Without a file, the browser asks the user whether the page may read the one that it has kept a handle
    /// of: call this soon after a click, then.
    ///
    /// Of the options, those of the target count only for an upload without a Reelway server, and only when its own
    /// target has run out.
    ///
    /// # Errors
    ///
    /// The file is missing or another one, or the upload can't be had. Nothing is lost.
    pub async fn resume(&self, file: Option<PickedFile>, options: UploadOptions) -> Result<Upload, ResumeError> {
        self.resume_here(file, options).await
    }

    #[inline(never)]
    fn resume_here(&self, file: Option<PickedFile>, options: UploadOptions) -> Here<'_, Result<Upload, ResumeError>> {
        Box::pin(async move {
            let name = &self.entry.name;
            let (file, handle) = match (file, &self.handle) {
                (Some(picked), _) => (picked.file, Some(picked.handle)),
                (None, Some(handle)) => (handle.open(name).await?, None),
                (None, None) => return Err(ResumeError::FileNeeded { name: name.clone() }),
            };
            self.check(&file).await?;
            let lock = Lock::take(&self.entry.id).await.ok_or(ResumeError::RunningElsewhere)?;
            let store = Store::open().await.ok_or(ResumeError::Gone)?;
            // Another tab may have gone on with it since it was listed.
            let entry = store.get(&self.entry.id).await.ok_or(ResumeError::Gone)?;
            if let Some(handle) = handle {
                store.put_handle(&entry.id, settled(handle).await.as_ref());
            }
            let options = self.options(options);
            let recorder = Recorder::again(entry.clone(), store, lock);
            let Some(upload) = Upload::restore(file, options, &entry, Rc::clone(&recorder)) else {
                // Written by another version of this page.
                recorder.forget();
                return Err(ResumeError::Gone);
            };
            upload.start_again();
            Ok(upload)
        })
    }

    async fn check(&self, file: &File) -> Result<(), ResumeError> {
        let size = file.size() as u64;
        self.entry.check_size(size)?;
        let unreadable = |_| ResumeError::FileUnreadable { name: self.entry.name.clone() };
        self.entry.check(size, &sample::hash(file).await.map_err(unreadable)?)
    }

    fn options(&self, options: UploadOptions) -> UploadOptions {
        let target = match (&self.entry.endpoint, options.target) {
            (Some(endpoint), _) => TargetSource::Backend(endpoint.clone()),
            // The target that it has is in its memory, and there is no one to ask for another.
            (None, TargetSource::Backend(_)) => {
                TargetSource::Fixed(Box::new(UploadTarget::new(reelway_api::Protocol::Unknown, "")))
            }
            (None, target) => target,
        };
        UploadOptions { target, journal: true, ..options }
    }

    /// Gives it up for good, here, at the server and at the provider.
    ///
    /// # Errors
    ///
    /// Another tab is at work on it.
    pub async fn discard(&self, options: UploadOptions) -> Result<(), ResumeError> {
        self.discard_here(options).await
    }

    #[inline(never)]
    fn discard_here(&self, options: UploadOptions) -> Here<'_, Result<(), ResumeError>> {
        Box::pin(async move {
            let lock = Lock::take(&self.entry.id).await.ok_or(ResumeError::RunningElsewhere)?;
            let Some(store) = Store::open().await else { return Ok(()) };
            let Some(entry) = store.get(&self.entry.id).await else { return Ok(()) };
            store.remove(&entry.id);
            // The machine knows how to take leave of the provider. It reads nothing of the file for that.
            let nothing = js_sys::Array::new();
            let Ok(file) = File::new_with_str_sequence(&nothing, &entry.name) else { return Ok(()) };
            let recorder = Recorder::again(entry.clone(), store, lock);
            if let Some(upload) = Upload::restore(file, self.options(options), &entry, recorder) {
                upload.cancel();
            }
            Ok(())
        })
    }
}
