//! The upload machine as a provider and a person meet it: through its events and effects only.

#![allow(clippy::unwrap_used)]

mod dialogue;
mod faults;
mod provider;
mod recovery;
mod talk;
