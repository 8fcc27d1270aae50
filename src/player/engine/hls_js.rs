//! hls.js: imported when a player first needs it, never part of the first load.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Array, Function, Object, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure, prelude::wasm_bindgen};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::HtmlVideoElement;

use super::{Engine, EngineEvent, Level, PlaybackError, Report, recovery::Recovery};
use crate::{
    dom::{property, set_property, window},
    timer::Clock,
};

/// Seconds of played video that are kept for seeking back. hls.js would keep all of it.
const BACK_BUFFER: f64 = 30.0;

#[wasm_bindgen]
extern "C" {
    /// An instance of hls.js' `Hls` class.
    type Hls;
    #[wasm_bindgen(method, js_name = loadSource)]
    fn load_source(this: &Hls, url: &str);
    #[wasm_bindgen(method, js_name = attachMedia)]
    fn attach_media(this: &Hls, video: &HtmlVideoElement);
    #[wasm_bindgen(method, js_name = recoverMediaError)]
    fn recover_media_error(this: &Hls);
    #[wasm_bindgen(method)]
    fn on(this: &Hls, event: &str, callback: &Function);
    #[wasm_bindgen(method)]
    fn destroy(this: &Hls);
    #[wasm_bindgen(method, getter)]
    fn levels(this: &Hls) -> Array;
    #[wasm_bindgen(method, setter, js_name = nextLevel)]
    fn set_next_level(this: &Hls, level: i32);
}

/// Where hls.js comes from. wasm can't write `import()` without `eval`, so whoever starts wasm brings it along.
#[derive(Clone, Default)]
pub struct HlsJsSource {
    import: Option<Function>,
    worker: Option<String>,
}

impl HlsJsSource {
    /// `import` returns a promise of the `Hls` class, as in `() => import("hls.js").then((module) => module.default)`;
    /// `worker` is the URL of hls.js' own `hls.worker.js`, without which it works on the main thread.
    pub fn new(import: Function, worker: Option<String>) -> Self {
        Self { import: Some(import), worker }
    }

    /// From the page's `globalThis.reelwayEngines = { hls, hlsWorker }`.
    pub fn from_page() -> Self {
        let engines = property(&window(), "reelwayEngines");
        if engines.is_undefined() {
            return Self::default();
        }
        Self { import: property(&engines, "hls").dyn_into().ok(), worker: property(&engines, "hlsWorker").as_string() }
    }

    async fn class(self) -> Result<Function, PlaybackError> {
        let import = self.import.ok_or(PlaybackError::EngineUnavailable)?;
        let promise: Promise = import
            .call0(&JsValue::UNDEFINED)
            .and_then(JsCast::dyn_into)
            .map_err(|_| PlaybackError::EngineUnavailable)?;
        let class = JsFuture::from(promise).await.map_err(|_| PlaybackError::EngineUnavailable)?;
        class.dyn_into().map_err(|_| PlaybackError::EngineUnavailable)
    }
}

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
        on("hlsFragLoaded", |shared, _| (shared.report)(EngineEvent::Flowing));
        on("hlsError", Self::on_error);
        hls.load_source(&self.url);
        hls.attach_media(&self.video);
        *self.running.borrow_mut() = Some(Running { hls, _callbacks: callbacks });
        Ok(())
    }

    fn config(&self, start: f64) -> Object {
        let config = Object::new();
        set_property(&config, "capLevelToPlayerSize", true);
        set_property(&config, "backBufferLength", BACK_BUFFER);
        if start > 0.0 {
            set_property(&config, "startPosition", start);
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

/// What a fatal error of hls.js means: its `type`, its `details` and the HTTP status, 0 if there was no answer.
fn classify(kind: &str, details: &str, status: u16) -> PlaybackError {
    match (details, kind) {
        ("manifestIncompatibleCodecsError" | "bufferAddCodecError" | "bufferIncompatibleCodecsError", _) => {
            PlaybackError::CodecUnsupported
        }
        (_, "networkError") => match status {
            401 | 403 => PlaybackError::Refused,
            404 | 410 => PlaybackError::Gone,
            _ => PlaybackError::Network,
        },
        _ => PlaybackError::Media,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fatal_errors_are_told_apart() {
        for (kind, details, status, expected) in [
            ("networkError", "manifestLoadError", 404, PlaybackError::Gone),
            ("networkError", "fragLoadError", 403, PlaybackError::Refused),
            ("networkError", "fragLoadTimeOut", 0, PlaybackError::Network),
            ("networkError", "levelLoadError", 503, PlaybackError::Network),
            ("mediaError", "manifestIncompatibleCodecsError", 0, PlaybackError::CodecUnsupported),
            ("mediaError", "bufferAddCodecError", 0, PlaybackError::CodecUnsupported),
            ("mediaError", "bufferAppendError", 0, PlaybackError::Media),
            ("otherError", "internalException", 0, PlaybackError::Media),
        ] {
            assert_eq!(classify(kind, details, status), expected, "{kind} {details} {status}");
        }
    }
}
