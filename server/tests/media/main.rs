//! What becomes of uploaded files: real ffmpeg on small files that ffmpeg makes.
#![allow(clippy::unwrap_used)]

mod bench;
mod copied;
mod hostile;
mod jobs;
mod pictures;
mod protected;
mod published;
mod refused;
mod shared;
mod texts;
mod transcoded;
