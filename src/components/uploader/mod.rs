//! The uploader: a zone to drop files on, and a row for each file from its first byte to the finished video.

mod dropping;
mod focus;
mod happenings;
mod held;
mod interrupted;
mod interrupted_row;
mod item;
mod items;
#[cfg(feature = "components")]
pub(super) mod leptos;
mod picking;
mod progress;
mod provider;
mod queue;
mod state;
mod steering;
pub(crate) mod strings;
mod summary;
mod thumbnail;
mod turns;

use std::rc::Rc;

use crate::components::{html::*, signals::*};
use reelway_core::checks::{Checks, accept_videos};
use wasm_bindgen::JsCast;
use web_sys::{Element, Event, EventTarget, HtmlElement, HtmlInputElement};

use focus::FocusKeeper;
pub use happenings::Happening;
pub use interrupted::Interrupted;
use interrupted_row::interrupted_row;
use item::{Row, item_row};
pub use items::{Action, Item};
#[cfg(feature = "components")]
pub use leptos::{InterruptedRow, ItemRow, Uploader};
use picking::Dialog;
pub use queue::Uploads;
pub use state::{ItemState, Stage};
use summary::summary;

use crate::{
    components::icons::{self, icon},
    dom::window,
    journal::PickedFile,
    texts::Key,
};

/// The uploader's CSS. It needs [`THEME_CSS`](super::THEME_CSS) too.
pub const CSS: &str = concat!(include_str!("item.css"), include_str!("uploader.css"));

/// What an uploader takes, and how. What is a signal can change while it is there. The default, of which nothing is said
/// yet, needs a reactive owner.
#[derive(Clone, Copy, Default)]
pub struct Options {
    /// What is taken and the file dialog offers, as in `<input accept>`; `None`: videos.
    pub accept: Signal<Option<String>>,
    /// Bytes: larger files are refused, before anything of them is sent.
    pub max_file_size: Signal<Option<u64>>,
    /// Seconds: longer videos are refused, as far as their header tells how long they are.
    pub max_duration: Signal<Option<f64>>,
    /// Take more than one file.
    pub multiple: Signal<bool>,
    /// Take files that are dropped anywhere on the page, not on the zone only.
    pub whole_page: Signal<bool>,
    /// Take no files from people. What is under way goes on, and its buttons work.
    pub disabled: Signal<bool>,
    /// The address of a page that shows the video with this id: a ready video links to it.
    pub watch_url: Option<fn(&str) -> String>,
}

/// Makes an uploader in an element of the page. It belongs to the reactive owner that runs.
pub fn mount(root: &Element, uploads: Uploads, options: Options) {
    uploader(uploads, options).mount(root, None);
}

/// An uploader.
pub(super) fn uploader(uploads: Uploads, options: Options) -> View {
    html! {
        <div class="reelway-uploader" {..furnished(uploads, options)}></div>
    }
}

/// What a file is chosen again for.
enum Wanted {
    /// An upload whose file can't be read any more.
    Item(u32),
    /// An upload that an earlier page began.
    Interrupted(String),
}

/// The dialog for a file that is to be chosen again.
#[derive(Clone, Copy)]
struct Again {
    input: NodeRef<HtmlInputElement>,
    dialog: Dialog,
    wanted: StoredValue<Option<Wanted>>,
}

impl Again {
    fn new(uploads: Uploads) -> Self {
        let (input, wanted) = (NodeRef::new(), StoredValue::new(None));
        let take = move |files: Vec<PickedFile>| {
            let (Some(file), Some(wanted)) =
                (files.into_iter().next(), wanted.try_update_value(Option::take).flatten())
            else {
                return;
            };
            match wanted {
                Wanted::Item(key) => {
                    if let Some(item) = uploads.get(key) {
                        uploads.replace(&item, file);
                    }
                }
                Wanted::Interrupted(key) => {
                    if let Some(interrupted) = uploads.get_interrupted(&key) {
                        uploads.go_on(interrupted, Some(file));
                    }
                }
            }
        };
        Self { input, dialog: Dialog::new(input, Signal::stored(false), take), wanted }
    }

    fn ask_for(&self, file: Wanted) {
        self.wanted.set_value(Some(file));
        self.dialog.open();
    }

    /// Buttons open it.
    fn view(self) -> View {
        html! {
            <input
                type="file"
                part="again"
                class="rw-spoken"
                node_ref={self.input}
                aria-hidden="true"
                tabindex="-1"
                {..on("click", move |event| self.dialog.on_click(event))}
                {..on("change", move |event| self.dialog.on_change(event))}
            />
        }
    }
}

/// What is in an uploader's element, and what changes of it.
fn furnished(uploads: Uploads, options: Options) -> Bound {
    let Options { accept, max_file_size, max_duration, multiple, whole_page, disabled, watch_url } = options;
    let texts = uploads.texts;
    // Now, for files that are added before the first effect runs.
    now_and_again(move || {
        uploads.limit(Checks { max_size: max_file_size.get(), max_duration: max_duration.get(), accept: accept.get() });
    });
    let over = RwSignal::new(false);
    let take = move |mut files: Vec<PickedFile>| {
        // It may have been disabled while its dialog was open.
        if disabled.try_get_untracked() != Some(false) {
            return;
        }
        if !multiple.get_untracked() {
            files.truncate(1);
        }
        uploads.take(files);
    };
    let zone = NodeRef::<HtmlElement>::new();
    let listeners = StoredValue::new(Vec::new());
    effect(move || {
        let Some(zone) = zone.get() else { return };
        let target: EventTarget = if whole_page.get() { window().into() } else { zone.unchecked_into() };
        listeners.set_value(dropping::accept_drops(&target, over, disabled, take));
    });
    let input = NodeRef::<HtmlInputElement>::new();
    let dialog = Dialog::new(input, multiple, take);
    let again = Again::new(uploads);
    uploads.look_for_interrupted();
    let empty = move || uploads.keys().is_empty() && uploads.interrupted_keys().is_empty();
    let root = NodeRef::<HtmlElement>::new();
    let focus = StoredValue::new(None);
    effect(move || focus.set_value(root.get().and_then(|root| FocusKeeper::new(&root))));
    let inside = html! {
        <ul class="rw-items" {..attr("aria-label", move || texts.get(strings::LIST))} {..attr("hidden", empty)}>
            {rows(move || uploads.interrupted_keys(), move |key| row_of_interrupted(uploads, again, key))}
            {rows(
                move || uploads.keys().iter().map(u32::to_string).collect(),
                move |key| row_of(uploads, again, dialog, watch_url, &key),
            )}
        </ul>
        {when(move || multiple.get(), move || summary(uploads))}
        {drop_zone(uploads, options, DropZone { zone, input, dialog, over }, empty)}
        {again.view()}
        <div class="rw-spoken" role="status" aria-live="polite">{text(move || uploads.announcement.get())}</div>
        {when(move || whole_page.get(), move || html! {
            <div class="rw-drop-overlay" {..attr("data-open", move || over.get())} aria-hidden="true">
                <span>{icon(icons::UPLOAD)}{text(move || texts.get(strings::OVERLAY))}</span>
            </div>
        })}
    };
    furnish([refer(root), attr("lang", move || texts.locale()), attr("dir", move || texts.dir())], inside)
}

fn row_of(
    uploads: Uploads,
    again: Again,
    dialog: Dialog,
    watch_url: Option<fn(&str) -> String>,
    key: &str,
) -> Option<View> {
    let item = key.parse().ok().and_then(|key| uploads.get(key))?;
    let state: RwSignal<ItemState> = item.state.clone().into();
    let row = Row {
        filename: item.file.name(),
        state: state.into(),
        focus: uploads.take_focus(item.key),
        header: item.header.clone(),
        filmstrip: Some(Rc::clone(&item.filmstrip)),
        tiles: item.tiles.clone(),
        watch_url,
        texts: uploads.texts,
        on_choose_another: Callback::new(move |()| dialog.open()),
        on_action: Callback::new(move |action| match action {
            Action::ChooseAgain => again.ask_for(Wanted::Item(item.key)),
            _ => uploads.act(&item, action),
        }),
    };
    Some(item_row(row))
}

fn row_of_interrupted(uploads: Uploads, again: Again, key: String) -> Option<View> {
    let interrupted = uploads.get_interrupted(&key)?;
    let (continued, discarded) = (interrupted.clone(), interrupted.clone());
    let go_on = move |()| match continued.unfinished.needs_file() || continued.file_is_gone.get_untracked() {
        true => again.ask_for(Wanted::Interrupted(key.clone())),
        false => uploads.go_on(continued.clone(), None),
    };
    let give_up = move |()| uploads.give_up(discarded.clone());
    Some(interrupted_row(interrupted, uploads.texts, Callback::new(go_on), Callback::new(give_up)))
}

/// The zone's elements, what opens its dialog, and whether files are held above it.
struct DropZone {
    zone: NodeRef<HtmlElement>,
    input: NodeRef<HtmlInputElement>,
    dialog: Dialog,
    over: RwSignal<bool>,
}

fn drop_zone(uploads: Uploads, options: Options, parts: DropZone, empty: impl Fn() -> bool + Copy + 'static) -> View {
    let Options { accept, multiple, disabled, .. } = options;
    let DropZone { zone, input, dialog, over } = parts;
    let texts = uploads.texts;
    let title = move || -> Key {
        match (empty(), multiple.get()) {
            (true, false) => strings::DROP_TITLE,
            (true, true) => strings::DROP_TITLE_MANY,
            (false, false) => strings::DROP_AGAIN,
            (false, true) => strings::DROP_AGAIN_MANY,
        }
    };
    let choose = move || if multiple.get() { strings::CHOOSE_MANY } else { strings::CHOOSE };
    html! {
        <div class="rw-drop">
            <div
                part="drop-zone"
                node_ref={zone}
                class="rw-drop-zone"
                {..attr("data-over", move || over.get())}
                {..attr("data-compact", move || !empty())}
                {..attr("data-disabled", move || disabled.get())}
            >
                <span class="rw-drop-icon">{icon(icons::UPLOAD)}</span>
                <span class="rw-drop-text">
                    // Slots, for an uploader in a shadow root. Elsewhere they show what is in them.
                    <slot name="heading"><strong>{text(move || texts.get(title()))}</strong></slot>
                    <slot name="hint"><span class="rw-drop-hint">{text(move || texts.get(strings::DROP_HINT))}</span></slot>
                </span>
                <slot name="select" {..on("click", move |_: Event| dialog.open())}>
                    <span class="rw-button rw-button-primary rw-drop-button" aria-hidden="true">{text(move || texts.get(choose()))}</span>
                </slot>
                // Over all of the zone, unseen: a click anywhere opens the dialog, and the keyboard finds a real input.
                <input
                    type="file"
                    part="select"
                    class="rw-drop-input"
                    node_ref={input}
                    title=""
                    {..attr("aria-label", move || texts.get(choose()))}
                    {..attr("accept", move || accept.get().unwrap_or_else(accept_videos))}
                    {..attr("multiple", move || multiple.get())}
                    {..attr("disabled", move || disabled.get())}
                    {..on("click", move |event| dialog.on_click(event))}
                    {..on("change", move |event| dialog.on_change(event))}
                />
            </div>
        </div>
    }
}
