//! The first frame before hls.js: the first segments go into a `MediaSource` of our own while they download, and hls.js
//! takes it over when it has arrived. It goes on where they end; nothing is fetched twice and nothing is flushed.
//!
//! Whatever is in doubt ends it, and hls.js starts as ever, fed by the same prefetch.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::{Array, Object};
use reelway_core::{Millis, hls::plan::Kind, playback::segment::Shape};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::{EventTarget, HtmlVideoElement, MediaSource, SourceBuffer, TimeRanges, Url};

use super::inspector::Inspector;
use crate::{
    dom::set_property,
    listener::Listener,
    player::{
        engine::native::release,
        prefetch::{Kept, Notify, Plan, Session, Track},
    },
    timer::Timer,
};

/// Until then the first frame must be there, or hls.js tries; and the first segments, or it chooses a rendition itself.
const PATIENCE: Millis = 8_000.0;

/// Seconds that the first frame's time may be off the playlist's. Where it is more, the stream has a timeline of its own,
/// which hls.js knows to map.
const DRIFT: f64 = 0.4;

/// HAVE_CURRENT_DATA
const CURRENT_DATA: u16 = 2;

/// A start that is under way.
pub(super) struct Fast {
    video: HtmlVideoElement,
    session: Rc<Session>,
    pub(super) plan: Rc<Plan>,
    media: MediaSource,
    inspector: Inspector,
    url: String,
    buffers: RefCell<Vec<SourceBuffer>>,
    /// Appended so far.
    bytes: Cell<f64>,
    /// Tracks whose segments are all in.
    fed: Cell<usize>,
    failed: Cell<bool>,
    /// Nothing more is appended.
    stopped: Cell<bool>,
    /// hls.js has it.
    handed: Cell<bool>,
    late: Cell<bool>,
    notify: Notify,
    listeners: RefCell<Vec<Listener>>,
    timer: RefCell<Option<Timer>>,
}

impl Drop for Fast {
    fn drop(&mut self) {
        if !self.handed.get() {
            release(&self.video);
            let _ = Url::revoke_object_url(&self.url);
        }
    }
}

impl Fast {
    /// Binds the element to a source of its own, and feeds it. `None` where there is no `MediaSource`.
    pub(super) fn begin(video: &HtmlVideoElement, session: &Rc<Session>, plan: &Rc<Plan>) -> Option<Rc<Self>> {
        let media = MediaSource::new().ok()?;
        let url = Url::create_object_url_with_source(&media).ok()?;
        let fast = Rc::new(Self {
            video: video.clone(),
            session: session.clone(),
            plan: plan.clone(),
            inspector: Inspector::of(&media),
            media,
            url,
            buffers: RefCell::default(),
            bytes: Cell::default(),
            fed: Cell::default(),
            failed: Cell::default(),
            stopped: Cell::default(),
            handed: Cell::default(),
            late: Cell::default(),
            notify: Notify::default(),
            listeners: RefCell::default(),
            timer: RefCell::default(),
        });
        fast.listen(&fast.media, &["sourceopen"]);
        fast.listen(video, &["loadeddata", "seeking", "error"]);
        let ringing = Rc::downgrade(&fast);
        *fast.timer.borrow_mut() = Some(Timer::new(PATIENCE, move || {
            if let Some(fast) = ringing.upgrade() {
                fast.late.set(true);
                fast.notify.wake();
            }
        }));
        video.set_src(&fast.url);
        if plan.position > 0.0 {
            video.set_current_time(plan.position);
        }
        let feeding = fast.clone();
        spawn_local(async move {
            if feeding.feed_all().await.is_none() {
                feeding.fail();
            }
        });
        Some(fast)
    }

    fn listen(self: &Rc<Self>, target: &EventTarget, names: &[&'static str]) {
        for name in names {
            let fast = Rc::downgrade(self);
            let listener = Listener::new(target, name, move |event| {
                let Some(fast) = fast.upgrade() else { return };
                if event.type_() == "error" {
                    fast.failed.set(true);
                }
                fast.notify.wake();
            });
            self.listeners.borrow_mut().push(listener);
        }
    }

    fn fail(&self) {
        if !self.stopped.get() {
            self.failed.set(true);
            self.notify.wake();
        }
    }

    async fn feed_all(self: &Rc<Self>) -> Option<()> {
        let open =
            || (self.media.ready_state() == web_sys::MediaSourceReadyState::Open || self.failed.get()).then_some(());
        self.notify.until(open).await;
        for track in &self.plan.tracks {
            let buffer = self.media.add_source_buffer(&track.mime).ok()?;
            self.listen(&buffer, &["updateend", "error"]);
            self.buffers.borrow_mut().push(buffer);
        }
        self.media.set_duration(self.plan.duration);
        for index in 0..self.plan.tracks.len() {
            let fast = self.clone();
            spawn_local(async move {
                let (track, buffer) = (fast.plan.tracks.get(index), fast.buffers.borrow().get(index).cloned());
                let Some((track, buffer)) = track.zip(buffer) else { return };
                match fast.feed(track, &buffer).await {
                    Some(()) => fast.fed.set(fast.fed.get() + 1),
                    None => fast.fail(),
                }
                fast.notify.wake();
            });
        }
        Some(())
    }

    /// All of one track. `None` where it must end.
    async fn feed(&self, track: &Track, buffer: &SourceBuffer) -> Option<()> {
        self.append(buffer, track.init.as_ref()?, None).await?;
        for (index, piece) in track.segments.iter().enumerate() {
            // Who has not begun to watch gets no more than one.
            if index > 0 && self.video.paused() && self.video.preload() != "auto" {
                break;
            }
            let kept = self.session.segment(piece)?;
            self.append(buffer, &kept, (index == 0).then_some(piece.start)).await?;
        }
        Some(())
    }

    async fn append(&self, buffer: &SourceBuffer, kept: &Rc<Kept>, start: Option<f64>) -> Option<()> {
        let mut index = 0;
        while let Some(chunk) = kept.chunk(index).await.ok()? {
            if self.stopped.get() || self.failed.get() {
                return None;
            }
            buffer.append_buffer_with_array_buffer_view(&chunk).ok()?;
            self.bytes.set(self.bytes.get() + f64::from(chunk.length()));
            self.notify.until(|| (!buffer.updating()).then_some(())).await;
            let first = buffer.buffered().ok().and_then(|buffered| buffered.start(0).ok());
            if let Some((first, start)) = first.zip(start)
                && (first - start).abs() > DRIFT
            {
                return None;
            }
            index += 1;
        }
        // What breaks off would break what is appended after it.
        let whole = kept.whole().await?;
        (super::look_over::shape_of(&whole.buffer()) == Shape::Whole).then_some(())
    }

    /// Whether this is its source.
    pub(super) fn looks_after(&self, media: &JsValue) -> bool {
        self.inspector.is_of(media)
    }

    /// What was appended.
    pub(super) fn bytes(&self) -> f64 {
        self.bytes.get()
    }

    fn is_fed(&self) -> bool {
        self.fed.get() == self.plan.tracks.len()
    }

    /// Waits for the first frame. Gives false where hls.js must do it.
    pub(super) async fn shown(&self) -> bool {
        self.notify
            .until(|| {
                let shown = self.video.ready_state() >= CURRENT_DATA || self.is_fed();
                if self.failed.get() { Some(false) } else { shown.then_some(true).or(self.late.get().then_some(false)) }
            })
            .await
    }

    /// Waits until hls.js can take over: the segments are in, or the user is elsewhere already, or it takes too long.
    /// Gives false where it must start anew.
    pub(super) async fn settled(&self) -> bool {
        let elsewhere = || self.video.seeking() && !contains(&self.video.buffered(), self.video.current_time());
        let good = self
            .notify
            .until(|| {
                let settled = self.is_fed() || self.late.get() || elsewhere();
                if self.failed.get() { Some(false) } else { settled.then_some(true) }
            })
            .await;
        if !good || self.is_fed() {
            return good;
        }
        // What is half in is left half: hls.js goes on from there, maybe in another rendition.
        self.stopped.set(true);
        self.session.stop();
        let buffers = self.buffers.borrow().clone();
        for buffer in &buffers {
            self.notify.until(|| (!buffer.updating()).then_some(())).await;
            if buffer.abort().is_err() {
                return false;
            }
        }
        !self.failed.get()
    }

    /// Whether all of it went in, so that the rendition is the right one to go on with.
    pub(super) fn is_whole(&self) -> bool {
        self.is_fed()
    }

    /// What hls.js' `attachMedia` takes. From now on it is hls.js'.
    pub(super) fn hand_over(&self) -> Object {
        self.handed.set(true);
        self.stopped.set(true);
        self.listeners.take();
        self.timer.take();
        let data = Object::new();
        set_property(&data, "media", &self.video);
        set_property(&data, "mediaSource", &self.media);
        set_property(&data, "tracks", self.tracks(true));
        data
    }

    /// The tracks as hls.js describes them: with the buffers for `attachMedia`, without for its event `hlsBufferCodecs`,
    /// by which its stream controllers say that they know what is in the stream.
    pub(super) fn tracks(&self, with_buffers: bool) -> Object {
        let tracks = Object::new();
        for (track, buffer) in self.plan.tracks.iter().zip(&*self.buffers.borrow()) {
            let described = Object::new();
            let (name, id) = match track.kind {
                Kind::Video => ("video", "main"),
                Kind::Audio => ("audio", "audio"),
                Kind::Muxed => ("audiovideo", "main"),
            };
            set_property(&described, "id", id);
            set_property(&described, "container", track.kind.container());
            set_property(&described, "codec", track.codecs.as_str());
            set_property(&described, "levelCodec", track.codecs.as_str());
            if with_buffers {
                set_property(&described, "buffer", buffer);
                set_property(&described, "listeners", Array::new());
            }
            set_property(&tracks, name, described);
        }
        tracks
    }
}

fn contains(ranges: &TimeRanges, time: f64) -> bool {
    let within =
        |index| ranges.start(index).is_ok_and(|start| start <= time) && ranges.end(index).is_ok_and(|end| time < end);
    (0..ranges.length()).any(within)
}
