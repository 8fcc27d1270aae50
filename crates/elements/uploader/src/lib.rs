//! The uploader, for JavaScript.
//!
//! - [`UploaderHandle`]: an uploader that is mounted, and what a page does with it.
//! - [`files`]: what it has in common with the uploader that turns into a player.
//! - [`options`]: what the page says of it.
//! - [`report`], `emitter`: what the page hears of it.

mod emitter;
pub mod files;
pub mod options;
pub mod report;

use js_sys::{Array, Function};
use reelway::components::uploader::{self, Action};
use reelway_allocator as _;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

use self::files::Files;

/// An uploader that is mounted. Freeing it, or `destroy`, takes it away.
#[wasm_bindgen]
pub struct UploaderHandle {
    files: Files,
}

#[wasm_bindgen]
impl UploaderHandle {
    /// Mounts an uploader into an element. `emit` is called with the name of each event and its detail.
    #[wasm_bindgen(constructor)]
    pub fn new(root: HtmlElement, options: &JsValue, emit: Function) -> Self {
        let files = Files::mount(root, options, emit, |root, uploads, live| uploader::mount(root, uploads, live));
        Self { files }
    }

    /// Changes the options that an object has.
    pub fn set(&self, options: &JsValue) {
        self.files.set(options);
    }

    /// Takes files: a `FileList` or an array. Gives their ids.
    pub fn add(&self, files: &JsValue) -> Vec<String> {
        self.files.add(files)
    }

    /// Holds back one file, or all.
    pub fn pause(&self, id: Option<String>) {
        self.files.steer(Action::Pause, id);
    }

    /// Goes on with one file, or with all.
    pub fn resume(&self, id: Option<String>) {
        self.files.steer(Action::Resume, id);
    }

    /// Ends one file, or all that have not arrived, at the server too. One that has arrived only leaves the list.
    pub fn cancel(&self, id: Option<String>) {
        self.files.steer(Action::Cancel, id);
    }

    /// Tries again with one file, or with all that failed or wait.
    pub fn retry(&self, id: Option<String>) {
        self.files.steer(Action::Retry, id);
    }

    /// The files, as objects.
    #[wasm_bindgen(getter)]
    pub fn uploads(&self) -> Array {
        self.files.list()
    }

    /// Takes the uploader out of the page. What is being uploaded goes on; nothing is heard of it any more.
    pub fn destroy(&self) {
        self.files.destroy();
    }
}
