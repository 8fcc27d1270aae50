//! The local provider: files come to this server's disk, and its worker makes them playable.
//!
//! - [`token`]: the secret in an upload's URL.
//! - [`resumable`], [`tus`]: the dialogues, sans-IO. [`dialogue`]: what they share. [`checksum`]: digests.
//! - [`receive`]: a request's bytes. `sink`: the file they go to. [`lease`]: one writer at a time.
//! - `finish`: an upload's last byte. [`parts`]: files in parts. [`closing`]: how an upload ends otherwise.

pub mod checksum;
pub mod closing;
pub mod dialogue;
mod finish;
pub mod lease;
pub mod parts;
pub mod receive;
pub mod resumable;
mod sink;
pub mod token;
pub mod tus;

use std::path::{Path, PathBuf};

use reelway_api::{Digest, ErrorCode, Playback, Protocol, UploadTarget, VideoStatus};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

use self::{lease::Leases, token::Token};
use super::{Answer, OpenedUpload, Provider, UploadRequest};
use crate::{
    access::{Pass, Passes},
    app::Originals,
    clock::{Clock, millis},
    config::{Config, Limits, ProviderKind, UploadConfig},
    db::{Db, UploadRow, UploadState, Uploads, VideoRow, Videos},
    error::AppError,
    jobs::{self, JobKind},
    store::Store,
};

/// Bytes: every chunk but the last is a multiple, as with Google's resumable uploads.
pub const CHUNK_MULTIPLE: u64 = 256 << 10;

/// `Upload-Concat` of a part.
const PARTIAL: &str = "partial";

/// The local provider.
#[derive(Debug)]
pub struct Local {
    folder: PathBuf,
    limits: Limits,
    config: UploadConfig,
    clock: Clock,
    db: Db,
    uploads: Uploads,
    videos: Videos,
    store: Store,
    originals: Originals,
    shutdown: CancellationToken,
    /// What signs media addresses, and for how many milliseconds at least. `None`: they are public.
    signing: Option<(Passes, u64)>,
    leases: Leases,
    tasks: TaskTracker,
}

impl Local {
    /// Over these parts.
    pub fn new(
        config: &Config,
        clock: Clock,
        db: Db,
        videos: Videos,
        store: Store,
        originals: Originals,
        shutdown: CancellationToken,
    ) -> Self {
        Self {
            folder: config.data_dir.join("uploads"),
            limits: config.limits.clone(),
            config: config.upload.clone(),
            clock,
            uploads: Uploads::new(db.clone()),
            db,
            videos,
            store,
            originals,
            shutdown,
            signing: None,
            leases: Leases::default(),
            tasks: TaskTracker::new(),
        }
    }

    /// Signs the addresses of media, for so many milliseconds at least.
    #[must_use]
    pub fn signing(mut self, passes: Passes, ttl: u64) -> Self {
        self.signing = Some((passes, ttl));
        self
    }

    /// The token of the video's media, and when it runs out.
    fn media_pass(&self, video: &VideoRow) -> Option<(String, u64)> {
        let (passes, ttl) = self.signing.as_ref()?;
        Some(passes.lasting(Pass::Media, &video.id, self.clock.now(), *ttl))
    }

    /// The address of something that this server keeps of a video, and when it runs out.
    pub(crate) fn media_address(&self, video: &VideoRow, path: &str) -> (String, Option<u64>) {
        let (pass, expires_at) = self.media_pass(video).unzip();
        (media_url(video, path, pass.as_deref()), expires_at)
    }

    /// Waits until what has arrived is stored. Call it once no connection is accepted any more.
    pub async fn settled(&self) {
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// The URL speaks both dialogues; the target says which one its reader is to speak.
    fn target(&self, token: &Token, protocol: Protocol, expires_at: u64) -> UploadTarget {
        let quantum = if protocol == Protocol::Tus { 1 } else { CHUNK_MULTIPLE };
        UploadTarget {
            min_chunk: quantum,
            max_chunk: self.config.max_chunk,
            chunk_multiple: quantum,
            digest: self.config.digest.then_some(Digest::Sha256),
            expires_at: Some(expires_at),
            ..UploadTarget::new(protocol, token.url())
        }
    }

    /// Notes an upload that is about to begin.
    async fn open(&self, upload: &UploadRow, token: &Token) -> Result<(), AppError> {
        let max_open = self.limits.max_open_uploads;
        if self.uploads.open(upload, &token.hash(), max_open, self.clock.now()).await? {
            return Ok(());
        }
        let message = "Too many uploads are open at this server. Try again in a minute.";
        let retry_after = axum::http::HeaderValue::from_static("60");
        let error = AppError::new(ErrorCode::TooManyRequests, message);
        Err(error.header(axum::http::header::RETRY_AFTER, retry_after))
    }

    fn part(&self, upload: &UploadRow) -> PathBuf {
        self.folder.join(&upload.file)
    }
}

/// Bytes that may still be written to the disk of this folder.
///
/// # Errors
/// Where there is no such folder.
pub fn free_space(folder: &Path) -> std::io::Result<u64> {
    let stat = rustix::fs::statvfs(folder)?;
    Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// What is published lies under `/media/{id}/`.
fn media_url(video: &VideoRow, path: &str, pass: Option<&str>) -> String {
    let query = pass.map(|pass| format!("?token={pass}")).unwrap_or_default();
    format!("/media/{}/{path}{query}", video.id)
}

impl Provider for Local {
    fn kind(&self) -> ProviderKind {
        ProviderKind::Local
    }

    fn accept(&self, size: Option<u64>) -> Result<(), AppError> {
        let limit = self.limits.max_file_size;
        match size {
            Some(0) => Err(AppError::new(ErrorCode::EmptyFile, "The file has no bytes. Choose another one.")),
            Some(size) if size > limit => Err(AppError::too_large(size, limit)),
            size => {
                let needed = size.unwrap_or(0).saturating_add(self.limits.min_free_space);
                if free_space(&self.folder)? < needed { Err(AppError::no_room()) } else { Ok(()) }
            }
        }
    }

    fn counts_bytes(&self) -> bool {
        true
    }

    fn create_upload<'a>(&'a self, video: &'a VideoRow, request: &'a UploadRequest) -> Answer<'a, OpenedUpload> {
        Box::pin(async move {
            let token = Token::generate();
            let upload = UploadRow {
                id: video.id.clone(),
                video_id: Some(video.id.clone()),
                // A wish: what is not spoken here is answered with what is.
                protocol: request.protocol.filter(|wish| *wish == Protocol::Tus).unwrap_or(Protocol::Resumable),
                metadata: request.metadata.clone(),
                concat: None,
                file: format!("{}.part", video.id),
                length: video.size,
                max_size: request.max_size,
                offset: 0,
                state: UploadState::Open,
                expires_at: self.clock.now() + millis(self.config.ttl()),
            };
            self.open(&upload, &token).await?;
            Ok(OpenedUpload { target: self.target(&token, upload.protocol, upload.expires_at), upload_id: None })
        })
    }

    fn fresh_target<'a>(&'a self, video: &'a VideoRow, request: &'a UploadRequest) -> Answer<'a, OpenedUpload> {
        Box::pin(async move {
            if self.uploads.by_video(&video.id).await?.is_none() {
                // The request that made the video has not come so far, or died before it did.
                return self.create_upload(video, request).await;
            }
            let token = Token::generate();
            let expires_at = self.clock.now() + millis(self.config.ttl());
            let renewed = self.uploads.renew(&video.id, &token.hash(), expires_at).await?;
            let upload = self.uploads.by_video(&video.id).await?.filter(|_| renewed).ok_or_else(|| {
                AppError::new(ErrorCode::Conflict, "The upload is over: there is nothing to send any more.")
            })?;
            Ok(OpenedUpload { target: self.target(&token, upload.protocol, expires_at), upload_id: None })
        })
    }

    fn cancel<'a>(&'a self, video: &'a VideoRow) -> Answer<'a, ()> {
        Box::pin(self.give_up(&video.id, UploadState::Cancelled))
    }

    fn delete<'a>(&'a self, video: &'a VideoRow) -> Answer<'a, ()> {
        Box::pin(async move {
            self.cancel(video).await?;
            self.originals.remove(&video.id).await?;
            self.store.remove_video(&video.id).await?;
            Ok(())
        })
    }

    fn playback<'a>(&'a self, video: &'a VideoRow) -> Answer<'a, Option<Playback>> {
        let (pass, expires_at) = self.media_pass(video).unzip();
        let url = |path: &String| media_url(video, path, pass.as_deref());
        let playback = video.hls.as_ref().filter(|_| video.status == VideoStatus::Ready).map(|hls| Playback {
            hls: url(hls),
            poster: video.poster.as_ref().map(url),
            storyboard: video.storyboard.as_ref().map(url),
            expires_at,
            ..Playback::default()
        });
        Box::pin(async { Ok(playback) })
    }

    fn poster_chosen<'a>(&'a self, video: &'a VideoRow) -> Answer<'a, ()> {
        Box::pin(async move {
            // Before that, processing itself takes the time from the row.
            if video.status == VideoStatus::Ready {
                let mut transaction = self.db.begin().await?;
                jobs::enqueue(&mut transaction, &video.id, JobKind::Poster).await?;
                transaction.commit().await?;
            }
            Ok(())
        })
    }
}

async fn remove_file(path: &Path) -> std::io::Result<()> {
    match tokio::fs::remove_file(path).await {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}
