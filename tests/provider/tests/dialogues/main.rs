//! The provider's own dialogues, over HTTP: what tests of uploads take for granted.

mod client;
mod faults;
mod resumable;
mod s3_and_oci;
mod tus;
