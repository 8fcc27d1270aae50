//! Sends a file to a provider and never takes its own word for it.
//!
//! - [`machine`]: the state machine. `handle(event, now) -> effects`; it decides, the shell fetches.
//! - [`event`]: what goes into the machine and what comes out.
//! - [`protocol`]: the dialogues that providers speak, pure: a chunk becomes a request, a reply becomes a verdict.
//! - [`verdict`]: the one list of what a reply can mean.
//! - [`ledger`]: what is proven about the provider's bytes.
//! - [`planner`]: how long the next chunk is.
//! - [`retry`]: how long to wait, and when to give up.
//! - [`progress`]: what a person sees, which never goes back.
//! - [`custom`]: targets that a page names itself.
//! - [`error`]: what can go wrong, with a stable code and a sentence.

pub mod custom;
pub mod error;
pub mod event;
pub mod ledger;
pub mod machine;
pub mod planner;
pub mod progress;
pub mod protocol;
pub mod retry;
pub mod snapshot;
pub mod verdict;

pub use error::UploadError;
pub use event::{Effect, Event, Id, Reply, Request};
pub use machine::{Options, UploadMachine};
pub use progress::Progress;
pub use snapshot::{Phase, Snapshot};
