//! Reelway's backend: hands out upload targets, takes files, tells when a video is ready, serves it.
//!
//! - [`config`], [`app`], [`clock`]: what a process is made of.
//! - [`secrets`]: what the configuration only names.
//! - [`serve`]: its life. [`doctor`]: what it needs to live. [`sign`]: tickets for trying.
//! - [`access`]: who may do what.
//! - [`http`]: the routes. [`error`]: how they refuse. [`title`]: names for people.
//! - [`db`]: videos and uploads. [`hub`]: who watches them.
//! - [`providers`]: video services, the local one among them.
//! - [`jobs`]: the queue of work on videos.
//! - [`media`]: what the local provider makes of a file.
//! - [`store`]: published media.

pub mod access;
pub mod app;
pub mod clock;
pub mod config;
pub mod db;
pub mod doctor;
pub mod error;
pub mod http;
pub mod hub;
pub mod jobs;
pub mod media;
pub mod providers;
pub mod secrets;
pub mod serve;
pub mod sign;
pub mod store;
pub mod title;
