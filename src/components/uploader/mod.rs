//! The uploader: a zone to drop files on, and a row for each file from its first byte to the finished video.

mod dropping;
mod item;
mod queue;
mod state;
mod strings;
mod thumbnail;

use std::rc::Rc;

use crate::components::live::{attr, effect, on, rows, text};
use leptos::{html, prelude::*};
use reelway_core::checks::{Checks, accept_videos};
use wasm_bindgen::JsCast;
use web_sys::{Event, EventTarget, HtmlInputElement};

pub use item::ItemRow;
pub use queue::{Action, Item, Uploads};
pub use state::{ItemState, Stage};

use crate::{
    UploadOptions,
    components::icons::{self, icon},
    dom::window,
};

/// The uploader's CSS. It needs [`THEME_CSS`](super::THEME_CSS) too.
pub const CSS: &str = concat!(include_str!("item.css"), include_str!("uploader.css"));

/// A zone for files, and a row for each.
#[component]
pub fn Uploader(
    /// The base URL of a Reelway server; left out: the page's own origin. Not used with `uploads`.
    #[prop(into, optional)]
    endpoint: String,
    /// What is taken and the file dialog offers, as in `<input accept>`; left out: videos.
    #[prop(into, optional)]
    accept: Option<String>,
    /// Bytes: larger files are refused, before anything of them is sent.
    #[prop(into, optional_no_strip)]
    max_file_size: Option<u64>,
    /// Seconds: longer videos are refused, as far as their header tells how long they are.
    #[prop(into, optional_no_strip)]
    max_duration: Option<f64>,
    /// Take more than one file.
    #[prop(optional)]
    multiple: bool,
    /// Take files that are dropped anywhere on the page, not on the zone only.
    #[prop(optional)]
    whole_page: bool,
    /// The address of a page that shows the video with this id: a ready video links to it.
    #[prop(optional_no_strip)]
    watch_url: Option<fn(&str) -> String>,
    /// The files, for a page that wants to know of them, or to keep them while this component is away.
    #[prop(optional_no_strip)]
    uploads: Option<Uploads>,
) -> impl IntoView {
    let uploads = uploads.unwrap_or_else(|| Uploads::new(UploadOptions::to(endpoint)));
    uploads.narrow(Checks { max_size: max_file_size, max_duration, accept: accept.clone() });
    let (zone, input) = (NodeRef::<html::Div>::new(), NodeRef::<html::Input>::new());
    let over = RwSignal::new(false);
    let take = move |mut files: Vec<web_sys::File>| {
        if !multiple {
            files.truncate(1);
        }
        uploads.add(files);
    };
    let listeners = StoredValue::new_local(Vec::new());
    effect(move || {
        let Some(zone) = zone.get() else { return };
        let target: EventTarget = if whole_page { window().into() } else { zone.unchecked_into() };
        listeners.set_value(dropping::accept_drops(&target, over, take));
    });
    on_cleanup(move || {
        listeners.try_set_value(Vec::new());
    });
    let on_change = move |event: Event| {
        let input: Option<HtmlInputElement> = event.target().and_then(|target| target.dyn_into().ok());
        let Some(input) = input else { return };
        take(input.files().map(dropping::list).unwrap_or_default());
        // So that the same file can be chosen again.
        input.set_value("");
    };
    let choose_another = move |()| {
        if let Some(input) = input.get_untracked() {
            input.click();
        }
    };
    let empty = move || uploads.keys().is_empty();
    let title = move || match (empty(), multiple) {
        (true, false) => strings::DROP_TITLE,
        (true, true) => strings::DROP_TITLE_MANY,
        (false, false) => strings::DROP_AGAIN,
        (false, true) => strings::DROP_AGAIN_MANY,
    };
    let choose = if multiple { strings::CHOOSE_MANY } else { strings::CHOOSE };
    let row = move |key: String| {
        let Some(item) = key.parse().ok().and_then(|key| uploads.get(key)) else { return ().into_any() };
        let held = StoredValue::new_local(item.clone());
        view! {
            <ItemRow
                filename=item.file.name()
                state=item.state.clone()
                header=item.header.clone()
                filmstrip=Some(Rc::clone(&item.filmstrip))
                tiles=item.tiles.clone()
                watch_url
                on_action=move |action| held.with_value(|item| uploads.act(item, action))
                on_choose_another=choose_another
            />
        }
        .into_any()
    };
    view! {
        <div class="reelway-uploader">
            <ul aria-label=strings::LIST class="rw-items" {..attr("hidden", empty)}>
                {rows(move || uploads.keys().iter().map(u32::to_string).collect(), row)}
            </ul>
            <div
                part="drop-zone"
                node_ref=zone
                class="rw-drop-zone"
                {..attr("data-over", move || over.get())}
                {..attr("data-compact", move || !empty())}
            >
                <span class="rw-drop-icon">{icon(icons::UPLOAD)}</span>
                <span class="rw-drop-text">
                    <strong>{text(title)}</strong>
                    <span class="rw-drop-hint">{strings::DROP_HINT}</span>
                </span>
                <span class="rw-button rw-button-primary rw-drop-button" aria-hidden="true">{choose}</span>
                // Over all of the zone, unseen: a click anywhere opens the dialog, and the keyboard finds a real input.
                <input
                    type="file"
                    part="select"
                    class="rw-drop-input"
                    node_ref=input
                    aria-label=choose
                    accept=accept.unwrap_or_else(accept_videos)
                    multiple=multiple
                    title=""
                    {..on("change", on_change)}
                />
            </div>
            <div class="rw-spoken" role="status" aria-live="polite">{text(move || uploads.announcement.get())}</div>
            {whole_page.then(|| view! {
                <div class="rw-drop-overlay" {..attr("data-open", move || over.get())} aria-hidden="true">
                    <span>{icon(icons::UPLOAD)}{strings::OVERLAY}</span>
                </div>
            })}
        </div>
    }
}
