//! Which of two reports on a video counts: status moves only forward, and reports may come late or twice.

use reelway_api::{Video, VideoStatus};

/// How far along a status is. A report of a lower rank than what is known is old news.
pub const fn rank(status: VideoStatus) -> u8 {
    match status {
        VideoStatus::AwaitingUpload => 0,
        VideoStatus::Uploading => 1,
        VideoStatus::Processing => 2,
        VideoStatus::Ready | VideoStatus::Failed | VideoStatus::Cancelled | VideoStatus::Expired => 3,
    }
}

/// Whether a video may go from one status to another. Staying is always allowed.
///
/// A final status never changes into another final one, and a video that is being processed has all of its bytes,
/// so it can't expire any more.
pub fn may_move(from: VideoStatus, to: VideoStatus) -> bool {
    if from == to {
        return true;
    }
    match to {
        VideoStatus::Expired => rank(from) < 2,
        _ => !from.is_final() && rank(to) > rank(from),
    }
}

/// Takes in a report from the event stream or from polling, whichever it was. Tells whether it was news.
pub fn absorb(known: &mut Video, report: Video) -> bool {
    if report.id != known.id || report.revision <= known.revision {
        return false;
    }
    *known = report;
    true
}

#[cfg(test)]
mod tests {
    use super::*;
    use VideoStatus::*;

    #[test]
    fn status_moves_only_forward() {
        for (from, to, allowed) in [
            (AwaitingUpload, Uploading, true),
            (AwaitingUpload, Processing, true),
            (AwaitingUpload, Cancelled, true),
            (AwaitingUpload, Expired, true),
            (Uploading, AwaitingUpload, false),
            (Uploading, Failed, true),
            (Uploading, Expired, true),
            (Processing, Uploading, false),
            (Processing, Ready, true),
            (Processing, Cancelled, true),
            (Processing, Expired, false),
            (Ready, Processing, false),
            (Ready, Failed, false),
            (Failed, Ready, false),
            (Cancelled, Ready, false),
            (Ready, Ready, true),
        ] {
            assert_eq!(may_move(from, to), allowed, "{from:?} to {to:?}");
        }
    }
}
