//! What its errors mean, and how long it tries by itself.

use js_sys::Object;
use reelway_core::playback::recovery::{Fault, Part, Stretch};
use wasm_bindgen::JsValue;

use super::look_over::DAMAGED;
use crate::{
    dom::{property, set_property},
    player::engine::Place,
};

/// What a fatal error of hls.js means: its `type`, its `details`, the HTTP status (0 if there was no answer) and where
/// the segment ends that it happened in, in seconds.
pub(super) fn fault(kind: &str, details: &str, status: u16, until: Option<f64>) -> Fault {
    let part = match details {
        "manifestIncompatibleCodecsError" | "bufferAddCodecError" | "bufferIncompatibleCodecsError" => {
            return Fault::Codec;
        }
        _ if details.starts_with("manifest") => Part::Master,
        _ if details.starts_with("key") => Part::Key,
        _ if details.starts_with("frag") => Part::Segment,
        _ => Part::Playlist,
    };
    match kind {
        // What was fetched is no playlist: a half of one, or a page of words.
        "networkError" => Fault::Request { part, status: Some(status).filter(|status| (400..600).contains(status)) },
        _ => Fault::Media { until },
    }
}

/// The same of the error's own data, with the place where it happened.
pub(super) fn fault_of(data: &JsValue) -> (Fault, Option<Place>) {
    let text = |name| property(data, name).as_string().unwrap_or_default();
    let (segment, response) = (property(data, "frag"), property(data, "response"));
    let status = property(&response, "code").as_f64().unwrap_or_default() as u16;
    let until = property(&segment, "end").as_f64();
    let fault = match property(&response, "text").as_string() {
        Some(text) if text == DAMAGED => Fault::Media { until },
        _ => fault(&text("type"), &text("details"), status, until),
    };
    (fault, of_segment(&segment).or_else(|| of_playlist(data)))
}

/// Media of this place can't be played.
pub(super) fn damage(place: Place) -> Fault {
    Fault::Media { until: place.stretch.map(|stretch| stretch.until) }
}

/// Where a segment of hls.js' lies, if it is one of the picture's.
pub(super) fn of_segment(segment: &JsValue) -> Option<Place> {
    let number = |name| property(segment, name).as_f64();
    let of_video = property(segment, "type").as_string().is_some_and(|kind| kind == "main");
    let rendition = number("level").filter(|level| of_video && *level >= 0.0)? as usize;
    // An init segment has no place in time.
    let stretch = number("sn").and(number("start").zip(number("end"))).map(|(from, until)| Stretch { from, until });
    Some(Place { rendition, stretch })
}

fn of_playlist(data: &JsValue) -> Option<Place> {
    if property(data, "frag").is_object() {
        return None;
    }
    let context = property(data, "context");
    let level = [data, &context].into_iter().find_map(|holder| property(holder, "level").as_f64())?;
    Some(Place { rendition: level as usize, stretch: None })
}

/// Whether hls.js has gone over to another rendition because of this error.
pub(super) fn is_dodged(data: &JsValue) -> bool {
    let action = property(data, "errorAction");
    property(&action, "resolved").is_truthy() && property(&action, "nextAutoLevel").as_f64().is_some()
}

/// hls.js' own patience: a short hiccup it mends by itself, at once and within the same rendition. All else is the
/// [ladder](reelway_core::playback::recovery)'s, so these numbers are small: its own would take minutes.
pub(super) fn set_patience(config: &Object, should_retry: &JsValue) {
    let retry = |count: u32, delay: u32| {
        let retry = Object::new();
        set_property(&retry, "maxNumRetry", count);
        set_property(&retry, "retryDelayMs", delay);
        set_property(&retry, "maxRetryDelayMs", 2_000);
        set_property(&retry, "shouldRetry", should_retry);
        retry
    };
    let set = |name: &str, count, whole: u32| {
        let limits = Object::new();
        set_property(&limits, "maxTimeToFirstByteMs", 8_000);
        // Of a whole answer: a slow line takes long, and the watchdog sees one that has stopped.
        set_property(&limits, "maxLoadTimeMs", whole);
        set_property(&limits, "timeoutRetry", retry(1, 0));
        set_property(&limits, "errorRetry", retry(count, 400));
        let policy = Object::new();
        set_property(&policy, "default", limits);
        set_property(config, name, policy);
    };
    set("manifestLoadPolicy", 1, 15_000);
    set("playlistLoadPolicy", 2, 15_000);
    set("fragLoadPolicy", 2, 120_000);
    set("keyLoadPolicy", 2, 15_000);
}

/// Whether the same request may succeed a moment later: also where a connection broke, which hls.js gives up at once
/// unless the browser calls itself offline.
pub(super) fn should_retry(config: &JsValue, count: f64, timed_out: bool, response: &JsValue) -> bool {
    let most = property(config, "maxNumRetry").as_f64().unwrap_or_default();
    let status = property(response, "code").as_f64();
    let passing = status.is_some_and(|status| status == 0.0 || status == 408.0 || status == 429.0 || status >= 500.0);
    count < most && (timed_out || passing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fatal_errors_are_told_apart() {
        const fn request(part: Part, status: Option<u16>) -> Fault {
            Fault::Request { part, status }
        }
        let media = Fault::Media { until: Some(8.0) };
        for (kind, details, status, expected) in [
            ("networkError", "manifestLoadError", 404, request(Part::Master, Some(404))),
            ("networkError", "manifestParsingError", 200, request(Part::Master, None)),
            ("networkError", "fragLoadError", 403, request(Part::Segment, Some(403))),
            ("networkError", "fragLoadTimeOut", 0, request(Part::Segment, None)),
            ("networkError", "levelLoadError", 503, request(Part::Playlist, Some(503))),
            ("networkError", "audioTrackLoadError", 404, request(Part::Playlist, Some(404))),
            ("networkError", "keyLoadError", 404, request(Part::Key, Some(404))),
            ("mediaError", "manifestIncompatibleCodecsError", 0, Fault::Codec),
            ("mediaError", "bufferAddCodecError", 0, Fault::Codec),
            ("mediaError", "bufferAppendError", 0, media),
            ("mediaError", "fragParsingError", 0, media),
            ("otherError", "internalException", 0, media),
        ] {
            assert_eq!(fault(kind, details, status, Some(8.0)), expected, "{kind} {details} {status}");
        }
    }
}
