//! HLS playlists, as far as a player must know them before its engine has arrived (RFC 8216).
//!
//! - [`master`]: renditions and sound tracks. [`media`]: segments. Both borrow from the text, and nothing in it panics.
//! - [`plan`]: what to start with, and what to fetch for it.
//! - [`bandwidth`]: what is remembered of the connection from one visit to the next.
//!
//! A subset, written by hand: the parsers that can be had weigh more than the rest of the player. Tags that are not
//! needed to start are skipped. Those that change what the others mean make the playlist `odd`: the engine then reads it
//! for itself.

pub mod bandwidth;
mod lines;
pub mod master;
pub mod media;
pub mod plan;

pub use master::Master;
pub use media::Media;
