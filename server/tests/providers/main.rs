//! Services that a map describes, against a service that answers by script: what is sent, what becomes of the answers,
//! of webhooks, and of all that goes wrong between.

#![allow(clippy::unwrap_used)]

#[path = "../common/answer.rs"]
mod answer;
mod answers;
mod bench;
mod cloudflare;
mod deadlines;
mod doctor;
mod events;
mod flows;
mod hygiene;
mod imports;
#[path = "../common/log.rs"]
mod log;
mod schema;
mod service;
