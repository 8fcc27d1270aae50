//! The benchmarks, run by `cargo xtask bench upload` and `cargo xtask bench player`.
//!
//! - [`sink`]: the server that takes uploads and throws them away.
//! - [`content`]: the files that are uploaded.
//! - [`link`]: a link of limited speed.
//! - [`player`]: players, from a cold page to the first frame.
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
pub mod link;
pub mod machine;
pub mod player;
pub mod process;
pub mod race;
pub mod report;
pub mod sink;
