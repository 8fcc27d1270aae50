#![doc = include_str!("README.md")]
//!
//! ## Modules
//!
//! - `components`: uploader, player, and both in one. For Leptos, behind the feature `components`, which is on by default,
//!   they are `Uploader`, `Player` and `Video`.
//! - [`player`]: engines and storyboards, without a face.
//! - [`upload`]: sends a file; headless. The decisions are `reelway_core::upload`'s.
//! - [`probe`]: reads the header of a file that was chosen. [`filmstrip`]: thumbnails of it, before any server has it.
//! - [`readiness`]: follows a video until it plays.
//! - [`backend`]: Reelway's HTTP API. [`ticket`]: what it lets in by.
//! - [`journal`]: goes on with uploads after a reload.
//! - `fetch`: requests. `js`, behind `components`: the API's types for scripts, and back.
//! - [`listener`], [`timer`]: browser callbacks that end when their owner does. [`task`]: futures that run by themselves.
//! - `texts`: what people read, in their language. `language`: names of languages.
//! - [`dom`]: the window, object URLs, and what web-sys has no stable name for.

pub mod backend;
#[cfg(any(feature = "player", feature = "uploader"))]
pub mod components;
pub mod dom;
mod fetch;
pub mod filmstrip;
mod globals;
pub mod journal;
#[cfg(feature = "components")]
pub mod js;
#[cfg(any(feature = "player", feature = "uploader"))]
pub mod language;
pub mod listener;
pub mod player;
pub mod probe;
pub mod readiness;
pub mod task;
#[cfg(any(feature = "player", feature = "uploader"))]
pub mod texts;
pub mod ticket;
pub mod timer;
pub mod upload;

pub use backend::{Backend, BackendError};
pub use readiness::Readiness;
pub use ticket::Ticket;
pub use upload::{Subscription, TargetFunction, TargetSource, Upload, UploadOptions};
pub use {reelway_api, reelway_core};
