//! The browser's own HLS (Safari).

use std::cell::RefCell;

use reelway_core::playback::recovery::{Fault, Part};
use wasm_bindgen::JsValue;
use web_sys::{HtmlVideoElement, MediaError};

use super::{Engine, EngineEvent, Life, Report};
use crate::{
    dom::{property, window},
    listener::Listener,
};

/// Whether the browser's own HLS is to be used. Only where there is `ManagedMediaSource` as well, that is in Safari:
/// other browsers may answer "maybe" to `canPlayType` and then fail on real streams (hls.js issue 7827).
pub fn is_preferred(video: &HtmlVideoElement) -> bool {
    !property(&window(), "ManagedMediaSource").is_undefined()
        && !video.can_play_type("application/vnd.apple.mpegurl").is_empty()
}

/// Plays HLS by handing the playlist's URL to the element.
pub struct NativeEngine {
    video: HtmlVideoElement,
    url: RefCell<String>,
    _on_error: Listener,
}

impl NativeEngine {
    /// Binds the playlist to the element.
    pub fn new(url: &str, video: &HtmlVideoElement, report: Report) -> Self {
        let element = video.clone();
        let on_error = Listener::new(video, "error", move |_| {
            let code = element.error().map_or(0, |error| error.code());
            let fault = match code {
                MediaError::MEDIA_ERR_NETWORK => Fault::Request { part: Part::Segment, status: None },
                MediaError::MEDIA_ERR_SRC_NOT_SUPPORTED => Fault::Codec,
                _ => Fault::Media { until: None },
            };
            report(EngineEvent::Fault(fault, None));
        });
        Self { video: video.clone(), url: RefCell::new(url.to_owned()), _on_error: on_error }
    }
}

impl Engine for NativeEngine {
    fn load(&self, start: f64) {
        self.video.set_src(&self.url.borrow());
        if start > 0.0 {
            self.video.set_current_time(start);
        }
    }

    fn set_level(&self, _: Option<usize>) {}

    fn set_audio(&self, _: usize) {}

    /// The running element fetches on its own: the fresh URL is for the next load.
    fn renew(&self, url: &str, _life: Option<Life>) {
        url.clone_into(&mut self.url.borrow_mut());
    }

    fn stop(&self) {
        release(&self.video);
    }
}

impl Drop for NativeEngine {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Makes the element forget its source and close its connections.
pub(super) fn release(video: &HtmlVideoElement) {
    let _ = video.remove_attribute("src");
    // Without `load()` the element holds on to the old source.
    let _: Option<JsValue> = crate::dom::call_method(video, "load");
}
