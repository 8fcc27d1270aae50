//! The class, and where it comes from.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::{JsCast, JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;

use super::Cmcd;
use crate::{
    dom::{property, window},
    player::engine::PlaybackError,
};

#[wasm_bindgen]
extern "C" {
    /// An instance of hls.js' `Hls` class.
    #[derive(Clone)]
    pub(super) type Hls;
    #[wasm_bindgen(method, js_name = loadSource)]
    pub(super) fn load_source(this: &Hls, url: &str);
    #[wasm_bindgen(method, js_name = attachMedia)]
    pub(super) fn attach_media(this: &Hls, media: &JsValue);
    #[wasm_bindgen(method, js_name = recoverMediaError)]
    pub(super) fn recover_media_error(this: &Hls);
    #[wasm_bindgen(method, js_name = startLoad)]
    pub(super) fn start_load(this: &Hls, position: f64);
    #[wasm_bindgen(method, js_name = removeLevel)]
    pub(super) fn remove_level(this: &Hls, level: u32);
    #[wasm_bindgen(method, js_name = startLoad)]
    pub(super) fn start_load_here(this: &Hls, position: f64, skip_seek: bool);
    #[wasm_bindgen(method)]
    pub(super) fn trigger(this: &Hls, event: &str, data: &JsValue);
    #[wasm_bindgen(method)]
    pub(super) fn on(this: &Hls, event: &str, callback: &Function);
    #[wasm_bindgen(method)]
    pub(super) fn destroy(this: &Hls);
    #[wasm_bindgen(method, getter)]
    pub(super) fn levels(this: &Hls) -> Array;
    #[wasm_bindgen(method, getter, js_name = bandwidthEstimate)]
    pub(super) fn bandwidth_estimate(this: &Hls) -> f64;
    #[wasm_bindgen(method, setter, js_name = startLevel)]
    pub(super) fn set_start_level(this: &Hls, level: i32);
    #[wasm_bindgen(method, setter, js_name = currentLevel)]
    pub(super) fn set_current_level(this: &Hls, level: i32);
    #[wasm_bindgen(method, setter, js_name = nextLevel)]
    pub(super) fn set_next_level(this: &Hls, level: i32);
    #[wasm_bindgen(method, setter, js_name = loadLevel)]
    pub(super) fn set_load_level(this: &Hls, level: i32);
    #[wasm_bindgen(method, getter, js_name = audioTracks)]
    pub(super) fn audio_tracks(this: &Hls) -> Array;
    #[wasm_bindgen(method, setter, js_name = audioTrack)]
    pub(super) fn set_audio_track(this: &Hls, track: i32);
}

/// Where hls.js comes from. wasm can't write `import()` without `eval`, so whoever starts wasm brings it along.
#[derive(Clone, Default)]
pub struct HlsJsSource {
    pub(super) import: Option<Function>,
    pub(super) worker: Option<String>,
    pub(super) cmcd: Option<Cmcd>,
}

impl HlsJsSource {
    /// `import` returns a promise of the `Hls` class, as in `() => import("hls.js").then((module) => module.default)`;
    /// `worker` is the URL of hls.js' own `hls.worker.js`, without which it works on the main thread.
    pub fn new(import: Function, worker: Option<String>) -> Self {
        Self { import: Some(import), worker, cmcd: None }
    }

    /// From the page's `globalThis.reelwayEngines = { hls, hlsWorker }`.
    pub fn from_page() -> Self {
        let engines = property(&window(), "reelwayEngines");
        if engines.is_undefined() {
            return Self::default();
        }
        Self {
            import: property(&engines, "hls").dyn_into().ok(),
            worker: property(&engines, "hlsWorker").as_string(),
            cmcd: None,
        }
    }

    /// Lets hls.js tell the server of playback with each request.
    pub fn with_cmcd(self, cmcd: Option<Cmcd>) -> Self {
        Self { cmcd, ..self }
    }

    pub(super) async fn class(self) -> Result<Function, PlaybackError> {
        let import = self.import.ok_or(PlaybackError::EngineUnavailable)?;
        let promise: Promise = import
            .call0(&JsValue::UNDEFINED)
            .and_then(JsCast::dyn_into)
            .map_err(|_| PlaybackError::EngineUnavailable)?;
        let class = JsFuture::from(promise).await.map_err(|_| PlaybackError::EngineUnavailable)?;
        class.dyn_into().map_err(|_| PlaybackError::EngineUnavailable)
    }
}
