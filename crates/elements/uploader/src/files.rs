//! What an uploader is, whatever view it has: its files, its options and its events.

use std::{any::Any, cell::RefCell};

use js_sys::{Array, Function, Object};
use leptos::{mount::mount_to, prelude::*};
use reelway::{
    UploadOptions,
    components::{
        live::effect,
        uploader::{Action, Item, Uploads},
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
    /// Takes the view away when it is dropped.
    mounted: RefCell<Option<Box<dyn Any>>>,
}

impl Files {
    /// Mounts a view of the files into an element.
    pub fn mount<V: IntoView + 'static>(
        root: HtmlElement,
        options: &JsValue,
        emit: Function,
        view: impl FnOnce(Uploads, Live) -> V + 'static,
    ) -> Self {
        let (owner, emitter) = (Owner::new_root(None), Emitter::new(emit));
        let (uploads, live) = owner.with(|| (Uploads::new(UploadOptions::default()), Live::default()));
        live.set(uploads, options);
        let events = emitter.clone();
        uploads.on_happening(move |item, happening| {
            let (name, detail) = report::event(item, happening);
            events.send(name, detail);
        });
        let events = emitter.clone();
        let mounted = owner.with(|| {
            let mounted = mount_to(root, move || view(uploads, live));
            let mut before = 0;
            effect(move || {
                let count = uploads.interrupted_count();
                // None to begin with is no news.
                if count > 0 || before > 0 {
                    events.send("unfinished", Object::new());
                }
                before = count;
            });
            mounted
        });
        Self { owner, uploads, live, emitter, mounted: RefCell::new(Some(Box::new(mounted))) }
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
        let mounted = self.mounted.take();
        if mounted.is_some() {
            drop(mounted);
            self.owner.cleanup();
        }
    }

    fn is_there(&self) -> bool {
        self.mounted.borrow().is_some()
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        self.destroy();
    }
}
