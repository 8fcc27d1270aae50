//! Uploads that were interrupted in an earlier page: each is offered to be continued.

use wasm_bindgen_futures::spawn_local;

use super::{queue::Uploads, strings};
use crate::{
    UploadOptions,
    components::signals::ArcRwSignal,
    journal::{PickedFile, ResumeError, Unfinished, unfinished},
    upload::TargetSource,
};

/// An upload that was interrupted, as the list shows it.
#[derive(Clone)]
pub struct Interrupted {
    /// What is known of it.
    pub unfinished: Unfinished,
    /// Why it could not be continued: a sentence.
    pub complaint: ArcRwSignal<Option<String>>,
    /// The browser's handle leads to the file no more, or not to the same one: it has to be chosen again.
    pub file_is_gone: ArcRwSignal<bool>,
    /// It is about to be continued or discarded.
    pub busy: ArcRwSignal<bool>,
}

impl PartialEq for Interrupted {
    fn eq(&self, other: &Self) -> bool {
        self.unfinished == other.unfinished
    }
}

impl Interrupted {
    fn new(unfinished: Unfinished) -> Self {
        Self {
            unfinished,
            complaint: ArcRwSignal::new(None),
            file_is_gone: ArcRwSignal::new(false),
            busy: ArcRwSignal::new(false),
        }
    }

    /// Tells rows apart: once the other tab is closed, there is another row.
    fn key(&self) -> String {
        format!("{}{}", self.unfinished.id(), if self.unfinished.runs_elsewhere() { "+" } else { "" })
    }
}

impl Uploads {
    /// Looks for uploads that were interrupted in an earlier page, once.
    pub fn look_for_interrupted(&self) {
        if self.looked.get_value() || !self.options.with_value(|options| options.journal) {
            return;
        }
        self.looked.set_value(true);
        let uploads = *self;
        let endpoint = self.options.with_value(|options| match &options.target {
            TargetSource::Backend(endpoint) => Some(endpoint.clone()),
            TargetSource::Fixed(_) | TargetSource::Function(_) => None,
        });
        spawn_local(async move {
            uploads.free().await;
            let found = unfinished(endpoint.as_deref()).await;
            for busy in found.iter().filter(|found| found.runs_elsewhere()) {
                uploads.wait_for(busy.clone());
            }
            let words =
                strings::found_interrupted(uploads.texts, found.iter().filter(|found| !found.runs_elsewhere()).count());
            if uploads.interrupted.try_set(found.into_iter().map(Interrupted::new).collect()).is_none()
                && let Some(words) = words
            {
                uploads.announcement.try_set(words);
            }
        });
    }

    /// Another tab works on it: once that is closed, it can be continued here.
    fn wait_for(&self, busy: Unfinished) {
        let uploads = *self;
        spawn_local(async move {
            let freed = busy.free().await;
            uploads.interrupted.try_update(|list| {
                list.retain_mut(|interrupted| match (interrupted.unfinished.id() == busy.id(), &freed) {
                    (false, _) => true,
                    (true, Some(freed)) => {
                        *interrupted = Interrupted::new(freed.clone());
                        true
                    }
                    (true, None) => false,
                });
            });
        });
    }

    /// The keys of the interrupted uploads, the earliest first.
    pub(super) fn interrupted_keys(&self) -> Vec<String> {
        self.interrupted.with(|list| list.iter().map(Interrupted::key).collect())
    }

    /// An interrupted upload by its key.
    pub(super) fn get_interrupted(&self, key: &str) -> Option<Interrupted> {
        self.interrupted.with_untracked(|list| list.iter().find(|found| found.key() == key).cloned())
    }

    /// Continues, with the file that was chosen again, or with the one that the browser keeps for this page.
    pub(super) fn go_on(&self, interrupted: Interrupted, file: Option<PickedFile>) {
        let options = self.options.get_value();
        self.attend(interrupted, async move |uploads, unfinished| {
            let upload = unfinished.resume(file, options).await?;
            uploads.take_up(upload);
            Ok(())
        });
    }

    /// Gives it up, here and at the server.
    pub(super) fn give_up(&self, interrupted: Interrupted) {
        let options: UploadOptions = self.options.get_value();
        let id = interrupted.unfinished.video_id().map(str::to_owned);
        self.attend(interrupted, async move |uploads, unfinished| {
            unfinished.discard(options).await?;
            uploads.cancelled.try_update(|cancelled| cancelled.extend(id));
            Ok(())
        });
    }

    fn attend<F>(&self, interrupted: Interrupted, work: F)
    where
        F: AsyncFnOnce(Uploads, Unfinished) -> Result<(), ResumeError> + 'static,
    {
        if interrupted.busy.get_untracked() {
            return;
        }
        interrupted.busy.set(true);
        interrupted.complaint.set(None);
        let uploads = *self;
        spawn_local(async move {
            let done = work(uploads, interrupted.unfinished.clone()).await;
            interrupted.busy.set(false);
            match done {
                Ok(()) | Err(ResumeError::Gone) => {
                    let _ = uploads.interrupted.try_update(|list| list.retain(|other| *other != interrupted));
                }
                Err(error) => {
                    let words = uploads.texts.sentence(error.code(), &error.sentence());
                    uploads.announcement.try_set(words.clone());
                    interrupted.file_is_gone.set(error.wants_file());
                    interrupted.complaint.set(Some(words));
                }
            }
        });
    }
}
