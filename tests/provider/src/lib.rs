//! For tests: a provider of uploads over real HTTP that fails as its script says.
//!
//! Each [`Session`] is one upload on an origin of its own, so that stalled requests of one take no connections from
//! another. What it holds at the end is judged by SHA-256, whatever the client believes.
//!
//! - [`provider`]: sessions, and pages beside them, on another origin than any session.
//! - [`setup`]: what a session is asked for.
//! - [`fault`]: what can go wrong, and when.
//! - [`session`]: one upload: its state, its log, its verdict.
//! - [`serve`]: requests: read, given their fault, answered.
//! - [`protocol`]: the five dialogues.
//! - [`cors`]: what a script of another origin may send and see.
//! - [`wire`]: connections that can be reset.
//! - [`control`]: the same over HTTP, for programs that are not in Rust.
//! - [`content`]: bytes that no two offsets share by accident.

pub mod content;
pub mod control;
pub mod cors;
pub mod fault;
pub mod protocol;
pub mod provider;
pub mod serve;
pub mod session;
pub mod setup;
pub mod wire;

pub use self::{
    fault::{Fault, Kind, Random, Step},
    provider::Provider,
    session::{Entry, Report, Session},
    setup::{Protocol, Renewal, Setup},
};
