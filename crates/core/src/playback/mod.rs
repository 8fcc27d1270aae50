//! Playing without a break: what to do when something fails, when nothing fails and yet nothing moves, and before a
//! token runs out.
//!
//! - [`error`]: why a video can't be played.
//! - [`recovery`]: the ladder: retry, another rendition, flush, reattach, a reason and a button.
//! - [`watchdog`]: sees that the picture stands still.
//! - [`segment`]: whether bytes can be one. [`moof`]: fragments that browsers refuse, put right.
//! - [`qoe`]: what viewers notice, for whoever measures it. [`resume`]: where they left off.
//! - [`token`]: when a URL's token runs out, and which URLs get the fresh one.

pub mod error;
pub mod moof;
pub mod qoe;
pub mod recovery;
pub mod resume;
pub mod segment;
pub mod token;
pub mod watchdog;

pub use error::PlaybackError;
