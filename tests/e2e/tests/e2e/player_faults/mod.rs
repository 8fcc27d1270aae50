//! Streams that fail while somebody watches: playback goes on, or the reason appears with a button that works once the
//! fault is gone. The picture never stands still in silence.
//!
//! - [`places`]: in one place, in one rendition, for a moment.
//! - [`outages`]: everywhere, for a while or for good.
//! - [`swap`]: where a stream takes a file's place.
//! - [`stage`]: what they have in common.

mod outages;
mod places;
pub mod stage;
mod swap;
