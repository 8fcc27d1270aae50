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
mod strings;
mod touch;
mod volume;

use std::rc::Rc;

use crate::components::live::{attr, effect, on, prop};
use leptos::prelude::*;
use reelway_core::playback::qoe::Input;
use web_sys::{Event, HtmlVideoElement, KeyboardEvent, MouseEvent, PointerEvent};

pub use captions::{Caption, Track};
pub use events::MEDIA_EVENTS;
pub use handle::{Media, PlayerHandle};
pub use options::{Autoplay, Preload};
pub use qoe::detail;
pub use reelway_core::playback::qoe::Qoe;

use self::{
    actions::{Actions, By},
    announcer::{Announcer, Feedback},
    autoplay::Unmute,
    controls::{Busy, Controls},
    help::Help,
    idle::Idle,
    overlay::Overlay,
    poster::Poster,
    preview::Pictures,
    resume::Resumed,
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
    /// To read and steer the player from outside.
    #[prop(optional_no_strip)]
    handle: Option<PlayerHandle>,
) -> impl IntoView {
    let handle = handle.unwrap_or_default();
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
    let binding = StoredValue::new_local(None);
    effect(move || {
        if let Some(video) = handle.video.get() {
            let bound = (media::bind(handle, &video), Session::follow(handle, &video, video_title, poster));
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
    let supply = StoredValue::new_local(Supply { hls, refresh, life: None });
    effect(move || {
        let (source, video) = (src.get(), handle.video.get());
        let Some(video) = video else { return };
        if handle.deferred.get() {
            return;
        }
        if let Some(source) = &source
            && resume
        {
            resume::begin(handle, video_id.as_deref(), source, start_time.is_none() && !looped);
        }
        let life = expires_at.get_untracked().map(|expires| Life { issued: None, expires: expires as f64 });
        switch(handle, source.as_ref(), &video, Supply { life, ..supply.get_value() });
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
    let followed = StoredValue::new_local(Vec::new());
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
    view! {
        <section
            class="reelway-player"
            node_ref=handle.root
            tabindex="-1"
            {..prop("style", shape)}
            {..attr("aria-label", move || {
                let title = video_title.get();
                if title.is_empty() { strings::PLAYER.to_owned() } else { format!("{}: {title}", strings::PLAYER) }
            })}
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
                node_ref=handle.video
                playsinline
                crossorigin="anonymous"
                {..on("click", move |event: MouseEvent| picture.click(&event))}
                {..on("dblclick", move |_: Event| picture.double_click())}
            >
                {captions::elements(tracks)}
            </video>
            <Poster handle poster placeholder />
            {pictures.large()}
            <Overlay handle src />
            <div class="rw-notices" role="status">
                <Unmute handle />
                <Resumed handle />
            </div>
            <Feedback handle announcer />
            <Controls handle scrubbing pictures busy actions />
            <Help handle />
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
