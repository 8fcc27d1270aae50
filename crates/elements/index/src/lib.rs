//! Uploader, player, and both in one, for JavaScript: one module, so that a page that has them all loads what they share
//! once.

use std::{cell::Cell, rc::Rc};

use js_sys::Function;
use reelway::{
    components::{
        player::PlayerHandle as Player,
        uploader::Action,
        video::{self, Options},
    },
    player::engine::HlsJsSource,
};
use reelway_allocator as _;
pub use reelway_player::PlayerHandle;
pub use reelway_uploader::UploaderHandle;
use reelway_uploader::files::Files;
use wasm_bindgen::prelude::*;
use web_sys::HtmlElement;

/// An uploader that turns into a player, mounted. Freeing it, or `destroy`, takes it away.
#[wasm_bindgen]
pub struct VideoHandle {
    files: Files,
    player: Rc<Cell<Option<Player>>>,
}

#[wasm_bindgen]
impl VideoHandle {
    /// Mounts it into an element. The arguments are those of an `UploaderHandle` and, for hls.js, of a `PlayerHandle`.
    #[wasm_bindgen(constructor)]
    pub fn new(root: HtmlElement, options: &JsValue, emit: Function, import: Function, worker: Option<String>) -> Self {
        let player = Rc::new(Cell::new(None));
        let shown = Rc::clone(&player);
        let files = Files::mount(root, options, emit, move |root, uploads, uploader| {
            let hls = Some(HlsJsSource::new(import, worker));
            let on_player = Some(Rc::new(move |player| shown.set(player)) as Rc<dyn Fn(_)>);
            video::mount(root, uploads, Options { uploader, hls, on_player });
        });
        Self { files, player }
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
    pub fn uploads(&self) -> js_sys::Array {
        self.files.list()
    }

    /// The player, while there is one file that it shows. To destroy it does nothing: it goes with the file.
    #[wasm_bindgen(getter)]
    pub fn player(&self) -> Option<PlayerHandle> {
        self.player.get().map(PlayerHandle::of)
    }

    /// Takes it out of the page. What is being uploaded goes on; nothing is heard of it any more.
    pub fn destroy(&self) {
        self.files.destroy();
    }
}
