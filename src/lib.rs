//! Reelway in the browser.
//!
//! - [`upload`]: sends a file; headless. The decisions are `reelway_core::upload`'s.
//! - [`readiness`]: follows a video until it plays.
//! - [`backend`]: Reelway's HTTP API.
//! - [`listener`], [`timer`]: browser callbacks that end when their owner does.

pub mod backend;
pub mod listener;
pub mod readiness;
pub mod timer;
pub mod upload;

pub use backend::{Backend, BackendError};
pub use readiness::Readiness;
pub use upload::{Subscription, Upload, UploadOptions};
