//! The player as a Leptos component, and the tracks that it is given.

use std::rc::Rc;

use leptos::prelude::*;
use reelway_api::TextTrack;
use reelway_core::tracks::changed;

use super::{Autoplay, Options, PlayerHandle, Preload, Qoe, Track, told::reads};
use crate::{
    components::{
        bridge::{follow, inside},
        live::{effect, memo},
        signals,
    },
    filmstrip::Filmstrip,
    player::{
        engine::{Cmcd, HlsJsSource, Source},
        token::Refresh,
    },
    texts::{self, Language},
};

/// A video with controls, thumbnail scrubbing and keyboard map.
///
/// A change of `src` goes on at the same position, and plays on if it played: so a local file becomes a stream.
/// For another video, mount another player.
#[component]
pub fn Player(
    /// What to play; `None` shows the poster and waits.
    #[prop(into)]
    src: Signal<Option<Source>, LocalStorage>,
    /// The URL of a picture to show before the video plays.
    #[prop(into, optional)]
    poster: Signal<Option<String>>,
    /// A tiny picture, as a `data:` URL, that is shown blurred until the poster has come.
    #[prop(into, optional)]
    placeholder: Signal<Option<String>>,
    /// The URL of the storyboard, WebVTT or JSON.
    #[prop(into, optional)]
    storyboard_src: Signal<Option<String>>,
    /// Thumbnails of a local file, until those of the storyboard are there. It tells of each tile that it gets.
    #[prop(into, optional)]
    filmstrip: Signal<Option<Rc<Filmstrip>>, LocalStorage>,
    /// The picture's width and height, if known before the video is: the player takes its shape at once.
    #[prop(into, optional)]
    size: Signal<Option<(u32, u32)>>,
    /// Captions and other text tracks, beside those of the stream.
    #[prop(into, optional)]
    tracks: Signal<Vec<Track>>,
    /// Names the player for screen readers.
    #[prop(into, optional)]
    video_title: Signal<String>,
    /// Play at once, as far as the browser lets it: `true`, `false`, or how.
    #[prop(into, optional)]
    autoplay: Autoplay,
    /// Start without sound. Browsers let a video that is silent play at once.
    #[prop(optional)]
    muted: bool,
    /// Begin again at the end.
    #[prop(optional)]
    looped: bool,
    /// What is fetched before the user wants to play. With autoplay it makes no difference.
    #[prop(optional)]
    preload: Preload,
    /// Seconds: where to start.
    #[prop(into, optional_no_strip)]
    start_time: Option<f64>,
    /// Go on where the last visit ended, and say so. A `start_time` comes first.
    #[prop(default = true)]
    resume: bool,
    /// What the video is known by from visit to visit. Left out: the path of its URL.
    #[prop(into, optional_no_strip)]
    video_id: Option<String>,
    /// Tells how the video plays: each start, standstill, rendition and failure. The root has them as events too.
    #[prop(optional_no_strip)]
    on_qoe: Option<Callback<Qoe>>,
    /// Tell the server of playback with each request, as CMCD has it.
    #[prop(optional_no_strip)]
    cmcd: Option<Cmcd>,
    /// Where hls.js comes from. Left out: from the page's `globalThis.reelwayEngines`.
    #[prop(optional_no_strip)]
    hls: Option<HlsJsSource>,
    /// Whom to ask for fresh URLs before the token in `src` runs out. The new token replaces the old one in what plays.
    #[prop(optional_no_strip)]
    refresh: Option<Refresh>,
    /// When `src` stops working, in milliseconds since the Unix epoch, if that does not stand in the URL's token.
    #[prop(into, optional)]
    expires_at: Signal<Option<u64>>,
    /// The words of a language, or the page's own; left out: English.
    #[prop(into, optional)]
    texts: Option<Signal<Language, LocalStorage>>,
    /// How numbers and durations are written: a BCP 47 tag; left out: as the texts' language does it.
    #[prop(into, optional)]
    locale: Option<Signal<Option<String>>>,
    /// To read and steer the player from outside.
    #[prop(optional_no_strip)]
    handle: Option<PlayerHandle>,
) -> impl IntoView {
    let handle = handle.unwrap_or_default();
    texts::follow(handle.texts, texts, locale);
    let options = handle.owner.with(|| Options {
        src: follow(move || src.get()),
        poster: follow(move || poster.get()),
        placeholder: follow(move || placeholder.get()),
        storyboard_src: follow(move || storyboard_src.get()),
        filmstrip: follow(move || filmstrip.get()),
        size: follow(move || size.get()),
        tracks: follow(move || tracks.get()),
        video_title: follow(move || video_title.get()),
        autoplay,
        muted,
        looped,
        preload,
        start_time,
        resume,
        video_id,
        on_qoe: on_qoe.map(|tell| signals::Callback::new(move |qoe| tell.run(qoe))),
        cmcd,
        hls,
        refresh: signals::Signal::stored(refresh),
        expires_at: follow(move || expires_at.get()),
    });
    let view = handle.owner.with(|| super::player(handle, options));
    on_cleanup(move || handle.owner.dispose());
    view! { <div class="reelway" {..inside(view)}></div> }
}

/// The tracks for the player of this handle. `told` is what the server tells, whose URLs may change with each token: while
/// somebody reads captions, they stay.
pub fn told_tracks(
    handle: PlayerHandle,
    told: impl Fn() -> Vec<TextTrack> + Send + Sync + 'static,
) -> Signal<Vec<Track>> {
    let (told, shown) = (memo(told), RwSignal::new(Vec::new()));
    effect(move || {
        let told = told.get();
        if let Some(next) = shown.with_untracked(|shown: &Vec<TextTrack>| changed(shown, &told, reads(handle))) {
            shown.set(next);
        }
    });
    Signal::derive(move || shown.get().into_iter().map(Track::from).collect())
}
