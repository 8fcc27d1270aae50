//! The time slider: one path for mouse, touch and keyboard.

use crate::components::{html::*, signals::*};
use reelway_core::within;
use web_sys::{Event, HtmlElement};

use super::{handle::PlayerHandle, preview::Pictures, scrub::Scrubbing, strings};
use crate::dom::number;

/// The slider. `dragging` tells the player not to hide its controls.
pub(super) fn time_slider(
    handle: PlayerHandle,
    scrubbing: Scrubbing,
    pictures: Pictures,
    dragging: RwSignal<bool>,
) -> View {
    let slider = scrubbing.slider;
    // Told on focus and on a seek only: a screen reader would read out every tick, and every step of a pointer.
    let focused = RwSignal::new(());
    let keyed = memo(move || scrubbing.keyed());
    let value_text = move || {
        focused.track();
        let (sought, duration) = (keyed.get().or(handle.pending.get()), handle.duration.get());
        strings::position(handle.texts, sought.unwrap_or_else(|| handle.time.get_untracked()), duration)
    };
    let held = memo(move || scrubbing.held().is_some());
    effect(move || dragging.set(held.get()));

    let shown = move || scrubbing.held().or_else(|| handle.pending.get()).unwrap_or_else(|| handle.time.get());
    let share = move |time: f64| {
        let duration = handle.duration.get();
        if duration > 0.0 { within(time / duration, 0.0, 1.0) } else { 0.0 }
    };
    let played = memo(move || share(shown()));
    effect(move || set_variable(slider, "--_played", played.get()));
    let preview = memo(move || scrubbing.preview().map(share));
    effect(move || {
        // Where it was, while it fades out.
        if let Some(share) = preview.get() {
            set_variable(slider, "--_preview", share);
        }
    });

    html! {
        <div
            part="time-slider"
            class="rw-slider"
            node_ref={slider}
            role="slider"
            tabindex="0"
            {..strings::label(handle.texts, strings::SEEK)}
            aria-orientation="horizontal"
            aria-valuemin="0"
            {..attr("aria-valuemax", move || (handle.duration.get() as u64).to_string())}
            {..attr("aria-valuenow", move || (shown() as u64).to_string())}
            {..attr("aria-valuetext", value_text)}
            aria-keyshortcuts="ArrowLeft ArrowRight PageUp PageDown Home End"
            {..attr("data-dragging", move || held.get())}
            {..attr("data-jump", move || held.get() || handle.pending.get().is_some())}
            {..on("pointerenter", move |event| scrubbing.on_enter(event))}
            {..on("pointerdown", move |event| scrubbing.on_down(event))}
            {..on("pointermove", move |event| scrubbing.on_move(event))}
            {..on("pointerup", move |event| scrubbing.on_up(event))}
            {..on("pointercancel", move |event| scrubbing.on_lost(event))}
            {..on("lostpointercapture", move |event| scrubbing.on_lost(event))}
            {..on("pointerleave", move |event| scrubbing.on_leave(event))}
            {..on("keydown", move |event| scrubbing.on_key_down(event))}
            {..on("keyup", move |event| scrubbing.on_key_up(event))}
            {..on("focus", move |_: Event| focused.set(()))}
            {..on("blur", move |event| scrubbing.on_blur(event))}
        >
            <div class="rw-slider-track">
                {part(move || buffered(handle))}
                <div class="rw-slider-played"></div>
            </div>
            <div class="rw-slider-rail"><div class="rw-slider-thumb"></div></div>
            {pictures.small(handle)}
        </div>
    }
}

/// What can be played without waiting, as bars on the track.
fn buffered(handle: PlayerHandle) -> Vec<View> {
    let duration = handle.duration.get();
    let ranges = handle.buffered.get();
    let bar = |(start, end): (f64, f64)| {
        let percent = |time: f64| within((time / duration * 1000.0).round(), 0.0, 1000.0) / 10.0;
        let left = percent(start);
        let style = format!("inset-inline-start:{}%;inline-size:{}%", number(left), number(percent(end) - left));
        // Through the CSSOM: a `style` attribute would need `unsafe-inline`.
        html! { <div class="rw-slider-buffered" {..prop("style", move || style.clone())}></div> }
    };
    if duration > 0.0 { ranges.into_iter().map(bar).collect() } else { Vec::new() }
}

fn set_variable(element: NodeRef<web_sys::HtmlElement>, name: &str, value: f64) {
    if let Some(element) = element.get() {
        let element: &HtmlElement = element.as_ref();
        let _ = element.style().set_property(name, &number(value));
    }
}

/// Whether an event comes from the slider: the player leaves its keys alone.
pub(super) fn is_slider(event: &Event) -> bool {
    event.target().is_some_and(|target| super::handle::closest(&target, "[role=slider]"))
}
