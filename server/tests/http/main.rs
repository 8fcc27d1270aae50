//! The server as its callers see it: requests in, answers out, files on the disk.

#![allow(clippy::unwrap_used)]

mod access;
#[path = "../common/answer.rs"]
mod answer;
mod cli;
mod faults;
mod guard;
mod operation;
mod published;
mod server;
mod tracks;
mod tus;
mod tus_faults;
mod tus_parts;
mod upload;
mod videos;
