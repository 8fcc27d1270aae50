//! The events of `HTMLMediaElement`, at the player's root: whoever listens there need not know of the `<video>` within.

use web_sys::{CustomEvent, CustomEventInit, Event, EventTarget, HtmlVideoElement};

use crate::listener::Listener;

/// What is dispatched anew at the root, as it comes from the `<video>`: it does not bubble there either. `error` is not
/// among them: the root's own, a `CustomEvent` with the reason, is dispatched when the player has given up.
pub const MEDIA_EVENTS: [&str; 24] = [
    "abort",
    "canplay",
    "canplaythrough",
    "durationchange",
    "emptied",
    "ended",
    "enterpictureinpicture",
    "leavepictureinpicture",
    "loadeddata",
    "loadedmetadata",
    "loadstart",
    "pause",
    "play",
    "playing",
    "progress",
    "ratechange",
    "resize",
    "seeked",
    "seeking",
    "stalled",
    "suspend",
    "timeupdate",
    "volumechange",
    "waiting",
];

/// Passes the element's events on to the root.
pub(super) fn forward(video: &HtmlVideoElement, root: &EventTarget) -> impl Iterator<Item = Listener> {
    MEDIA_EVENTS.into_iter().map(|name| {
        let root = root.clone();
        Listener::new(video, name, move |_| {
            if let Ok(event) = Event::new(name) {
                let _ = root.dispatch_event(&event);
            }
        })
    })
}

/// Dispatches an event of the player's own.
pub(super) fn dispatch(root: &EventTarget, name: &str, detail: &js_sys::Object) {
    let init = CustomEventInit::new();
    init.set_detail(detail);
    if let Ok(event) = CustomEvent::new_with_event_init_dict(name, &init) {
        let _ = root.dispatch_event(&event);
    }
}
