//! The time slider and its thumbnail preview: one path for mouse, touch and keyboard.

use crate::components::live::{attr, effect, memo, on, part, prop, text};
use leptos::{html, prelude::*};
use reelway_core::{Millis, text::clock, within};
use wasm_bindgen::JsCast;
use web_sys::{Event, FocusEvent, HtmlElement, KeyboardEvent, PointerEvent};

use super::{handle::PlayerHandle, strings};
use crate::{
    dom::number,
    player::{keys, storyboard::Thumbnails},
    timer::Timer,
};

/// The preview of a key press stays this long after the last one.
const KEY_PREVIEW: Millis = 3_000.0;

/// What the user points at. All in seconds.
#[derive(Clone, Copy)]
struct Pointing {
    /// Under the mouse.
    hover: RwSignal<Option<f64>>,
    /// Held by a pointer or by a key that is down. Sought on release.
    drag: RwSignal<Option<f64>>,
    /// Where the last key went.
    keyed: RwSignal<Option<f64>>,
}

impl Pointing {
    fn preview(&self, handle: PlayerHandle) -> Option<f64> {
        self.drag.get().or_else(|| self.hover.get()).or_else(|| self.keyed.get()).or_else(|| handle.pending.get())
    }

    fn release(&self, handle: PlayerHandle) {
        if let Some(time) = self.drag.get_untracked() {
            handle.seek(time);
            self.drag.set(None);
        }
    }
}

/// The slider. `dragging` tells the player not to hide its controls.
#[component]
pub(super) fn TimeSlider(
    handle: PlayerHandle,
    #[prop(into)] storyboard: Signal<Option<String>>,
    dragging: RwSignal<bool>,
) -> impl IntoView {
    let slider = NodeRef::<html::Div>::new();
    let pointing = Pointing { hover: RwSignal::new(None), drag: RwSignal::new(None), keyed: RwSignal::new(None) };
    let value_text = RwSignal::new(strings::position(0.0, 0.0));
    let describe = move || {
        let time = pointing.drag.get_untracked().or_else(|| handle.pending.get_untracked());
        let time = time.unwrap_or_else(|| handle.time.get_untracked());
        value_text.set(strings::position(time, handle.duration.get_untracked()));
    };
    // Told on focus and on a seek only: a screen reader would read out every tick.
    effect(move || {
        handle.pending.track();
        pointing.drag.track();
        handle.duration.track();
        describe();
    });
    effect(move || dragging.set(pointing.drag.get().is_some()));

    let shown = move || pointing.drag.get().or_else(|| handle.pending.get()).unwrap_or_else(|| handle.time.get());
    let share = move |time: f64| {
        let duration = handle.duration.get();
        if duration > 0.0 { within(time / duration, 0.0, 1.0) } else { 0.0 }
    };
    effect(move || set_variable(slider, "--_played", share(shown())));
    effect(move || {
        if let Some(time) = pointing.preview(handle) {
            set_variable(slider, "--_preview", share(time));
        }
    });

    let time_at = move |event: &PointerEvent| {
        let element: HtmlElement = slider.get_untracked()?.into();
        let bounds = element.get_bounding_client_rect();
        let share = (f64::from(event.client_x()) - bounds.left()) / bounds.width().max(1.0);
        Some(within(share, 0.0, 1.0) * handle.duration.get_untracked())
    };
    let on_down = move |event: PointerEvent| {
        if event.button() != 0 || handle.duration.get_untracked() == 0.0 {
            return;
        }
        if let Some(element) = slider.get_untracked() {
            // The drag goes on outside of the slider. Fails only for a pointer that is gone already.
            let _ = element.set_pointer_capture(event.pointer_id());
        }
        pointing.keyed.set(None);
        pointing.drag.set(time_at(&event));
    };
    let on_move = move |event: PointerEvent| {
        let time = time_at(&event);
        if pointing.drag.get_untracked().is_some() {
            pointing.drag.set(time);
        }
        if event.pointer_type() == "mouse" {
            pointing.keyed.set(None);
            pointing.hover.set(time.filter(|_| handle.duration.get_untracked() > 0.0));
        }
    };

    let forget_key = StoredValue::new_local(None::<Timer>);
    let on_key_down = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let duration = handle.duration.get_untracked();
        let from = pointing.drag.get_untracked().or_else(|| handle.pending.get_untracked());
        let from = from.unwrap_or_else(|| handle.time.get_untracked());
        let Some(target) = keys::slide(&event.key(), from, duration) else { return };
        event.prevent_default();
        event.stop_propagation();
        pointing.hover.set(None);
        pointing.drag.set(Some(target));
        pointing.keyed.set(Some(target));
        forget_key.set_value(Some(Timer::new(KEY_PREVIEW, move || pointing.keyed.set(None))));
    };
    // A key that is held down moves the preview; the one seek comes when it is let go.
    let on_key_up = move |_: KeyboardEvent| {
        if pointing.keyed.get_untracked().is_some() {
            pointing.release(handle);
        }
    };
    let on_blur = move |_: FocusEvent| {
        pointing.release(handle);
        pointing.keyed.set(None);
    };

    view! {
        <div
            part="time-slider"
            class="rw-slider"
            node_ref=slider
            role="slider"
            tabindex="0"
            aria-label=strings::SEEK
            aria-orientation="horizontal"
            aria-valuemin="0"
            {..attr("aria-valuemax", move || (handle.duration.get() as u64).to_string())}
            {..attr("aria-valuenow", move || (shown() as u64).to_string())}
            {..attr("aria-valuetext", move || value_text.get())}
            aria-keyshortcuts="ArrowLeft ArrowRight PageUp PageDown Home End"
            {..attr("data-dragging", move || pointing.drag.get().is_some())}
            {..attr("data-jump", move || pointing.drag.get().is_some() || handle.pending.get().is_some())}
            {..on("pointerdown", on_down)}
            {..on("pointermove", on_move)}
            {..on("pointerup", move |_: Event| pointing.release(handle))}
            {..on("pointercancel", move |_: Event| pointing.drag.set(None))}
            {..on("pointerleave", move |_: Event| pointing.hover.set(None))}
            {..on("keydown", on_key_down)}
            {..on("keyup", on_key_up)}
            {..on("focus", move |_: Event| describe())}
            {..on("blur", on_blur)}
        >
            <div class="rw-slider-track">
                {part(move || buffered(handle).into_any())}
                <div class="rw-slider-played"></div>
            </div>
            <div class="rw-slider-rail"><div class="rw-slider-thumb"></div></div>
            <Preview handle pointing storyboard />
        </div>
    }
}

/// What can be played without waiting, as bars on the track.
fn buffered(handle: PlayerHandle) -> Vec<AnyView> {
    let duration = handle.duration.get();
    let ranges = handle.buffered.get();
    let bar = |(start, end): (f64, f64)| {
        let percent = |time: f64| within((time / duration * 1000.0).round(), 0.0, 1000.0) / 10.0;
        let left = percent(start);
        let style = format!("inset-inline-start:{}%;inline-size:{}%", number(left), number(percent(end) - left));
        // Through the CSSOM: a `style` attribute would need `unsafe-inline`.
        view! { <div class="rw-slider-buffered" {..prop("style", move || style.clone())}></div> }.into_any()
    };
    if duration > 0.0 { ranges.into_iter().map(bar).collect() } else { Vec::new() }
}

#[component]
fn Preview(handle: PlayerHandle, pointing: Pointing, storyboard: Signal<Option<String>>) -> impl IntoView {
    let canvas = NodeRef::<html::Canvas>::new();
    let thumbnails = StoredValue::new_local(None::<Thumbnails>);
    let version = RwSignal::new(0);
    let drawn = RwSignal::new(false);
    // What it shows stays while it fades out.
    let at = RwSignal::new(0.0);
    // Thumbnails give way to the first frame.
    let url = memo(move || storyboard.get().filter(|_| handle.loaded.get()));
    effect(move || {
        let fetch = |url| Thumbnails::fetch(url, move || version.update(|version| *version += 1));
        thumbnails.set_value(url.get().map(fetch));
        drawn.set(false);
    });
    effect(move || {
        version.track();
        let Some((time, canvas)) = pointing.preview(handle).zip(canvas.get()) else { return };
        at.set(time);
        let done = thumbnails.with_value(|thumbnails| thumbnails.as_ref().is_some_and(|t| t.draw(&canvas, time)));
        if done {
            let element: &HtmlElement = canvas.as_ref();
            let (width, height) = (canvas.width(), canvas.height().max(1));
            if let Some(preview) = element.parent_element().and_then(|parent| parent.dyn_into::<HtmlElement>().ok()) {
                let _ = preview.style().set_property("--_tile", &format!("{width}px"));
                let _ = preview.style().set_property("--_ratio", &number(f64::from(width) / f64::from(height)));
            }
        }
        drawn.set(done);
    });
    let open = move || pointing.preview(handle).is_some() && handle.duration.get() > 0.0;
    view! {
        <div part="preview" class="rw-preview" aria-hidden="true" {..attr("data-open", open)}>
            <canvas node_ref=canvas part="preview-image" {..attr("hidden", move || !drawn.get())}></canvas>
            <span part="preview-time">
                {text(move || clock(at.get()))}
            </span>
        </div>
    }
}

fn set_variable(element: NodeRef<html::Div>, name: &str, value: f64) {
    if let Some(element) = element.get() {
        let element: &HtmlElement = element.as_ref();
        let _ = element.style().set_property(name, &number(value));
    }
}

/// Whether an event comes from the slider: the player leaves its keys alone.
pub(super) fn is_slider(event: &Event) -> bool {
    event.target().is_some_and(|target| super::handle::closest(&target, "[role=slider]"))
}
