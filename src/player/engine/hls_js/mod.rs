//! hls.js: imported when a player first needs it, never part of the first load.
//!
//! - [`import`]: the class, and where it comes from.
//! - [`cmcd`]: what it tells the server.
//! - [`errors`]: what its errors mean.

mod cmcd;
mod errors;
mod import;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::{Array, Function, Object, Reflect};
use reelway_core::playback::{
    recovery::{Fault, Part},
    token::Tokens,
};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{HtmlVideoElement, XmlHttpRequest};

pub use cmcd::Cmcd;
pub use import::HlsJsSource;

use self::import::Hls;
use super::{AudioTrack, Engine, EngineEvent, Level, Mend, PlaybackError, Report};
use crate::{
    dom::{property, set_property},
    listener::Listener,
};

/// Seconds of played video that are kept for seeking back. hls.js would keep all of it.
const BACK_BUFFER: f64 = 30.0;

/// How far hls.js fetches ahead once it is to play, in seconds and bytes: its own defaults.
const LENGTH: (&str, f64) = ("maxBufferLength", 30.0);
const SIZE: (&str, f64) = ("maxBufferSize", 60e6);

/// Plays HLS through Media Source Extensions.
pub struct HlsJsEngine {
    shared: Rc<Shared>,
}

struct Shared {
    tokens: RefCell<Tokens>,
    video: HtmlVideoElement,
    source: HlsJsSource,
    report: Report,
    running: RefCell<Option<Running>>,
    bytes: Cell<f64>,
    /// Counts starts, so that an import which arrives late knows that it is no longer wanted.
    generation: Cell<u32>,
}

/// An instance of hls.js and the callbacks that it holds.
struct Running {
    hls: Hls,
    _on_play: Option<Listener>,
    _callbacks: Vec<Callback>,
    _should_retry: Closure<ShouldRetry>,
    _on_error: Listener,
}

type Callback = Closure<dyn FnMut(JsValue, JsValue)>;
type ShouldRetry = dyn FnMut(JsValue, f64, bool, JsValue) -> bool;

impl Drop for Running {
    fn drop(&mut self) {
        self.hls.destroy();
    }
}

impl HlsJsEngine {
    /// Binds the master playlist to the element.
    pub fn new(url: &str, video: &HtmlVideoElement, source: HlsJsSource, report: Report) -> Self {
        let shared = Shared {
            tokens: RefCell::new(Tokens::of(url)),
            video: video.clone(),
            source,
            report,
            running: RefCell::default(),
            bytes: Cell::default(),
            generation: Cell::default(),
        };
        Self { shared: Rc::new(shared) }
    }
}

impl Engine for HlsJsEngine {
    fn load(&self, start: f64) {
        let shared = self.shared.clone();
        shared.stop();
        let generation = shared.generation.get();
        spawn_local(async move {
            let class = shared.source.clone().class().await;
            if shared.generation.get() != generation {
                return;
            }
            (shared.report)(match class.and_then(|class| shared.clone().start(&class, start)) {
                Ok(()) => return,
                Err(PlaybackError::EngineUnavailable) if shared.source.import.is_some() => {
                    EngineEvent::Fault(Fault::Request { part: Part::Engine, status: None }, None)
                }
                Err(error) => EngineEvent::Failed(error),
            });
        });
    }

    fn set_level(&self, level: Option<usize>) {
        if let Some(running) = &*self.shared.running.borrow() {
            running.hls.set_next_level(level.map_or(-1, |level| level as i32));
        }
    }

    fn set_audio(&self, track: usize) {
        if let Some(running) = &*self.shared.running.borrow() {
            running.hls.set_audio_track(track as i32);
        }
    }

    fn mend(&self, mend: Mend, position: f64) {
        let broken = self.shared.video.error().is_some();
        let running = self.shared.running.borrow();
        let Some(Running { hls, .. }) = &*running else {
            drop(running);
            return self.load(position);
        };
        if let Mend::Avoid(level) = mend {
            hls.remove_level(level as u32);
        }
        if hls.levels().length() == 0 {
            hls.load_source(self.shared.tokens.borrow().url());
        } else if mend == Mend::Flush || broken {
            hls.recover_media_error();
            hls.start_load(position);
        } else {
            hls.start_load(-1.0);
        }
    }

    fn renew(&self, url: &str) {
        self.shared.tokens.borrow_mut().renew(url);
    }

    fn stop(&self) {
        self.shared.stop();
    }

    fn bytes(&self) -> f64 {
        self.shared.bytes.get()
    }
}

impl Drop for HlsJsEngine {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

impl Shared {
    fn stop(&self) {
        self.generation.set(self.generation.get() + 1);
        self.running.take();
    }

    fn start(self: Rc<Self>, class: &Function, start: f64) -> Result<(), PlaybackError> {
        let supported = crate::dom::call_method(class, "isSupported").is_some_and(|answer| answer.is_truthy());
        if !supported {
            return Err(PlaybackError::BrowserUnsupported);
        }
        let config = self.config(start);
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
        on("hlsManifestParsed", Self::on_levels);
        on("hlsLevelsUpdated", Self::on_levels);
        on("hlsLevelSwitched", Self::on_level_switched);
        on("hlsAudioTracksUpdated", Self::on_audio_tracks);
        on("hlsAudioTrackSwitched", Self::on_audio_switched);
        on("hlsFragLoaded", |shared, _| (shared.report)(EngineEvent::Flowing));
        on("hlsError", Self::on_error);
        let shared = Rc::downgrade(&self);
        // hls.js only takes a note of it, and goes on filling a buffer that nobody decodes any more.
        let on_error = Listener::new(&self.video, "error", move |_| {
            if let Some(shared) = shared.upgrade() {
                (shared.report)(EngineEvent::Fault(Fault::Media { until: None }, None));
            }
        });
        hls.load_source(self.tokens.borrow().url());
        hls.attach_media(&self.video);
        let on_play = self.is_reserved().then(|| {
            let config = property(&hls, "config");
            Listener::new(&self.video, "play", move |_| {
                for (name, value) in [LENGTH, SIZE] {
                    set_property(&config, name, value);
                }
            })
        });
        let running =
            Running { hls, _on_play: on_play, _callbacks: callbacks, _should_retry: should_retry, _on_error: on_error };
        *self.running.borrow_mut() = Some(running);
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

    fn config(&self, start: f64) -> Object {
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
        config
    }

    fn on_levels(self: &Rc<Self>, _: &JsValue) {
        let running = self.running.borrow();
        let Some(running) = &*running else { return };
        let number = |level: &JsValue, name| property(level, name).as_f64().unwrap_or_default() as u32;
        let levels = running.hls.levels().into_iter().map(|level| Level {
            width: number(&level, "width"),
            height: number(&level, "height"),
            bitrate: number(&level, "bitrate"),
        });
        (self.report)(EngineEvent::Levels(levels.collect()));
    }

    fn on_level_switched(self: &Rc<Self>, data: &JsValue) {
        if let Some(level) = property(data, "level").as_f64() {
            (self.report)(EngineEvent::LevelShown(level as usize));
        }
    }

    fn on_audio_tracks(self: &Rc<Self>, _: &JsValue) {
        let running = self.running.borrow();
        let Some(running) = &*running else { return };
        let text = |track: &JsValue, name| property(track, name).as_string().unwrap_or_default();
        let tracks = running
            .hls
            .audio_tracks()
            .into_iter()
            .map(|track| AudioTrack { name: text(&track, "name"), language: text(&track, "lang") });
        (self.report)(EngineEvent::AudioTracks(tracks.collect()));
    }

    fn on_audio_switched(self: &Rc<Self>, data: &JsValue) {
        if let Some(track) = property(data, "id").as_f64() {
            (self.report)(EngineEvent::AudioShown(track as usize));
        }
    }

    fn on_error(self: &Rc<Self>, data: &JsValue) {
        let (fault, level) = errors::fault_of(data);
        if property(data, "fatal").is_truthy() {
            (self.report)(EngineEvent::Fault(fault, level));
        } else if matches!(fault, Fault::Request { .. }) {
            (self.report)(EngineEvent::Retrying);
        }
    }
}
