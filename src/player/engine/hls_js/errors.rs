//! What its errors mean.

use crate::player::engine::PlaybackError;

/// What a fatal error of hls.js means: its `type`, its `details` and the HTTP status, 0 if there was no answer.
pub(super) fn classify(kind: &str, details: &str, status: u16) -> PlaybackError {
    match (details, kind) {
        ("manifestIncompatibleCodecsError" | "bufferAddCodecError" | "bufferIncompatibleCodecsError", _) => {
            PlaybackError::CodecUnsupported
        }
        (_, "networkError") => match status {
            401 | 403 => PlaybackError::Refused,
            404 | 410 => PlaybackError::Gone,
            _ => PlaybackError::Network,
        },
        _ => PlaybackError::Media,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fatal_errors_are_told_apart() {
        for (kind, details, status, expected) in [
            ("networkError", "manifestLoadError", 404, PlaybackError::Gone),
            ("networkError", "fragLoadError", 403, PlaybackError::Refused),
            ("networkError", "fragLoadTimeOut", 0, PlaybackError::Network),
            ("networkError", "levelLoadError", 503, PlaybackError::Network),
            ("mediaError", "manifestIncompatibleCodecsError", 0, PlaybackError::CodecUnsupported),
            ("mediaError", "bufferAddCodecError", 0, PlaybackError::CodecUnsupported),
            ("mediaError", "bufferAppendError", 0, PlaybackError::Media),
            ("otherError", "internalException", 0, PlaybackError::Media),
        ] {
            assert_eq!(classify(kind, details, status), expected, "{kind} {details} {status}");
        }
    }
}
