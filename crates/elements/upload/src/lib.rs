//! Uploads without a face, for JavaScript. `www/src/upload.js` makes an `EventTarget` of it.
//!
//! - [`UploadHandle`]: what a page does with an upload.
//! - [`UnfinishedHandle`]: an upload that was interrupted.
//! - `options`: what it says before.
//! - `report`: what it hears.

mod options;
mod report;
mod unfinished;

use js_sys::{Function, JsString, Promise};
use reelway::{Subscription, Upload, task::promise};
use reelway_allocator as _;
use wasm_bindgen::prelude::*;
use web_sys::File;

pub use unfinished::{UnfinishedHandle, list_unfinished};

/// An upload that runs. It goes on when the handle is freed; only nothing is heard of it then.
#[wasm_bindgen]
pub struct UploadHandle {
    upload: Upload,
    _subscription: Subscription,
}

#[wasm_bindgen]
impl UploadHandle {
    /// Starts. `options` is JSON; `target` is an asynchronous function that gives the JSON of a target, where the page
    /// has one; `ticket` is a function that gives a ticket or a promise of one; `handle` is the file's `FileSystemFileHandle`, if it has that; `listen` is called with "change" or
    /// "attempt", and JSON.
    ///
    /// # Errors
    ///
    /// An option can't be read: a `TypeError`.
    #[wasm_bindgen(constructor)]
    pub fn new(
        file: File,
        handle: JsValue,
        options: &str,
        target: Option<Function>,
        ticket: Option<Function>,
        listen: Function,
    ) -> Result<Self, JsValue> {
        let options = options::read(options, target, ticket).map_err(|error| js_sys::TypeError::new(&error))?;
        Ok(Self::of(Upload::start(unfinished::picked(file, handle), options), listen))
    }

    /// What "change" tells, now.
    pub fn report(&self) -> String {
        report::change(&self.upload)
    }

    /// What happened so far, as text for a bug report. Nothing in it is secret.
    pub fn diagnostics(&self) -> String {
        self.upload.diagnostics()
    }

    /// The file.
    pub fn file(&self) -> File {
        self.upload.file()
    }

    /// Stops until `resume`.
    pub fn pause(&self) {
        self.upload.pause();
    }

    /// Goes on after a pause.
    pub fn resume(&self) {
        self.upload.resume();
    }

    /// Gives the upload up, here and at the provider.
    pub fn cancel(&self) {
        self.upload.cancel();
    }

    /// Tries again after a failure, or at once while it waits.
    pub fn retry(&self) {
        self.upload.retry();
    }

    /// Goes on with another `File` of the same file, after `file_unreadable`. The promise is rejected if it is another
    /// file, or can't be read either: with JSON that has `code` and `message`.
    #[wasm_bindgen(js_name = replaceFile)]
    pub fn replace_file(&self, file: File, handle: JsValue) -> Promise {
        let upload = self.upload.clone();
        promise(async move {
            let replaced = upload.replace_file(unfinished::picked(file, handle)).await;
            replaced.map(|()| JsValue::UNDEFINED).map_err(|error| unfinished::refusal(&error))
        })
    }
}

impl UploadHandle {
    fn of(upload: Upload, listen: Function) -> Self {
        let tell = move |what: &str, json: String| {
            // A listener that throws is the page's affair: JavaScript has reported it.
            let _ = listen.call2(&JsValue::NULL, &JsString::from(what), &JsString::from(json));
        };
        let attempt = tell.clone();
        upload.on_attempt(move |bytes| attempt("attempt", report::attempt(bytes)));
        let subscription = upload.subscribe(move |upload| tell("change", report::change(upload)));
        Self { upload, _subscription: subscription }
    }
}
