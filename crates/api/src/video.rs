//! A video as every route and the event stream show it.

use serde::{Deserialize, Serialize};

use crate::{
    error::ApiError,
    upload::{Protocol, UploadTarget},
};

/// The body of `POST /api/videos`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreateVideo {
    /// The file's name on the user's machine: the first title, unless there is one, and never a path.
    pub filename: String,
    /// 1 to 200 characters. Absent: the file's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Bytes. Absent while unknown (a recording that goes on).
    #[serde(default)]
    pub size: Option<u64>,
    /// The browser's guess at the MIME type.
    #[serde(default)]
    pub content_type: Option<String>,
    /// The dialogue that the caller would like to send the bytes by. The answer's target tells which one it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<Protocol>,
    /// The name of the provider, one of `GET /api/providers`, that it goes to. Absent: the server's choice.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
}

/// The body of `POST /api/videos/import`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ImportVideo {
    /// The name of the provider that has it.
    pub provider: String,
    /// The provider's name for the asset.
    pub external_id: String,
    /// 1 to 200 characters. Absent: the asset's id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
}

/// The answer of `GET /api/videos/{id}/thumbnail`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PictureUrl {
    /// Where the picture is.
    pub url: String,
}

/// The answer of `GET /api/providers`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderList {
    /// Those of the server's configuration, with the default one first.
    pub providers: Vec<ProviderInfo>,
}

/// A place that videos may go to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ProviderInfo {
    /// Its name in the server's configuration: [`CreateVideo::provider`] and [`Video::provider`].
    pub name: String,
    /// The service's name, for people.
    pub label: String,
    /// Whether videos go there whose creator has not chosen.
    pub default: bool,
}

/// The answer of `POST /api/videos`, and of `POST /api/videos/{id}/upload`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedVideo {
    /// The video, awaiting its bytes.
    pub video: Video,
    /// Where the bytes go.
    pub upload: UploadTarget,
}

/// The body of `PATCH /api/videos/{id}`. What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpdateVideo {
    /// 1 to 200 characters.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Seconds into the video that the poster shows, within its duration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub poster_time: Option<f64>,
}

/// The answer of `GET /api/videos`: newest first.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct VideoList {
    /// One page.
    pub videos: Vec<Video>,
    /// Pass it as `?cursor=` for the next page. Absent on the last.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

/// The answer of `POST /api/videos/{id}/events`: where to listen without a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EventsUrl {
    /// Absolute, or relative to the URL of the answer. It is a secret while it works.
    pub url: String,
    /// When it stops working, and the stream ends, in milliseconds since the Unix epoch.
    pub expires_at: u64,
}

/// A video. The same shape from every route, and as the data of every event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Video {
    /// Unguessable, safe in a URL.
    pub id: String,
    /// For people. Starts as the file's name.
    pub title: String,
    /// The name of the provider in the server's configuration.
    pub provider: String,
    /// Where the video stands.
    pub status: VideoStatus,
    /// 0 to 100: how far processing is, while `processing`, and while `ready` with more renditions being made.
    #[serde(default)]
    pub percent: Option<u8>,
    /// Bytes of the file.
    #[serde(default)]
    pub size: Option<u64>,
    /// Seconds.
    #[serde(default)]
    pub duration: Option<f64>,
    /// Pixels, as shown: after rotation, with square pixels.
    #[serde(default)]
    pub width: Option<u32>,
    /// Pixels, as shown.
    #[serde(default)]
    pub height: Option<u32>,
    /// Seconds into the video that the poster shows, once chosen.
    #[serde(default)]
    pub poster_time: Option<f64>,
    /// Why it failed. Only with [`VideoStatus::Failed`].
    #[serde(default)]
    pub error: Option<ApiError>,
    /// Milliseconds since the Unix epoch.
    pub created_at: u64,
    /// Grows with every change: of two answers, the one with the larger number is the newer.
    pub revision: u64,
    /// How to play it. Only with [`VideoStatus::Ready`].
    #[serde(default)]
    pub playback: Option<Playback>,
}

/// Where a video stands.
///
/// It moves only forward: `awaiting_upload → uploading → processing → ready | failed`, and from any of the
/// first three to `cancelled` or `expired`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum VideoStatus {
    /// No byte has arrived.
    AwaitingUpload,
    /// Some bytes have arrived.
    Uploading,
    /// All bytes have arrived; the provider works on them.
    Processing,
    /// It plays.
    Ready,
    /// It never will: [`Video::error`] says why.
    Failed,
    /// The user ended it.
    Cancelled,
    /// The bytes did not arrive in time.
    Expired,
}

impl VideoStatus {
    /// As JSON has it.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::AwaitingUpload => "awaiting_upload",
            Self::Uploading => "uploading",
            Self::Processing => "processing",
            Self::Ready => "ready",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// Nothing changes the status of such a video any more.
    pub const fn is_final(self) -> bool {
        matches!(self, Self::Ready | Self::Failed | Self::Cancelled | Self::Expired)
    }
}

/// How to play a video. URLs are absolute or relative to the URL of the answer that holds them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Playback {
    /// The HLS master playlist.
    pub hls: String,
    /// A picture, once there is one.
    #[serde(default)]
    pub poster: Option<String>,
    /// The storyboard as WebVTT, once there is one. With the local provider, and with Mux, `.json` in place of `.vtt`
    /// gives the same in Mux's form.
    #[serde(default)]
    pub storyboard: Option<String>,
    /// When the URLs stop working, in milliseconds since the Unix epoch. Absent: never.
    #[serde(default)]
    pub expires_at: Option<u64>,
    /// Captions and their like, besides those that the stream itself has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tracks: Vec<TextTrack>,
}

/// A text track: what a `<track>` element is made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TextTrack {
    /// Unique within the video.
    pub id: String,
    /// The URL of a WebVTT file.
    pub src: String,
    /// What it is for.
    pub kind: TrackKind,
    /// A BCP 47 tag; may be empty.
    #[serde(default)]
    pub language: String,
    /// As it is shown; may be empty: then the name of its language.
    #[serde(default)]
    pub label: String,
}

/// What a text track is for, in HTML's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TrackKind {
    /// What is said, for those who don't understand it.
    Subtitles,
    /// What is heard, for those who don't hear it.
    Captions,
    /// A kind from a newer server.
    #[serde(other)]
    Unknown,
}

impl TrackKind {
    /// The `kind` of a `<track>` element.
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::Subtitles => "subtitles",
            Self::Captions => "captions",
            Self::Unknown => "metadata",
        }
    }
}
