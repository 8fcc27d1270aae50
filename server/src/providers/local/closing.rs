//! How an upload ends but by its last byte: cancelled by the user, expired, or found whole after a crash.

use reelway_api::ErrorCode;
use tokio::task::JoinHandle;

use super::{Local, lease::Lease, receive::no_such_upload, remove_file, token::Token};
use crate::{
    app::App,
    db::{Applied, Change, UploadState},
    error::AppError,
};

/// How often abandoned uploads are looked for.
const SWEEP: std::time::Duration = std::time::Duration::from_secs(60);

impl Local {
    /// Answers `DELETE /u/{token}`: the upload ends and its bytes go. Again is no error.
    ///
    /// # Errors
    /// A refusal where the upload is complete: its video is to be deleted then.
    pub async fn cancel_by_token(&self, token: &Token) -> Result<(), AppError> {
        let upload = self.uploads.by_token(&token.hash()).await?.ok_or_else(no_such_upload)?;
        let Some(video_id) = &upload.video_id else { return self.remove_part(&upload.id).await };
        if upload.state == UploadState::Complete {
            return Err(AppError::new(ErrorCode::Conflict, "The upload is complete. Delete the video instead."));
        }
        self.give_up(video_id, UploadState::Cancelled).await
    }

    /// Ends the video's upload, if it is open, and removes its bytes. Whoever is writing them is told to stop.
    pub(super) async fn give_up(&self, video_id: &str, state: UploadState) -> Result<(), AppError> {
        let change = if state == UploadState::Expired { Change::Expired } else { Change::Cancelled };
        let lease = self.insist(video_id).await;
        let Some(upload) = self.uploads.by_video(video_id).await? else { return Ok(()) };
        // The user came back in the meantime.
        if state == UploadState::Expired && !self.is_abandoned(upload.expires_at) {
            return Ok(());
        }
        let mut transaction = self.db.begin().await?;
        if self.uploads.close_in(&mut transaction, video_id, state, self.clock.now()).await? {
            let applied = self.videos.apply_in(&mut transaction, video_id, change).await?;
            transaction.commit().await?;
            if let Applied::Done(video) = applied {
                self.videos.publish(&video);
            }
        }
        remove_file(&self.part(&upload)).await?;
        drop(lease);
        Ok(())
    }

    /// The right to write an upload, whoever else wants it.
    async fn insist(&self, id: &str) -> Lease {
        loop {
            // Whoever comes in between ends soon: it is overtaken in its turn.
            if let Some(lease) = self.leases.take(id).await {
                return lease;
            }
        }
    }

    /// Removes a part of a file, as if it had never been.
    async fn remove_part(&self, id: &str) -> Result<(), AppError> {
        let lease = self.insist(id).await;
        if let Some(part) = self.uploads.part(id).await? {
            remove_file(&self.part(&part)).await?;
            self.uploads.remove_part(id).await?;
        }
        drop(lease);
        Ok(())
    }

    const fn keep(&self) -> u64 {
        self.config.keep.saturating_mul(1000)
    }

    fn is_abandoned(&self, expires_at: u64) -> bool {
        expires_at.saturating_add(self.keep()) < self.clock.now()
    }

    /// Gives up the uploads whose URL ran out longer ago than their bytes are kept. Tells how many.
    ///
    /// # Errors
    /// The database's and the disk's.
    pub async fn sweep(&self) -> Result<usize, AppError> {
        let abandoned = self.uploads.abandoned(self.clock.now().saturating_sub(self.keep())).await?;
        for upload in &abandoned {
            self.give_up(&upload.id, UploadState::Expired).await?;
        }
        // Nobody can have a fresh URL for a part, so its bytes are of no use once the old one has run out.
        let parts = self.uploads.stale_parts(self.clock.now()).await?;
        for part in &parts {
            self.remove_part(&part.id).await?;
        }
        Ok(abandoned.len() + parts.len())
    }

    /// Hands on the uploads that were whole when the process before this one died, whose client may never ask again.
    ///
    /// # Errors
    /// The database's and the disk's.
    pub async fn recover(&self) -> Result<(), AppError> {
        for upload in self.uploads.all_open().await? {
            let stored = self.reconcile(&upload).await?;
            let is_whole = stored.offset > 0 && stored.length == Some(stored.offset);
            if is_whole && upload.video_id.is_some() {
                tracing::info!(video_id = upload.video_id, "an upload was whole when the server stopped");
                self.finish(&upload, stored.offset).await?;
            }
        }
        Ok(())
    }
}

/// Sweeps once a minute until the process stops.
pub fn spawn_sweeper(app: App) -> JoinHandle<()> {
    tokio::spawn(async move {
        let mut every = tokio::time::interval(SWEEP);
        loop {
            tokio::select! {
                () = app.shutdown().cancelled() => return,
                _ = every.tick() => {}
            }
            match app.local().sweep().await {
                Ok(0) => {}
                Ok(count) => tracing::info!(count, "gave up abandoned uploads"),
                Err(error) => tracing::error!(%error, "looking for abandoned uploads failed"),
            }
        }
    })
}
