//! Uploader, processing and player in one: the video plays from disk at once, and from the server when it is ready.

#[cfg(feature = "components")]
mod leptos;

use std::rc::Rc;

use crate::components::{html::*, signals::*};
use reelway_api::{Playback, Video as VideoState};
use reelway_core::probe::Header;
use web_sys::Element;

#[cfg(feature = "components")]
pub use leptos::Video;

use super::{
    player::{self, PlayerHandle, player, tracks},
    uploader::{self, Item, Stage, Uploads, uploader},
};
use crate::{
    backend::{Backend, BackendError},
    dom::window,
    player::{
        engine::{HlsJsSource, Source},
        token::Refresh,
    },
};

/// The component's CSS. It needs that of the uploader and of the player, and [`THEME_CSS`](super::THEME_CSS).
pub const CSS: &str = include_str!("video.css");

/// What it takes, and how it plays. The default, of which nothing is said yet, needs a reactive owner.
#[derive(Clone, Default)]
pub struct Options {
    /// What is taken.
    pub uploader: uploader::Options,
    /// Where hls.js comes from. Left out: from the page's `globalThis.reelwayEngines`.
    pub hls: Option<HlsJsSource>,
    /// Is given the handle of the player, and `None` when there is none any more.
    pub on_player: Option<Rc<dyn Fn(Option<PlayerHandle>)>>,
}

/// Makes one in an element of the page. It belongs to the reactive owner that runs.
pub fn mount(root: &Element, uploads: Uploads, options: Options) {
    let view = html! {
        <div class="reelway-video">{content(uploads, options)}</div>
    };
    view.mount(root, None);
}

/// The player of the only file, and the uploader.
fn content(uploads: Uploads, options: Options) -> View {
    let Options { uploader: taken, hls, on_player } = options;
    // Another key is another file: a new player, which starts at its beginning.
    let shown = memo(move || {
        let item = uploads.only()?;
        let away =
            item.state.with(|state| matches!(state.stage, Stage::Checking | Stage::Failed { .. } | Stage::Cancelled));
        (!away).then_some(item.key)
    });
    let stage = move || {
        shown.get()?;
        untrack(|| Some(cinema(uploads, uploads.only()?, hls.clone(), on_player.clone())))
    };
    html! {
        {part(stage)}
        {uploader(uploads, taken)}
    }
}

/// The player of a file that is on its way.
fn cinema(
    uploads: Uploads,
    item: Item,
    hls: Option<HlsJsSource>,
    on_player: Option<Rc<dyn Fn(Option<PlayerHandle>)>>,
) -> View {
    let handle = PlayerHandle::new().with_texts(uploads.texts);
    if let Some(tell) = &on_player {
        tell(Some(handle));
    }
    on_cleanup(move || {
        if let Some(tell) = on_player {
            tell(None);
        }
        handle.dispose();
    });
    handle.own(|| {
        let options = options_of(item, handle, hls);
        html! {
            <div class="reelway">{player(handle, options)}</div>
        }
    })
}

fn options_of(item: Item, handle: PlayerHandle, hls: Option<HlsJsSource>) -> player::Options {
    let video: RwSignal<Option<VideoState>> = item.video.clone().into();
    let header: RwSignal<Option<Header>> = item.header.clone().into();
    let tiles: RwSignal<usize> = item.tiles.clone().into();
    let of_playback = move |pick: fn(&Playback) -> Option<String>| {
        memo(move || video.with(|video| video.as_ref()?.playback.as_ref().and_then(pick)))
    };
    let stream = of_playback(|playback| Some(playback.hls.clone()));
    let (title, file) = (item.file.name(), item.file.clone());
    let src = move || {
        Some(match stream.get() {
            Some(url) => Source::Hls(url),
            None => Source::File(file.clone()),
        })
    };
    let told = move || video.with(|video| Some(video.as_ref()?.playback.as_ref()?.tracks.clone())).unwrap_or_default();
    let expires_at = memo(move || video.with(|video| video.as_ref()?.playback.as_ref()?.expires_at));
    let strip = Rc::clone(&item.filmstrip);
    let filmstrip = move || {
        // There are more of them.
        tiles.track();
        Some(Rc::clone(&strip))
    };
    let size = move || {
        let told = video.with(|video| video.as_ref().and_then(|video| video.width.zip(video.height)));
        // The file itself says it before the server does.
        told.or_else(|| header.with(|header| header.as_ref().and_then(Header::display)))
    };
    player::Options {
        src: Signal::derive(src),
        poster: of_playback(|playback| playback.poster.clone()).into(),
        storyboard_src: of_playback(|playback| playback.storyboard.clone()).into(),
        filmstrip: Signal::derive(filmstrip),
        size: Signal::derive(size),
        tracks: tracks(handle, told),
        expires_at: expires_at.into(),
        // There is a stream only where a server has made one.
        refresh: Signal::stored(Some(Refresh::new(move || fresh(item.clone())))),
        video_title: Signal::stored(title),
        // It shows itself at once, in silence: nobody has asked for its sound yet.
        autoplay: (!prefers_stillness()).into(),
        muted: true,
        hls,
        ..player::Options::default()
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
