//! Why a video can't be played.

/// Why a video can't be played, or not any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaybackError {
    /// The engine's own code could not be fetched.
    #[error("the playback engine could not be loaded")]
    EngineUnavailable,
    /// No Media Source Extensions here, and no HLS of the browser's own.
    #[error("this browser has no Media Source Extensions")]
    BrowserUnsupported,
    /// The stream is fine, but this browser has no decoder for it.
    #[error("this browser can't decode the codecs of this video")]
    CodecUnsupported,
    /// The server says that there is no such stream.
    #[error("the stream is gone")]
    Gone,
    /// The server could not make a stream of the video.
    #[error("the video could not be processed")]
    Unprocessed,
    /// The server says that this user may not see the stream.
    #[error("access to the stream was refused")]
    Refused,
    /// The key of an encrypted stream could not be fetched.
    #[error("the key of the stream could not be fetched")]
    Key,
    /// The connection broke, and trying again did not help.
    #[error("the stream could not be fetched")]
    Network,
    /// The media is damaged, or the decoder gave up on it.
    #[error("the media could not be decoded")]
    Media,
    /// Nothing failed, and yet nothing moved, whatever was tried.
    #[error("playback stood still")]
    Stalled,
}

impl PlaybackError {
    /// A stable code for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::EngineUnavailable => "engine_unavailable",
            Self::BrowserUnsupported => "browser_unsupported",
            Self::CodecUnsupported => "codec_unsupported",
            Self::Gone => "gone",
            Self::Unprocessed => "processing_failed",
            Self::Refused => "refused",
            Self::Key => "key",
            Self::Network => "network",
            Self::Media => "media",
            Self::Stalled => "stalled",
        }
    }

    /// The nearest of `MediaError`'s codes: 2 network, 3 decoding, 4 not supported here.
    pub const fn media_error_code(self) -> u16 {
        match self {
            Self::Network | Self::EngineUnavailable | Self::Gone | Self::Refused | Self::Key | Self::Stalled => 2,
            Self::Media => 3,
            Self::CodecUnsupported | Self::BrowserUnsupported | Self::Unprocessed => 4,
        }
    }

    /// Whether the return of the network may mend it.
    pub const fn is_network(self) -> bool {
        matches!(self, Self::Network | Self::EngineUnavailable | Self::Stalled)
    }
}
