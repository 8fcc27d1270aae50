//! Sends a file to a provider and never takes its own word for it.
//!
//! - [`machine`]: the state machine. `handle(event, now) -> effects`; it decides, the shell fetches.
//! - [`event`]: what goes into the machine and what comes out.
//! - [`protocol`]: the dialogues that providers speak, pure: a step becomes a request, a reply becomes a verdict.
//! - [`verdict`]: the one list of what a reply can mean.
//! - [`books`]: what is where, in lanes or in parts, and what is to be done next.
//! - [`ledger`]: what is proven about bytes that are counted by an offset.
//! - [`planner`]: how long the next chunk is.
//! - [`body`]: whether a chunk is sent from the disk or from memory.
//! - [`retry`]: how long to wait, and when to give up.
//! - [`throttle`]: how many requests run at once.
//! - [`progress`]: what a person sees, which never goes back.
//! - [`queue`]: many files, and how far all of them are.
//! - [`memory`]: what outlives the page.
//! - [`log`]: what happened, for a bug report.
//! - [`custom`]: targets that a page names itself.
//! - [`error`]: what can go wrong, with a stable code and a sentence.

pub mod body;
pub mod books;
pub mod custom;
pub mod error;
pub mod event;
pub mod ledger;
pub mod log;
pub mod machine;
pub mod memory;
pub mod planner;
pub mod progress;
pub mod protocol;
pub mod queue;
pub mod retry;
pub mod snapshot;
pub mod throttle;
pub mod verdict;

pub use error::UploadError;
pub use event::{DigestHeader, Effect, Event, Id, Reply, Request};
pub use machine::{Options, UploadMachine};
pub use memory::Memory;
pub use progress::Progress;
pub use snapshot::{Phase, Snapshot};
