//! The bar of controls.

use crate::components::{html::*, signals::*};
use reelway_core::text::clock;
use web_sys::Event;

use super::{
    actions::{Actions, By},
    button::button,
    handle::{PlayerHandle, has_pip},
    menu::{self, Face, Setting},
    preview::Pictures,
    scrub::Scrubbing,
    settings,
    slider::time_slider,
    strings,
    volume::volume,
};
use crate::{
    components::icons,
    dom::{call_method, store, stored},
    player::keys::Command,
};

/// What keeps the controls from hiding.
#[derive(Clone, Copy)]
pub(super) struct Busy {
    pub dragging: RwSignal<bool>,
    /// The menu that is open, or nothing.
    pub menu: RwSignal<&'static str>,
}

impl Busy {
    pub fn new() -> Self {
        Self { dragging: RwSignal::new(false), menu: RwSignal::new("") }
    }

    pub fn get(&self) -> bool {
        self.dragging.get() || !self.menu.get().is_empty()
    }

    pub fn is_menu_open(&self) -> bool {
        !self.menu.get_untracked().is_empty()
    }
}

pub(super) fn controls(
    handle: PlayerHandle,
    scrubbing: Scrubbing,
    pictures: Pictures,
    busy: Busy,
    actions: Actions,
) -> View {
    let play_label = move || match (handle.paused.get(), handle.ended.get()) {
        (false, _) => strings::PAUSE,
        (true, false) => strings::PLAY,
        (true, true) => strings::REPLAY,
    };
    let play_icon = move || match (handle.paused.get(), handle.ended.get()) {
        (false, _) => icons::PAUSE,
        (true, false) => icons::PLAY,
        (true, true) => icons::RETRY,
    };
    let fullscreen_label = move || if handle.fullscreen.get() { strings::EXIT_FULLSCREEN } else { strings::FULLSCREEN };
    let fullscreen_icon = move || if handle.fullscreen.get() { icons::FULLSCREEN_EXIT } else { icons::FULLSCREEN };
    let pip_label = move || if handle.pip.get() { strings::EXIT_PIP } else { strings::PIP };
    let texts = handle.texts;
    let press = move |command| move || actions.run(command, By::Button);
    let [captions, rate, quality, audio] =
        [settings::captions(handle), settings::rate(handle), settings::quality(handle), settings::audio(handle)];
    let menu = move |setting: Setting, key: &'static str, face: Face| {
        when(
            move || setting.choices.with(|choices| !choices.is_empty()),
            move || {
                let (part, label, settings) = (setting.name, setting.label, vec![setting]);
                menu::menu(texts, part, label, key, face, settings, None, busy.menu)
            },
        )
    };
    html! {
        // Time runs from left to right in every script, and the controls go with it, as on every player.
        <div part="controls" class="rw-controls" dir="ltr">
            {time_slider(handle, scrubbing, pictures, busy.dragging)}
            <div class="rw-controls-row">
                {button(texts, "play", "k Space", play_label, play_icon, press(Command::TogglePlay))}
                {volume(handle, actions)}
                {time(handle)}
                <span class="rw-space"></span>
                {menu(captions, "c", Face::Icon(icons::CAPTIONS))}
                {menu(rate, "< >", Face::Text)}
                {menu(quality, "", Face::Text)}
                // All that a narrow player has no room for, and what nobody needs often.
                {menu::menu(
                    texts,
                    "settings",
                    strings::SETTINGS,
                    "?",
                    Face::Icon(icons::SETTINGS),
                    vec![captions, rate, quality, audio],
                    Some(handle.help),
                    busy.menu,
                )}
                {when(
                    move || handle.airplay.get(),
                    move || button(texts, "airplay", "", || strings::AIRPLAY, || icons::AIRPLAY, move || {
                        if let Some(video) = handle.element() {
                            call_method(&video, "webkitShowPlaybackTargetPicker");
                        }
                    }),
                )}
                {has_pip().then(|| button(texts, "pip", "i", pip_label, || icons::PIP, press(Command::TogglePip)))}
                {button(texts, "fullscreen", "f", fullscreen_label, fullscreen_icon, press(Command::ToggleFullscreen))}
            </div>
        </div>
    }
}

/// Where it is kept whether the time that is left is shown.
const MEMORY: &str = "reelway.time-left";

/// The time, and the whole or what is left of it: a click changes between these two.
fn time(handle: PlayerHandle) -> View {
    let left = RwSignal::new(stored(MEMORY).is_some_and(|left| left == "1"));
    let toggle = move |_: Event| {
        left.update(|left| *left = !*left);
        store(MEMORY, if left.get_untracked() { "1" } else { "0" });
    };
    let second = move || {
        let duration = handle.duration.get();
        if left.get() { format!("−{}", clock((duration - handle.time.get()).max(0.0))) } else { clock(duration) }
    };
    html! {
        <button
            type="button"
            part="time"
            class="rw-control rw-time"
            {..attr("title", move || handle.texts.get(if left.get() { strings::SHOW_DURATION } else { strings::SHOW_TIME_LEFT }))}
            {..attr("data-left", move || left.get())}
            {..on("click", toggle)}
        >
            <span class="rw-time-now">{text(move || clock(handle.time.get()))}</span>
            <span class="rw-time-total">
                <span class="rw-time-line">"/ "</span>
                {text(second)}
            </span>
        </button>
    }
}
