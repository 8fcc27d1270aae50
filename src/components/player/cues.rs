//! Keeps captions above the controls in Firefox, which draws them where no style sheet reaches; elsewhere `player.css`
//! does it.

use wasm_bindgen::JsValue;

use super::{PlayerHandle, captions, idle::Idle};
use crate::{
    components::signals::effect,
    dom::{property, set_property},
};

/// A line of a caption is about so much of the picture's height.
const LINE: f64 = 0.065;
/// CSS pixels of the bar, with room for a finger.
const BAR: f64 = 92.0;
/// Noted at a cue that was moved.
const LIFTED: &str = "reelwayLifted";

/// Moves what is shown now, up while the controls are there, and back. Cues that say themselves where they stand stay.
pub(super) fn follow(handle: PlayerHandle, idle: Idle) {
    effect(move || {
        let lift = !idle.hidden.get();
        // A cue that comes later is seen at the next look.
        handle.time.track();
        handle.caption_shown.track();
        let Some(video) = handle.element().filter(|video| !property(video, "mozHasAudio").is_undefined()) else {
            return;
        };
        let height = f64::from(video.client_height()).max(1.0);
        let line = -((BAR / (height * LINE)).ceil() + 1.0);
        let cues = captions::shown(handle).and_then(|track| track.active_cues());
        let Some(cues) = cues else { return };
        for index in 0..cues.length() {
            let cue = property(&cues, &index.to_string());
            let lifted = property(&cue, LIFTED).is_truthy();
            let is_auto = property(&cue, "line") == JsValue::from_str("auto");
            if lift && is_auto {
                set_property(&cue, "line", line);
                set_property(&cue, LIFTED, true);
            } else if !lift && lifted {
                set_property(&cue, "line", "auto");
                set_property(&cue, LIFTED, false);
            }
        }
    });
}
