//! Follows a video until nothing about it changes any more: by server-sent events, or by polling where those don't
//! come through.
//!
//! Browsers allow six connections to a server of HTTP/1.1, for all pages together, and an event stream holds one for as
//! long as it is open. So a page has two streams at most: whoever comes later asks, and listens once a stream has ended.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::{Rc, Weak},
};

use reelway_api::{ErrorCode, Video};
use reelway_core::{
    Millis,
    readiness::{absorb, is_settled, poll_delay},
};
use wasm_bindgen::JsCast;
use web_sys::{EventSource, MessageEvent, VisibilityState};

use crate::{backend::Backend, listener::Listener, task::spawn, timer::Timer};

/// Milliseconds for the first event: the server sends the present state at once, so that silence means that something
/// in between holds the stream back.
const FIRST_EVENT: Millis = 5000.0;
/// Connections that break without an event before polling takes over.
const BREAKS: u32 = 3;

/// Event streams that a page has open at once.
const MOST_STREAMS: u32 = 2;

thread_local! {
    static STREAMS: Cell<u32> = const { Cell::new(0) };
    /// Those who ask, and would rather listen.
    static WAITING: RefCell<VecDeque<Weak<Watch>>> = const { RefCell::new(VecDeque::new()) };
}

/// The right to have an event stream open. Whoever has waited longest gets it next.
struct Slot(());

impl Slot {
    fn take() -> Option<Self> {
        let taken = STREAMS.get();
        (taken < MOST_STREAMS).then(|| {
            STREAMS.set(taken + 1);
            Self(())
        })
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        STREAMS.set(STREAMS.get() - 1);
        // Not borrowed while it begins to listen, which may end in waiting again.
        let next = || WAITING.with_borrow_mut(VecDeque::pop_front);
        while let Some(waiting) = next() {
            if let Some(watch) = waiting.upgrade() {
                return watch.listen();
            }
        }
    }
}

/// Follows a video until it is dropped, or until nothing about the video changes any more.
pub struct Readiness {
    watch: Rc<Watch>,
}

impl Readiness {
    /// Calls `on_change` with each newer state of `video` that the server at `endpoint` tells of. That goes on after
    /// `ready`, until poster, storyboard and all renditions are there. A video that was deleted is heard of no more.
    pub fn watch(endpoint: &str, video: Video, on_change: impl Fn(&Video) + 'static) -> Self {
        Self::with_backend(Backend::new(endpoint), video, on_change)
    }

    /// As [`watch`](Self::watch), with a backend that brings a ticket, or sends headers of its own when it polls.
    pub fn with_backend(backend: Backend, video: Video, on_change: impl Fn(&Video) + 'static) -> Self {
        let watch = Rc::new(Watch {
            backend,
            video: RefCell::new(video),
            on_change: Box::new(on_change),
            stream: RefCell::new(None),
            timer: RefCell::new(None),
            foreground: RefCell::new(None),
            breaks: Cell::new(0),
            wanted: Cell::new(0),
            polls: Cell::new(0),
        });
        watch.start();
        Self { watch }
    }

    /// The newest state that is known.
    pub fn video(&self) -> Video {
        self.watch.video.borrow().clone()
    }
}

impl Drop for Readiness {
    fn drop(&mut self) {
        self.watch.stop();
    }
}

struct Watch {
    backend: Backend,
    video: RefCell<Video>,
    on_change: Box<dyn Fn(&Video)>,
    stream: RefCell<Option<Stream>>,
    timer: RefCell<Option<Timer>>,
    foreground: RefCell<Option<[Listener; 2]>>,
    breaks: Cell<u32>,
    /// Counts the streams that were wanted: one whose URL comes late is not opened any more.
    wanted: Cell<u32>,
    polls: Cell<u32>,
}

/// An event stream that is closed when it is dropped.
struct Stream {
    source: EventSource,
    _listeners: [Listener; 2],
    slot: Option<Slot>,
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.source.close();
    }
}

impl Watch {
    fn start(self: &Rc<Self>) {
        if is_settled(&self.video.borrow()) {
            return;
        }
        self.listen_for_foreground();
        self.listen();
    }

    /// Opens the stream, or asks until there may be one.
    fn listen(self: &Rc<Self>) {
        match Slot::take() {
            Some(slot) => self.open(slot),
            None => {
                WAITING.with_borrow_mut(|waiting| waiting.push_back(Rc::downgrade(self)));
                self.poll_later();
            }
        }
    }

    fn open(self: &Rc<Self>, slot: Slot) {
        let wanted = self.want();
        let (backend, id, me) = (self.backend.clone(), self.video.borrow().id.clone(), Rc::downgrade(self));
        if !backend.has_ticket() {
            // At once: the browser's own order of events stays as it is.
            return self.open_at(&backend.plain_events_url(&id), slot);
        }
        spawn(async move {
            let url = backend.events_url(&id).await;
            let Some(watch) = me.upgrade().filter(|watch| watch.wanted.get() == wanted) else { return };
            match url {
                Ok(url) => watch.open_at(&url, slot),
                Err(error) if error.is(ErrorCode::NotFound) => watch.stop(),
                Err(_) => watch.poll_later(),
            }
        });
    }

    fn want(&self) -> u32 {
        let wanted = self.wanted.get().wrapping_add(1);
        self.wanted.set(wanted);
        wanted
    }

    fn open_at(self: &Rc<Self>, url: &str, slot: Slot) {
        let Ok(source) = EventSource::new(url) else { return self.poll_later() };
        let (on_video, on_error) = (Rc::downgrade(self), Rc::downgrade(self));
        let listeners = [
            Listener::new(&source, "video", move |event| {
                if let Some(watch) = on_video.upgrade() {
                    watch.on_event(event.unchecked_ref());
                }
            }),
            Listener::new(&source, "error", move |_| {
                if let Some(watch) = on_error.upgrade() {
                    watch.on_break();
                }
            }),
        ];
        self.stream.replace(Some(Stream { source, _listeners: listeners, slot: Some(slot) }));
        let me = Rc::downgrade(self);
        self.timer.replace(Some(Timer::new(FIRST_EVENT, move || {
            if let Some(watch) = me.upgrade() {
                watch.poll();
            }
        })));
    }

    fn stop(&self) {
        self.fall_silent();
        self.foreground.take();
    }

    /// Neither listens nor asks any more.
    fn fall_silent(&self) {
        self.want();
        WAITING.with_borrow_mut(|waiting| waiting.retain(|other| !std::ptr::eq(other.as_ptr(), self)));
        self.timer.take();
        self.stream.take();
    }

    fn on_event(&self, event: &MessageEvent) {
        self.breaks.set(0);
        self.timer.take();
        let json = event.data().as_string().unwrap_or_default();
        if let Some(report) = self.backend.read_video(&json) {
            self.take_in(report);
        }
    }

    /// The stream broke. The browser connects again by itself unless it closed it.
    fn on_break(self: &Rc<Self>) {
        let breaks = self.breaks.get() + 1;
        self.breaks.set(breaks);
        let closed =
            self.stream.borrow().as_ref().is_none_or(|stream| stream.source.ready_state() == EventSource::CLOSED);
        if closed && breaks < BREAKS && self.backend.has_ticket() {
            // The token in its URL has run out, most likely.
            self.listen_anew();
        } else if closed || breaks >= BREAKS {
            self.poll();
        }
    }

    /// From here on, asks.
    fn poll(self: &Rc<Self>) {
        self.stream.take();
        self.timer.take();
        let me = Rc::downgrade(self);
        let backend = self.backend.clone();
        let id = self.video.borrow().id.clone();
        spawn(async move {
            let report = backend.get(&id).await;
            let Some(watch) = me.upgrade() else { return };
            match report {
                Ok(report) => watch.take_in(report),
                Err(error) if error.is(ErrorCode::NotFound) => return watch.stop(),
                Err(_) => {}
            }
            // The page may have come back meanwhile, and listens again.
            if watch.stream.borrow().is_none() {
                watch.poll_later();
            }
        });
    }

    fn poll_later(self: &Rc<Self>) {
        if is_settled(&self.video.borrow()) {
            return;
        }
        let polls = self.polls.get();
        self.polls.set(polls + 1);
        let me = Rc::downgrade(self);
        self.timer.replace(Some(Timer::new(poll_delay(polls), move || {
            if let Some(watch) = me.upgrade() {
                watch.poll();
            }
        })));
    }

    /// A page that comes back has missed events, and its stream may be dead without knowing.
    ///
    /// A page that is left may be kept, whole, for the way back. Its stream would go on holding one of the six
    /// connections that browsers allow to a server, and a few such pages would leave none for the next upload.
    fn listen_for_foreground(self: &Rc<Self>) {
        let Some(window) = web_sys::window() else { return };
        let Some(document) = window.document() else { return };
        let (coming, leaving) = (Rc::downgrade(self), Rc::downgrade(self));
        let page = document.clone();
        self.foreground.replace(Some([
            Listener::new(&document, "visibilitychange", move |_| {
                if let Some(watch) = coming.upgrade().filter(|_| page.visibility_state() == VisibilityState::Visible) {
                    watch.polls.set(0);
                    watch.listen_anew();
                }
            }),
            Listener::new(&window, "pagehide", move |_| {
                if let Some(watch) = leaving.upgrade() {
                    watch.fall_silent();
                }
            }),
        ]));
    }

    /// Whoever has a stream keeps the right to it.
    fn listen_anew(self: &Rc<Self>) {
        let slot = self.stream.borrow_mut().as_mut().and_then(|stream| stream.slot.take());
        self.fall_silent();
        match slot {
            Some(slot) => self.open(slot),
            None => self.listen(),
        }
    }

    fn take_in(&self, report: Video) {
        let news = absorb(&mut self.video.borrow_mut(), report);
        if is_settled(&self.video.borrow()) {
            self.stop();
        }
        if news {
            self.polls.set(0);
            let video = self.video.borrow().clone();
            (self.on_change)(&video);
        }
    }
}
