//! What is remembered of uploads, so that they go on after a reload, a crash or a closed tab.
//!
//! - [`Entry`]: one upload, as it is stored.
//! - [`sample`]: which bytes of a file tell it from another one.
//! - [`Pace`]: when an entry is worth writing again.
//! - [`ResumeError`]: why an upload does not go on.

mod entry;
mod error;
mod pace;
pub mod sample;

pub use entry::Entry;
pub use error::ResumeError;
pub use pace::Pace;
