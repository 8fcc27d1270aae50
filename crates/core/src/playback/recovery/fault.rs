//! What can fail.

use crate::playback::PlaybackError;

/// What was to be fetched.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The code of the engine.
    Engine,
    /// The master playlist.
    Master,
    /// The media playlist of a rendition.
    Playlist,
    /// A segment, or an init segment.
    Segment,
    /// A key.
    Key,
}

/// What failed. The engine itself has stopped trying.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// A request came to nothing.
    Request {
        /// For what.
        part: Part,
        /// The HTTP status; `None` if no answer came, not the whole of it, or not in time.
        status: Option<u16>,
    },
    /// The media is damaged, or the decoder gave up on it.
    Media {
        /// Seconds: where the damaged segment ends, if the engine knows which one it is.
        until: Option<f64>,
    },
    /// There is no decoder for this rendition.
    Codec,
    /// The [watchdog](crate::playback::watchdog) sees that nothing moves, and nobody has said why.
    Stalled,
}

impl Fault {
    /// What there would be to tell if nothing helped.
    pub const fn error(&self) -> PlaybackError {
        match self {
            Self::Request { .. } => PlaybackError::Network,
            Self::Media { .. } => PlaybackError::Media,
            Self::Codec => PlaybackError::CodecUnsupported,
            Self::Stalled => PlaybackError::Stalled,
        }
    }

    /// The same, once more is known of what was to be fetched.
    pub(super) const fn reason(&self) -> PlaybackError {
        match self {
            Self::Request { part: Part::Engine, .. } => PlaybackError::EngineUnavailable,
            Self::Request { part: Part::Key, .. } => PlaybackError::Key,
            _ => self.error(),
        }
    }
}
