//! Reelway's logic without a browser: what can be decided is decided here, and the shell only does it.
//!
//! Nothing in this crate reads a clock, opens a connection or touches the DOM. Time comes in as [`Millis`].
//!
//! - [`upload`]: the upload state machine, its protocols, chunk sizes, retries and progress.
//! - [`journal`]: what is remembered of uploads, so that they go on after a reload.
//! - [`playback`]: what to do when playing fails or stands still, and before a token runs out.
//! - [`storyboard`]: thumbnails for scrubbing, from WebVTT or JSON. [`filmstrip`]: how a local file gets one.
//! - [`hls`]: playlists, and what a player starts with.
//! - [`scrub`]: what is done to the time slider, and the one seek that comes of it.
//! - [`probe`]: what a file is, from its header. [`checks`]: what keeps it from being sent.
//! - [`readiness`]: which of two reports on a video counts, and when nothing changes any more.
//! - [`captions`]: WebVTT and SubRip that somebody brings. [`tracks`]: what the name of such a file tells, and which
//!   text tracks a player shows.
//! - [`providers`]: which of the places that videos may go to is chosen, and what they are called. [`ticket`]: what a
//!   ticket allows.
//! - [`taps`]: what taps on a picture ask for. [`language`]: which track someone can read.
//! - [`text`]: sizes, rates and times as people read them. [`texts`]: sentences in any language.
//! - [`signals`]: values that others follow.

#![cfg_attr(test, allow(clippy::unwrap_used))]

mod base64;
pub mod captions;
pub mod checks;
pub mod filmstrip;
pub mod find;
pub mod hls;
pub mod journal;
pub mod language;
mod number;
pub mod playback;
pub mod probe;
pub mod providers;
pub mod readiness;
pub mod scrub;
pub mod signals;
pub mod storyboard;
pub mod taps;
pub mod text;
pub mod texts;
pub mod ticket;
pub mod tracks;
pub mod upload;

use base64::base64;
pub use number::within;

/// A moment or a span, in milliseconds, on a clock of the caller's that never goes back.
pub type Millis = f64;
