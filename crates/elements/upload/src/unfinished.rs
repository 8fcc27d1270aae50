//! Uploads that were interrupted, for JavaScript.

use js_sys::{Array, Function, Promise};
use reelway::{
    journal::{FileHandle, PickedFile, ResumeError, Unfinished, unfinished},
    task::promise,
};
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
pub fn list_unfinished(endpoint: Option<String>) -> Promise {
    promise(async move {
        let handles = Array::new();
        for unfinished in unfinished(endpoint.as_deref()).await {
            handles.push(&UnfinishedHandle { unfinished }.into());
        }
        Ok(handles.into())
    })
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
    /// The promise is of an `UploadHandle`. It is rejected with a `TypeError`, or with JSON that has `code` and `message`:
    /// it can't go on now, and nothing is lost.
    pub fn resume(
        &self,
        file: Option<File>,
        handle: JsValue,
        options: String,
        target: Option<Function>,
        ticket: Option<Function>,
        listen: Function,
    ) -> Promise {
        let unfinished = self.unfinished.clone();
        promise(async move {
            let options = options::read(&options, target, ticket).map_err(|error| js_sys::TypeError::new(&error))?;
            let picked = file.map(|file| picked(file, handle));
            let upload = unfinished.resume(picked, options).await.map_err(|error| refusal(&error))?;
            Ok(UploadHandle::of(upload, listen).into())
        })
    }

    /// Gives it up, here and at the provider. The promise is rejected as that of `resume`.
    pub fn discard(&self, options: String, ticket: Option<Function>) -> Promise {
        let unfinished = self.unfinished.clone();
        promise(async move {
            let options = options::read(&options, None, ticket).map_err(|error| js_sys::TypeError::new(&error))?;
            unfinished.discard(options).await.map_err(|error| refusal(&error))?;
            Ok(JsValue::UNDEFINED)
        })
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
