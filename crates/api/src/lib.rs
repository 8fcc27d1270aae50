//! The JSON types that Reelway's browser side and its server share.
//!
//! - [`video`]: a video and its states, as every route and the event stream show it.
//! - [`upload`]: what a browser needs to know to send a file to a provider, without knowing the provider.
//! - [`error`]: the one error body and the one list of codes.
//! - [`json`]: the same types from and to JSON, for pages that do without serde.
//!
//! Times are milliseconds since the Unix epoch, durations are seconds, sizes are bytes.
//! No type here uses `tag`, `flatten` or `untagged`: they cost tens of kilobytes of wasm.

#![cfg_attr(test, allow(clippy::unwrap_used))]

pub mod error;
pub mod json;
pub mod upload;
pub mod video;

pub use error::{ApiError, ErrorBody, ErrorCode};
pub use upload::{Digest, Multipart, Protocol, UploadTarget};
pub use video::{
    CreateVideo, CreatedVideo, EventsUrl, ImportVideo, PictureUrl, Playback, ProviderInfo, ProviderList, TextTrack,
    TrackKind, UpdateVideo, Video, VideoList, VideoStatus,
};
