//! Remembers uploads beyond the page, so that they go on after a reload, a crash or a closed tab.
//!
//! What is remembered, for how long, and which file is the same one, is decided by [`reelway_core::journal`]; here it is
//! written to IndexedDB and found again.
//!
//! - [`unfinished`]: the uploads that were interrupted.
//! - [`Unfinished`]: one of them, to go on with or to give up.
//! - [`PickedFile`]: a file with its handle, by which Chromium reads it again without the file being chosen again.
//! - `recorder`: writes down what happens to an upload.
//! - `store`, `lock`, `handle`, `sample`: IndexedDB, Web Locks, file handles, and the hash that tells files apart.

mod handle;
mod lock;
mod recorder;
mod sample;
mod store;
mod unfinished;

pub use handle::{FileHandle, PickedFile};
pub(crate) use recorder::{Note, Recorder};
pub use reelway_core::journal::ResumeError;
pub use unfinished::{Unfinished, unfinished};
