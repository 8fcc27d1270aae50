//! For tests: Mux, Cloudflare Stream and Oracle OCI on loopback, as far as Reelway uses them.
//!
//! Requests are real HTTP, bytes are received and hashed, and what is streamed plays: a real HLS package, with real
//! pictures of it. Time, faults and mishaps of webhooks are a test's to choose.
//!
//! - [`mux`], [`cloudflare`], [`oci`]: the vendors.
//! - [`clock`], [`fault`], [`desk`]: what all hosts of one share: time, what goes wrong, the log.
//! - [`outbox`] sends webhooks.
//! - [`intake`]: bodies that may break off.
//! - [`film`], [`picture`], [`play`]: what plays, and what it looks like.
//! - [`secret`], [`rsa`], [`jwt`]: digests, signatures, keys, tokens.
//! - [`admin`]: the same for tests that are not in Rust.

pub mod admin;
pub mod clock;
pub mod cloudflare;
pub mod desk;
pub mod fault;
pub mod film;
pub mod intake;
pub mod jwt;
pub mod mux;
pub mod oci;
pub mod outbox;
pub mod picture;
pub mod play;
pub mod rsa;
pub mod secret;

pub use self::{clock::Clock, fault::Fault, film::Film};
