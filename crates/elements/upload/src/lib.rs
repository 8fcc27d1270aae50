//! Uploads without a face, for JavaScript. `www/src/upload.js` makes an `EventTarget` of it.
//!
//! - [`UploadHandle`]: what a page does with an upload.
//! - `options`: what it says before.
//! - `report`: what it hears.

mod options;
mod report;

use js_sys::{Function, JsString};
use reelway::{Subscription, Upload};
use wasm_bindgen::prelude::*;
use web_sys::File;

/// An upload that runs. It goes on when the handle is freed; only nothing is heard of it then.
#[wasm_bindgen]
pub struct UploadHandle {
    upload: Upload,
    _subscription: Subscription,
}

#[wasm_bindgen]
impl UploadHandle {
    /// Starts. `options` is JSON; `target` is an asynchronous function that gives the JSON of a target, where the page
    /// has one; `listen` is called with "change" or "attempt", and JSON.
    ///
    /// # Errors
    ///
    /// An option can't be read: a `TypeError`.
    #[wasm_bindgen(constructor)]
    pub fn new(file: File, options: &str, target: Option<Function>, listen: Function) -> Result<Self, JsValue> {
        let options = options::read(options, target).map_err(|error| js_sys::TypeError::new(&error))?;
        let upload = Upload::start(file, options);
        let tell = move |what: &str, json: String| {
            // A listener that throws is the page's affair: JavaScript has reported it.
            let _ = listen.call2(&JsValue::NULL, &JsString::from(what), &JsString::from(json));
        };
        let attempt = tell.clone();
        upload.on_attempt(move |bytes| attempt("attempt", report::attempt(bytes)));
        let subscription = upload.subscribe(move |upload| tell("change", report::change(upload)));
        Ok(Self { upload, _subscription: subscription })
    }

    /// What "change" tells, now.
    pub fn report(&self) -> String {
        report::change(&self.upload)
    }

    /// What happened so far, as text for a bug report. Nothing in it is secret.
    pub fn diagnostics(&self) -> String {
        self.upload.diagnostics()
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
}
