//! The uploader: a zone to drop files on, and a row for each file from its first byte to the finished video.

mod dropping;
mod focus;
mod happenings;
mod interrupted;
mod interrupted_row;
mod item;
mod items;
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

use crate::components::live::{attr, effect, on, rows, text, when};
use leptos::{html, prelude::*};
use reelway_core::checks::{Checks, accept_videos};
use wasm_bindgen::JsCast;
use web_sys::{Event, EventTarget};

use focus::FocusKeeper;
pub use happenings::Happening;
pub use interrupted::Interrupted;
pub use interrupted_row::InterruptedRow;
pub use item::ItemRow;
pub use items::{Action, Item};
use picking::Dialog;
pub use queue::Uploads;
pub use state::{ItemState, Stage};

use summary::Summary;

use crate::{
    UploadOptions,
    components::{icons, live::icon},
    dom::window,
    journal::PickedFile,
    texts::{self, Language},
};

/// The uploader's CSS. It needs [`THEME_CSS`](super::THEME_CSS) too.
pub const CSS: &str = concat!(include_str!("item.css"), include_str!("uploader.css"));

/// What a file is chosen again for.
enum Wanted {
    /// An upload whose file can't be read any more.
    Item(u32),
    /// An upload that an earlier page began.
    Interrupted(String),
}

/// A zone for files, and a row for each.
#[component]
pub fn Uploader(
    /// The base URL of a Reelway server; left out: the page's own origin. Not used with `uploads`.
    #[prop(into, optional)]
    endpoint: String,
    /// What is taken and the file dialog offers, as in `<input accept>`; left out: videos.
    #[prop(into, optional)]
    accept: Signal<Option<String>>,
    /// Bytes: larger files are refused, before anything of them is sent.
    #[prop(into, optional)]
    max_file_size: Signal<Option<u64>>,
    /// Seconds: longer videos are refused, as far as their header tells how long they are.
    #[prop(into, optional)]
    max_duration: Signal<Option<f64>>,
    /// Take more than one file.
    #[prop(into, optional)]
    multiple: Signal<bool>,
    /// Take files that are dropped anywhere on the page, not on the zone only.
    #[prop(into, optional)]
    whole_page: Signal<bool>,
    /// Take no files from people. What is under way goes on, and its buttons work.
    #[prop(into, optional)]
    disabled: Signal<bool>,
    /// The address of a page that shows the video with this id: a ready video links to it.
    #[prop(optional_no_strip)]
    watch_url: Option<fn(&str) -> String>,
    /// The words of a language, or the page's own; left out: English.
    #[prop(into, optional)]
    texts: Option<Signal<Language, LocalStorage>>,
    /// How numbers and durations are written: a BCP 47 tag; left out: as the texts' language does it.
    #[prop(into, optional)]
    locale: Option<Signal<Option<String>>>,
    /// The files, for a page that wants to know of them, or to keep them while this component is away.
    #[prop(optional_no_strip)]
    uploads: Option<Uploads>,
) -> impl IntoView {
    let uploads = uploads.unwrap_or_else(|| Uploads::new(UploadOptions::to(endpoint)));
    texts::follow(uploads.texts, texts, locale);
    let texts = uploads.texts;
    // Now, for files that are added before the first effect runs.
    let limits =
        move || Checks { max_size: max_file_size.get(), max_duration: max_duration.get(), accept: accept.get() };
    uploads.limit(untrack(limits));
    effect(move || uploads.limit(limits()));
    let (zone, input) = (NodeRef::<html::Div>::new(), NodeRef::<html::Input>::new());
    let over = RwSignal::new(false);
    let take = move |mut files: Vec<PickedFile>| {
        // It may have been disabled while its dialog was open.
        if disabled.try_get_untracked() != Some(false) {
            return;
        }
        if !multiple.get_untracked() {
            files.truncate(1);
        }
        uploads.add(files);
    };
    let listeners = StoredValue::new_local(Vec::new());
    effect(move || {
        let Some(zone) = zone.get() else { return };
        let target: EventTarget = if whole_page.get() { window().into() } else { zone.unchecked_into() };
        listeners.set_value(dropping::accept_drops(&target, over, disabled, take));
    });
    on_cleanup(move || {
        listeners.try_set_value(Vec::new());
    });
    let dialog = Dialog::new(input, multiple, take);
    let choose_another = move |()| dialog.open();
    let again = NodeRef::<html::Input>::new();
    let wanted = StoredValue::new_local(None);
    let choose_again = Dialog::new(again, Signal::stored(false), move |files: Vec<PickedFile>| {
        let (Some(file), Some(wanted)) = (files.into_iter().next(), wanted.try_update_value(Option::take).flatten())
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
    });
    let ask_for = move |file: Wanted| {
        wanted.set_value(Some(file));
        choose_again.open();
    };
    uploads.look_for_interrupted();
    let empty = move || uploads.keys().is_empty() && uploads.interrupted_keys().is_empty();
    let title = move || match (empty(), multiple.get()) {
        (true, false) => strings::DROP_TITLE,
        (true, true) => strings::DROP_TITLE_MANY,
        (false, false) => strings::DROP_AGAIN,
        (false, true) => strings::DROP_AGAIN_MANY,
    };
    let choose = move || if multiple.get() { strings::CHOOSE_MANY } else { strings::CHOOSE };
    let root = NodeRef::<html::Div>::new();
    let focus = StoredValue::new_local(None);
    effect(move || focus.set_value(root.get().and_then(|root| FocusKeeper::new(&root))));
    on_cleanup(move || {
        focus.try_set_value(None);
    });
    let row = move |key: String| {
        let Some(item) = key.parse().ok().and_then(|key| uploads.get(key)) else { return ().into_any() };
        let held = StoredValue::new_local(item.clone());
        view! {
            <ItemRow
                filename=item.file.name()
                state=item.state.clone()
                focus=uploads.take_focus(item.key)
                header=item.header.clone()
                filmstrip=Some(Rc::clone(&item.filmstrip))
                tiles=item.tiles.clone()
                watch_url
                texts
                on_action=move |action| match action {
                    Action::ChooseAgain => ask_for(Wanted::Item(held.with_value(|item| item.key))),
                    _ => held.with_value(|item| uploads.act(item, action)),
                }
                on_choose_another=choose_another
            />
        }
        .into_any()
    };
    let interrupted_row = move |key: String| {
        let Some(interrupted) = uploads.get_interrupted(&key) else { return ().into_any() };
        let held = StoredValue::new_local(interrupted.clone());
        let needs_file = interrupted.unfinished.needs_file();
        let file_is_gone = interrupted.file_is_gone.clone();
        view! {
            <InterruptedRow
                interrupted
                texts
                on_continue=move |()| match needs_file || file_is_gone.get_untracked() {
                    true => ask_for(Wanted::Interrupted(key.clone())),
                    false => uploads.go_on(held.get_value(), None),
                }
                on_discard=move |()| uploads.give_up(held.get_value())
            />
        }
        .into_any()
    };
    view! {
        <div
            node_ref=root
            class="reelway-uploader"
            {..attr("lang", move || texts.locale())}
            {..attr("dir", move || texts.dir())}
        >
            <ul class="rw-items" {..attr("aria-label", move || texts.get(strings::LIST))} {..attr("hidden", empty)}>
                {rows(move || uploads.interrupted_keys(), interrupted_row)}
                {rows(move || uploads.keys().iter().map(u32::to_string).collect(), row)}
            </ul>
            {when(move || multiple.get(), move || view! { <Summary uploads /> }.into_any())}
            <div
                part="drop-zone"
                node_ref=zone
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
                    node_ref=input
                    title=""
                    {..attr("aria-label", move || texts.get(choose()))}
                    {..attr("accept", move || accept.get().unwrap_or_else(accept_videos))}
                    {..attr("multiple", move || multiple.get())}
                    {..attr("disabled", move || disabled.get())}
                    {..on("click", move |event| dialog.on_click(event))}
                    {..on("change", move |event| dialog.on_change(event))}
                />
            </div>
            // For a file that is to be chosen again. Buttons open it.
            <input
                type="file"
                part="again"
                class="rw-spoken"
                node_ref=again
                aria-hidden="true"
                tabindex="-1"
                {..on("click", move |event| choose_again.on_click(event))}
                {..on("change", move |event| choose_again.on_change(event))}
            />
            <div class="rw-spoken" role="status" aria-live="polite">{text(move || uploads.announcement.get())}</div>
            {when(move || whole_page.get(), move || view! {
                <div class="rw-drop-overlay" {..attr("data-open", move || over.get())} aria-hidden="true">
                    <span>{icon(icons::UPLOAD)}{text(move || texts.get(strings::OVERLAY))}</span>
                </div>
            }.into_any())}
        </div>
    }
}
