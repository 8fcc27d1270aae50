//! Oracle Cloud Infrastructure: Object Storage takes the file, Media Flow transcodes it, Media Streams plays it.
//!
//! - [`settings`]: what the configuration says. `check`: whether it makes sense. [`names`]: what things are called.
//! - [`key`], [`sign`]: how requests are signed. [`instance`]: how an instance proves what it is. [`principal`]: who signs.
//! - [`client`]: the calls.
//! - [`workflow`]: what Media Flow is to do. [`job`]: what its answers mean. [`provision`]: what is made once.
//! - [`setup`]: the settings with their secrets. [`service`]: the provider. `advance`: one step further for a video.
//! - [`ons`]: notifications. `hear`: what becomes of them. `playback`, [`tokens`], [`pictures`], [`captions`]: what a viewer gets.
//! - [`cli`]: the same by hand.

mod advance;
pub mod captions;
mod check;
pub mod cli;
pub mod client;
mod hear;
pub mod instance;
pub mod job;
pub mod key;
pub mod names;
pub mod ons;
pub mod pictures;
mod playback;
pub mod principal;
pub mod provision;
pub mod service;
pub mod settings;
pub mod setup;
pub mod sign;
pub mod tokens;
pub mod workflow;

pub use service::Oci;
