//! Which of two reports on a video counts: status moves only forward, and reports may come late or twice.

use reelway_api::{Video, VideoStatus};

use crate::Millis;

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

/// Whether nothing about a video changes any more: it will never play, or it plays and its poster, its storyboard and
/// all of its renditions are there.
pub fn is_settled(video: &Video) -> bool {
    match (video.status, &video.playback) {
        (VideoStatus::Ready, Some(playback)) => {
            video.percent.is_none() && playback.poster.is_some() && playback.storyboard.is_some()
        }
        (VideoStatus::Ready, None) => false,
        (status, _) => status.is_final(),
    }
}

/// How long to wait before asking again for a video, after so many answers without news: from half a second to half
/// a minute.
pub fn poll_delay(without_news: u32) -> Millis {
    (500.0 * 1.5f64.powi(without_news.min(20) as i32)).min(30_000.0)
}

#[cfg(test)]
mod tests {
    use reelway_api::Playback;

    use super::*;
    use VideoStatus::*;

    fn video(status: VideoStatus, revision: u64) -> Video {
        Video {
            id: "v1".into(),
            title: String::new(),
            provider: "local".into(),
            status,
            percent: None,
            size: None,
            duration: None,
            width: None,
            height: None,
            poster_time: None,
            error: None,
            created_at: 0,
            revision,
            playback: None,
        }
    }

    #[test]
    fn only_newer_reports_on_the_same_video_count() {
        let mut known = video(Uploading, 5);
        assert!(!absorb(&mut known, video(AwaitingUpload, 4)));
        assert!(!absorb(&mut known, video(Processing, 5)));
        assert!(!absorb(&mut known, Video { id: "v2".into(), ..video(Ready, 9) }));
        assert_eq!(known, video(Uploading, 5));
        assert!(absorb(&mut known, video(Processing, 6)));
        assert_eq!(known, video(Processing, 6));
    }

    #[test]
    fn a_video_is_settled_once_all_of_it_is_there() {
        let ready = |percent, poster: Option<&str>, storyboard: Option<&str>| {
            let (poster, storyboard) = (poster.map(Into::into), storyboard.map(Into::into));
            let playback = Some(Playback { hls: "m.m3u8".into(), poster, storyboard, ..Playback::default() });
            Video { percent, playback, ..video(Ready, 1) }
        };
        for (video, settled) in [
            (video(Processing, 1), false),
            (video(Failed, 1), true),
            (video(Expired, 1), true),
            (video(Ready, 1), false),
            (ready(None, None, None), false),
            (ready(None, Some("p"), None), false),
            (ready(Some(50), Some("p"), Some("s")), false),
            (ready(None, Some("p"), Some("s")), true),
        ] {
            assert_eq!(is_settled(&video), settled, "{video:?}");
        }
    }

    #[test]
    fn polls_become_rarer() {
        assert_eq!((poll_delay(0), poll_delay(1)), (500.0, 750.0));
        assert_eq!((poll_delay(15), poll_delay(u32::MAX)), (30_000.0, 30_000.0));
    }

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
