//! Services that are described by data: a map says what is asked of them, and how their answers are read.
//!
//! - [`map`]: what a map says. [`load`]: where it is from. [`check`]: whether it makes sense. [`setup`]: with its secrets.
//! - [`template`], [`request`]: from values to requests. [`report`]: from answers to what is known. All of it pure.
//! - [`signing`], [`links`], [`tiles`]: the URLs that a video is played by.
//! - [`pace`]: when a request may be sent. [`client`]: sends it.
//! - [`absorb`]: what becomes of a video. [`service`]: the provider. `events`: its webhooks. `poll`: asking again.

pub mod absorb;
pub mod check;
pub mod client;
mod events;
pub mod links;
pub mod load;
pub mod map;
pub mod pace;
mod poll;
pub mod report;
pub mod request;
pub mod service;
pub mod setup;
pub mod signing;
pub mod template;
pub mod tiles;

pub use service::Http;

#[cfg(test)]
mod tests;
