//! What waits until all of the program is there. A program in parts shows its drop zone before it can upload.

use js_sys::Promise;
use wasm_bindgen_futures::JsFuture;

use super::queue::Uploads;
use crate::{journal::PickedFile, task::spawn};

impl Uploads {
    /// Lets files that people choose, and the search for interrupted uploads, wait for a promise. Whether it is kept makes no
    /// difference.
    pub fn hold(&self, until: Promise) {
        self.held.set_value(Some(until));
    }

    /// Takes files from a person.
    pub(super) fn take(&self, files: Vec<PickedFile>) {
        let uploads = *self;
        match self.held.get_value() {
            None => drop(self.add(files)),
            Some(_) => spawn(async move {
                uploads.free().await;
                if uploads.items.try_get_untracked().is_some() {
                    uploads.add(files);
                }
            }),
        }
    }

    /// Waits for what it is held by.
    pub(super) async fn free(&self) {
        if let Some(Some(until)) = self.held.try_get_value() {
            let _ = JsFuture::from(until).await;
            self.held.try_update_value(|held| *held = None);
        }
    }
}
