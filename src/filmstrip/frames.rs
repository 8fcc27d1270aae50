//! A video that nobody sees, which is brought from moment to moment.

use std::{
    cell::{Cell, RefCell},
    rc::{Rc, Weak},
};

use js_sys::Function;
use reelway_core::Millis;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Blob, Event, HtmlVideoElement};

use crate::{
    dom::{ObjectUrl, property, window},
    listener::Listener,
    timer::Timer,
};

/// A video that has not answered for so long never will: a file whose decoder hangs keeps no other waiting.
const PATIENCE: Millis = 10_000.0;

/// After a seek the picture may take so long to reach the screen. It does not come at all in a tab that is not shown,
/// nor where it is the same as before.
const PRESENTING: Millis = 60.0;

/// The first picture may take longer: the decoder and the compositor have yet to start. Drawn before, it would be black.
const PRESENTING_FIRST: Millis = 300.0;

/// What becomes of the video.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// Its size and its duration are known, and its first picture can be drawn.
    Ready,
    /// The picture of the moment that was sought can be drawn.
    Frame,
    /// There will be none.
    Failed,
}

/// The video. Dropping it frees its decoder.
pub(super) struct Frames {
    inner: Rc<Inner>,
    _listeners: Vec<Listener>,
}

struct Inner {
    video: HtmlVideoElement,
    url: ObjectUrl,
    /// What is told once its picture is there; of what is to come before, what has.
    awaited: Cell<Option<Moment>>,
    sought: Cell<bool>,
    presented: Cell<bool>,
    timer: RefCell<Option<Timer>>,
    on_present: RefCell<Option<Closure<dyn FnMut()>>>,
    tell: Box<dyn Fn(Moment)>,
}

impl Frames {
    /// Begins to read the file.
    pub fn open(file: &Blob, tell: impl Fn(Moment) + 'static) -> Option<Self> {
        let video: HtmlVideoElement = window().document()?.create_element("video").ok()?.dyn_into().ok()?;
        video.set_muted(true);
        let _ = video.set_attribute("playsinline", "");
        video.set_preload("auto");
        let inner = Rc::new(Inner {
            video,
            url: ObjectUrl::new(file),
            awaited: Cell::default(),
            sought: Cell::new(false),
            presented: Cell::new(false),
            timer: RefCell::default(),
            on_present: RefCell::default(),
            tell: Box::new(tell),
        });
        let me = Rc::downgrade(&inner);
        inner.on_present.replace(Some(Closure::new(move || with(&me, Inner::is_presented))));
        let on = |name, act: fn(&Rc<Inner>)| {
            let me = Rc::downgrade(&inner);
            Listener::new(&inner.video, name, move |_: Event| with(&me, act))
        };
        let listeners = vec![
            on("loadeddata", |inner| inner.is_sought(PRESENTING_FIRST)),
            on("seeked", |inner| inner.is_sought(PRESENTING)),
            on("error", Inner::fail),
        ];
        inner.expect(Moment::Ready);
        inner.video.set_src(inner.url.as_str());
        Some(Self { inner, _listeners: listeners })
    }

    pub fn video(&self) -> &HtmlVideoElement {
        &self.inner.video
    }

    /// Brings the video to a moment, in seconds. [`Moment::Frame`] comes when it is there.
    pub fn seek(&self, time: f64) {
        self.inner.expect(Moment::Frame);
        self.inner.video.set_current_time(time);
    }
}

impl Drop for Frames {
    fn drop(&mut self) {
        self.inner.timer.take();
        // Without a source the decoder and the file are let go at once, not when the element is collected.
        let _ = self.inner.video.remove_attribute("src");
        self.inner.video.load();
    }
}

impl Inner {
    /// The video is about to be brought somewhere: this is told once its picture is there.
    fn expect(self: &Rc<Self>, moment: Moment) {
        self.awaited.set(Some(moment));
        self.sought.set(false);
        // Where the browser does not tell, the decoder's word has to do.
        self.presented.set(!self.ask_for_presentation());
        self.wait(PATIENCE, Self::fail);
    }

    /// `requestVideoFrameCallback`, which web-sys does not have.
    fn ask_for_presentation(&self) -> bool {
        let ask: Option<Function> = property(&self.video, "requestVideoFrameCallback").dyn_into().ok();
        match (ask, &*self.on_present.borrow()) {
            (Some(ask), Some(closure)) => ask.call1(&self.video, closure.as_ref()).is_ok(),
            _ => false,
        }
    }

    /// The decoder is there. Its picture may take this much longer.
    fn is_sought(self: &Rc<Self>, presenting: Millis) {
        self.sought.set(true);
        if self.presented.get() {
            self.is_there();
        } else {
            self.wait(presenting, |inner| inner.is_there());
        }
    }

    fn is_presented(self: &Rc<Self>) {
        self.presented.set(true);
        if self.sought.get() {
            self.is_there();
        }
    }

    fn is_there(&self) {
        if let Some(moment) = self.awaited.take() {
            self.timer.take();
            (self.tell)(moment);
        }
    }

    fn wait(self: &Rc<Self>, delay: Millis, act: fn(&Rc<Self>)) {
        let me = Rc::downgrade(self);
        self.timer.replace(Some(Timer::new(delay, move || with(&me, act))));
    }

    fn fail(self: &Rc<Self>) {
        self.timer.take();
        (self.tell)(Moment::Failed);
    }
}

fn with(weak: &Weak<Inner>, act: impl FnOnce(&Rc<Inner>)) {
    if let Some(inner) = weak.upgrade() {
        act(&inner);
    }
}
