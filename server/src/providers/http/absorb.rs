//! What a report does to a video: the one place where a service's word becomes a change. The state machine of
//! [`crate::db::Videos`] has the last word.

use reelway_api::{ErrorCode, VideoStatus};
use sqlx::SqliteConnection;

use super::{
    map::{Policy, Status},
    report::Report,
};
use crate::db::{Applied, Change, Remote, RemoteRow, VideoRow, Videos};

/// What is said where a service has no words that may be shown.
const FAILED: &str =
    "The video service could not process this file. Check that it plays on your device, and upload it again.";
/// What is said where the service has lost the video.
const REMOVED: &str = "The video service has removed this video. Upload it again.";
/// What is said where processing never ends.
pub const TOO_SLOW: &str = "The video service has not finished this video in time. Upload it again.";

/// When a service is asked next for a video that stands so, after so many answers without news: milliseconds from now.
pub fn pause_before_poll(status: VideoStatus, polls: u32) -> u64 {
    let (first, most) = match status {
        // The bytes come from elsewhere: this only makes up for a lost webhook.
        VideoStatus::AwaitingUpload | VideoStatus::Uploading => (5000.0, 60_000.0),
        _ => (2000.0, 30_000.0),
    };
    (first * 1.4_f64.powi(polls.min(40) as i32)).min(most) as u64
}

/// The changes that a report comes to, in order. `playable`: it is known under which id the video is played.
pub fn changes(report: &Report, video: &VideoRow, playable: Option<&str>) -> Vec<Change> {
    let mut changes = Vec::new();
    // What was opened later is not to be mistaken for what was opened before.
    let upload_id = report.upload_id.clone().filter(|_| video.upload_id.is_none());
    let external_id = report.asset_id.clone().filter(|_| video.external_id.is_none());
    if upload_id.is_some() || external_id.is_some() {
        changes.push(Change::Provider { upload_id, external_id });
    }
    let Report { duration, width, height, size, .. } = *report;
    if duration.is_some() || width.is_some() || height.is_some() || size.is_some() {
        changes.push(Change::Facts { duration, width, height, size });
    }
    changes.extend(match report.status {
        None | Some(Status::AwaitingUpload) => None,
        Some(Status::Uploading) => Some(Change::Uploading),
        Some(Status::Processing) => Some(Change::Processing { percent: report.percent }),
        Some(Status::Ready) => Some(match playable {
            Some(id) => Change::Ready { hls: id.to_owned(), percent: None },
            None => Change::Processing { percent: None },
        }),
        Some(Status::Failed) => Some(Change::Failed {
            code: report.error_code.unwrap_or(ErrorCode::ProcessingFailed),
            message: match &report.error_message {
                Some(said) => format!("{FAILED} It says: {said}"),
                None => FAILED.to_owned(),
            },
        }),
        Some(Status::Cancelled) => Some(Change::Cancelled),
        Some(Status::Expired) => Some(Change::Expired),
        Some(Status::Deleted) => {
            Some(Change::Failed { code: ErrorCode::ProcessingFailed, message: REMOVED.to_owned() })
        }
    });
    changes
}

/// How long processing may take, and what time it is: milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// Milliseconds since the Unix epoch.
    pub now: u64,
    /// Milliseconds after the last byte.
    pub processing: u64,
}

/// Takes a report in, within a transaction of the caller's, who publishes the video that comes out once that has
/// committed. `None`: the video is gone.
///
/// # Errors
/// The database's.
pub async fn absorb_in(
    tx: &mut SqliteConnection,
    videos: &Videos,
    video: &VideoRow,
    report: &Report,
    times: Times,
) -> Result<Option<VideoRow>, sqlx::Error> {
    let known = Remote::get_in(tx, &video.id).await?;
    let mut remote = known.clone().unwrap_or_else(|| RemoteRow {
        video_id: video.id.clone(),
        deadline: times.now.saturating_add(times.processing),
        poll_at: Some(times.now),
        ..RemoteRow::default()
    });
    if let Some((id, policy)) = &report.playback {
        remote.playback_id = Some(id.clone());
        remote.policy = Some(Policy::as_str(*policy).to_owned());
    }
    remote.fields.extend(report.fields.clone());
    let mut after = video.clone();
    for change in changes(report, video, remote.playback_id.as_deref()) {
        after = match videos.apply_in(tx, &video.id, change).await? {
            Applied::Done(video) | Applied::Refused(video) => video,
            Applied::Gone => return Ok(None),
        };
    }
    if after.status != video.status && after.status == VideoStatus::Processing {
        remote.deadline = times.now.saturating_add(times.processing);
    }
    if after.revision != video.revision {
        remote.polls = 0;
    }
    remote.misses = 0;
    remote.poll_at = (!after.status.is_final()).then(|| {
        let next = times.now.saturating_add(pause_before_poll(after.status, remote.polls));
        // The deadline is looked at when it comes, not a minute later.
        next.min(remote.deadline.max(times.now + 1000))
    });
    if known.as_ref() != Some(&remote) {
        Remote::put_in(tx, &remote).await?;
    }
    Ok(Some(after))
}
