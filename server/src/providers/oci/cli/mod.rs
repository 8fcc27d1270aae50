//! `reelway oci`: what the provider does, by hand and in scripts.
//!
//! - [`command`]: the command line. `hand`: what it does.
//! - [`follow`]: waits for a job. [`progress`]: shows how far it is.
//! - [`outcome`]: results and errors as they are told.
//!
//! The result goes to standard output, alone: ids line by line, or one JSON object with `--json`. Progress goes to
//! standard error. The exit code is 0 where all is done, 1 where something is wrong with the configuration or Oracle
//! refuses, 2 for a wrong command line, 3 where a job ended without success, 4 where it did not end in time.

pub mod command;
pub mod follow;
mod hand;
pub mod outcome;
pub mod progress;

pub use command::OciCommand;
pub use outcome::OciError;
