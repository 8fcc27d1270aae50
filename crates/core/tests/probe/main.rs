//! The probe as a page uses it: a file of slices in, a header or a reason out, and never more than it may read.

#![allow(clippy::unwrap_used)]

mod build;
mod ffprobe;
mod file;
mod fuzz;
mod matroska;
mod mp4;
mod others;
