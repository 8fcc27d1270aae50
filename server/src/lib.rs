//! Reelway's backend: hands out upload targets, takes files, tells when a video is ready, serves it.
//!
//! - [`config`], [`app`], [`clock`]: what a process is made of.
//! - [`error`]: how requests are refused.
//! - [`db`]: videos and uploads. [`hub`]: who watches them.
//! - [`providers`]: video services, the local one among them.
//! - [`jobs`]: the queue of work on videos.
//! - [`media`]: what the local provider makes of a file.
//! - [`store`]: published media.

pub mod app;
pub mod clock;
pub mod config;
pub mod db;
pub mod error;
pub mod hub;
pub mod jobs;
pub mod media;
pub mod providers;
pub mod store;
