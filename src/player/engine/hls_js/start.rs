//! How an instance of hls.js begins: with what was prefetched, and with the picture that is on screen already.

use std::rc::Rc;

use js_sys::{Array, Function, Object, Reflect};
use reelway_core::playback::{
    PlaybackError,
    recovery::{Fault, Part},
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::XmlHttpRequest;

use super::{
    Callback, EngineEvent, Running, Shared, ShouldRetry, errors, fast::Fast, import::Hls, inspector::Inspector,
    look_over, repair,
};
use crate::{
    dom::{call_method, property, set_property, window},
    listener::Listener,
    player::{
        bandwidth,
        prefetch::{Aim, Session},
    },
};

/// Seconds of played video that are kept for seeking back. hls.js would keep all of it.
const BACK_BUFFER: f64 = 30.0;

/// How far hls.js fetches ahead once it is to play, in seconds and bytes: its own defaults.
const LENGTH: (&str, f64) = ("maxBufferLength", 30.0);
const SIZE: (&str, f64) = ("maxBufferSize", 60e6);

/// The generation of a first start.
const FIRST: u32 = 1;

impl Shared {
    /// Shows the first frame as soon as there are bytes for it, and then brings hls.js.
    pub(super) async fn begin(self: Rc<Self>, generation: u32, start: f64) {
        let wanted = || self.generation.get() == generation;
        let mut fast = None;
        // With CMCD each request has its own words, and hls.js must say them. And who starts again has had a failure:
        // nothing clever is tried then.
        if self.source.cmcd.is_none() && generation == FIRST {
            let url = self.tokens.borrow().url().to_owned();
            let session = Session::claim(&url, Aim { position: start, pixels: self.pixels() });
            *self.session.borrow_mut() = Some(session.clone());
            let plan = session.plan().await.filter(|plan| plan.streamable && same(plan.position, start));
            if !wanted() {
                return;
            }
            if session.planned().is_some() {
                (self.report)(EngineEvent::Prefetched);
            }
            fast = plan.and_then(|plan| Fast::begin(&self.video, &session, &plan));
        }
        *self.fast.borrow_mut() = fast.clone();
        // hls.js is heavier than what it takes to show a frame, so it comes second.
        if let Some(started) = &fast
            && !started.shown().await
        {
            fast = None;
        }
        if !wanted() {
            return;
        }
        let class = self.source.clone().class().await;
        if let Some(started) = &fast
            && wanted()
            && !started.settled().await
        {
            fast = None;
        }
        if !wanted() {
            return;
        }
        let playing = !self.video.paused();
        if fast.is_none() {
            self.fast.take();
        }
        drop(fast);
        (self.report)(match class.and_then(|class| self.clone().start(&class, start)) {
            Ok(()) => {
                // A source that is given up takes the wish to play with it.
                if playing && self.video.paused() {
                    let _ = self.video.play().map(settled);
                }
                return;
            }
            Err(PlaybackError::EngineUnavailable) if self.source.import.is_some() => {
                EngineEvent::Fault(Fault::Request { part: Part::Engine, status: None }, None)
            }
            Err(error) => EngineEvent::Failed(error),
        });
    }

    fn start(self: Rc<Self>, class: &Function, start: f64) -> Result<(), PlaybackError> {
        let supported = call_method(class, "isSupported").is_some_and(|answer| answer.is_truthy());
        if !supported {
            return Err(PlaybackError::BrowserUnsupported);
        }
        let config = self.config(class, start);
        let mut callbacks = self.requests(&config);
        let should_retry = Closure::<ShouldRetry>::new(|config, count, timed_out, response| {
            errors::should_retry(&config, count, timed_out, &response)
        });
        errors::set_patience(&config, should_retry.as_ref());
        let hls: Hls = Reflect::construct(class, &Array::of1(&config))
            .map_err(|_| PlaybackError::EngineUnavailable)?
            .unchecked_into();
        let mut on = |event: &str, handle: fn(&Rc<Self>, &JsValue)| {
            let shared = Rc::downgrade(&self);
            let callback = Closure::<dyn FnMut(JsValue, JsValue)>::new(move |_, data| {
                if let Some(shared) = shared.upgrade() {
                    handle(&shared, &data);
                }
            });
            hls.on(event, callback.as_ref().unchecked_ref());
            callbacks.push(callback);
        };
        on("hlsManifestParsed", Self::on_manifest);
        on("hlsLevelsUpdated", Self::on_levels);
        on("hlsLevelSwitched", Self::on_level_switched);
        on("hlsAudioTracksUpdated", Self::on_audio_tracks);
        on("hlsAudioTrackSwitched", Self::on_audio_switched);
        on("hlsFragLoading", Self::on_fetching);
        on("hlsFragLoaded", Self::on_flowing);
        on("hlsBufferAppending", Self::on_appending);
        on("hlsFragBuffered", Self::on_buffered);
        on("hlsFragChanged", Self::on_shown);
        on("hlsError", Self::on_error);
        on("hlsLevelLoaded", |_, data| repair::ranges(data));
        on("hlsAudioTrackLoaded", |_, data| repair::ranges(data));
        // Before it fetches anything for the new source.
        on("hlsMediaAttaching", |shared, _| shared.keep_level());
        on("hlsMediaAttached", Self::on_attached);
        // Also where hls.js resets the element by itself. Not when it is destroyed: then it runs no more.
        on("hlsMediaDetaching", |shared, _| {
            shared.appending.forget();
            if shared.hls().is_some() {
                (shared.report)(EngineEvent::Interrupting);
            }
        });
        let shared = Rc::downgrade(&self);
        let on_error = Listener::new(&self.video, "error", move |_| {
            if let Some(shared) = shared.upgrade() {
                shared.on_element_error();
            }
        });
        let on_play = self.is_reserved().then(|| {
            let config = property(&hls, "config");
            Listener::new(&self.video, "play", move |_| {
                for (name, value) in [LENGTH, SIZE] {
                    set_property(&config, name, value);
                }
            })
        });
        *self.running.borrow_mut() = Some(Running {
            hls: hls.clone(),
            _on_play: on_play,
            _callbacks: callbacks,
            _should_retry: should_retry,
            _on_error: on_error,
        });
        let fast = self.fast.borrow().clone();
        match fast {
            Some(fast) => hls.attach_media(&fast.hand_over()),
            None => hls.attach_media(&self.video),
        }
        let session = self.session.borrow().clone();
        match session.as_ref().map(|session| session.url.as_str()) {
            // In full, as it is kept.
            Some(url) if !url.is_empty() => hls.load_source(url),
            _ => hls.load_source(self.tokens.borrow().url()),
        }
        Ok(())
    }

    /// Whether to fetch no more than the first frame needs: nobody wants to play yet, and perhaps nobody will.
    fn is_reserved(&self) -> bool {
        self.video.paused() && self.video.preload() == "metadata"
    }

    /// Has a word in each request: that it carries the newest token, and that its bytes are counted.
    fn requests(self: &Rc<Self>, config: &Object) -> Vec<Callback> {
        let shared = Rc::downgrade(self);
        let on_progress = Callback::new(move |_, _| {
            if let Some(shared) = shared.upgrade() {
                shared.bytes.set(shared.bytes.get() + 1.0);
            }
        });
        let progress: Function = on_progress.as_ref().unchecked_ref::<Function>().clone();
        let shared = Rc::downgrade(self);
        let set_up = Callback::new(move |xhr: JsValue, url: JsValue| {
            let xhr: XmlHttpRequest = xhr.unchecked_into();
            let _ = xhr.add_event_listener_with_callback("progress", &progress);
            let (Some(shared), Some(url)) = (shared.upgrade(), url.as_string()) else { return };
            if let Some(fresh) = shared.tokens.borrow().rewrite(&url) {
                let _ = xhr.open("GET", &fresh);
            }
        });
        set_property(config, "xhrSetup", set_up.as_ref().clone());
        vec![on_progress, set_up]
    }

    fn config(&self, class: &Function, start: f64) -> Object {
        let config = Object::new();
        set_property(&config, "capLevelToPlayerSize", true);
        set_property(&config, "backBufferLength", BACK_BUFFER);
        if start > 0.0 {
            set_property(&config, "startPosition", start);
        }
        if self.is_reserved() {
            // hls.js fetches as long as it has less than either: so it is one segment.
            set_property(&config, LENGTH.0, 1);
            set_property(&config, SIZE.0, 1);
        }
        if let Some(cmcd) = &self.source.cmcd {
            set_property(&config, "cmcd", cmcd.config());
        }
        if let Some(worker) = &self.source.worker {
            set_property(&config, "workerPath", worker.as_str());
        }
        let session = self.session.borrow();
        let measured = session.as_ref().and_then(|session| session.bandwidth());
        if let Some(bits_per_second) = measured.or_else(bandwidth::recall) {
            set_property(&config, "abrEwmaDefaultEstimate", bits_per_second);
        }
        if let Some(fast) = &*self.fast.borrow() {
            set_property(&config, "autoStartLoad", false);
            // There are none in what starts this way, and their controller would start loading anew from 0.
            set_property(&config, "interstitialsController", JsValue::UNDEFINED);
            if !fast.is_whole() {
                // By the estimate, not by the order of the playlist: that rendition has just proved too much.
                set_property(&config, "startLevel", -1);
                set_property(&config, "testBandwidth", false);
            }
        }
        let base: Option<Function> = property(&property(class, "DefaultConfig"), "loader").dyn_into().ok();
        let Some(base) = base else { return config };
        let loader = match &*session {
            Some(session) => session.loader(&base),
            None => base.into(),
        };
        if let Some(loader) = loader.dyn_ref::<Function>() {
            set_property(&config, "fLoader", look_over::loader(loader));
        }
        set_property(&config, "loader", loader);
        config
    }

    /// The renditions are known. hls.js goes on with the one that was prefetched.
    fn on_manifest(self: &Rc<Self>, data: &JsValue) {
        self.on_levels(data);
        let (Some(hls), session) = (self.hls(), self.session.borrow().clone()) else { return };
        let fast = self.fast.borrow().clone();
        let started = session.and_then(|session| session.planned());
        let level = started.and_then(|plan| {
            let is_it = |level: JsValue| property(&level, "uri").as_string().is_some_and(|uri| uri == plan.level);
            hls.levels().into_iter().position(is_it)
        });
        let Some(fast) = fast else {
            if let Some(level) = level {
                hls.set_start_level(level as i32);
            }
            return;
        };
        if let Some(level) = level.filter(|_| fast.is_whole()) {
            hls.set_start_level(level as i32);
            (self.report)(EngineEvent::LevelShown(level));
        }
        // It would wait for its first segment to learn what is in the stream before it takes the buffers over.
        hls.trigger("hlsBufferCodecs", &fast.tracks(false));
        hls.start_load_here(self.video.current_time(), true);
    }

    /// It has a source to fill: the first one, or one in place of one that broke.
    fn on_attached(self: &Rc<Self>, data: &JsValue) {
        let media = property(data, "mediaSource");
        let known = self.fast.borrow().as_ref().is_some_and(|fast| fast.looks_after(&media))
            || self.inspector.borrow().as_ref().is_some_and(|inspector| inspector.is_of(&media));
        if media.is_object() && !known {
            self.inspector.replace(Some(Inspector::of(&media)));
        }
    }

    /// The longer side of the player in device pixels.
    fn pixels(&self) -> f64 {
        let side = self.video.client_width().max(self.video.client_height());
        f64::from(side) * window().device_pixel_ratio()
    }
}

/// Positions come through JavaScript and back.
fn same(a: f64, b: f64) -> bool {
    (a - b).abs() < 0.05
}

/// A promise whose failure says nothing new is given a handler, or the console would fill with it.
fn settled(promise: js_sys::Promise) {
    wasm_bindgen_futures::spawn_local(async move {
        let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
    });
}
