//! Why a header can't be told.

use thiserror::Error;

/// Why a [`Probe`](super::Probe) knows no header. Not all of these speak against the file: see
/// [`Checks`](crate::checks::Checks).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ProbeError {
    /// It is something else, which this names: "a JPEG picture".
    #[error("This is {0}, not a video.")]
    NotAVideo(&'static str),
    /// It is in no container that is read here. It may still be a video: MPEG-TS, AVI and others.
    #[error("This file is in a format that is not read here. Send it, and the server will tell.")]
    Unknown,
    /// The file ends before what it announces, or without the index that an MP4 can't be played without.
    #[error(
        "This video file is incomplete: its end is missing. Copy or export it again from the original, and choose the \
         new file."
    )]
    Truncated,
    /// It contradicts itself.
    #[error("The header of this file can't be read. Send it, and the server will tell.")]
    Corrupt,
    /// What there is to know is spread over more than [`LIMIT`](super::LIMIT) bytes.
    #[error("The header of this file is too large to be read here. Send it, and the server will tell.")]
    TooScattered,
    /// The bytes could not be read, or have changed meanwhile.
    #[error("The file could not be read. It may have been moved or changed: choose it again.")]
    Unreadable,
}

impl ProbeError {
    /// Stable: programs may match on it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NotAVideo(_) => "not_a_video",
            Self::Unknown => "unknown_container",
            Self::Truncated => "truncated",
            Self::Corrupt => "corrupt",
            Self::TooScattered => "header_too_large",
            Self::Unreadable => "file_unreadable",
        }
    }
}
