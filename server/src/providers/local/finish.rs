//! An upload's last byte is there: the file goes to its place, and the worker gets its job.

use std::io;

use tokio::fs::File;

use super::{
    Local,
    receive::{Received, no_such_upload},
};
use crate::{
    db::{Applied, Change, UploadRow},
    error::AppError,
    jobs::{self, JobKind},
};

impl Local {
    /// Makes the whole file durable, moves it to its place and hands it to the worker. A part stays where it is until
    /// it is put together with others.
    pub(super) async fn finish(&self, upload: &UploadRow, length: u64) -> Result<Received, AppError> {
        let Some(id) = &upload.video_id else {
            self.uploads.acknowledge(&upload.id, length, length, Some(length), self.clock.now()).await?;
            return Ok(Received::Incomplete { offset: length, expires_at: upload.expires_at });
        };
        let part = self.part(upload);
        let folder = self.originals.folder(id);
        match File::open(&part).await {
            Ok(file) => {
                file.sync_all().await?;
                tokio::fs::create_dir_all(&folder).await?;
                tokio::fs::rename(&part, self.originals.path(id)).await?;
                for folder in [folder.as_path(), self.originals.root(), &self.folder] {
                    File::open(folder).await?.sync_all().await?;
                }
            }
            // Moved already, by a process that died before it could note it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        let mut transaction = self.db.begin().await?;
        let facts = Change::Facts { duration: None, width: None, height: None, size: Some(length) };
        self.videos.apply_in(&mut transaction, id, facts).await?;
        let applied = self.videos.apply_in(&mut transaction, id, Change::Processing { percent: None }).await?;
        let closed = self.uploads.complete_in(&mut transaction, id, length, self.clock.now()).await?;
        let Applied::Done(video) = applied else { return Err(no_such_upload()) };
        if closed {
            jobs::enqueue(&mut transaction, id, JobKind::Process).await?;
        }
        transaction.commit().await?;
        self.videos.publish(&video);
        Ok(Received::Complete(Box::new(video)))
    }
}
