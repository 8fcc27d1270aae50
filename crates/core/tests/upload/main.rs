//! The upload machine as a provider and a person meet it: through its events and effects only.

#![allow(clippy::unwrap_used)]

mod dialogue;
mod fault;
mod faults;
mod providers;
mod recovery;
mod run;
mod several;
mod talk;
mod whole;
