//! Players, from a cold page to the first frame, run by `cargo xtask bench player`.
//!
//! - [`media`]: the stream and the storyboard.
//! - [`host`]: serves pages and media over a link of limited speed, and remembers what was asked for.
//! - [`candidate`]: who is measured.
//! - [`visit`]: one visit to one page.
//! - [`hover`]: from a pointer's move to the painted preview.
//! - [`contest`]: the rounds.
//! - [`bars`]: what must hold.
//! - [`report`]: the tables.

pub mod bars;
pub mod candidate;
pub mod contest;
pub mod host;
pub mod hover;
pub mod media;
pub mod report;
pub mod visit;
