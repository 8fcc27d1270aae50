//! Oracle: the whole way of a video against Oracle's services on loopback, which Oracle's own SDK has proved, and all
//! that goes wrong on it.

#![allow(clippy::unwrap_used)]

#[path = "../common/answer.rs"]
mod answer;
mod answers;
mod bench;
mod cli;
mod command;
mod flows;
mod hygiene;
mod instance;
#[path = "../common/log.rs"]
mod log;
mod notifications;
mod office;
#[cfg(target_os = "linux")]
mod terminal;
mod traffic;
mod troubles;
