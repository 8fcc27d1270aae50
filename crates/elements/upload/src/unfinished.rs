//! Uploads that were interrupted, for JavaScript.

use js_sys::Function;
use reelway::journal::{FileHandle, PickedFile, ResumeError, Unfinished, unfinished};
use reelway_api::json::Writer;
use wasm_bindgen::prelude::*;
use web_sys::File;

use crate::{UploadHandle, options, report};

/// An upload that was interrupted.
#[wasm_bindgen]
pub struct UnfinishedHandle {
    unfinished: Unfinished,
}

/// The uploads that were interrupted: to a Reelway server, or, without an `endpoint`, to targets of the page's own.
#[wasm_bindgen(js_name = listUnfinished)]
pub async fn list_unfinished(endpoint: Option<String>) -> Vec<UnfinishedHandle> {
    unfinished(endpoint.as_deref()).await.into_iter().map(|unfinished| UnfinishedHandle { unfinished }).collect()
}

#[wasm_bindgen]
impl UnfinishedHandle {
    /// What is known of it, as JSON.
    pub fn report(&self) -> String {
        let unfinished = &self.unfinished;
        Writer::default()
            .text("id", unfinished.id())
            .text("name", unfinished.name())
            .whole("size", unfinished.size())
            .whole("acknowledged", unfinished.acknowledged())
            .maybe_text("videoId", unfinished.video_id())
            .flag("needsFile", unfinished.needs_file())
            .flag("runsElsewhere", unfinished.runs_elsewhere())
            .finish()
    }

    /// Goes on with it. The arguments are those of a new upload.
    ///
    /// # Errors
    ///
    /// A `TypeError`, or an object with `code` and `message`: it can't go on now, and nothing is lost.
    pub async fn resume(
        &self,
        file: Option<File>,
        handle: JsValue,
        options: String,
        target: Option<Function>,
        ticket: Option<Function>,
        listen: Function,
    ) -> Result<UploadHandle, JsValue> {
        let options = options::read(&options, target, ticket).map_err(|error| js_sys::TypeError::new(&error))?;
        let unfinished = self.unfinished.clone();
        let picked = file.map(|file| picked(file, handle));
        let upload = unfinished.resume(picked, options).await.map_err(|error| refusal(&error))?;
        Ok(UploadHandle::of(upload, listen))
    }

    /// Gives it up, here and at the provider.
    ///
    /// # Errors
    ///
    /// As of `resume`.
    pub async fn discard(&self, options: String, ticket: Option<Function>) -> Result<(), JsValue> {
        let options = options::read(&options, None, ticket).map_err(|error| js_sys::TypeError::new(&error))?;
        let unfinished = self.unfinished.clone();
        unfinished.discard(options).await.map_err(|error| refusal(&error))
    }
}

/// A file, with its `FileSystemFileHandle` if the page has one.
pub fn picked(file: File, handle: JsValue) -> PickedFile {
    PickedFile { file, handle: handle.is_object().then(|| handle.unchecked_into::<FileHandle>()) }
}

/// As JavaScript gets it: the text of an error with its code.
pub fn refusal(error: &ResumeError) -> JsValue {
    report::refusal(error.code(), &error.to_string(), *error != ResumeError::Gone).into()
}
