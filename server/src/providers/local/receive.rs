//! The bytes of `PUT /u/{token}`, from the connection to the disk.
//!
//! Memory is constant: a frame of the connection and one buffer of [`BUFFER`] bytes. The rules that nothing is lost by:
//!
//! - An offset is in the database, and the bytes before it on the disk, before any answer tells it.
//! - On the next request the file is cut to that offset. What lay beyond was never acknowledged.
//! - A body with a digest counts once the digest fits, one without counts as far as it came.
//! - Reading goes on in a task of its own: a connection that breaks takes its request's future with it, and what has
//!   come by then must still be stored.

use std::{io, pin::pin, sync::Arc, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use http_body_util::BodyExt;
use reelway_api::ErrorCode;
use sha2::{Digest, Sha256};
use tokio::{
    fs::{File, OpenOptions},
    io::{AsyncSeekExt, AsyncWriteExt, BufWriter},
    time::timeout,
};

use super::{
    Local, free_space,
    lease::Lease,
    resumable::{Decision, End, Plan, Put, Refusal, Stored, decide, range_of},
    token::Token,
};
use crate::{
    db::{Applied, Change, UploadRow, UploadState, VideoRow},
    error::AppError,
};

/// Bytes that are gathered before they are written.
const BUFFER: usize = 256 << 10;

/// Bytes after which a body that runs on is made safe, and the disk's free space is looked at.
const CHECKPOINT: u64 = 32 << 20;

/// How long a body may run on once the process is to stop.
const GRACE: Duration = Duration::from_secs(3);

/// A refused body is read up to this many bytes and this long: a browser whose connection is closed while it sends
/// never gets to see the answer.
const DRAIN: (usize, Duration) = (64 << 20, Duration::from_secs(10));

/// The codes of answers to requests whose body was given up half-way.
const GIVEN_UP: [ErrorCode; 2] = [ErrorCode::Conflict, ErrorCode::Unavailable];

/// `PUT /u/{token}` without its body.
pub struct PutRequest {
    /// The token of the URL.
    pub token: Token,
    /// What the headers tell.
    pub put: Put,
    /// The SHA-256 of `Content-Digest`, where there is one.
    pub digest: Option<[u8; 32]>,
    /// Whether the client waits for a sign before it sends the body (`Expect: 100-continue`).
    pub expects_continue: bool,
}

/// What is answered where nothing is wrong.
#[derive(Debug)]
pub enum PutAnswer {
    /// 308: this many bytes are stored.
    Incomplete(u64),
    /// 200: all of it is stored, and the video is being processed.
    Complete(Box<VideoRow>),
}

impl Local {
    /// Answers `PUT /u/{token}`.
    ///
    /// # Errors
    /// Refusals of the dialogue, with `Range` where it helps, and the disk's and the database's failures.
    pub async fn put(self: Arc<Self>, request: PutRequest, mut body: Body) -> Result<PutAnswer, AppError> {
        let local = self.clone();
        let task = self.tasks.spawn(async move {
            let answer = local.answer(&request, &mut body).await;
            // A body that has broken off or hangs has no more to give.
            let given_up = matches!(&answer, Err(error) if GIVEN_UP.contains(&error.code()));
            if !given_up && !request.expects_continue {
                drain(&mut body).await;
            }
            answer
        });
        task.await.unwrap_or_else(|error| Err(io::Error::other(error).into()))
    }

    async fn answer(&self, request: &PutRequest, body: &mut Body) -> Result<PutAnswer, AppError> {
        let hash = request.token.hash();
        let named = self.uploads.by_token(&hash).await?.ok_or_else(no_such_upload)?;
        let lease = self.leases.take(&named.video_id).await.ok_or_else(overtaken)?;
        // Once more: whoever had it before may have changed it.
        let upload = self.uploads.by_token(&hash).await?.ok_or_else(no_such_upload)?;
        match upload.state {
            UploadState::Complete => {
                let video = self.videos.get(&upload.video_id).await?.ok_or_else(no_such_upload)?;
                return Ok(PutAnswer::Complete(Box::new(video)));
            }
            UploadState::Cancelled => return Err(no_such_upload()),
            UploadState::Open if self.clock.now() < upload.expires_at => {}
            UploadState::Open | UploadState::Expired => {
                return Err(AppError::new(
                    ErrorCode::UploadExpired,
                    "The upload's URL has run out: ask for a fresh one.",
                ));
            }
        }
        let stored = self.reconcile(&upload).await?;
        match decide(&request.put, &stored) {
            Decision::Tell => Ok(PutAnswer::Incomplete(stored.offset)),
            Decision::Finish(length) => self.finish(&upload, length).await,
            Decision::Refuse(refusal) => Err(refused(refusal, stored.offset)),
            Decision::Receive(plan) => self.receive(&upload, &stored, plan, request.digest, body, &lease).await,
        }
    }

    /// Brings the file and the acknowledged offset together, after whatever has happened to either.
    ///
    /// Bytes beyond the offset go, for nobody was told of them and no digest vouches for them. Where the file is
    /// shorter (the disk lost what the database kept) the offset goes back to what there is.
    pub(super) async fn reconcile(&self, upload: &UploadRow) -> Result<Stored, AppError> {
        let stored = |offset, length| Ok(Stored { offset, length, max_file_size: self.limits.max_file_size });
        let there = match tokio::fs::metadata(self.part(upload)).await {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // The process died between the move of the whole file and the note of it.
                if let Ok(original) = tokio::fs::metadata(self.originals.path(&upload.video_id)).await {
                    return stored(original.len(), Some(original.len()));
                }
                0
            }
            Err(error) => return Err(error.into()),
        };
        if there > upload.offset {
            OpenOptions::new().write(true).open(self.part(upload)).await?.set_len(upload.offset).await?;
        }
        if there < upload.offset {
            tracing::warn!(
                video_id = upload.video_id,
                upload.offset,
                there,
                "the upload's file is shorter than was acknowledged"
            );
            self.acknowledge(upload, upload.offset, there, None).await?;
        }
        stored(there.min(upload.offset), upload.length)
    }

    async fn acknowledge(&self, upload: &UploadRow, from: u64, to: u64, length: Option<u64>) -> Result<(), AppError> {
        let done = self.uploads.acknowledge(&upload.video_id, from, to, length, self.clock.now()).await?;
        if done { Ok(()) } else { Err(overtaken()) }
    }

    async fn receive(
        &self,
        upload: &UploadRow,
        stored: &Stored,
        plan: Plan,
        digest: Option<[u8; 32]>,
        body: &mut Body,
        lease: &Lease,
    ) -> Result<PutAnswer, AppError> {
        if free_space(&self.folder)? < self.limits.min_free_space {
            return Err(AppError::no_room());
        }
        let mut acknowledged = stored.offset;
        let mut sink = Sink::open(&self.part(upload), stored.offset, plan, digest.is_some()).await?;
        if stored.offset == 0 {
            // A new file: its name must outlive a power cut as its bytes do.
            File::open(&self.folder).await?.sync_all().await?;
        }
        // Whatever went wrong, the sink is closed in order: a write that is still on its way must not land in the file
        // when somebody else has it.
        let (mut end, trouble) = match self.pump(upload, stored, &mut sink, &mut acknowledged, body, lease).await {
            Ok(end) => (end, None),
            Err(error) => (End::Broken, Some(error)),
        };
        let (mut file, received, hash, written, failure) = sink.close().await;
        if failure.is_some() {
            end = End::Broken;
        }
        let mut kept = plan.keep(received, end, || hash.is_some() && hash == digest);
        kept.bytes = kept.bytes.min(written);
        let offset = stored.offset + kept.bytes;
        file.set_len(offset).await?;
        if offset != acknowledged {
            file.flush().await?;
            file.sync_data().await?;
            self.acknowledge(upload, acknowledged, offset, kept.length).await?;
        }
        drop(file);
        metrics::counter!("reelway_upload_bytes_total").increment(kept.bytes);
        match (kept.refusal, failure.map(AppError::from).or(trouble)) {
            (Some(refusal), _) => Err(refused(refusal, offset)),
            (None, Some(trouble)) => Err(trouble),
            (None, None) if kept.length == Some(offset) => self.finish(upload, offset).await,
            (None, None) => Ok(PutAnswer::Incomplete(offset)),
        }
    }

    /// Reads the body to its end, or until it is to be given up. A body without a digest is made safe now and then.
    async fn pump(
        &self,
        upload: &UploadRow,
        stored: &Stored,
        sink: &mut Sink,
        acknowledged: &mut u64,
        body: &mut Body,
        lease: &Lease,
    ) -> Result<End, AppError> {
        let mut stopped = pin!(async {
            tokio::select! {
                () = lease.overtaken() => overtaken(),
                () = async { self.shutdown.cancelled().await; tokio::time::sleep(GRACE).await } => {
                    AppError::new(ErrorCode::Unavailable, "The server is stopping. Go on in a moment.")
                }
            }
        });
        loop {
            let frame = tokio::select! {
                error = &mut stopped => return Err(error),
                frame = timeout(self.config.stall(), body.frame()) => frame.map_err(|_| stalled())?,
            };
            let data = match frame {
                None => return Ok(End::Clean),
                Some(Err(_)) => return Ok(End::Broken),
                Some(Ok(frame)) => frame.into_data().unwrap_or_default(),
            };
            if upload.offset == 0 && sink.received == 0 && !data.is_empty() {
                self.videos.apply(&upload.video_id, Change::Uploading).await?;
            }
            if !sink.take(data).await {
                return Ok(if sink.received > sink.plan.limit { End::Overrun } else { End::Broken });
            }
            if stored.offset + sink.written >= *acknowledged + CHECKPOINT {
                if free_space(&self.folder)? < self.limits.min_free_space {
                    return Err(AppError::no_room());
                }
                if !sink.plan.digest && sink.sync().await {
                    let safe = stored.offset + sink.written;
                    self.acknowledge(upload, *acknowledged, safe, sink.plan.length).await?;
                    *acknowledged = safe;
                }
            }
        }
    }

    /// Makes the whole file durable, moves it to its place and hands it to the worker.
    pub(super) async fn finish(&self, upload: &UploadRow, length: u64) -> Result<PutAnswer, AppError> {
        let part = self.part(upload);
        let folder = self.originals.folder(&upload.video_id);
        match File::open(&part).await {
            Ok(file) => {
                file.sync_all().await?;
                tokio::fs::create_dir_all(&folder).await?;
                tokio::fs::rename(&part, self.originals.path(&upload.video_id)).await?;
                for folder in [folder.as_path(), self.originals.root(), &self.folder] {
                    File::open(folder).await?.sync_all().await?;
                }
            }
            // Moved already, by a process that died before it could note it.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(error.into()),
        }
        let mut transaction = self.db.begin().await?;
        let id = &upload.video_id;
        let facts = Change::Facts { duration: None, width: None, height: None, size: Some(length) };
        self.videos.apply_in(&mut transaction, id, facts).await?;
        let applied = self.videos.apply_in(&mut transaction, id, Change::Processing { percent: None }).await?;
        let closed = self.uploads.complete_in(&mut transaction, id, length, self.clock.now()).await?;
        let Applied::Done(video) = applied else { return Err(no_such_upload()) };
        if closed {
            crate::jobs::enqueue(&mut transaction, id, crate::jobs::JobKind::Process).await?;
        }
        transaction.commit().await?;
        self.videos.publish(&video);
        Ok(PutAnswer::Complete(Box::new(video)))
    }
}

/// The file that a body goes to.
struct Sink {
    file: BufWriter<File>,
    plan: Plan,
    hash: Option<Sha256>,
    received: u64,
    written: u64,
    synced: u64,
    failure: Option<io::Error>,
}

impl Sink {
    async fn open(path: &std::path::Path, offset: u64, plan: Plan, digest: bool) -> io::Result<Self> {
        let mut file = OpenOptions::new().create(true).write(true).truncate(false).open(path).await?;
        file.seek(io::SeekFrom::Start(offset)).await?;
        let file = BufWriter::with_capacity(BUFFER, file);
        Ok(Self { file, plan, hash: digest.then(Sha256::new), received: 0, written: 0, synced: 0, failure: None })
    }

    /// Takes a piece of the body in. Tells whether more may come.
    async fn take(&mut self, mut data: Bytes) -> bool {
        let stored_already = self.plan.skip.saturating_sub(self.received);
        self.received += data.len() as u64;
        if self.received > self.plan.limit {
            return false;
        }
        if let Some(hash) = &mut self.hash {
            hash.update(&data);
        }
        let skipped = data.len().min(usize::try_from(stored_already).unwrap_or(usize::MAX));
        let fresh = data.split_off(skipped);
        match self.file.write_all(&fresh).await {
            Ok(()) => self.written += fresh.len() as u64,
            Err(error) => self.failure = Some(error),
        }
        self.failure.is_none()
    }

    /// Brings to the disk what has been taken. Tells whether it is there.
    async fn sync(&mut self) -> bool {
        let result = async {
            self.file.flush().await?;
            self.file.get_ref().sync_data().await
        };
        match result.await {
            Ok(()) => self.synced = self.written,
            Err(error) => self.failure = Some(error),
        }
        self.failure.is_none()
    }

    /// The file, the bytes read, their digest, the bytes written, and what went wrong.
    async fn close(mut self) -> (File, u64, Option<[u8; 32]>, u64, Option<io::Error>) {
        if self.failure.is_none() {
            self.failure = self.file.flush().await.err();
        }
        let mut file = self.file.into_inner();
        if self.failure.is_some() {
            // How far writing got before it failed is not told, so nothing since the last sync counts.
            let _ = file.flush().await;
            self.written = self.synced;
        }
        (file, self.received, self.hash.map(|hash| hash.finalize().into()), self.written, self.failure)
    }
}

async fn drain(body: &mut Body) {
    let (mut left, time) = DRAIN;
    let rest = async {
        while let Some(Ok(frame)) = body.frame().await {
            let Some(less) = left.checked_sub(frame.data_ref().map_or(0, Bytes::len)) else { break };
            left = less;
        }
    };
    // Either way the answer goes out next.
    let _ = timeout(time, rest).await;
}

pub(super) fn no_such_upload() -> AppError {
    AppError::new(ErrorCode::NotFound, "There is no such upload, or it was cancelled.")
}

fn overtaken() -> AppError {
    AppError::new(ErrorCode::Conflict, "Another request has taken this upload over.")
}

fn stalled() -> AppError {
    AppError::with_status(
        axum::http::StatusCode::REQUEST_TIMEOUT,
        ErrorCode::Unavailable,
        "No byte has come for too long. Ask for the offset and go on.",
    )
}

fn refused(refusal: Refusal, offset: u64) -> AppError {
    let (code, message) = refusal.answer();
    let error = AppError::new(code, message);
    match range_of(offset).and_then(|range| range.try_into().ok()) {
        Some(range) => error.header(axum::http::header::RANGE, range),
        None => error,
    }
}
