//! The bytes of `PUT` and `PATCH /u/{token}`, from the connection to the disk.
//!
//! Memory is constant: a frame of the connection and one buffer. The rules that nothing is lost by:
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
use tokio::{
    fs::{File, OpenOptions},
    io::AsyncWriteExt,
    time::timeout,
};

use super::{
    Local, PARTIAL,
    checksum::Checksum,
    dialogue::{Decision, End, Plan, Refusal, Stored},
    free_space,
    lease::Lease,
    resumable::{self, Put, range_of},
    sink::Sink,
    token::Token,
    tus::{patch::Patch, refusal::TusRefusal},
};
use crate::{
    db::{Change, UploadRow, UploadState, VideoRow},
    error::AppError,
};

/// Bytes after which a body that runs on is made safe, and the disk's free space is looked at.
const CHECKPOINT: u64 = 32 << 20;

/// How long a body may run on once the process is to stop.
const GRACE: Duration = Duration::from_secs(3);

/// A refused body is read up to this many bytes and this long: a browser whose connection is closed while it sends
/// never gets to see the answer.
const DRAIN: (usize, Duration) = (64 << 20, Duration::from_secs(10));

/// The codes of answers to requests whose body was given up half-way.
const GIVEN_UP: [ErrorCode; 2] = [ErrorCode::Conflict, ErrorCode::Unavailable];

/// A request that brings bytes, without its body.
pub struct Incoming {
    /// The token of the URL.
    pub token: Token,
    /// What the headers tell.
    pub headers: Headers,
    /// The digest that the body is said to have.
    pub checksum: Option<Checksum>,
    /// Whether the client waits for a sign before it sends the body (`Expect: 100-continue`).
    pub expects_continue: bool,
}

/// The headers of a request that brings bytes, in either dialogue.
pub enum Headers {
    /// `PUT`.
    Resumable(Put),
    /// `PATCH`.
    Tus(Patch),
}

impl Headers {
    fn decide(&self, stored: &Stored) -> Decision {
        match self {
            Self::Resumable(put) => resumable::decide(put, stored),
            Self::Tus(patch) => patch.decide(stored),
        }
    }

    fn refused(&self, refusal: Refusal, offset: u64) -> AppError {
        if let Self::Tus(_) = self {
            return TusRefusal::from(refusal).into();
        }
        let (code, message) = resumable::answer(refusal);
        let error = AppError::new(code, message);
        match range_of(offset).and_then(|range| range.try_into().ok()) {
            Some(range) => error.header(axum::http::header::RANGE, range),
            None => error,
        }
    }
}

/// What is answered where nothing is wrong.
#[derive(Debug)]
pub enum Received {
    /// More is wanted, or a part of a file is whole.
    Incomplete {
        /// Bytes that are stored.
        offset: u64,
        /// When the URL stops working, in milliseconds since the Unix epoch.
        expires_at: u64,
    },
    /// All of it is stored, and the video is being processed.
    Complete(Box<VideoRow>),
}

impl Received {
    /// Bytes that are stored.
    pub fn offset(&self) -> u64 {
        match self {
            Self::Incomplete { offset, .. } => *offset,
            Self::Complete(video) => video.size.unwrap_or_default(),
        }
    }
}

impl Local {
    /// Answers a request that brings bytes.
    ///
    /// # Errors
    /// Refusals of the dialogue, and the disk's and the database's failures.
    pub async fn take_in(self: Arc<Self>, request: Incoming, mut body: Body) -> Result<Received, AppError> {
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

    /// The upload that the token opens, and the right to write it.
    pub(super) async fn hold(&self, token: &Token) -> Result<(UploadRow, Lease), AppError> {
        let hash = token.hash();
        let named = self.uploads.by_token(&hash).await?.ok_or_else(no_such_upload)?;
        let lease = self.leases.take(&named.id).await.ok_or_else(overtaken)?;
        // Once more: whoever had it before may have changed it.
        let upload = self.uploads.by_token(&hash).await?.ok_or_else(no_such_upload)?;
        match upload.state {
            UploadState::Complete | UploadState::Joined => Ok((upload, lease)),
            UploadState::Cancelled => Err(no_such_upload()),
            UploadState::Open if self.clock.now() < upload.expires_at => Ok((upload, lease)),
            UploadState::Open | UploadState::Expired => {
                let message = "The upload's URL has run out: ask for a fresh one.";
                Err(AppError::new(ErrorCode::UploadExpired, message))
            }
        }
    }

    /// The upload that the token opens, with the offset as it is once nobody writes any more.
    ///
    /// # Errors
    /// There is none, or it has expired; the disk's and the database's failures.
    pub async fn look(&self, token: &Token) -> Result<UploadRow, AppError> {
        let (upload, _lease) = self.hold(token).await?;
        if upload.state != UploadState::Open {
            return Ok(upload);
        }
        let offset = self.reconcile(&upload).await?.offset;
        Ok(UploadRow { offset, ..upload })
    }

    async fn answer(&self, request: &Incoming, body: &mut Body) -> Result<Received, AppError> {
        let (upload, lease) = self.hold(&request.token).await?;
        if upload.state != UploadState::Open {
            return self.answer_late(&upload, &request.headers).await;
        }
        if upload.video_id.is_none() && matches!(request.headers, Headers::Resumable(_)) {
            return Err(AppError::new(ErrorCode::Conflict, "This takes a part of a file, by tus only."));
        }
        let stored = self.reconcile(&upload).await?;
        match request.headers.decide(&stored) {
            Decision::Tell => Ok(incomplete(&upload, stored.offset)),
            Decision::Finish(length) => self.finish(&upload, length).await,
            Decision::Refuse(refusal) => Err(request.headers.refused(refusal, stored.offset)),
            Decision::Receive(plan) => self.receive(&upload, &stored, plan, request, body, &lease).await,
        }
    }

    /// Answers a request to an upload that has all of its bytes: the answer before it may have been lost.
    async fn answer_late(&self, upload: &UploadRow, headers: &Headers) -> Result<Received, AppError> {
        if let Headers::Tus(patch) = headers {
            if upload.concat.as_deref().is_some_and(|concat| concat != PARTIAL) {
                return Err(TusRefusal::Final.into());
            }
            let stored = Stored { offset: upload.offset, length: upload.length, max_file_size: u64::MAX };
            if let Decision::Refuse(refusal) = patch.decide(&stored) {
                return Err(TusRefusal::from(refusal).into());
            }
        }
        let Some(video_id) = &upload.video_id else { return Ok(incomplete(upload, upload.offset)) };
        let video = self.videos.get(video_id).await?.ok_or_else(no_such_upload)?;
        Ok(Received::Complete(Box::new(video)))
    }

    /// Brings the file and the acknowledged offset together, after whatever has happened to either.
    ///
    /// Bytes beyond the offset go, for nobody was told of them and no digest vouches for them. Where the file is
    /// shorter (the disk lost what the database kept) the offset goes back to what there is.
    pub(super) async fn reconcile(&self, upload: &UploadRow) -> Result<Stored, AppError> {
        let max_file_size = upload.max_size.unwrap_or(u64::MAX).min(self.limits.max_file_size);
        let stored = |offset, length| Ok(Stored { offset, length, max_file_size });
        let there = match tokio::fs::metadata(self.part(upload)).await {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                // The process died between the move of the whole file and the note of it.
                let original = upload.video_id.as_ref().map(|video_id| self.originals.path(video_id));
                match original.map(std::fs::metadata) {
                    Some(Ok(original)) => return stored(original.len(), Some(original.len())),
                    _ => 0,
                }
            }
            Err(error) => return Err(error.into()),
        };
        if there > upload.offset {
            OpenOptions::new().write(true).open(self.part(upload)).await?.set_len(upload.offset).await?;
        }
        if there < upload.offset {
            tracing::warn!(id = upload.id, upload.offset, there, "the upload's file is shorter than was acknowledged");
            self.acknowledge(upload, upload.offset, there, None).await?;
        }
        stored(there.min(upload.offset), upload.length)
    }

    async fn acknowledge(&self, upload: &UploadRow, from: u64, to: u64, length: Option<u64>) -> Result<(), AppError> {
        let done = self.uploads.acknowledge(&upload.id, from, to, length, self.clock.now()).await?;
        if done { Ok(()) } else { Err(overtaken()) }
    }

    async fn receive(
        &self,
        upload: &UploadRow,
        stored: &Stored,
        plan: Plan,
        request: &Incoming,
        body: &mut Body,
        lease: &Lease,
    ) -> Result<Received, AppError> {
        if free_space(&self.folder)? < self.limits.min_free_space {
            return Err(AppError::no_room());
        }
        let mut acknowledged = stored.offset;
        let algorithm = request.checksum.as_ref().map(|checksum| checksum.algorithm);
        let mut sink = Sink::open(&self.part(upload), stored.offset, plan, algorithm).await?;
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
        let mut closed = sink.close().await;
        if closed.failure.is_some() {
            end = End::Broken;
        }
        let fits = || closed.checksum.is_some() && closed.checksum == request.checksum;
        let mut kept = plan.keep(closed.received, end, fits);
        kept.bytes = kept.bytes.min(closed.written);
        let offset = stored.offset + kept.bytes;
        closed.file.set_len(offset).await?;
        let tells_length = kept.refusal.is_none() && kept.length != stored.length;
        if offset != acknowledged || tells_length {
            closed.file.flush().await?;
            closed.file.sync_data().await?;
            self.acknowledge(upload, acknowledged, offset, kept.length).await?;
        }
        drop(closed.file);
        metrics::counter!("reelway_upload_bytes_total").increment(kept.bytes);
        match (kept.refusal, closed.failure.map(AppError::from).or(trouble)) {
            (Some(refusal), _) => Err(request.headers.refused(refusal, offset)),
            (None, Some(trouble)) => Err(trouble),
            (None, None) if kept.length == Some(offset) => self.finish(upload, offset).await,
            (None, None) => Ok(incomplete(upload, offset)),
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
            let is_first = upload.offset == 0 && sink.received == 0 && !data.is_empty();
            if let Some(video_id) = upload.video_id.as_ref().filter(|_| is_first) {
                self.videos.apply(video_id, Change::Uploading).await?;
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
}

const fn incomplete(upload: &UploadRow, offset: u64) -> Received {
    Received::Incomplete { offset, expires_at: upload.expires_at }
}

/// Reads what is left of a body that nobody wants, so that the client gets to see the answer.
pub async fn drain(body: &mut Body) {
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

pub(super) fn overtaken() -> AppError {
    AppError::new(ErrorCode::Conflict, "Another request has taken this upload over.")
}

fn stalled() -> AppError {
    AppError::with_status(
        axum::http::StatusCode::REQUEST_TIMEOUT,
        ErrorCode::Unavailable,
        "No byte has come for too long. Ask for the offset and go on.",
    )
}
