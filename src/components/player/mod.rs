//! The player: a video with controls of its own, and thumbnails on its time slider.

mod controls;
mod handle;
mod media;
mod menu;
mod slider;
mod strings;

use crate::components::live::{attr, effect, on, part, prop, text, when};
use leptos::prelude::*;
use reelway_core::Millis;
use wasm_bindgen::JsCast;
use web_sys::{Event, KeyboardEvent, MouseEvent, PointerEvent};

pub use handle::PlayerHandle;

use self::controls::{Busy, Controls};
use crate::{
    components::icons::{self, icon},
    player::{
        engine::{self, HlsJsSource, Source},
        keys::{self, Focus},
    },
    timer::Timer,
};

/// The player's CSS. It needs [`THEME_CSS`](super::THEME_CSS) too.
pub const CSS: &str = concat!(include_str!("slider.css"), include_str!("menu.css"), include_str!("player.css"));

/// How long nothing moves until the controls hide.
const IDLE: Millis = 2_800.0;

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
    /// The URL of the storyboard, WebVTT or JSON.
    #[prop(into, optional)]
    storyboard_src: Signal<Option<String>>,
    /// The picture's width and height, if known before the video is: the player takes its shape at once.
    #[prop(into, optional)]
    size: Signal<Option<(u32, u32)>>,
    /// Names the player for screen readers.
    #[prop(into, optional)]
    video_title: Signal<String>,
    /// Play at once, if the browser lets it.
    #[prop(optional)]
    autoplay: bool,
    /// Start without sound. Browsers let a video that is silent play at once.
    #[prop(optional)]
    muted: bool,
    /// Where hls.js comes from. Left out: from the page's `globalThis.reelwayEngines`.
    #[prop(optional_no_strip)]
    hls: Option<HlsJsSource>,
    /// To read and steer the player from outside.
    #[prop(optional_no_strip)]
    handle: Option<PlayerHandle>,
) -> impl IntoView {
    let handle = handle.unwrap_or_default();
    handle.play_when_loaded.set_value(autoplay);
    let binding = StoredValue::new_local(None);
    effect(move || {
        if let Some(video) = handle.video.get() {
            binding.set_value(Some(media::bind(handle, &video)));
            if muted {
                video.set_muted(true);
            }
        }
    });
    let hls = StoredValue::new_local(hls.unwrap_or_else(HlsJsSource::from_page));
    effect(move || {
        let (source, video) = (src.get(), handle.video.get());
        let Some(video) = video else { return };
        switch(handle, source.as_ref(), &video, &hls.get_value());
    });
    on_cleanup(move || {
        // In this order: an engine lets go of its element while the element still has its listeners.
        handle.engine.try_set_value(None);
        binding.try_set_value(None);
    });

    let busy = Busy::new();
    let idle = RwSignal::new(false);
    let timer = StoredValue::new_local(None::<Timer>);
    let wake = move || {
        if idle.get_untracked() {
            idle.set(false);
        }
        timer.set_value(Some(Timer::new(IDLE, move || idle.set(true))));
    };
    let hidden = move || idle.get() && !handle.paused.get() && handle.error.get().is_none() && !busy.get();
    let touched = StoredValue::new(false);
    let on_click = move |_: MouseEvent| {
        if !touched.get_value() {
            handle.toggle_play();
        } else if handle.paused.get_untracked() || hidden() {
            wake();
        } else {
            idle.set(true);
        }
    };
    let on_pointer_move = move |event: PointerEvent| {
        if event.pointer_type() == "mouse" {
            wake();
        }
    };
    let on_pointer_down = move |event: PointerEvent| {
        touched.set_value(event.pointer_type() != "mouse");
        // A tap on the picture is for `on_click` to judge; one on the controls keeps them.
        if event.target().is_some_and(|target| handle::closest(&target, ".rw-controls")) {
            wake();
        }
    };
    let on_key = move |event: KeyboardEvent| {
        wake();
        if event.ctrl_key() || event.meta_key() || event.alt_key() || event.default_prevented() {
            return;
        }
        if let Some(command) = keys::command(&event.key(), focus_of(&event)) {
            event.prevent_default();
            handle.command(command);
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
            {..attr("data-idle", hidden)}
            {..attr("data-ended", move || handle.ended.get())}
            {..attr("data-started", move || handle.started.get())}
            {..on("pointermove", on_pointer_move)}
            {..on("pointerdown", on_pointer_down)}
            {..on("pointerleave", move |event: PointerEvent| {
                if event.pointer_type() == "mouse" {
                    idle.set(true);
                }
            })}
            {..on("focusin", move |_: Event| wake())}
            {..on("keydown", on_key)}
        >
            <video
                part="video"
                node_ref=handle.video
                playsinline
                preload="metadata"
                crossorigin="anonymous"
                {..on("click", on_click)}
                {..on("dblclick", move |_: Event| {
                    if !touched.get_value() {
                        handle.toggle_fullscreen();
                    }
                })}
            ></video>
            <Poster handle poster />
            <Overlay handle src />
            <Controls handle storyboard=storyboard_src busy />
        </section>
    }
}

/// Lets go of the old source and takes the new one, at the same position.
fn switch(handle: PlayerHandle, source: Option<&Source>, video: &web_sys::HtmlVideoElement, hls: &HlsJsSource) {
    let playing = !handle.paused.get_untracked();
    let position = if handle.ended.get_untracked() { 0.0 } else { handle.time.get_untracked() };
    // First the old engine, or it would take the new one's source away when it goes.
    handle.engine.set_value(None);
    handle.error.set(None);
    handle.levels.set(Vec::new());
    handle.level_shown.set(-1);
    handle.level_wanted.set(-1);
    let Some(source) = source else { return };
    if playing {
        handle.play_when_loaded.set_value(true);
    }
    let engine = engine::create(source, video, hls, std::rc::Rc::new(move |event| handle.on_engine(event)));
    engine.load(position);
    handle.engine.set_value(Some(engine));
}

/// The first play. The button goes away with it, so the focus moves to the player: keys go on working.
fn start(handle: PlayerHandle) {
    handle.play();
    if let Some(root) = handle.root.get_untracked() {
        let _ = root.focus();
    }
}

/// Which control has the focus when a key arrives.
fn focus_of(event: &Event) -> Focus {
    let Some(target) = event.target() else { return Focus::Player };
    if slider::is_slider(event) {
        Focus::TimeSlider
    } else if target.dyn_ref::<web_sys::HtmlInputElement>().is_some() {
        Focus::VolumeSlider
    } else if handle::closest(&target, "button") {
        Focus::Button
    } else {
        Focus::Player
    }
}

#[component]
fn Poster(handle: PlayerHandle, poster: Signal<Option<String>>) -> impl IntoView {
    let shown = move || poster.get().filter(|_| !handle.started.get());
    part(move || shown().map(|url| view! { <img part="poster" src=url alt="" /> }.into_any()).into_any())
}

/// What lies over the picture: the large play button, the spinner, the reason of a failure.
#[component]
fn Overlay(handle: PlayerHandle, src: Signal<Option<Source>, LocalStorage>) -> impl IntoView {
    let is_file = move || matches!(src.get(), Some(Source::File(_)));
    let waiting = move || handle.error.get().is_none() && (handle.waiting.get() || handle.reconnecting.get());
    let status = move || if handle.reconnecting.get() { strings::RECONNECTING } else { strings::BUFFERING };
    let inviting = move || {
        handle.paused.get() && !handle.started.get() && handle.error.get().is_none() && src.with(Option::is_some)
    };
    view! {
        {when(
            inviting,
            move || view! {
                <button
                    type="button"
                    part="big-play"
                    aria-label=strings::PLAY
                    class="rw-big-play"
                    {..on("click", move |_: Event| start(handle))}
                >
                    {icon(icons::PLAY)}
                </button>
            }.into_any(),
        )}
        <div part="spinner" class="rw-spinner" role="status" {..attr("data-open", waiting)}>
            <span class="rw-spinner-ring"></span>
            <span class="rw-spinner-text" {..attr("data-loud", move || handle.reconnecting.get())}>
                {text(move || waiting().then(status))}
            </span>
        </div>
        {part(move || {
            handle.error.get().map(|error| view! {
                <div part="error" class="rw-error" role="alert" data-code=error.code()>
                    {icon(icons::WARNING)}
                    <p>{strings::error(error, is_file())}</p>
                    {when(
                        move || !is_file(),
                        move || view! {
                            <button type="button" part="retry" class="rw-error-retry" {..on("click", move |_: Event| handle.retry())}>
                                {icon(icons::RETRY)}
                                {strings::RETRY}
                            </button>
                        }.into_any(),
                    )}
                </div>
            }.into_any()).into_any()
        })}
    }
}
