//! When the frame that was sought is on screen.
//!
//! `seeked` says that it is there, `requestVideoFrameCallback` that it is presented, in either order: where the data is
//! at hand the frame may be presented first, and then no second one comes while the video stands still.

use std::{cell::Cell, rc::Rc};

use js_sys::Function;
use reelway_core::Millis;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::HtmlVideoElement;

use super::PlayerHandle;
use crate::{dom::property, timer::Timer};

/// A frame that is there and has not been presented by then is taken for presented: some browsers never say so.
const PRESENTED_AT_LATEST: Millis = 400.0;

/// Seconds: engines step over no larger gap at a stream's beginning.
const GAP: f64 = 0.5;

/// A seek under way.
pub(super) struct Sought {
    handle: PlayerHandle,
    /// Seconds.
    from: f64,
    to: f64,
    presented: Cell<bool>,
    is_there: Cell<bool>,
    latest: Cell<Option<Timer>>,
}

/// The element is about to be told to go there, in seconds. The last seek that has begun counts.
pub(super) fn begin(handle: PlayerHandle, video: &HtmlVideoElement, to: f64) {
    start(handle, video, video.current_time(), to);
}

/// The element says that it is there.
pub(super) fn arrived(handle: PlayerHandle, video: &HtmlVideoElement) {
    let begun = handle.sought.with_value(Option::clone).filter(|sought| !sought.is_there.get());
    // One that nobody here has asked for: an engine's, or a script's.
    let sought = begun.unwrap_or_else(|| start(handle, video, f64::INFINITY, video.current_time()));
    sought.is_there.set(true);
    if sought.presented.get() {
        return sought.finish();
    }
    let weak = Rc::downgrade(&sought);
    let finish = move || weak.upgrade().map_or((), |sought| sought.finish());
    sought.latest.set(Some(Timer::new(PRESENTED_AT_LATEST, finish)));
}

fn start(handle: PlayerHandle, video: &HtmlVideoElement, from: f64, to: f64) -> Rc<Sought> {
    let (presented, is_there) = (Cell::new(false), Cell::new(false));
    let sought = Rc::new(Sought { handle, from, to, presented, is_there, latest: Cell::default() });
    handle.sought.set_value(Some(sought.clone()));
    sought.watch(video);
    sought
}

impl Sought {
    fn watch(self: &Rc<Self>, video: &HtmlVideoElement) {
        let request: Result<Function, JsValue> = property(video, "requestVideoFrameCallback").dyn_into();
        let Ok(request) = request else { return };
        let (weak, element) = (Rc::downgrade(self), video.clone());
        let on_frame = move |_: JsValue, frame: JsValue| {
            let Some(sought) = weak.upgrade().filter(|sought| !sought.presented.get()) else { return };
            let time = property(&frame, "mediaTime").as_f64().unwrap_or(sought.to);
            // Of a video that plays, frames of the old place may still come.
            if sought.is_there.get() || (time - sought.to).abs() <= (time - sought.from).abs() {
                sought.presented.set(true);
                if sought.is_there.get() {
                    sought.finish();
                }
            } else {
                sought.watch(&element);
            }
        };
        let _ = request.call1(video, &Closure::once_into_js(on_frame));
    }

    fn finish(&self) {
        self.presented.set(true);
        // The next seek may be under way by now: its preview stays.
        if self.handle.element().is_some_and(|video| !video.seeking()) {
            self.handle.pending.set(None);
            // Engines step over a gap at the beginning by themselves: nobody has asked to see anything yet.
            if self.from.is_finite() || self.to > GAP {
                self.handle.started.set(true);
            }
        }
    }
}
