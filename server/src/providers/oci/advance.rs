//! One step further: what Oracle is asked next for a video, and what becomes of the answer.
//!
//! Each step is noted before the next, and each request that makes something carries a token that is the same when it
//! is sent again: a process that dies in between, or two that do the same, make nothing twice.

use reelway_api::{ErrorCode, VideoStatus};
use reelway_core::checks::Refusal;
use serde_json::json;

use super::{
    client::{
        Fault,
        flow::Workflow,
        model::{Job, JobState},
    },
    job::{Verdict, judge, master, why},
    names,
    service::{Oci, field},
    workflow,
};
use crate::{
    db::{Applied, Change, RemoteRow, VideoRow},
    error::AppError,
};

/// What is said of a job that went wrong. The log has Oracle's words.
const FAILED: &str =
    "The video service could not process this file. Check that it plays on your device, and upload it again.";
/// What is said where processing never ends.
const TOO_SLOW: &str = "The video service has not finished this video in time. Upload it again.";
/// After so many answers in a row that there is no such thing, there is none.
const MISSES: u32 = 3;

/// What a step comes to.
struct Step {
    changes: Vec<Change>,
    row: RemoteRow,
    /// There is something to ask at once.
    soon: bool,
}

impl Oci {
    /// When a video that stands so is asked for next, after so many answers without news: milliseconds from now.
    pub(super) fn pause(&self, status: VideoStatus, polls: u32) -> u64 {
        let (first, most) = match status {
            // Nobody else tells that the bytes have arrived.
            VideoStatus::AwaitingUpload | VideoStatus::Uploading => (3000.0, 15_000.0),
            _ => (3000.0, 30_000.0),
        };
        (first * 1.3_f64.powi(polls.min(40) as i32)).min(most) as u64
    }

    /// Writes down what a step comes to, and tells those who watch. `None`: the video is gone.
    pub(super) async fn record(
        &self,
        video: &VideoRow,
        changes: Vec<Change>,
        row: RemoteRow,
    ) -> Result<Option<VideoRow>, AppError> {
        let mut tx = self.db.begin().await?;
        let mut after = video.clone();
        for change in changes {
            after = match self.videos.apply_in(&mut tx, &video.id, change).await? {
                Applied::Done(video) | Applied::Refused(video) => video,
                Applied::Gone => return Ok(None),
            };
        }
        crate::db::Remote::put_in(&mut tx, &row).await?;
        tx.commit().await?;
        if after.revision != video.revision {
            self.videos.publish(&after);
        }
        Ok(Some(after))
    }

    /// Asks for the video until there is nothing to ask at once, and says when it is asked for next.
    pub(super) async fn advance(&self, video: &VideoRow, remote: &RemoteRow) -> Result<(), AppError> {
        let (mut video, mut row) = (video.clone(), remote.clone());
        // A video has a handful of steps. Whatever goes round and round is taken up later.
        for _ in 0..8 {
            let fields = row.fields.clone();
            let step = match self.step(&video, &row).await {
                Ok(Some(step)) => step,
                Ok(None) => return Ok(self.remote.schedule(&RemoteRow { poll_at: None, ..row }).await?),
                Err(fault) => return self.later(&video, row, fault).await,
            };
            let Step { changes, row: mut next, soon } = step;
            let now = self.clock.now();
            let processing = changes.iter().any(|change| matches!(change, Change::Processing { .. }));
            if processing && video.status != VideoStatus::Processing {
                next.deadline = now.saturating_add(self.settings.limits.processing.saturating_mul(1000));
            }
            let news = next.fields != fields;
            next.polls = if news { 0 } else { row.polls.saturating_add(1) };
            next.misses = 0;
            next.poll_at = Some(self.next(&next, video.status, now));
            let Some(after) = self.record(&video, changes, next.clone()).await? else {
                // Removed while this was under way: what was made meanwhile goes too.
                self.remove(&video, &next).await.unwrap_or_else(|fault| self.note("remove a video", &fault));
                return Ok(());
            };
            if matches!(after.status, VideoStatus::Cancelled | VideoStatus::Expired | VideoStatus::Failed) {
                if let Some(job) = next.fields.get(field::JOB).filter(|_| after.status != VideoStatus::Failed) {
                    self.client.cancel_job(job).await.unwrap_or_else(|fault| self.note("cancel a job", &fault));
                }
                return Ok(self.remote.schedule(&RemoteRow { poll_at: None, ..next }).await?);
            }
            if after.status == VideoStatus::Ready && !next.fields.contains_key(field::MORE) {
                return Ok(self.remote.schedule(&RemoteRow { poll_at: None, ..next }).await?);
            }
            (video, row) = (after, next);
            if !soon {
                return self.look_at_the_clock(&video, &row).await;
            }
        }
        Ok(())
    }

    /// The time to ask next. A deadline is looked at when it comes, not a minute later.
    fn next(&self, row: &RemoteRow, status: VideoStatus, now: u64) -> u64 {
        let next = now + self.pause(status, row.polls);
        next.min(row.deadline.max(now + 1000))
    }

    /// Ends what has taken too long.
    async fn look_at_the_clock(&self, video: &VideoRow, row: &RemoteRow) -> Result<(), AppError> {
        if self.clock.now() < row.deadline {
            return Ok(());
        }
        let over = RemoteRow { poll_at: None, ..row.clone() };
        match video.status {
            VideoStatus::AwaitingUpload | VideoStatus::Uploading => {
                self.record(video, vec![Change::Expired], over).await?;
                self.end(row).await.unwrap_or_else(|fault| self.note("end an upload", &fault));
            }
            VideoStatus::Processing => {
                for job in [field::JOB, field::INGEST].iter().filter_map(|name| row.fields.get(*name)) {
                    self.client.cancel_job(job).await.unwrap_or_else(|fault| self.note("cancel a job", &fault));
                }
                let failed = Change::Failed { code: ErrorCode::ProcessingFailed, message: TOO_SLOW.to_owned() };
                self.record(video, vec![failed], over).await?;
            }
            _ => self.remote.schedule(&over).await?,
        }
        Ok(())
    }

    /// Something went wrong. It is tried again, unless it never will go right.
    async fn later(&self, video: &VideoRow, row: RemoteRow, fault: Fault) -> Result<(), AppError> {
        self.note("poll", &fault);
        let now = self.clock.now();
        let refused = fault.is_gone() || matches!(fault, Fault::Refused(_));
        if fault.is_gone() {
            // Perhaps what was made once is not there any more.
            self.provision.forget().await;
        }
        let misses = if refused { row.misses + 1 } else { row.misses };
        let polls = row.polls.saturating_add(1);
        let row = RemoteRow { misses, polls, ..row };
        if misses >= MISSES && video.status == VideoStatus::Processing {
            let failed = Change::Failed { code: ErrorCode::ProcessingFailed, message: FAILED.to_owned() };
            self.record(video, vec![failed], RemoteRow { poll_at: None, ..row }).await?;
            return Ok(());
        }
        let row = RemoteRow { poll_at: Some(self.next(&row, video.status, now)), ..row };
        self.remote.schedule(&row).await?;
        self.look_at_the_clock(video, &row).await
    }

    /// The next step. `None`: there is none.
    async fn step(&self, video: &VideoRow, row: &RemoteRow) -> Result<Option<Step>, Fault> {
        match video.status {
            VideoStatus::AwaitingUpload | VideoStatus::Uploading => self.receive(video, row).await.map(Some),
            VideoStatus::Processing if video.external_id.is_none() => self.make(video, row).await.map(Some),
            VideoStatus::Processing => self.ingest(video, row).await.map(Some),
            VideoStatus::Ready if row.fields.contains_key(field::MORE) => {
                self.wait_for_more(video, row).await.map(Some)
            }
            _ => Ok(None),
        }
    }

    fn stay(row: &RemoteRow) -> Step {
        Step { changes: Vec::new(), row: row.clone(), soon: false }
    }

    /// Have the bytes arrived?
    async fn receive(&self, video: &VideoRow, row: &RemoteRow) -> Result<Step, Fault> {
        let Some(object) = row.fields.get(field::OBJECT) else { return Ok(Self::stay(row)) };
        let plant = self.plant().await?;
        let Some(head) = self.client.head(self.input(&plant), object).await? else { return Ok(Self::stay(row)) };
        let facts = Change::Facts { duration: None, width: None, height: None, size: head.size };
        let refusal = match head.size {
            Some(0) => Some((ErrorCode::EmptyFile, "The file has no bytes. Choose another one.".to_owned())),
            Some(size) if size > self.limits.max_file_size => {
                let limit = self.limits.max_file_size;
                Some((ErrorCode::TooLarge, Refusal::TooLarge { size, limit }.message()))
            }
            Some(size) if video.size.is_some_and(|declared| declared != size) => {
                Some((ErrorCode::Corrupt, "What has arrived is not as long as the file. Upload it again.".to_owned()))
            }
            _ => None,
        };
        let processing = Change::Processing { percent: Some(0) };
        if let Some((code, message)) = refusal {
            self.end(row).await?;
            let changes = vec![processing, Change::Failed { code, message }];
            return Ok(Step { changes, row: row.clone(), soon: false });
        }
        Ok(Step { changes: vec![facts, processing], row: row.clone(), soon: true })
    }

    /// Has the job made what plays?
    async fn make(&self, video: &VideoRow, row: &RemoteRow) -> Result<Step, Fault> {
        let plant = self.plant().await?;
        let mut row = row.clone();
        let Some(job) = row.fields.get(field::JOB) else {
            let Some(object) = row.fields.get(field::OBJECT) else { return Err(Fault::Unreadable) };
            // Its URL is of no use any more, and must not write another file over this one.
            if let Some(request) = row.fields.get(field::REQUEST) {
                self.client.revoke_upload(self.input(&plant), request).await?;
            }
            let parameters = workflow::parameters(&self.settings, &plant.namespace, object, &video.id);
            let token = names::derived(&["job", &plant.workflow, object]);
            let workflow = Workflow::Id(&plant.workflow);
            let job =
                self.client.create_job(&workflow, &self.settings.compartment, &video.id, parameters, &token).await?;
            row.fields.insert(field::JOB.to_owned(), job.id);
            return Ok(Step { changes: Vec::new(), row, soon: false });
        };
        let job = self.client.job(job).await?;
        let more = match judge(&job) {
            Verdict::Working(percent) => {
                let changes = vec![Change::Processing { percent: Some(percent) }];
                let changes = if video.percent == Some(percent) { Vec::new() } else { changes };
                return Ok(Step { changes, row, soon: false });
            }
            Verdict::Failed(why) => return Ok(self.failed(row, &job, &why)),
            Verdict::Made { more } => more,
        };
        let object = names::master(&self.settings.prefix, &video.id);
        let asset = match master(&job, &object) {
            Some(asset) => asset.to_owned(),
            None => {
                let asset = json!({"type": "PLAYLIST", "compartmentId": self.settings.compartment,
                    "namespaceName": plant.namespace, "bucketName": self.settings.output_bucket(),
                    "objectName": object, "displayName": video.id});
                self.client.create_asset(asset, &names::derived(&["asset", &job.id])).await?.id
            }
        };
        // Captions come from a task beside the video: they are looked for whether it is over or not.
        if more || self.settings.workflow.transcribe.is_some() {
            row.fields.insert(field::MORE.to_owned(), "captions".to_owned());
        }
        let mut changes = vec![Change::Provider { upload_id: None, external_id: Some(asset) }];
        let output = self.output(&plant);
        let facts = self.facts(output, &object).await;
        let duration = match &facts {
            Some(Change::Facts { duration, .. }) => *duration,
            _ => None,
        };
        changes.extend(facts);
        changes.extend(self.poster(&VideoRow { duration, ..video.clone() }, output).await);
        changes.push(Change::Processing { percent: Some(99) });
        Ok(Step { changes, row, soon: true })
    }

    fn failed(&self, row: RemoteRow, job: &Job, why: &str) -> Step {
        tracing::warn!(provider = self.name, video_id = row.video_id, job = job.id, why, "a job failed");
        let failed = Change::Failed { code: ErrorCode::ProcessingFailed, message: FAILED.to_owned() };
        Step { changes: vec![failed], row, soon: false }
    }

    /// Is it on the channel?
    async fn ingest(&self, video: &VideoRow, row: &RemoteRow) -> Result<Step, Fault> {
        let Some(asset) = &video.external_id else { return Err(Fault::Unreadable) };
        let mut row = row.clone();
        let Some(job) = row.fields.get(field::INGEST) else {
            let plant = self.plant().await?;
            let token = names::derived(&["ingest", &plant.channel, asset]);
            let job = self.client.ingest(&plant.channel, asset, &self.settings.compartment, &token).await?;
            row.fields.insert(field::INGEST.to_owned(), job);
            row.fields.insert(field::CHANNEL.to_owned(), plant.channel);
            row.fields.insert(field::DOMAIN.to_owned(), plant.domain);
            row.fields.insert(field::PACKAGING.to_owned(), plant.packaging);
            return Ok(Step { changes: Vec::new(), row, soon: false });
        };
        let job = self.client.job(job).await?;
        if job.lifecycle_state.is_final() && job.lifecycle_state != JobState::Succeeded {
            let why = why(&job);
            return Ok(self.failed(row, &job, &why));
        }
        if job.lifecycle_state != JobState::Succeeded {
            return Ok(Self::stay(&row));
        }
        row.playback_id = Some(asset.clone());
        row.policy = Some("signed".to_owned());
        let changes = vec![Change::Ready { hls: asset.clone(), percent: None }];
        if self.settings.upload.discard_original
            && let Some(object) = row.fields.get(field::OBJECT)
        {
            let plant = self.plant().await?;
            let removed = self.client.delete_object(self.input(&plant), object).await;
            removed.unwrap_or_else(|fault| self.note("remove the uploaded file", &fault));
        }
        Ok(Step { changes, row, soon: false })
    }

    /// The video plays. Is there more to it?
    async fn wait_for_more(&self, video: &VideoRow, row: &RemoteRow) -> Result<Step, Fault> {
        let mut row = row.clone();
        let over = match row.fields.get(field::JOB) {
            Some(job) => match self.client.job(job).await {
                Ok(job) => job.lifecycle_state.is_final(),
                Err(fault) if fault.is_gone() => true,
                Err(fault) => return Err(fault),
            },
            None => true,
        };
        if !over {
            return Ok(Self::stay(&row));
        }
        row.fields.remove(field::MORE);
        Ok(Step { changes: self.captions(video).await.into_iter().collect(), row, soon: false })
    }
}
