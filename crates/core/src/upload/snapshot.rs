//! What a person sees of an upload.

use crate::{
    Millis,
    upload::{Progress, UploadError},
};

/// An upload at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// What it is doing.
    pub phase: Phase,
    /// How far it is.
    pub progress: Progress,
    /// Why it failed, or while it waits: what it is waiting after.
    pub error: Option<UploadError>,
}

impl Snapshot {
    /// How far the upload is, 0 to 1. It never goes back, and it is 1 only once the provider has said that it has the
    /// whole file.
    pub fn fraction(&self) -> f64 {
        if self.phase == Phase::Done {
            return 1.0;
        }
        let sent = (self.progress.acknowledged + self.progress.in_flight) as f64;
        (sent / self.progress.total.max(1) as f64).min(0.999)
    }
}

/// What an upload is doing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Phase {
    /// It asks for a place to send the file to.
    Starting,
    /// Bytes are on their way.
    Uploading,
    /// Something went wrong on the way: it tries again by itself.
    Waiting {
        /// When, on the clock that the machine is driven with.
        retry_at: Millis,
    },
    /// There is no network. It goes on by itself when there is.
    Offline,
    /// The user paused it.
    Paused,
    /// The provider holds every byte and has not yet said that the upload is complete.
    Finalising,
    /// The provider has said that it has the whole file.
    Done,
    /// It gave up. [`Snapshot::error`] says why; nothing that the provider holds is lost, and it can be retried.
    Failed,
    /// The user ended it.
    Cancelled,
}

impl Phase {
    /// A word for programs. Stable.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Uploading => "uploading",
            Self::Waiting { .. } => "waiting",
            Self::Offline => "offline",
            Self::Paused => "paused",
            Self::Finalising => "finalising",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether bytes would be lost if the page went away now.
    pub const fn is_unfinished(self) -> bool {
        !matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}
