//! The bar of controls.

use crate::components::live::{attr, on, prop, text, when};
use leptos::prelude::*;
use reelway_core::text::clock;
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlInputElement};

use super::{
    handle::{PlayerHandle, has_pip},
    menu::{Choice, Menu},
    preview::Pictures,
    scrub::Scrubbing,
    slider::TimeSlider,
    strings,
};
use crate::components::icons::{self, live_icon};

/// Hundredths.
const RATES: [i32; 7] = [50, 75, 100, 125, 150, 175, 200];

/// What keeps the controls from hiding.
#[derive(Clone, Copy)]
pub(super) struct Busy {
    pub dragging: RwSignal<bool>,
    pub rate_open: RwSignal<bool>,
    pub quality_open: RwSignal<bool>,
}

impl Busy {
    pub fn new() -> Self {
        Self { dragging: RwSignal::new(false), rate_open: RwSignal::new(false), quality_open: RwSignal::new(false) }
    }

    pub fn get(&self) -> bool {
        self.dragging.get() || self.rate_open.get() || self.quality_open.get()
    }
}

#[component]
pub(super) fn Controls(handle: PlayerHandle, scrubbing: Scrubbing, pictures: Pictures, busy: Busy) -> impl IntoView {
    let play_label = move || match (handle.paused.get(), handle.ended.get()) {
        (false, _) => strings::PAUSE,
        (true, false) => strings::PLAY,
        (true, true) => strings::REPLAY,
    };
    let play_icon = Signal::derive(move || match (handle.paused.get(), handle.ended.get()) {
        (false, _) => icons::PAUSE,
        (true, false) => icons::PLAY,
        (true, true) => icons::RETRY,
    });
    let fullscreen_label = move || if handle.fullscreen.get() { strings::EXIT_FULLSCREEN } else { strings::FULLSCREEN };
    let fullscreen_icon =
        Signal::derive(move || if handle.fullscreen.get() { icons::FULLSCREEN_EXIT } else { icons::FULLSCREEN });
    view! {
        // Time runs from left to right in every script, and the controls go with it, as on every player.
        <div part="controls" class="rw-controls" dir="ltr">
            <TimeSlider handle scrubbing pictures dragging=busy.dragging />
            <div class="rw-controls-row">
                {button("play", "k", Signal::derive(play_label), play_icon, move || handle.toggle_play())}
                <Volume handle />
                <span part="time" class="rw-time">
                    {text(move || clock(handle.time.get()))}
                    <span class="rw-time-total">
                        " / " {text(move || clock(handle.duration.get()))}
                    </span>
                </span>
                <span class="rw-space"></span>
                <Rate handle open=busy.rate_open />
                <Quality handle open=busy.quality_open />
                {has_pip().then(|| button(
                    "pip", "", Signal::stored(strings::PIP), Signal::stored(icons::PIP), move || handle.toggle_pip(),
                ))}
                {button(
                    "fullscreen", "f", Signal::derive(fullscreen_label), fullscreen_icon,
                    move || handle.toggle_fullscreen(),
                )}
            </div>
        </div>
    }
}

fn button(
    part: &'static str,
    key: &'static str,
    label: Signal<&'static str>,
    icon: Signal<&'static str>,
    act: impl Fn() + Send + Sync + 'static,
) -> AnyView {
    view! {
        <button
            type="button"
            part=part
            class="rw-control"
            {..attr("aria-label", move || label.get())}
            {..attr("title", move || label.get())}
            aria-keyshortcuts=(!key.is_empty()).then_some(key)
            {..on("click", move |_: Event| act())}
        >
            {live_icon(move || icon.get())}
        </button>
    }
    .into_any()
}

#[component]
fn Volume(handle: PlayerHandle) -> impl IntoView {
    let silent = move || handle.muted.get();
    let label = move || if silent() { strings::UNMUTE } else { strings::MUTE };
    let icon = Signal::derive(move || match (silent(), handle.volume.get()) {
        (true, _) => icons::VOLUME_OFF,
        (false, volume) if volume < 0.5 => icons::VOLUME_LOW,
        _ => icons::VOLUME,
    });
    let percent = move || if silent() { 0 } else { (handle.volume.get() * 100.0).round() as i32 };
    let on_input = move |event: Event| {
        let input: Option<HtmlInputElement> = event.target().and_then(|target| target.dyn_into().ok());
        if let Some(input) = input {
            handle.set_volume(input.value_as_number() / 100.0);
        }
    };
    view! {
        <div class="rw-volume">
            {button("mute", "m", Signal::derive(label), icon, move || handle.toggle_mute())}
            <input
                type="range"
                part="volume"
                min="0"
                max="100"
                aria-label=strings::VOLUME
                step="5"
                {..attr("aria-valuetext", move || format!("{} %", percent()))}
                {..prop("value", move || percent().to_string())}
                {..prop("style", move || format!("--_level:{}%", percent()))}
                {..on("input", on_input)}
            />
        </div>
    }
}

#[component]
fn Rate(handle: PlayerHandle, open: RwSignal<bool>) -> impl IntoView {
    let choices: Vec<Choice> = RATES.map(|rate| (rate, strings::rate(rate))).to_vec();
    view! {
        <Menu
            part="rate"
            label=strings::RATE
            text=Signal::derive(move || strings::rate(handle.rate.get()))
            choices=Signal::stored(choices)
            chosen=handle.rate
            choose=Callback::new(move |rate| handle.set_rate(rate))
            open
        />
    }
}

/// Which rendition plays. Only where there is something to choose.
#[component]
fn Quality(handle: PlayerHandle, open: RwSignal<bool>) -> impl IntoView {
    let name = move |level: i32| {
        let levels = handle.levels.get();
        // By the short side, as everyone names them: a portrait 1080 × 1920 is 1080p too.
        let level = usize::try_from(level).ok().and_then(|level| levels.get(level));
        level.map(|level| format!("{}p", level.width.min(level.height)))
    };
    let text = move || name(handle.level_wanted.get()).unwrap_or_else(|| strings::AUTO.to_owned());
    let choices = move || {
        let count = handle.levels.with(Vec::len) as i32;
        let auto = match name(handle.level_shown.get()) {
            Some(shown) => format!("{} ({shown})", strings::AUTO),
            None => strings::AUTO.to_owned(),
        };
        let levels = (0..count).rev().filter_map(|level| Some((level, name(level)?)));
        levels.chain([(-1, auto)]).collect::<Vec<Choice>>()
    };
    view! {
        {when(
            move || handle.levels.with(|levels| levels.len() > 1),
            move || view! {
                <Menu
                    part="quality"
                    label=strings::QUALITY
                    text=Signal::derive(text)
                    choices=Signal::derive(choices)
                    chosen=handle.level_wanted
                    choose=Callback::new(move |level| handle.set_level(level))
                    open
                />
            }.into_any(),
        )}
    }
}
