//! Uploader and player in one, as a Leptos component.

use std::rc::Rc;

use leptos::prelude::*;

use super::Options;
use crate::{
    UploadOptions,
    components::{
        bridge::{once, owner},
        player::PlayerHandle,
        uploader::{self, Uploads},
    },
    player::engine::HlsJsSource,
    texts::{self, Language},
};

/// An uploader that turns into a player: while one file is on its way it plays from disk, and once it is ready from
/// the server, at the same position. With several files there are only their rows.
#[component]
pub fn Video(
    /// The base URL of a Reelway server; left out: the page's own origin. Not used with `uploads`.
    #[prop(into, optional)]
    endpoint: String,
    /// Take more than one file.
    #[prop(into, optional)]
    multiple: Signal<bool>,
    /// Take files that are dropped anywhere on the page.
    #[prop(into, optional)]
    whole_page: Signal<bool>,
    /// Take no files from people. What is under way goes on, and its buttons work.
    #[prop(into, optional)]
    disabled: Signal<bool>,
    /// What is taken and the file dialog offers, as in `<input accept>`; left out: videos.
    #[prop(into, optional)]
    accept: Signal<Option<String>>,
    /// Bytes: larger files are refused, before anything of them is sent.
    #[prop(into, optional)]
    max_file_size: Signal<Option<u64>>,
    /// Seconds: longer videos are refused, as far as their header tells how long they are.
    #[prop(into, optional)]
    max_duration: Signal<Option<f64>>,
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
    /// Where hls.js comes from. Left out: from the page's `globalThis.reelwayEngines`.
    #[prop(optional_no_strip)]
    hls: Option<HlsJsSource>,
    /// Is given the handle of the player while there is one.
    #[prop(optional_no_strip)]
    player: Option<ArcRwSignal<Option<PlayerHandle>>>,
) -> impl IntoView {
    let owner = owner();
    let uploads = uploads.unwrap_or_else(|| owner.with(|| Uploads::new(UploadOptions::to(endpoint))));
    texts::follow(uploads.texts, texts, locale);
    let uploader = owner.with(|| {
        uploader::leptos::followed(accept, max_file_size, max_duration, multiple, whole_page, disabled, watch_url)
    });
    let on_player = player.map(|player| Rc::new(move |handle| player.set(handle)) as Rc<dyn Fn(_)>);
    let options = Options { uploader, hls, on_player };
    let furnish = once(move |root| owner.with(|| super::content(uploads, options).mount(root, None)));
    view! { <div class="reelway-video" {..furnish}></div> }
}
