//! What a row of the uploader shows, worked out from the upload and the video.

use reelway_api::{Video, VideoStatus};
use reelway_core::{
    Millis,
    checks::Refusal,
    texts::Sentence,
    upload::{Phase, Progress, Snapshot, UploadError, queue::Status},
};

/// One file, at one moment.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemState {
    /// Where it stands.
    pub stage: Stage,
    /// Its bytes.
    pub progress: Progress,
    /// 0 to 100: how far processing is.
    pub processing: Option<u8>,
    /// Why it waits or has failed: a sentence.
    pub message: Option<Sentence>,
    /// The code that goes with the message.
    pub code: Option<&'static str>,
    /// The video's id, once the server has made one.
    pub video_id: Option<String>,
}

/// Where a file stands, from choosing it to watching it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Its header is being read: not every file is sent.
    Checking,
    /// Others go first.
    Queued,
    /// The server is being asked for a place to send it to.
    Starting,
    /// Its bytes are on their way.
    Uploading,
    /// Something went wrong; it tries again by itself in so many seconds.
    Waiting {
        /// Whole seconds, rounded up.
        seconds: u32,
    },
    /// There is no network.
    Offline,
    /// The user paused it.
    Paused,
    /// Every byte is there; the provider has yet to say so.
    Finalising,
    /// The provider works on it.
    Processing,
    /// Every byte is where the page wanted it. What becomes of it there is not known here.
    Uploaded,
    /// It can be watched.
    Ready,
    /// It will not go on by itself.
    Failed {
        /// Whether the same file may go through if it is tried again.
        retriable: bool,
    },
    /// The user ended it.
    Cancelled,
}

impl Stage {
    /// A word for style sheets and tests.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Checking => "checking",
            Self::Queued => "queued",
            Self::Starting => "starting",
            Self::Uploading => "uploading",
            Self::Waiting { .. } => "waiting",
            Self::Offline => "offline",
            Self::Paused => "paused",
            Self::Finalising => "finalising",
            Self::Processing => "processing",
            Self::Uploaded => "uploaded",
            Self::Ready => "ready",
            Self::Failed { .. } => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Some of its bytes are still to be sent, now or when the obstacle is gone.
    pub const fn is_sending(&self) -> bool {
        matches!(self, Self::Starting | Self::Uploading | Self::Waiting { .. } | Self::Offline | Self::Paused)
    }

    /// Where the file stands, as far as the queue cares.
    pub const fn turn(&self) -> Status {
        match self {
            Self::Queued => Status::Queued,
            Self::Starting | Self::Uploading | Self::Waiting { .. } | Self::Offline | Self::Finalising => {
                Status::Sending
            }
            Self::Checking | Self::Paused | Self::Failed { retriable: true } => Status::Resting,
            Self::Processing | Self::Uploaded | Self::Ready => Status::Arrived,
            Self::Failed { retriable: false } | Self::Cancelled => Status::Over,
        }
    }

    /// It takes one of the places of those that upload at the same time.
    pub const fn takes_a_place(&self) -> bool {
        matches!(self.turn(), Status::Sending)
    }

    /// Every byte of it is at the provider.
    pub const fn has_arrived(&self) -> bool {
        matches!(self.turn(), Status::Arrived)
    }

    /// Nothing more happens to it.
    pub const fn is_over(&self) -> bool {
        matches!(self, Self::Uploaded | Self::Ready | Self::Failed { .. } | Self::Cancelled)
    }
}

impl ItemState {
    /// A file of so many bytes that waits for its turn.
    pub fn queued(total: u64) -> Self {
        Self {
            stage: Stage::Queued,
            progress: Progress { total, ..Progress::default() },
            processing: None,
            message: None,
            code: None,
            video_id: None,
        }
    }

    /// A file of so many bytes that has just been chosen.
    pub fn checking(total: u64) -> Self {
        Self { stage: Stage::Checking, ..Self::queued(total) }
    }

    /// A file that is not even sent, and why.
    pub fn refused(total: u64, refusal: &Refusal) -> Self {
        let stage = Stage::Failed { retriable: false };
        Self { stage, message: Some(refusal.sentence()), code: Some(refusal.code()), ..Self::queued(total) }
    }

    /// From what the upload and the server say. `now` is on the upload's clock.
    pub fn of(snapshot: &Snapshot, video: Option<&Video>, now: Millis) -> Self {
        let stage = match snapshot.phase {
            Phase::Starting => Stage::Starting,
            Phase::Uploading => Stage::Uploading,
            Phase::Waiting { retry_at } => {
                Stage::Waiting { seconds: ((retry_at - now) / 1000.0).ceil().max(0.0) as u32 }
            }
            Phase::Offline => Stage::Offline,
            Phase::Paused => Stage::Paused,
            Phase::Finalising => Stage::Finalising,
            // Only a Reelway server makes videos, and it has made one before the first byte was sent.
            Phase::Done => video.map_or(Stage::Uploaded, of_status),
            Phase::Failed => {
                Stage::Failed { retriable: snapshot.error.as_ref().is_some_and(|error| error.retriable()) }
            }
            Phase::Cancelled => Stage::Cancelled,
        };
        let refusal = video.and_then(|video| video.error.as_ref()).filter(|_| snapshot.phase == Phase::Done);
        let message = match refusal {
            Some(refusal) => Some(refusal.message.clone().into()),
            None => snapshot.error.as_ref().map(UploadError::sentence),
        };
        let code = refusal.map(|refusal| refusal.code.as_str());
        Self {
            stage,
            progress: snapshot.progress,
            processing: video.filter(|_| snapshot.phase == Phase::Done).and_then(|video| video.percent),
            message,
            code: code.or_else(|| snapshot.error.as_ref().map(|error| error.code())),
            video_id: video.map(|video| video.id.clone()),
        }
    }

    /// 0 to 99 while anything is left to do, 100 when nothing is: of the upload first, then of processing.
    pub fn percent(&self) -> u8 {
        match self.stage {
            Stage::Uploaded | Stage::Ready => 100,
            Stage::Processing => self.processing.unwrap_or(0).min(99),
            _ => (self.sent() * 100.0).floor().min(99.0) as u8,
        }
    }

    /// 0 to 1: the share of the file that the provider has said it holds.
    pub fn acknowledged(&self) -> f64 {
        self.progress.acknowledged as f64 / self.progress.total.max(1) as f64
    }

    /// 0 to 1: that, and what is on its way.
    pub fn sent(&self) -> f64 {
        (self.progress.acknowledged + self.progress.in_flight) as f64 / self.progress.total.max(1) as f64
    }
}

fn of_status(video: &Video) -> Stage {
    match video.status {
        VideoStatus::AwaitingUpload | VideoStatus::Uploading | VideoStatus::Processing => Stage::Processing,
        VideoStatus::Ready => Stage::Ready,
        // The same bytes would meet the same end.
        VideoStatus::Failed | VideoStatus::Expired => Stage::Failed { retriable: false },
        VideoStatus::Cancelled => Stage::Cancelled,
    }
}

#[cfg(test)]
mod tests {
    use super::{super::strings, *};
    use crate::texts::Texts;
    use reelway_api::{ApiError, ErrorCode};

    fn snapshot(phase: Phase, acknowledged: u64, in_flight: u64) -> Snapshot {
        let progress = Progress { acknowledged, in_flight, total: 1_000_000, rate: Some(2.5e6), eta: Some(90.0) };
        Snapshot { phase, progress, error: None }
    }

    fn video(status: VideoStatus, percent: Option<u8>) -> Video {
        Video {
            id: "v1".into(),
            title: "a.mp4".into(),
            provider: "local".into(),
            status,
            percent,
            size: None,
            duration: None,
            width: None,
            height: None,
            poster_time: None,
            error: None,
            created_at: 0,
            revision: 1,
            playback: None,
        }
    }

    #[test]
    fn an_upload_never_shows_a_hundred_percent() {
        let state = ItemState::of(&snapshot(Phase::Uploading, 600_000, 400_000), None, 0.0);

        assert_eq!(state.percent(), 99);
        assert_eq!(strings::status(Texts::new(), &state), "Uploading · 99 % · 2.5 MB/s · 2 minutes left");
        assert_eq!(strings::size(Texts::new(), &state), "600 kB of 1.0 MB");
    }

    #[test]
    fn a_wait_is_counted_down_with_its_reason() {
        let mut snapshot = snapshot(Phase::Waiting { retry_at: 5_000.0 }, 0, 0);
        snapshot.error = Some(UploadError::Server {
            status: 503,
            error: ApiError::new(ErrorCode::Unavailable, "The server is starting."),
        });

        let state = ItemState::of(&snapshot, None, 1_500.0);

        assert_eq!(state.stage, Stage::Waiting { seconds: 4 });
        assert_eq!(strings::status(Texts::new(), &state), "The server is starting. Trying again in 4 s…");
    }

    #[test]
    fn after_the_last_byte_the_server_has_the_word() {
        let done = snapshot(Phase::Done, 1_000_000, 0);

        let processing = ItemState::of(&done, Some(&video(VideoStatus::Processing, Some(42))), 0.0);
        let ready = ItemState::of(&done, Some(&video(VideoStatus::Ready, Some(10))), 0.0);

        assert_eq!(strings::status(Texts::new(), &processing), "Processing · 42 %");
        assert_eq!(
            (ready.stage.clone(), ready.percent()),
            (Stage::Ready, 100),
            "though lower renditions are being made"
        );
    }

    #[test]
    fn what_no_reelway_server_has_is_uploaded_and_no_more() {
        let state = ItemState::of(&snapshot(Phase::Done, 1_000_000, 0), None, 0.0);

        assert_eq!((state.stage.clone(), state.percent()), (Stage::Uploaded, 100));
        assert_eq!(strings::status(Texts::new(), &state), "Uploaded");
        assert!(state.stage.is_over() && state.stage.has_arrived());
    }

    #[test]
    fn a_refused_file_says_why_and_is_not_tried_again() {
        let mut refused = video(VideoStatus::Failed, None);
        refused.error = Some(ApiError::new(ErrorCode::NoVideoStream, "The file has sound only."));

        let state = ItemState::of(&snapshot(Phase::Done, 1_000_000, 0), Some(&refused), 0.0);

        assert_eq!(state.stage, Stage::Failed { retriable: false });
        assert_eq!(strings::status(Texts::new(), &state), "The file has sound only.");
        assert_eq!(state.code, Some("no_video_stream"));
    }
}
