//! A file on the user's machine, played from disk: nothing is uploaded, nothing is read into memory.

use reelway_core::playback::recovery::Fault;
use web_sys::{File, HtmlVideoElement};

use super::{Engine, EngineEvent, Report};
use crate::{dom::ObjectUrl, listener::Listener};

/// Plays a local file.
pub struct FileEngine {
    video: HtmlVideoElement,
    url: ObjectUrl,
    _on_error: Listener,
}

impl FileEngine {
    /// Binds the file to the element.
    pub fn new(file: &File, video: &HtmlVideoElement, report: Report) -> Self {
        // A browser says no more than "can't play": it may lack the decoder, or the file may be no video at all.
        let on_error = Listener::new(video, "error", move |_| report(EngineEvent::Fault(Fault::Codec, None)));
        Self { video: video.clone(), url: ObjectUrl::new(file), _on_error: on_error }
    }
}

impl Engine for FileEngine {
    fn load(&self, start: f64) {
        self.video.set_src(self.url.as_str());
        if start > 0.0 {
            self.video.set_current_time(start);
        }
    }

    fn set_level(&self, _: Option<usize>) {}

    fn set_audio(&self, _: usize) {}

    fn stop(&self) {
        super::native::release(&self.video);
    }
}

impl Drop for FileEngine {
    fn drop(&mut self) {
        self.stop();
    }
}
