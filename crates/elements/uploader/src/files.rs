//! What an uploader is, whatever view it has: its files, its options and its events.

use std::cell::Cell;

use js_sys::{Array, Function, Object};
use reelway::{
    UploadOptions,
    components::{
        signals::{Owner, effect},
        uploader::{Action, Item, Options, Uploads},
    },
};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::{File, HtmlElement};

use crate::{emitter::Emitter, options::Live, report};

/// The files of an uploader that is mounted.
pub struct Files {
    owner: Owner,
    /// The files.
    pub uploads: Uploads,
    live: Live,
    emitter: Emitter,
    /// What the view is in, while it is there.
    root: Cell<Option<HtmlElement>>,
}

impl Files {
    /// Mounts a view of the files into an element.
    pub fn mount(
        root: HtmlElement,
        options: &JsValue,
        emit: Function,
        view: impl FnOnce(&HtmlElement, Uploads, Options),
    ) -> Self {
        let (owner, emitter) = (Owner::root(), Emitter::new(emit));
        let (uploads, live) = owner.with(|| (Uploads::new(UploadOptions::default()), Live::default()));
        live.set(uploads, options);
        let events = emitter.clone();
        uploads.on_happening(move |item, happening| {
            let (name, detail) = report::event(item, happening);
            events.send(name, detail);
        });
        let events = emitter.clone();
        owner.with(|| {
            view(&root, uploads, live.shown());
            let mut before = 0;
            effect(move || {
                let count = uploads.interrupted_count();
                // None to begin with is no news.
                if count > 0 || before > 0 {
                    events.send("unfinished", Object::new());
                }
                before = count;
            });
        });
        Self { owner, uploads, live, emitter, root: Cell::new(Some(root)) }
    }

    /// Takes the options that an object has.
    pub fn set(&self, options: &JsValue) {
        if self.is_there() {
            self.owner.with(|| self.live.set(self.uploads, options));
        }
    }

    /// Takes files, from a `FileList` or an array. Gives their ids.
    pub fn add(&self, files: &JsValue) -> Vec<String> {
        if !self.is_there() {
            return Vec::new();
        }
        let files = Array::from(files).into_iter().filter_map(|file| file.dyn_into::<File>().ok());
        self.owner.with(|| self.uploads.add(files)).iter().map(u32::to_string).collect()
    }

    /// Does something with the file of this id, or with all.
    pub fn steer(&self, action: Action, id: Option<String>) {
        // An id that never was is nobody's.
        let key = id.map(|id| id.parse().unwrap_or(u32::MAX));
        if self.is_there() {
            self.owner.with(|| self.uploads.steer(action, key));
        }
    }

    /// The files, as objects.
    pub fn list(&self) -> Array {
        if !self.is_there() {
            return Array::new();
        }
        let items: Vec<Item> = self.uploads.list();
        report::list(&items, self.uploads.texts)
    }

    /// Takes the view out of the page. What is being uploaded goes on; nothing is heard of it any more.
    pub fn destroy(&self) {
        self.emitter.close();
        if let Some(root) = self.root.take() {
            self.owner.dispose();
            root.set_text_content(None);
        }
    }

    fn is_there(&self) -> bool {
        let root = self.root.take();
        let is_there = root.is_some();
        self.root.set(root);
        is_there
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.destroy();
    }
}
