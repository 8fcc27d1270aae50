//! What can happen to a video, and what it then is.

use reelway_api::{ApiError, ErrorCode, VideoStatus};
use reelway_core::readiness::may_move;

use super::{VideoRow, videos::TrackRow};

/// All that can happen to a video.
#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Some bytes have arrived.
    Uploading,
    /// All bytes have arrived.
    Processing {
        /// 0 to 100, where it can be told.
        percent: Option<u8>,
    },
    /// What probing has found. What is absent stays as it is.
    Facts {
        /// Seconds.
        duration: Option<f64>,
        /// Pixels, as shown.
        width: Option<u32>,
        /// Pixels, as shown.
        height: Option<u32>,
        /// Bytes of the file.
        size: Option<u64>,
    },
    /// It plays: the master playlist is published.
    Ready {
        /// See [`VideoRow::hls`].
        hls: String,
        /// 0 to 100, where more renditions are being made; `None` where all is done.
        percent: Option<u8>,
    },
    /// How far processing is, before `ready` or after it. `None`: done.
    Percent(Option<u8>),
    /// The poster is published.
    Poster {
        /// See [`VideoRow::poster`]. Another picture needs another path: caches hold on to the old one.
        path: String,
    },
    /// The storyboard is published.
    Storyboard {
        /// See [`VideoRow::storyboard`].
        path: String,
    },
    /// It never will play.
    Failed {
        /// For programs.
        code: ErrorCode,
        /// For people. Nothing of the server's insides.
        message: String,
    },
    /// The user ended it.
    Cancelled,
    /// The bytes did not arrive in time.
    Expired,
    /// A text track is published. One of the same id gives way.
    Track(TrackRow),
    /// The text track of this id is no more.
    NoTrack(String),
    /// The user renamed it.
    Title(String),
    /// The user chose a poster: seconds.
    PosterTime(f64),
    /// The provider has opened an upload, or made an asset of it. What is absent stays as it is.
    Provider {
        /// See [`VideoRow::upload_id`].
        upload_id: Option<String>,
        /// See [`VideoRow::external_id`].
        external_id: Option<String>,
    },
}

impl Change {
    /// Takes effect on the video, or tells that the video is past it.
    pub(super) fn apply(self, video: &mut VideoRow) -> bool {
        let dead = matches!(video.status, VideoStatus::Failed | VideoStatus::Cancelled | VideoStatus::Expired);
        let mut move_to = |status| {
            let may = may_move(video.status, status);
            if may {
                video.status = status;
            }
            may
        };
        match self {
            Self::Uploading => move_to(VideoStatus::Uploading),
            Self::Processing { percent } => {
                let may = move_to(VideoStatus::Processing);
                if may {
                    video.percent = percent.map(|percent| percent.min(100));
                }
                may
            }
            Self::Ready { hls, percent } => {
                let may = move_to(VideoStatus::Ready);
                if may {
                    video.hls = Some(hls);
                    video.percent = percent.map(|percent| percent.min(100));
                }
                may
            }
            Self::Failed { code, message } => {
                let may = !dead && move_to(VideoStatus::Failed);
                if may {
                    video.error = Some(ApiError::new(code, message));
                    video.percent = None;
                }
                may
            }
            Self::Cancelled | Self::Expired => {
                let cancelled = self == Self::Cancelled;
                let may = move_to(if cancelled { VideoStatus::Cancelled } else { VideoStatus::Expired });
                if may {
                    video.percent = None;
                }
                may
            }
            Self::Percent(percent) => {
                let may = matches!(video.status, VideoStatus::Processing | VideoStatus::Ready);
                if may {
                    video.percent = percent.map(|percent| percent.min(100));
                }
                may
            }
            Self::Facts { duration, width, height, size } if !dead => {
                video.duration = duration.filter(|duration| duration.is_finite()).or(video.duration);
                video.width = width.or(video.width);
                video.height = height.or(video.height);
                video.size = size.or(video.size);
                true
            }
            Self::Poster { path } if !dead => {
                video.poster = Some(path);
                true
            }
            Self::Storyboard { path } if !dead => {
                video.storyboard = Some(path);
                true
            }
            Self::Facts { .. } | Self::Poster { .. } | Self::Storyboard { .. } => false,
            Self::Track(track) => {
                if !dead {
                    video.tracks.retain(|other| other.id != track.id);
                    video.tracks.push(track);
                }
                !dead
            }
            Self::NoTrack(id) => {
                video.tracks.retain(|track| track.id != id);
                true
            }
            Self::Title(title) => {
                video.title = title;
                true
            }
            Self::PosterTime(time) => {
                video.poster_time = Some(time);
                true
            }
            Self::Provider { upload_id, external_id } => {
                video.upload_id = upload_id.or_else(|| video.upload_id.take());
                video.external_id = external_id.or_else(|| video.external_id.take());
                true
            }
        }
    }
}
