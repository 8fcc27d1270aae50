//! A picture of a file in its row. It is scrubbed with pointer, finger or keys, as soon as there are tiles.

use std::rc::Rc;

use reelway_core::{text::clock, within};
use web_sys::{Event, HtmlCanvasElement, HtmlElement, KeyboardEvent, PointerEvent};

use super::strings;
use crate::{
    components::{
        html::*,
        icons::{self, icon},
        signals::*,
    },
    dom::number,
    filmstrip::Filmstrip,
    texts::Texts,
};

/// So many tiles are passed by Page up and Page down.
const PAGE: f64 = 5.0;

/// A tile of the file, if the browser can decode it; else an icon. `tiles` grows with the number of tiles.
pub(super) fn thumbnail(
    filename: String,
    filmstrip: Option<Rc<Filmstrip>>,
    tiles: ArcRwSignal<usize>,
    texts: Texts,
) -> View {
    let (root, canvas) = (NodeRef::<HtmlElement>::new(), NodeRef::<HtmlCanvasElement>::new());
    let tiles: RwSignal<usize> = tiles.into();
    let strip = StoredValue::new(filmstrip);
    let with = move |read: fn(&Filmstrip) -> Option<f64>| strip.with_value(|strip| strip.as_deref().and_then(read));
    let drawn = RwSignal::new(false);
    // Seconds: where it is being scrubbed.
    let at = RwSignal::new(None::<f64>);
    let duration = memo(move || {
        tiles.track();
        with(Filmstrip::scrubbable)
    });
    let at_rest = memo(move || {
        tiles.track();
        with(|strip| Some(strip.at_rest())).unwrap_or(0.0)
    });
    let shown = move || at.get().unwrap_or_else(|| at_rest.get());
    effect(move || {
        tiles.track();
        let (time, Some(canvas)) = (shown(), canvas.get()) else { return };
        let done = strip.with_value(|strip| strip.as_ref().is_some_and(|strip| strip.draw(&canvas, time)));
        drawn.set(done);
    });
    effect(move || {
        let (Some(root), Some(duration)) = (root.get(), duration.get()) else { return };
        let _ = root.style().set_property("--_at", &number(within(shown() / duration, 0.0, 1.0)));
    });

    let point = move |event: PointerEvent| {
        let (Some(root), Some(duration)) = (root.get_untracked(), duration.get_untracked()) else { return };
        if event.type_() == "pointerdown" {
            // A finger that has begun here goes on outside. Fails only for a pointer that is gone already.
            let _ = root.set_pointer_capture(event.pointer_id());
        }
        let bounds = root.get_bounding_client_rect();
        let share = (f64::from(event.client_x()) - bounds.left()) / bounds.width().max(1.0);
        at.set(Some(within(share, 0.0, 1.0) * duration));
    };
    let leave = move |_: Event| at.set(None);
    let press = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let (Some(duration), now) = (duration.get_untracked(), untrack(shown)) else { return };
        let step = duration / tiles.get_untracked().max(1) as f64;
        let to = match event.key().as_str() {
            "ArrowRight" | "ArrowUp" => now + step,
            "ArrowLeft" | "ArrowDown" => now - step,
            "PageUp" => now + PAGE * step,
            "PageDown" => now - PAGE * step,
            "Home" => 0.0,
            "End" => duration,
            _ => return,
        };
        event.prevent_default();
        at.set(Some(within(to, 0.0, duration)));
    };

    let whole = |seconds: f64| (seconds as u64).to_string();
    let scrubbed = move |value: Box<dyn Fn(f64) -> String>| move || duration.get().map(&value);
    html! {
        <div
            part="thumbnail"
            node_ref={root}
            class="rw-thumbnail"
            // To those who can't see it, it is nothing until it is something to move.
            {..attr("aria-hidden", move || duration.get().is_none().then_some("true"))}
            {..attr("role", scrubbed(Box::new(|_| "slider".to_owned())))}
            {..attr("tabindex", scrubbed(Box::new(|_| "0".to_owned())))}
            {..attr("aria-label", scrubbed(Box::new(move |_| strings::preview(texts, &filename))))}
            {..attr("aria-valuemin", scrubbed(Box::new(|_| "0".to_owned())))}
            {..attr("aria-valuemax", scrubbed(Box::new(whole)))}
            {..attr("aria-valuenow", scrubbed(Box::new(move |_| whole(shown()))))}
            {..attr("aria-valuetext", scrubbed(Box::new(move |_| texts.spoken(shown()))))}
            {..attr("data-scrubbing", move || at.get().is_some())}
            {..on("pointerdown", point)}
            {..on("pointermove", point)}
            {..on("pointerup", move |event: PointerEvent| if event.pointer_type() != "mouse" { at.set(None) })}
            {..on("pointercancel", leave)}
            {..on("pointerleave", leave)}
            {..on("keydown", press)}
            {..on("blur", leave)}
        >
            {icon(icons::FILM)}
            <canvas node_ref={canvas} part="thumbnail-image" {..attr("hidden", move || !drawn.get())}></canvas>
            {when(move || at.get().is_some(), move || html! {
                <span part="thumbnail-time">{text(move || clock(shown()))}</span>
            })}
        </div>
    }
}
