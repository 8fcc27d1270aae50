//! Files that come in parts, several at once (tus' concatenation).
//!
//! A part is an upload without a video. Putting parts together appends the second and all after it to the file of the
//! first, in the kernel where the file system can; no byte passes through this process' memory then. Until the file
//! is whole and noted as such, the first part's acknowledged length stands: a process that dies in between leaves all
//! parts as they were.

use std::{io, path::Path, sync::Arc};

use reelway_api::{ErrorCode, Protocol};

use super::{
    Local, PARTIAL,
    dialogue::Refusal,
    free_space,
    lease::Lease,
    receive::{Received, no_such_upload, overtaken},
    remove_file,
    token::Token,
    tus::refusal::TusRefusal,
};
use crate::{
    clock::millis,
    db::{NewVideo, UploadRow, UploadState, VideoRow},
    error::AppError,
};

/// A file that is to be put together.
pub struct Join {
    /// The secrets of its parts, in their order.
    pub parts: Vec<Token>,
    /// `Upload-Concat` as it came. The URLs in it write nothing any more once it is kept.
    pub concat: String,
    /// `Upload-Metadata` as it came.
    pub metadata: Option<String>,
    /// The video that it becomes. Its size is the parts'.
    pub video: NewVideo,
    /// Bytes that the caller's ticket allows.
    pub max_size: Option<u64>,
}

impl Local {
    /// Opens an upload for a part of a file.
    ///
    /// # Errors
    /// Too many uploads are open.
    pub async fn open_part(
        &self,
        length: Option<u64>,
        metadata: Option<String>,
        max_size: Option<u64>,
    ) -> Result<(Token, u64), AppError> {
        let now = self.clock.now();
        let id = uuid::Uuid::new_v4().simple().to_string();
        let upload = UploadRow {
            file: format!("{id}.part"),
            id,
            video_id: None,
            protocol: Protocol::Tus,
            metadata,
            concat: Some(PARTIAL.to_owned()),
            length,
            max_size,
            offset: 0,
            state: UploadState::Open,
            expires_at: now + millis(self.config.ttl()),
        };
        let token = Token::generate();
        self.open(&upload, &token).await?;
        Ok((token, upload.expires_at))
    }

    /// Makes a file, and a video of it, out of parts. The same parts give the same file however often it is asked.
    ///
    /// # Errors
    /// A part is missing or not complete, the file is too large, or the disk too full.
    pub async fn join(self: Arc<Self>, join: Join) -> Result<(Token, VideoRow), AppError> {
        let local = self.clone();
        // In a task of its own: whoever asked may hang up, and asks again.
        let task = self.tasks.spawn(async move { local.join_held(join).await });
        task.await.unwrap_or_else(|error| Err(io::Error::other(error).into()))
    }

    async fn join_held(&self, join: Join) -> Result<(Token, VideoRow), AppError> {
        let token = Token::of_parts(&join.parts);
        let (parts, leases) = self.hold_parts(&join.parts).await?;
        if let Some(before) = self.uploads.by_token(&token.hash()).await? {
            // The disk may have failed in the midst of it.
            if before.state == UploadState::Open {
                self.finish(&before, before.offset).await?;
            }
            let id = before.video_id.as_deref().unwrap_or_default();
            let video = self.videos.get(id).await?.filter(|video| video.owner == join.video.owner);
            return Ok((token, video.ok_or_else(no_such_upload)?));
        }
        let mut length: u64 = 0;
        for part in &parts {
            if part.state != UploadState::Open {
                return Err(TusRefusal::PartMissing.into());
            }
            let stored = self.reconcile(part).await?;
            if stored.length != Some(stored.offset) {
                return Err(TusRefusal::PartMissing.into());
            }
            length = length.saturating_add(stored.offset);
        }
        let first = parts.first().ok_or(TusRefusal::PartMissing)?;
        if length > join.max_size.unwrap_or(u64::MAX).min(self.limits.max_file_size) {
            return Err(TusRefusal::from(Refusal::TooLarge).into());
        }
        if free_space(&self.folder)? < self.limits.min_free_space.saturating_add(length - first.offset) {
            return Err(AppError::no_room());
        }
        let rest: Vec<_> = parts.iter().skip(1).map(|part| self.part(part)).collect();
        let (file, start) = (self.part(first), first.offset);
        let appended = tokio::task::spawn_blocking(move || append(&file, start, &rest)).await;
        let written = appended.map_err(io::Error::other)??;
        if written != length {
            return Err(io::Error::other(format!("the parts have {written} bytes, and should have {length}")).into());
        }
        let (upload, video) = self.note_join(join, &token, &parts, length).await?;
        let video = match self.finish(&upload, length).await? {
            Received::Complete(video) => *video,
            Received::Incomplete { .. } => video,
        };
        for part in parts.iter().skip(1) {
            // The row's own end, or the next sweep, removes what can't be removed now.
            if let Err(error) = remove_file(&self.part(part)).await {
                tracing::warn!(part.id, %error, "the file of a part that is not needed any more is left over");
            }
        }
        drop(leases);
        Ok((token, video))
    }

    /// The parts, and the right to write all of them. In one order for everybody, so that two who want the same parts
    /// do not wait for each other.
    async fn hold_parts(&self, tokens: &[Token]) -> Result<(Vec<UploadRow>, Vec<Lease>), AppError> {
        let mut ids = Vec::with_capacity(tokens.len());
        for token in tokens {
            let part = self.uploads.by_token(&token.hash()).await?.ok_or(TusRefusal::PartMissing)?;
            if part.video_id.is_some() {
                return Err(TusRefusal::PartMissing.into());
            }
            ids.push(part.id);
        }
        ids.sort_unstable();
        let mut leases = Vec::with_capacity(ids.len());
        for id in &ids {
            leases.push(self.leases.take(id).await.ok_or_else(overtaken)?);
        }
        let (now, mut parts) = (self.clock.now(), Vec::with_capacity(tokens.len()));
        for token in tokens {
            let part = self.uploads.by_token(&token.hash()).await?.ok_or(TusRefusal::PartMissing)?;
            if part.state == UploadState::Open && part.expires_at <= now {
                return Err(AppError::new(ErrorCode::UploadExpired, "A part has expired. Begin a new upload."));
            }
            parts.push(part);
        }
        Ok((parts, leases))
    }

    /// From here on the file is the video's, and a process that starts finishes it.
    async fn note_join(
        &self,
        join: Join,
        token: &Token,
        parts: &[UploadRow],
        length: u64,
    ) -> Result<(UploadRow, VideoRow), AppError> {
        let first = parts.first().ok_or(TusRefusal::PartMissing)?;
        let mut transaction = self.db.begin().await?;
        let new = NewVideo { size: Some(length), ..join.video };
        let video = self.videos.insert_in(&mut transaction, new).await?.ok_or_else(overtaken)?;
        let now = self.clock.now();
        let upload = UploadRow {
            id: video.id.clone(),
            video_id: Some(video.id.clone()),
            protocol: Protocol::Tus,
            metadata: join.metadata,
            concat: Some(join.concat),
            file: first.file.clone(),
            length: Some(length),
            max_size: join.max_size,
            offset: length,
            state: UploadState::Open,
            expires_at: now + millis(self.config.ttl()),
        };
        self.uploads.join_in(&mut transaction, &upload, &token.hash(), &first.id, parts, now).await?;
        transaction.commit().await?;
        metrics::counter!("reelway_videos_created_total").increment(1);
        Ok((upload, video))
    }
}

/// Appends files to another one, after its first `start` bytes. Gives the bytes that it has then, all of them safe.
fn append(file: &Path, start: u64, rest: &[std::path::PathBuf]) -> io::Result<u64> {
    use std::io::{Seek, SeekFrom};
    let mut target = std::fs::OpenOptions::new().write(true).open(file)?;
    target.set_len(start)?;
    target.seek(SeekFrom::Start(start))?;
    let mut length = start;
    for part in rest {
        // By copy_file_range or sendfile on Linux.
        length += io::copy(&mut std::fs::File::open(part)?, &mut target)?;
    }
    target.sync_all()?;
    Ok(length)
}
