//! The player: a video with controls of its own, and thumbnails on its time slider.

mod actions;
mod airplay;
mod announcer;
mod autoplay;
mod button;
mod captions;
mod controls;
mod cues;
mod events;
mod handle;
mod help;
mod idle;
#[cfg(feature = "components")]
mod leptos;
mod media;
mod menu;
mod options;
mod overlay;
mod poster;
mod preview;
mod qoe;
mod resume;
mod scrub;
mod session;
mod settings;
mod slider;
mod sought;
mod source;
pub(crate) mod strings;
#[cfg(feature = "uploader")]
mod told;
mod touch;
mod volume;

use std::rc::Rc;

use crate::components::{html::*, signals::*};
use reelway_core::playback::qoe::Input;
use web_sys::{Event, HtmlVideoElement, KeyboardEvent, MouseEvent, PointerEvent};

pub use captions::{Caption, Track, track_name};
pub use events::MEDIA_EVENTS;
pub use handle::{Media, PlayerHandle};
#[cfg(feature = "components")]
pub use leptos::{Player, told_tracks};
pub use options::{Autoplay, Preload};
pub use qoe::detail;
pub use reelway_core::playback::qoe::Qoe;
#[cfg(feature = "uploader")]
pub(super) use told::tracks;

use self::{
    actions::{Actions, By},
    announcer::Announcer,
    controls::Busy,
    idle::Idle,
    preview::Pictures,
    scrub::Scrubbing,
    session::Session,
    source::switch,
    touch::Picture,
};
use crate::{
    filmstrip::Filmstrip,
    listener::Listener,
    player::{
        engine::{Cmcd, HlsJsSource, Life, Source, Supply},
        keys::{self, Focus},
        token::Refresh,
    },
};

/// The player's CSS. It needs [`THEME_CSS`](super::THEME_CSS) too.
pub const CSS: &str = concat!(
    include_str!("player.css"),
    include_str!("controls.css"),
    include_str!("slider.css"),
    include_str!("volume.css"),
    include_str!("menu.css"),
    include_str!("overlay.css"),
    include_str!("notices.css"),
    include_str!("feedback.css"),
    include_str!("help.css"),
    include_str!("adapt.css"),
);

/// What a player plays, and how. What is a signal can change while it does.
pub struct Options {
    /// What to play; `None` shows the poster and waits.
    pub src: Signal<Option<Source>>,
    /// The URL of a picture to show before the video plays.
    pub poster: Signal<Option<String>>,
    /// A tiny picture, as a `data:` URL, that is shown blurred until the poster has come.
    pub placeholder: Signal<Option<String>>,
    /// The URL of the storyboard, WebVTT or JSON.
    pub storyboard_src: Signal<Option<String>>,
    /// Thumbnails of a local file, until those of the storyboard are there. It tells of each tile that it gets.
    pub filmstrip: Signal<Option<Rc<Filmstrip>>>,
    /// The picture's width and height, if known before the video is: the player takes its shape at once.
    pub size: Signal<Option<(u32, u32)>>,
    /// Captions and other text tracks, beside those of the stream.
    pub tracks: Signal<Vec<Track>>,
    /// Names the player for screen readers.
    pub video_title: Signal<String>,
    /// Play at once, as far as the browser lets it: `true`, `false`, or how.
    pub autoplay: Autoplay,
    /// Start without sound. Browsers let a video that is silent play at once.
    pub muted: bool,
    /// Begin again at the end.
    pub looped: bool,
    /// What is fetched before the user wants to play. With autoplay it makes no difference.
    pub preload: Preload,
    /// Seconds: where to start.
    pub start_time: Option<f64>,
    /// Go on where the last visit ended, and say so. A `start_time` comes first.
    pub resume: bool,
    /// What the video is known by from visit to visit. Left out: the path of its URL.
    pub video_id: Option<String>,
    /// Tells how the video plays: each start, standstill, rendition and failure. The root has them as events too.
    pub on_qoe: Option<Callback<Qoe>>,
    /// Tell the server of playback with each request, as CMCD has it.
    pub cmcd: Option<Cmcd>,
    /// Where hls.js comes from. Left out: from the page's `globalThis.reelwayEngines`.
    pub hls: Option<HlsJsSource>,
    /// Whom to ask for fresh URLs before the token in `src` runs out. The new token replaces the old one in what plays.
    pub refresh: Signal<Option<Refresh>>,
    /// When `src` stops working, in milliseconds since the Unix epoch, if that does not stand in the URL's token.
    pub expires_at: Signal<Option<u64>>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            src: Signal::default(),
            poster: Signal::default(),
            placeholder: Signal::default(),
            storyboard_src: Signal::default(),
            filmstrip: Signal::default(),
            size: Signal::default(),
            tracks: Signal::default(),
            video_title: Signal::default(),
            autoplay: Autoplay::default(),
            muted: false,
            looped: false,
            preload: Preload::default(),
            start_time: None,
            resume: true,
            video_id: None,
            on_qoe: None,
            cmcd: None,
            hls: None,
            refresh: Signal::default(),
            expires_at: Signal::default(),
        }
    }
}

/// Makes a player in an element of the page. It goes by [`PlayerHandle::dispose`].
pub fn mount(root: &web_sys::Element, handle: PlayerHandle, options: Options) {
    handle.owner.with(|| player(handle, options).mount(root, None));
}

/// A player, as the handle's owner makes it.
pub(super) fn player(handle: PlayerHandle, options: Options) -> View {
    let Options {
        src,
        poster,
        placeholder,
        storyboard_src,
        filmstrip,
        size,
        tracks,
        video_title,
        autoplay,
        muted,
        looped,
        preload,
        start_time,
        resume,
        video_id,
        on_qoe,
        cmcd,
        hls,
        refresh,
        expires_at,
    } = options;
    handle.tell(on_qoe);
    if autoplay != Autoplay::Off {
        handle.observe(Input::Play);
    }
    handle.autoplay.set_value(autoplay);
    handle.play_when_loaded.set_value(autoplay != Autoplay::Off);
    handle.deferred.set(preload == Preload::None && autoplay == Autoplay::Off);
    if let Some(start) = start_time.filter(|start| *start > 0.0) {
        handle.time.set(start);
    }
    let binding = StoredValue::new(None);
    effect(move || {
        if let Some(video) = handle.video.get() {
            let bound = (media::bind(handle, &video), Session::follow(handle, &video, video_title, poster));
            captions::elements(&video, tracks);
            let saved = resume.then(|| resume::follow(handle, &video));
            binding.set_value(Some((bound, saved)));
            video.set_preload(preload.attribute());
            video.set_loop(looped);
            if muted || autoplay == Autoplay::Muted {
                video.set_muted(true);
                handle.unmute_offered.set(!muted);
            }
        }
    });
    let hls = hls.unwrap_or_else(HlsJsSource::from_page).with_cmcd(cmcd);
    let supply = StoredValue::new(Supply { hls, refresh: None, life: None });
    effect(move || {
        let (source, video) = (src.get(), handle.video.get());
        let Some(video) = video else { return };
        // A player that has nothing to play yet has not loaded what it takes to play.
        if handle.deferred.get() || source.is_none() && handle.source.with_value(Option::is_none) {
            return;
        }
        if let Some(source) = &source
            && resume
        {
            resume::begin(handle, video_id.as_deref(), source, start_time.is_none() && !looped);
        }
        let life = expires_at.get_untracked().map(|expires| Life { issued: None, expires: expires as f64 });
        let refresh = refresh.get_untracked();
        switch(handle, source.as_ref(), &video, Supply { life, refresh, ..supply.get_value() });
    });
    on_cleanup(move || {
        resume::save(handle);
        // In this order: an engine lets go of its element while the element still has its listeners.
        handle.engine.try_set_value(None);
        binding.try_set_value(None);
    });

    let scrubbing = Scrubbing::new(handle);
    let pictures = Pictures::new(handle, scrubbing, storyboard_src, filmstrip);
    let busy = Busy::new();
    let idle = Idle::new(handle, busy);
    cues::follow(handle, idle);
    let dragged = StoredValue::new(false);
    effect(move || {
        let dragging = busy.dragging.get();
        // After a long drag they are still there for a while.
        if dragged.get_value() && !dragging {
            untrack(|| idle.wake());
        }
        dragged.set_value(dragging);
    });
    let announcer = Announcer::new();
    let actions = Actions::new(handle, announcer);
    let picture = Picture::new(handle, actions, idle, busy);
    let followed = StoredValue::new(Vec::new());
    effect(move || {
        if let Some(video) = handle.video.get() {
            followed.set_value(follow(handle, &video));
        }
    });
    on_cleanup(move || drop(followed.try_set_value(Vec::new())));
    let on_key = move |event: KeyboardEvent| {
        idle.wake();
        idle.look_for_focus();
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
            return;
        }
        if let Some(command) = keys::command(&event.key(), event.shift_key(), focus_of(&event)) {
            event.prevent_default();
            actions.run(command, By::Hand);
        }
    };
    let shape = move || {
        let (width, height) = handle.size.get().or_else(|| size.get()).unwrap_or((16, 9));
        format!("--_width:{width};--_height:{height}")
    };
    let state = move || match (handle.error.get().is_some(), handle.paused.get()) {
        (true, _) => "error",
        (false, true) => "paused",
        (false, false) => "playing",
    };
    html! {
        <section
            class="reelway-player"
            node_ref={handle.root}
            tabindex="-1"
            {..prop("style", shape)}
            {..attr("aria-label", move || {
                strings::player(handle.texts, &video_title.get())
            })}
            {..attr("lang", move || handle.texts.locale())}
            {..attr("dir", move || handle.texts.dir())}
            {..attr("data-state", state)}
            {..attr("data-idle", move || idle.hidden.get())}
            {..attr("data-ended", move || handle.ended.get())}
            {..attr("data-started", move || handle.started.get())}
            {..on("pointermove", move |event: PointerEvent| {
                if event.pointer_type() == "mouse" {
                    idle.wake();
                }
            })}
            {..on("pointerdown", move |event: PointerEvent| picture.press(&event))}
            {..on("pointerleave", move |event: PointerEvent| {
                if event.pointer_type() == "mouse" {
                    idle.rest();
                }
            })}
            {..on("focusin", move |_: Event| {
                idle.wake();
                idle.look_for_focus();
            })}
            {..on("focusout", move |_: Event| idle.look_for_focus())}
            {..on("keydown", on_key)}
        >
            <video
                part="video"
                node_ref={handle.video}
                playsinline
                crossorigin="anonymous"
                {..on("click", move |event: MouseEvent| picture.click(&event))}
                {..on("dblclick", move |_: Event| picture.double_click())}
            ></video>
            {poster::poster(handle, poster, placeholder)}
            {pictures.large()}
            {overlay::overlay(handle, src)}
            <div class="rw-notices" role="status">
                {autoplay::unmute_button(handle)}
                {resume::resumed(handle)}
            </div>
            {announcer::feedback(handle, announcer)}
            {controls::controls(handle, scrubbing, pictures, busy, actions)}
            {help::help(handle)}
        </section>
    }
}

/// Keeps the handle in step with what the element's own events do not tell.
fn follow(handle: PlayerHandle, video: &HtmlVideoElement) -> Vec<Listener> {
    let mut listeners = captions::follow(handle, video);
    listeners.extend(airplay::follow(handle, video));
    for (name, inside) in [("enterpictureinpicture", true), ("leavepictureinpicture", false)] {
        listeners.push(Listener::new(video, name, move |_| handle.pip.set(inside)));
    }
    listeners
}

/// Which control has the focus when a key arrives.
fn focus_of(event: &Event) -> Focus {
    let Some(target) = event.target() else { return Focus::Player };
    if slider::is_slider(event) {
        Focus::TimeSlider
    } else if handle::closest(&target, "input[type=range]") {
        Focus::VolumeSlider
    } else if handle::closest(&target, "input,textarea,select,[contenteditable]") {
        Focus::Field
    } else if handle::closest(&target, "button,a[href],summary") {
        Focus::Button
    } else {
        Focus::Player
    }
}
