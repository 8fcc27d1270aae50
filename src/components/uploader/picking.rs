//! The file dialog that gives handles, and the one that every browser has.

use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{Event, File, FileList, HtmlInputElement};

use crate::{
    components::signals::{NodeRef, Signal, StoredValue},
    dom::{call_method, property, set_property, window},
    journal::{FileHandle, PickedFile},
};
use reelway_core::checks::VIDEO_EXTENSIONS;

/// A file dialog: that of a real input, which keyboards, screen readers and test drivers find, or where the browser has
/// one that gives handles, that in its place.
#[derive(Clone, Copy)]
pub(super) struct Dialog {
    input: NodeRef<HtmlInputElement>,
    multiple: Signal<bool>,
    take: StoredValue<Take>,
    /// The next click opens the input's own dialog.
    plain: StoredValue<bool>,
}

type Take = Rc<dyn Fn(Vec<PickedFile>)>;

impl Dialog {
    pub(super) fn new(
        input: NodeRef<HtmlInputElement>,
        multiple: Signal<bool>,
        take: impl Fn(Vec<PickedFile>) + 'static,
    ) -> Self {
        Self { input, multiple, take: StoredValue::new(Rc::new(take)), plain: StoredValue::new(false) }
    }

    /// Opens it, soon after a click.
    pub(super) fn open(&self) {
        if let Some(input) = self.input.try_get_untracked().flatten() {
            input.click();
        }
    }

    /// The input was clicked.
    pub(super) fn on_click(&self, event: Event) {
        if !gives_handles() || self.plain.try_update_value(std::mem::take) == Some(true) {
            return;
        }
        event.prevent_default();
        let dialog = *self;
        spawn_local(async move {
            match pick(dialog.multiple.try_get_untracked() == Some(true)).await {
                Some(files) => dialog.give(files),
                None => {
                    dialog.plain.try_set_value(true);
                    dialog.open();
                }
            }
        });
    }

    /// The input has files.
    pub(super) fn on_change(&self, event: Event) {
        let input: Option<HtmlInputElement> = event.target().and_then(|target| target.dyn_into().ok());
        let Some(input) = input else { return };
        self.give(input.files().map(list).unwrap_or_default());
        // So that the same file can be chosen again.
        input.set_value("");
    }

    fn give(&self, files: Vec<PickedFile>) {
        if let Some(take) = self.take.try_get_value() {
            take(files);
        }
    }
}

/// Whether the browser's dialog gives handles. On phones the input's own is the better one: it offers gallery and
/// camera. Only Chromium says what it runs on, and only Chromium has handles.
fn gives_handles() -> bool {
    let window = window();
    let mobile = property(&property(&window.navigator(), "userAgentData"), "mobile").as_bool();
    property(&window, "showOpenFilePicker").is_function() && mobile == Some(false)
}

/// Shows the dialog that gives handles: soon after a click, or the browser refuses. `None`: it was refused, as to a
/// frame of another origin. Nothing chosen is an empty list.
async fn pick(multiple: bool) -> Option<Vec<PickedFile>> {
    let videos = Object::new();
    let extensions: Array = VIDEO_EXTENSIONS.iter().map(|extension| JsValue::from(format!(".{extension}"))).collect();
    set_property(&videos, "video/*", extensions);
    let kind = Object::new();
    set_property(&kind, "accept", videos);
    let options = Object::new();
    set_property(&options, "types", Array::of1(&kind));
    set_property(&options, "multiple", multiple);
    let show: Function = property(&window(), "showOpenFilePicker").dyn_into().ok()?;
    let shown: Promise = show.call1(&window(), &options).ok()?.dyn_into().ok()?;
    let handles: Array = match JsFuture::from(shown).await {
        Ok(handles) => handles.unchecked_into(),
        Err(error) if property(&error, "name") == "AbortError" => return Some(Vec::new()),
        Err(_) => return None,
    };
    let mut files = Vec::new();
    for handle in handles.iter() {
        let Some(Ok(file)) = call_method(&handle, "getFile").map(JsCast::dyn_into::<Promise>) else { continue };
        // What is gone again by now is not there to be uploaded.
        if let Ok(file) = JsFuture::from(file).await {
            files.push(PickedFile { file: file.unchecked_into(), handle: Some(handle.unchecked_into()) });
        }
    }
    Some(files)
}

/// The files of a list that a drop or an input holds.
fn list(files: FileList) -> Vec<PickedFile> {
    (0..files.length()).filter_map(|index| files.item(index)).map(PickedFile::from).collect()
}

/// The files of a drop, with a handle each where the browser gives one: only during the event does it.
pub(super) fn dropped(transfer: &web_sys::DataTransfer) -> Vec<PickedFile> {
    let items = transfer.items();
    let items = (0..items.length()).filter_map(|index| items.get(index)).filter(|item| item.kind() == "file");
    let files = items.filter_map(|item| {
        let file: File = item.get_as_file().ok()??;
        Some(PickedFile { file, handle: call_method(&item, "getAsFileSystemHandle").map(promised) })
    });
    files.collect()
}

/// A promise that may be rejected before anyone looks at it.
fn promised(handle: JsValue) -> FileHandle {
    let promise: Promise = Promise::resolve(&handle);
    spawn_local(async move { drop(JsFuture::from(promise).await) });
    handle.unchecked_into()
}
