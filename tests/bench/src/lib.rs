//! The upload benchmark, run by `cargo xtask bench upload`.
//!
//! - [`sink`]: the server that takes uploads and throws them away.
//! - [`content`]: the files that are uploaded.
//! - [`chromium`]: the browser, without a driver in between.
//! - [`process`]: what the browser's processes cost, as the kernel counts it.
//! - [`candidate`]: who is measured.
//! - [`race`]: the rounds.
//! - [`bars`]: what must hold.
//! - [`report`], [`machine`]: the table, and where it was measured.

pub mod bars;
pub mod candidate;
pub mod chromium;
pub mod content;
pub mod machine;
pub mod process;
pub mod race;
pub mod report;
pub mod sink;
