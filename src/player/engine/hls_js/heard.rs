//! What hls.js and the element tell while an instance runs.

use std::rc::Rc;

use reelway_core::playback::recovery::{Fault, Stretch};
use wasm_bindgen::JsValue;

use super::{AudioTrack, EngineEvent, Place, Shared, errors, levels};
use crate::{dom::property, player::bandwidth, timer::Timer};

/// Seconds that a decoder may be ahead of what is on screen.
const AHEAD: f64 = 1.5;

impl Shared {
    pub(super) fn on_fetching(self: &Rc<Self>, data: &JsValue) {
        let place = errors::of_segment(&property(data, "frag")).filter(|place| place.stretch.is_some());
        if place.is_some() {
            self.fetching.set(place);
        }
    }

    pub(super) fn on_flowing(self: &Rc<Self>, data: &JsValue) {
        if let Some(hls) = self.hls() {
            bandwidth::note(hls.bandwidth_estimate());
        }
        let segment = property(data, "frag");
        if errors::of_segment(&segment).is_some() {
            self.fetching.take();
        }
        let kind = property(&segment, "type").as_string();
        if self.failing.borrow().is_some() && *self.failing.borrow() != kind {
            return;
        }
        self.failing.take();
        (self.report)(EngineEvent::Flowing);
    }

    pub(super) fn on_appending(self: &Rc<Self>, data: &JsValue) {
        if let Some(place) = errors::of_segment(&property(data, "frag")) {
            self.appending.begins(place);
        }
    }

    pub(super) fn on_buffered(self: &Rc<Self>, data: &JsValue) {
        let Some(place) = errors::of_segment(&property(data, "frag")) else { return };
        self.appending.ends(place);
        if let Some(stretch) = place.stretch {
            (self.report)(EngineEvent::Fetched(stretch.until));
        }
    }

    pub(super) fn on_shown(self: &Rc<Self>, data: &JsValue) {
        self.shown.set(errors::of_segment(&property(data, "frag")));
    }

    /// The element has failed. hls.js only takes a note of it, and goes on filling a buffer that nobody decodes any more,
    /// unless it knows which append it was: that it mends and tells within this task.
    pub(super) fn on_element_error(self: &Rc<Self>) {
        let shared = Rc::downgrade(self);
        self.failed.replace(Some(Timer::new(0.0, move || {
            let Some(shared) = shared.upgrade() else { return };
            let Some(error) = shared.video.error() else { return };
            if let Some(place) = shared.appending.culprit_of(&error) {
                return (shared.report)(EngineEvent::Fault(errors::damage(place), Some(place)));
            }
            let now = shared.video.current_time();
            // A decoder is ahead of what is on screen: it may have been the next segment.
            let around = |Stretch { from, until }| match until - now < AHEAD {
                true => Stretch { from, until: until + (until - from) },
                false => Stretch { from, until },
            };
            let place = shared.shown.get().map(|place| Place { stretch: place.stretch.map(around), ..place });
            (shared.report)(EngineEvent::Fault(Fault::Media { until: None }, place));
        })));
    }

    pub(super) fn on_levels(self: &Rc<Self>, _: &JsValue) {
        let Some(hls) = self.hls() else { return };
        (self.report)(EngineEvent::Levels(levels(&hls)));
        self.keep_level();
    }

    pub(super) fn on_level_switched(self: &Rc<Self>, data: &JsValue) {
        let Some(level) = property(data, "level").as_f64() else { return };
        let left = self.hls().is_some_and(|hls| property(&hls, "manualLevel").as_f64() == Some(-1.0));
        // Its segments could not be had, and hls.js went elsewhere.
        if left && self.chosen.take().is_some() {
            (self.report)(EngineEvent::LevelChosen(None));
        }
        (self.report)(EngineEvent::LevelShown(level as usize));
    }

    pub(super) fn on_audio_tracks(self: &Rc<Self>, _: &JsValue) {
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

    pub(super) fn on_audio_switched(self: &Rc<Self>, data: &JsValue) {
        if let Some(track) = property(data, "id").as_f64() {
            (self.report)(EngineEvent::AudioShown(track as usize));
        }
    }

    pub(super) fn on_error(self: &Rc<Self>, data: &JsValue) {
        let (mut fault, mut place) = errors::fault_of(data);
        let is_damage = matches!(fault, Fault::Media { .. });
        if !is_damage || property(data, "response").is_object() {
            self.failing.replace(property(&property(data, "frag"), "type").as_string());
        }
        let resets = property(data, "details").as_string().is_some_and(|details| details == "mediaSourceRequiresReset");
        if resets && let Some(culprit) = self.appending.culprit().filter(|_| place.is_none()) {
            (fault, place) = (errors::damage(culprit), Some(culprit));
        }
        if property(data, "fatal").is_truthy() || resets {
            (self.report)(EngineEvent::Fault(fault, place));
        } else if let Some(place) = place.filter(|_| errors::is_dodged(data)) {
            self.leave_level();
            (self.report)(EngineEvent::Dodged(fault, place));
        } else if !is_damage || property(data, "response").is_object() {
            (self.report)(EngineEvent::Retrying(fault.error(), "retry"));
        }
    }
}
