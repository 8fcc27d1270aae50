//! `HTMLMediaElement`'s interface: the element's names, in Rust's spelling.

use js_sys::{Function, Promise};
use reelway_core::playback::qoe::Input;
use wasm_bindgen::{JsCast, JsValue};
use web_sys::HtmlVideoElement;

use super::PlayerHandle;
use crate::{
    components::player::{Autoplay, Preload},
    dom::{call_method, property},
    player::engine::{PlaybackError, Source},
};

/// What a page does with a `<video>`, done with a player. Where a name is missing here, the element itself
/// ([`PlayerHandle::element`]) does the same: `text_tracks`, `volume`, `can_play_type` and so on need nothing of ours.
/// What does differ is here: a source that may not be there yet, and an engine between it and the element.
#[derive(Clone, Copy)]
pub struct Media(pub(super) PlayerHandle);

impl Media {
    /// Plays; before there is a source, as soon as there is one. The promise is kept once it plays. It is broken with
    /// the browser's `NotAllowedError`, with an `AbortError` by [`Media::pause`], and with the player's error.
    pub fn play(&self) -> Promise {
        self.0.autoplay.set_value(Autoplay::Off);
        self.0.play_anyhow()
    }

    /// Pauses.
    pub fn pause(&self) {
        self.0.pause();
    }

    /// Starts anew, at the position where it is. With [`Preload::None`] it fetches now.
    pub fn load(&self) {
        if self.0.deferred.get_untracked() {
            self.0.deferred.set(false);
        } else {
            self.0.retry();
        }
    }

    /// Seconds. Before anything is loaded: where it will start.
    pub fn current_time(&self) -> f64 {
        match self.loaded() {
            Some(video) => video.current_time(),
            None => self.0.time.get_untracked(),
        }
    }

    /// Moves to this time, in seconds.
    pub fn set_current_time(&self, time: f64) {
        self.0.seek(time);
    }

    /// Moves near this time, in seconds: to a key frame, where the browser knows such.
    pub fn fast_seek(&self, time: f64) {
        let fast = self.loaded().filter(|video| property(video, "fastSeek").is_function());
        match fast {
            Some(video) => {
                let _ = video.fast_seek(time);
            }
            None => self.0.seek(time),
        }
    }

    /// Seconds; NaN while unknown.
    pub fn duration(&self) -> f64 {
        let duration = self.0.duration.get_untracked();
        if duration > 0.0 { duration } else { f64::NAN }
    }

    /// Neither playing nor about to. Unlike the element's own, it stays false while one source takes another's place.
    pub fn paused(&self) -> bool {
        self.0.paused.get_untracked() && !self.0.play_when_loaded.get_value()
    }

    /// At the end.
    pub fn ended(&self) -> bool {
        self.0.ended.get_untracked()
    }

    /// On the way to another position.
    pub fn seeking(&self) -> bool {
        self.0.element().is_some_and(|video| video.seeking())
    }

    /// 0, `HAVE_NOTHING`, to 4, `HAVE_ENOUGH_DATA`.
    pub fn ready_state(&self) -> u16 {
        self.0.element().map_or(0, |video| video.ready_state())
    }

    /// 0, `NETWORK_EMPTY`, to 3, `NETWORK_NO_SOURCE`.
    pub fn network_state(&self) -> u16 {
        self.0.element().map_or(0, |video| video.network_state())
    }

    /// What is fetched before the user wants to play.
    pub fn preload(&self) -> Preload {
        Preload::from_attribute(self.0.element().map(|video| video.preload()).as_deref())
    }

    /// What plays: the URL of the playlist, or a `blob:` URL for a file. Empty while there is nothing.
    pub fn current_src(&self) -> String {
        self.0.source.with_value(|source| match source {
            Some(Source::Hls(url)) => url.clone(),
            Some(_) => self.0.element().map_or_else(String::new, |video| video.current_src()),
            None => String::new(),
        })
    }

    /// Why it does not play.
    pub fn error(&self) -> Option<PlaybackError> {
        self.0.error.get_untracked()
    }

    /// Into a window of its own, where the browser has such.
    pub fn request_picture_in_picture(&self) -> Option<Promise> {
        let video: JsValue = self.0.element()?.into();
        call_method(&video, "requestPictureInPicture")?.dyn_into().ok()
    }

    /// Fills the screen, controls and all.
    pub fn request_fullscreen(&self) {
        if !self.0.fullscreen.get_untracked() {
            self.0.toggle_fullscreen();
        }
    }

    fn loaded(&self) -> Option<HtmlVideoElement> {
        self.0.element().filter(|video| video.ready_state() > 0)
    }
}

impl PlayerHandle {
    /// Plays now, or as soon as there is something to play.
    pub(in crate::components::player) fn play_anyhow(&self) -> Promise {
        self.observe(Input::Play);
        let Some(video) = self.element() else {
            self.play_when_loaded.set_value(true);
            return self.promise_to_play();
        };
        if video.ready_state() > 0 {
            let promise = playing(&video);
            // At once: the next key may come before the element's event does.
            self.paused.set(video.paused());
            return promise;
        }
        self.play_when_loaded.set_value(true);
        if self.deferred.get_untracked() {
            self.deferred.set(false);
        }
        // Now, because a browser may let it play only while a click is being handled. A source that arrives later
        // makes it pause again, so that this promise says little: the one that is given waits for the source.
        swallow(playing(&video));
        self.promise_to_play()
    }

    fn promise_to_play(&self) -> Promise {
        Promise::new(&mut |keep, _| self.promised.update_value(|promised| promised.push(keep)))
    }

    /// The promises to play that wait for a source end as this one.
    pub(in crate::components::player) fn settle(&self, outcome: &Promise) {
        let promised: Vec<Function> = self.promised.try_update_value(std::mem::take).unwrap_or_default();
        for keep in promised {
            let _ = keep.call1(&JsValue::UNDEFINED, outcome);
        }
    }

    /// The promises to play that wait for a source are broken.
    pub(in crate::components::player) fn break_promises(&self, name: &str, message: &str) {
        if self.promised.with_value(|promised| !promised.is_empty()) {
            let error = js_sys::Error::new(message);
            error.set_name(name);
            self.settle(&Promise::reject(&error));
        }
    }
}

/// What the element promises.
pub(in crate::components::player) fn playing(video: &HtmlVideoElement) -> Promise {
    video.play().unwrap_or_else(|error| Promise::reject(&error))
}

/// Gives a promise a handler for its failure, or the console would fill with it.
pub(in crate::components::player) fn swallow(promise: Promise) {
    wasm_bindgen_futures::spawn_local(async move {
        let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
    });
}
