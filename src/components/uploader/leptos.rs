//! The uploader, and its rows, as Leptos components.

use std::rc::Rc;

use leptos::prelude::*;
use reelway_core::probe::Header;

use super::{Action, Interrupted, ItemState, Options, Uploads, interrupted_row, item};
use crate::{
    UploadOptions,
    components::{
        bridge::{follow, once, owner},
        signals::{self, ArcRwSignal},
    },
    filmstrip::Filmstrip,
    texts::{self, Language, Texts},
};

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
    let owner = owner();
    let uploads = uploads.unwrap_or_else(|| owner.with(|| Uploads::new(UploadOptions::to(endpoint))));
    texts::follow(uploads.texts, texts, locale);
    let options =
        owner.with(|| followed(accept, max_file_size, max_duration, multiple, whole_page, disabled, watch_url));
    let furnish = once(move |root| owner.with(|| super::furnished(uploads, options).apply(root)));
    view! { <div class="reelway-uploader" {..furnish}></div> }
}

/// The options that follow what Leptos' signals say. They belong to the reactive owner that runs.
pub(in crate::components) fn followed(
    accept: Signal<Option<String>>,
    max_file_size: Signal<Option<u64>>,
    max_duration: Signal<Option<f64>>,
    multiple: Signal<bool>,
    whole_page: Signal<bool>,
    disabled: Signal<bool>,
    watch_url: Option<fn(&str) -> String>,
) -> Options {
    Options {
        accept: follow(move || accept.get()),
        max_file_size: follow(move || max_file_size.get()),
        max_duration: follow(move || max_duration.get()),
        multiple: follow(move || multiple.get()),
        whole_page: follow(move || whole_page.get()),
        disabled: follow(move || disabled.get()),
        watch_url,
    }
}

/// A row: picture, name, progress, state in words, buttons.
#[component]
pub fn ItemRow(
    /// The file's name.
    filename: String,
    /// Where it stands.
    #[prop(into)]
    state: Signal<ItemState>,
    /// What the file's header says, once it has been read.
    #[prop(default = ArcRwSignal::new(None))]
    header: ArcRwSignal<Option<Header>>,
    /// Pictures of the file.
    #[prop(optional_no_strip)]
    filmstrip: Option<Rc<Filmstrip>>,
    /// Grows with the number of these pictures.
    #[prop(default = ArcRwSignal::new(0))]
    tiles: ArcRwSignal<usize>,
    /// It takes the place of a row that had the focus.
    #[prop(optional)]
    focus: bool,
    /// The address of a page that shows the video with this id.
    #[prop(optional_no_strip)]
    watch_url: Option<fn(&str) -> String>,
    /// What it says.
    #[prop(default = Texts::of_leptos())]
    texts: Texts,
    /// Called when a button is pressed.
    #[prop(into)]
    on_action: UnsyncCallback<Action>,
    /// Called by the button that offers another file in place of a refused one.
    #[prop(into)]
    on_choose_another: UnsyncCallback<()>,
) -> impl IntoView {
    let owner = owner();
    let row = owner.with(|| item::Row {
        filename,
        state: follow(move || state.get()),
        header,
        filmstrip,
        tiles,
        focus,
        watch_url,
        texts,
        on_action: signals::Callback::new(move |action| on_action.run(action)),
        on_choose_another: signals::Callback::new(move |()| on_choose_another.run(())),
    });
    let furnish = once(move |root| owner.with(|| item::furnished(row).apply(root)));
    view! { <li part="item" class="rw-item" {..furnish}></li> }
}

/// A row: name, how far it is, and what to do with it.
#[component]
pub fn InterruptedRow(
    /// The upload.
    interrupted: Interrupted,
    /// What it says.
    #[prop(default = Texts::of_leptos())]
    texts: Texts,
    /// Called to continue it.
    #[prop(into)]
    on_continue: UnsyncCallback<()>,
    /// Called to give it up.
    #[prop(into)]
    on_discard: UnsyncCallback<()>,
) -> impl IntoView {
    let owner = owner();
    let (go_on, give_up) = owner.with(|| {
        let go_on = signals::Callback::new(move |()| on_continue.run(()));
        (go_on, signals::Callback::new(move |()| on_discard.run(())))
    });
    let furnish = once(move |root| {
        owner.with(|| interrupted_row::furnished(interrupted, texts, go_on, give_up).apply(root));
    });
    view! { <li part="item" class="rw-item" {..furnish}></li> }
}
