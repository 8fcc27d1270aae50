//! The last picture, held over the `<video>` while what feeds it is exchanged.

use std::{cell::Cell, rc::Rc};

use js_sys::Function;
use reelway_core::Millis;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{CanvasRenderingContext2d, HtmlCanvasElement, HtmlVideoElement};

use crate::{
    dom::{property, window},
    listener::Listener,
    timer::Timer,
};

/// Milliseconds: a frame that is there and has not been presented by then is taken for presented: some browsers never
/// say so.
const PRESENTED_AT_LATEST: Millis = 400.0;
/// Seconds: a frame this far from where it is to go on is of the old place still, or of the beginning.
const NEAR: f64 = 1.0;
/// Seconds: what has played on so far without a break is what is to be seen, wherever it is.
const MOVED: f64 = 0.2;

/// A still picture over a video. Dropping it takes it away.
pub struct Held {
    canvas: HtmlCanvasElement,
    _listeners: [Listener; 3],
    watch: Rc<Watch>,
}

/// Waits for the frame that the picture makes room for.
struct Watch {
    video: HtmlVideoElement,
    position: f64,
    gone: Box<dyn Fn()>,
    done: Cell<bool>,
    /// Seconds: from where it plays without a break.
    plays_from: Cell<Option<f64>>,
    latest: Cell<Option<Timer>>,
}

impl Held {
    /// Draws what the video shows over it, in the same place. `gone` is called once the frame at `position`, in seconds,
    /// of whatever the video is given next is on screen. `None`: there is no picture.
    pub fn over(video: &HtmlVideoElement, position: f64, gone: impl Fn() + 'static) -> Option<Self> {
        let (width, height) = (video.video_width(), video.video_height());
        if video.ready_state() < 2 || width == 0 || height == 0 {
            return None;
        }
        let canvas: HtmlCanvasElement = window().document()?.create_element("canvas").ok()?.unchecked_into();
        canvas.set_width(width);
        canvas.set_height(height);
        let context: CanvasRenderingContext2d = canvas.get_context("2d").ok()??.unchecked_into();
        context.draw_image_with_html_video_element(video, 0.0, 0.0).ok()?;
        let _ = canvas.set_attribute("part", "held");
        let _ = canvas.set_attribute("aria-hidden", "true");
        video.after_with_node_1(&canvas).ok()?;
        let watch = Rc::new(Watch {
            video: video.clone(),
            position,
            gone: Box::new(gone),
            done: Cell::default(),
            plays_from: Cell::default(),
            latest: Cell::default(),
        });
        let on = |name, act: fn(&Rc<Watch>)| {
            let watch = watch.clone();
            Listener::new(video, name, move |_| act(&watch))
        };
        let listeners =
            [on("loadeddata", Watch::on_data), on("seeked", Watch::on_data), on("timeupdate", Watch::on_time)];
        Some(Self { canvas, _listeners: listeners, watch })
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        self.watch.done.set(true);
        self.watch.latest.take();
        self.canvas.remove();
    }
}

impl Watch {
    /// There is a frame: it is presented at once, or with the next picture of the screen.
    fn on_data(self: &Rc<Self>) {
        if !self.video.seeking() && (self.video.current_time() - self.position).abs() <= NEAR {
            self.end_with_the_next_frame();
        }
    }

    /// It may also go on somewhere else, or have had its data before it was to be looked for.
    fn on_time(self: &Rc<Self>) {
        let (video, now) = (&self.video, self.video.current_time());
        let plays = !video.paused() && !video.seeking() && video.ready_state() >= 3;
        let from = self.plays_from.get().filter(|from| plays && now >= *from);
        self.plays_from.set(plays.then_some(from.unwrap_or(now)));
        if from.is_some_and(|from| now - from >= MOVED) {
            self.end_with_the_next_frame();
        }
    }

    fn end_with_the_next_frame(self: &Rc<Self>) {
        if self.done.get() {
            return;
        }
        let me = Rc::downgrade(self);
        let end = move || {
            if let Some(watch) = me.upgrade().filter(|watch| !watch.done.replace(true)) {
                // Not within a callback that this owns.
                (watch.gone)();
            }
        };
        let on_time = end.clone();
        self.latest.set(Some(Timer::new(PRESENTED_AT_LATEST, end)));
        let request: Result<Function, JsValue> = property(&self.video, "requestVideoFrameCallback").dyn_into();
        if let Ok(request) = request {
            let _ = request.call1(&self.video, &Closure::once_into_js(on_time));
        }
    }
}
