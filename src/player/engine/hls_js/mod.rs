//! hls.js: imported when a player first needs it, never part of the first load.
//!
//! - [`import`]: the class, and where it comes from.
//! - [`cmcd`]: what it tells the server.
//! - [`errors`]: what its errors mean.

mod cmcd;
mod errors;
mod import;

use std::{cell::RefCell, rc::Rc};

use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlVideoElement;

pub use cmcd::Cmcd;
pub use import::HlsJsSource;

use self::{errors::classify, import::Hls};
use super::{AudioTrack, Engine, EngineEvent, Level, PlaybackError, Report, recovery::Recovery};
use crate::{
    dom::{property, set_property},
    listener::Listener,
    timer::Clock,
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
    url: String,
    video: HtmlVideoElement,
    source: HlsJsSource,
    report: Report,
    running: RefCell<Option<Running>>,
    recovery: RefCell<Recovery>,
    clock: Clock,
    /// Counts starts, so that an import which arrives late knows that it is no longer wanted.
    generation: std::cell::Cell<u32>,
}

/// An instance of hls.js and the callbacks that it holds.
struct Running {
    hls: Hls,
    _on_play: Option<Listener>,
    _callbacks: Vec<Closure<dyn FnMut(JsValue, JsValue)>>,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.hls.destroy();
    }
}

impl HlsJsEngine {
    /// Binds the master playlist to the element.
    pub fn new(url: &str, video: &HtmlVideoElement, source: HlsJsSource, report: Report) -> Self {
        let shared = Shared {
            url: url.to_owned(),
            video: video.clone(),
            source,
            report,
            running: RefCell::default(),
            recovery: RefCell::default(),
            clock: Clock::new(),
            generation: std::cell::Cell::default(),
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
            if let Err(error) = class.and_then(|class| shared.clone().start(&class, start)) {
                (shared.report)(EngineEvent::Failed(error));
            }
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
        let hls: Hls = Reflect::construct(class, &Array::of1(&self.config(start)))
            .map_err(|_| PlaybackError::EngineUnavailable)?
            .unchecked_into();
        let mut callbacks = Vec::new();
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
        hls.load_source(&self.url);
        hls.attach_media(&self.video);
        let on_play = self.is_reserved().then(|| {
            let config = property(&hls, "config");
            Listener::new(&self.video, "play", move |_| {
                for (name, value) in [LENGTH, SIZE] {
                    set_property(&config, name, value);
                }
            })
        });
        *self.running.borrow_mut() = Some(Running { hls, _on_play: on_play, _callbacks: callbacks });
        Ok(())
    }

    /// Whether to fetch no more than the first frame needs: nobody wants to play yet, and perhaps nobody will.
    fn is_reserved(&self) -> bool {
        self.video.paused() && self.video.preload() == "metadata"
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
        let kind = property(data, "type").as_string().unwrap_or_default();
        let details = property(data, "details").as_string().unwrap_or_default();
        if !property(data, "fatal").is_truthy() {
            if kind == "networkError" {
                (self.report)(EngineEvent::Retrying);
            }
            return;
        }
        let status = property(&property(data, "response"), "code").as_f64().unwrap_or_default() as u16;
        let error = classify(&kind, &details, status);
        if error == PlaybackError::Media && self.recovery.borrow_mut().may_recover_media(self.clock.now()) {
            if let Some(running) = &*self.running.borrow() {
                running.hls.recover_media_error();
            }
            return;
        }
        // hls.js has used up its retries. Destroying it inside its own callback would pull the rug from under it.
        let shared = self.clone();
        let generation = self.generation.get();
        spawn_local(async move {
            if shared.generation.get() == generation {
                shared.stop();
            }
        });
        (self.report)(EngineEvent::Failed(error));
    }
}
