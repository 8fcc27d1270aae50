//! What its errors mean, and how long it tries by itself.

use js_sys::Object;
use reelway_core::playback::recovery::{Fault, Part};
use wasm_bindgen::JsValue;

use crate::dom::{property, set_property};

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

/// The same of the error's own data, with the rendition that it happened in.
pub(super) fn fault_of(data: &JsValue) -> (Fault, Option<usize>) {
    let text = |name| property(data, name).as_string().unwrap_or_default();
    let segment = property(data, "frag");
    let status = property(&property(data, "response"), "code").as_f64().unwrap_or_default() as u16;
    let until = property(&segment, "end").as_f64();
    let of_video = property(&segment, "type").as_string().is_none_or(|kind| kind == "main");
    let level = [data, &segment, &property(data, "context")]
        .into_iter()
        .filter(|_| of_video)
        .find_map(|holder| property(holder, "level").as_f64());
    (fault(&text("type"), &text("details"), status, until), level.map(|level| level as usize))
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
