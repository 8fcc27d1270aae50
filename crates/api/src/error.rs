//! The error body of every route, and the reason of a video that failed.

use serde::{Deserialize, Serialize};

/// The body of every answer that is not a success: `{"error":{"code","message"}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ErrorBody {
    /// What went wrong.
    pub error: ApiError,
}

/// A stable code for programs, a sentence for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ApiError {
    /// Stable: programs may match on it.
    pub code: ErrorCode,
    /// Says what to do, in English. May change at any time.
    pub message: String,
}

impl ApiError {
    /// An error with this code and sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

macro_rules! error_codes {
    ($($(#[$doc:meta])* $variant:ident => $code:literal,)*) => {
        /// Every code that Reelway's server answers with, or stores as the reason of a failed video.
        ///
        /// Codes are never renamed or reused. A code that this version does not know is read as
        /// [`ErrorCode::Unknown`], so that an older page goes on working with a newer server.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[$doc])* #[serde(rename = $code)] $variant,)*
            /// A code from a newer server.
            #[serde(other, rename = "unknown")]
            Unknown,
        }

        impl ErrorCode {
            /// All codes but [`ErrorCode::Unknown`].
            pub const ALL: &[ErrorCode] = &[$(ErrorCode::$variant),*];

            /// The code as it stands in JSON.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(ErrorCode::$variant => $code,)*
                    ErrorCode::Unknown => "unknown",
                }
            }
        }
    };
}

error_codes! {
    /// The request can't be read: malformed JSON, a missing or wrong field or header.
    BadRequest => "bad_request",
    /// There is no such thing here, or it isn't the caller's.
    NotFound => "not_found",
    /// The path exists, the method does not.
    MethodNotAllowed => "method_not_allowed",
    /// The request does not fit the state of the video (a fresh target for a video that is ready, say).
    Conflict => "conflict",
    /// The `Content-Type` is not the one the route takes.
    UnsupportedMediaType => "unsupported_media_type",
    /// The request's `Host` or `Origin` is not one this server answers.
    OriginNotAllowed => "origin_not_allowed",
    /// There is no ticket with the request, or one that does not count.
    Unauthorized => "unauthorized",
    /// The ticket, or the token in the address, has run out: get a fresh one.
    TicketExpired => "ticket_expired",
    /// The ticket does not allow this.
    Forbidden => "forbidden",
    /// Too many requests, or too many uploads open at once: `Retry-After` says when.
    TooManyRequests => "too_many_requests",
    /// The server's disk has no room for the file.
    InsufficientStorage => "insufficient_storage",
    /// Nothing to show yet: the video is not ready.
    NotReady => "not_ready",
    /// The server failed; its log says why.
    Internal => "internal",
    /// The server is stopping or a part of it is down: try again.
    Unavailable => "unavailable",

    /// The upload's URL has run out: ask for a fresh target.
    UploadExpired => "upload_expired",
    /// The chunk starts past the offset: ask for the offset and send from there.
    OffsetGap => "offset_gap",
    /// A chunk that is not the last must be a multiple of the target's `chunk_multiple`.
    ChunkMisaligned => "chunk_misaligned",
    /// The chunk's bytes differ from its `Content-Digest`: send it again.
    DigestMismatch => "digest_mismatch",
    /// The total differs from what was said before.
    LengthMismatch => "length_mismatch",

    /// The captions can't be read: the message says why, and in which line.
    BadCaptions => "bad_captions",

    /// The file has no bytes.
    EmptyFile => "empty_file",
    /// The file is over the size limit.
    TooLarge => "too_large",
    /// The video is over the duration limit.
    TooLong => "too_long",
    /// The picture has more pixels than the limit.
    TooManyPixels => "too_many_pixels",
    /// The file is not a video in a container that is taken.
    NotAVideo => "not_a_video",
    /// The file has sound or pictures only, no video stream.
    NoVideoStream => "no_video_stream",
    /// The video stream is in a codec that can't be decoded here.
    UnsupportedCodec => "unsupported_codec",
    /// The file ends too early.
    Truncated => "truncated",
    /// The file is damaged or hostile in a way that no other code names.
    Corrupt => "corrupt",
    /// Processing failed three times for a reason that lies with the server.
    ProcessingFailed => "processing_failed",
}
