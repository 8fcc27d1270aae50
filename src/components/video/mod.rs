//! Uploader, processing and player in one: the video plays from disk at once, and from the server when it is ready.

use crate::components::live::{memo, part};
use leptos::prelude::*;
use reelway_api::{Playback, Video as VideoState};
use reelway_core::probe::Header;

use super::{
    player::{Player, PlayerHandle, told_tracks},
    uploader::{Item, Stage, Uploader, Uploads},
};
use crate::{
    UploadOptions,
    backend::{Backend, BackendError},
    dom::window,
    player::{
        engine::{HlsJsSource, Source},
        token::Refresh,
    },
    texts::{self, Language, Texts},
};

/// The component's CSS. It needs that of the uploader and of the player, and [`THEME_CSS`](super::THEME_CSS).
pub const CSS: &str = include_str!("video.css");

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
    let uploads = uploads.unwrap_or_else(|| Uploads::new(UploadOptions::to(endpoint)));
    let hls = StoredValue::new_local(hls);
    texts::follow(uploads.texts, texts, locale);
    // Another key is another file: a new player, which starts at its beginning.
    let shown = memo(move || {
        let item = uploads.only()?;
        let away =
            item.state.with(|state| matches!(state.stage, Stage::Checking | Stage::Failed { .. } | Stage::Cancelled));
        (!away).then(|| item.key.to_string())
    });
    let stage = move || {
        shown.get()?;
        let item = untrack(|| uploads.only())?;
        Some(view! { <Cinema item hls=hls.get_value() player=player.clone() texts=uploads.texts /> }.into_any())
    };
    view! {
        <div class="reelway-video">
            {part(move || stage().into_any())}
            <Uploader
                multiple
                whole_page
                disabled
                accept
                max_file_size
                max_duration
                watch_url
                uploads=Some(uploads)
            />
        </div>
    }
}

/// The player of a file that is on its way.
#[component]
fn Cinema(
    item: Item,
    hls: Option<HlsJsSource>,
    player: Option<ArcRwSignal<Option<PlayerHandle>>>,
    /// What it says.
    texts: Texts,
) -> impl IntoView {
    let handle = PlayerHandle::new().with_texts(texts);
    if let Some(player) = player {
        player.set(Some(handle));
        on_cleanup(move || player.set(None));
    }
    let video: ReadSignal<Option<VideoState>> = item.video.read_only().into();
    let of_playback = move |pick: fn(&Playback) -> Option<String>| {
        memo(move || video.with(|video| video.as_ref()?.playback.as_ref().and_then(pick)))
    };
    let stream = of_playback(|playback| Some(playback.hls.clone()));
    let file = item.file.clone();
    let title = file.name();
    let local = StoredValue::new_local(file);
    let src = Signal::derive_local(move || {
        Some(match stream.get() {
            Some(url) => Source::Hls(url),
            None => Source::File(local.get_value()),
        })
    });
    let tracks = told_tracks(handle, move || {
        video.with(|video| Some(video.as_ref()?.playback.as_ref()?.tracks.clone())).unwrap_or_default()
    });
    let expires_at = memo(move || video.with(|video| video.as_ref()?.playback.as_ref()?.expires_at));
    // There is a stream only where a server has made one.
    let asked = item.clone();
    let refresh = Refresh::new(move || fresh(asked.clone()));
    let header: ReadSignal<Option<Header>> = item.header.read_only().into();
    let (filmstrip, tiles) = (StoredValue::new_local(item.filmstrip), item.tiles);
    let filmstrip = Signal::derive_local(move || {
        // There are more of them.
        tiles.track();
        Some(filmstrip.get_value())
    });
    let size = move || {
        let told = video.with(|video| video.as_ref().and_then(|video| video.width.zip(video.height)));
        // The file itself says it before the server does.
        told.or_else(|| header.with(|header| header.as_ref().and_then(Header::display)))
    };
    view! {
        <Player
            src
            poster=of_playback(|playback| playback.poster.clone())
            storyboard_src=of_playback(|playback| playback.storyboard.clone())
            filmstrip
            size=Signal::derive(size)
            tracks
            expires_at
            refresh=Some(refresh)
            video_title=title
            // It shows itself at once, in silence: nobody has asked for its sound yet.
            autoplay=!prefers_stillness()
            muted=true
            hls
            handle=Some(handle)
        />
    }
}

/// Fresh URLs of a video. Its poster and its storyboard get theirs too.
async fn fresh(item: Item) -> Result<Playback, BackendError> {
    let (backend, known) = (item.backend().unwrap_or_else(|| Backend::new("")), item.video);
    let id = known.with_untracked(|video| video.as_ref().map(|video| video.id.clone())).unwrap_or_default();
    let playback = backend.playback(&id).await?;
    known.update(|video| {
        if let Some(video) = video {
            video.playback = Some(playback.clone());
        }
    });
    Ok(playback)
}

/// Whether the user has asked their system for less motion.
fn prefers_stillness() -> bool {
    let query = window().match_media("(prefers-reduced-motion: reduce)").ok().flatten();
    query.is_some_and(|query| query.matches())
}
