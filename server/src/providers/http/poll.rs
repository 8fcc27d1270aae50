//! Asking a service how a video stands: what makes up for webhooks that were lost, and ends what never ends by itself.

use reelway_api::{ErrorCode, VideoStatus};

use super::{
    absorb::{TOO_SLOW, pause_before_poll},
    client::Fault,
    map::Status,
    report::Report,
    service::Http,
};
use crate::{
    db::{RemoteRow, VideoRow},
    error::AppError,
};

/// After so many answers in a row that there is no such thing, there is none. The first may be early.
const MISSES: u32 = 3;

impl Http {
    /// Asks for the video, takes in what is told, and says when it is asked for next.
    pub(super) async fn ask_again(&self, video: &VideoRow, remote: &RemoteRow) -> Result<(), AppError> {
        if video.status.is_final() {
            return Ok(self.remote.schedule(&RemoteRow { poll_at: None, ..remote.clone() }).await?);
        }
        let bytes_awaited = matches!(video.status, VideoStatus::AwaitingUpload | VideoStatus::Uploading);
        let past_deadline = self.clock.now() >= remote.deadline;
        let later = RemoteRow { polls: remote.polls.saturating_add(1), ..remote.clone() };
        if video.upload_id.is_none() && video.external_id.is_none() {
            // The answer to the request that should have opened it never came.
            return match past_deadline {
                true => self.conclude(video, Status::Expired, None).await,
                false => Ok(self.remote.schedule(&RemoteRow { poll_at: Some(remote.deadline), ..later }).await?),
            };
        }
        match self.ask_all(video, later.clone()).await? {
            Ok(Some(after)) if !after.status.is_final() && past_deadline && after.status == video.status => {
                if bytes_awaited {
                    self.end(&after).await.unwrap_or_else(|fault| self.note("cancel_upload", &fault));
                    self.conclude(&after, Status::Expired, None).await
                } else {
                    self.conclude(&after, Status::Failed, Some(TOO_SLOW)).await
                }
            }
            Ok(_) => Ok(()),
            Err(Fault::Gone) if remote.misses + 1 >= MISSES || (bytes_awaited && past_deadline) => {
                self.conclude(video, if bytes_awaited { Status::Expired } else { Status::Deleted }, None).await
            }
            Err(fault) => {
                self.note("poll", &fault);
                let misses = if fault == Fault::Gone { remote.misses + 1 } else { remote.misses };
                let poll_at = self.clock.now() + pause_before_poll(video.status, later.polls);
                Ok(self.remote.schedule(&RemoteRow { misses, poll_at: Some(poll_at), ..later }).await?)
            }
        }
    }

    /// The upload, and the asset that it has become. `None`: the video is gone.
    async fn ask_all(&self, video: &VideoRow, later: RemoteRow) -> Result<Result<Option<VideoRow>, Fault>, AppError> {
        let mut video = video.clone();
        // Noted first: news sets it back.
        self.remote.schedule(&later).await?;
        let actions = &self.map.actions;
        if video.external_id.is_none() && actions.get_upload.is_some() {
            let report = match self.look(&video).await {
                Ok(report) => report,
                Err(fault) => return Ok(Err(fault)),
            };
            let Some(after) = self.absorb(&video, &report).await? else { return Ok(Ok(None)) };
            video = after;
            if video.external_id.is_none() || video.status.is_final() {
                return Ok(Ok(Some(video)));
            }
        }
        let asset = VideoRow { upload_id: None, ..video.clone() };
        let report = match self.look(&asset).await {
            Ok(report) => report,
            Err(fault) => return Ok(Err(fault)),
        };
        let Some(after) = self.absorb(&video, &report).await? else { return Ok(Ok(None)) };
        self.make_playable(&after, &report).await.map(Ok)
    }

    async fn conclude(&self, video: &VideoRow, status: Status, why: Option<&str>) -> Result<(), AppError> {
        let report = Report { status: Some(status), ..Report::default() };
        match why {
            None => self.absorb(video, &report).await.map(drop),
            Some(why) => {
                let failed = crate::db::Change::Failed { code: ErrorCode::ProcessingFailed, message: why.to_owned() };
                self.videos.apply(&video.id, failed).await?;
                Ok(())
            }
        }
    }
}
