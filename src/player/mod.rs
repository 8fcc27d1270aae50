//! Playing a video: engines that feed a `<video>` element, and the storyboard that goes with it.
//!
//! - [`engine`]: the [`Engine`](engine::Engine) trait, hls.js, the browser's own HLS, and the local file.
//! - [`prefetch`]: the start of a stream, fetched before its engine has arrived.
//! - [`bandwidth`]: what was measured on the last visit.
//! - [`storyboard`]: the sheets of a storyboard, fetched and decoded, and drawn tile by tile.
//! - [`token`]: fresh URLs for a stream whose token runs out.
//! - [`held`]: the last picture, held while what feeds the video is exchanged.
//! - `hook`: wasm in place of a method of JavaScript's.
//! - [`keys`]: the keyboard map.
//!
//! What it looks like is [`components::player`](crate::components::player).

pub mod bandwidth;
pub mod engine;
pub mod held;
mod hook;
pub mod keys;
pub mod prefetch;
pub mod storyboard;
pub mod token;
