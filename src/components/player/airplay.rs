//! AirPlay, where the browser has it and something is there to play to.

use web_sys::HtmlVideoElement;

use super::PlayerHandle;
use crate::{
    dom::{property, window},
    listener::Listener,
};

/// Follows whether there is a target to play to.
pub(super) fn follow(handle: PlayerHandle, video: &HtmlVideoElement) -> Option<Listener> {
    if property(&window(), "WebKitPlaybackTargetAvailabilityEvent").is_undefined() {
        return None;
    }
    Some(Listener::new(video, "webkitplaybacktargetavailabilitychanged", move |event| {
        let availability = property(&event, "availability").as_string();
        handle.airplay.set(availability.is_some_and(|availability| availability == "available"));
    }))
}
