//! The book in `docs/`: what of it is generated, and what tests read of it.
//!
//! - [`pages`]: its pages, and the blocks of code in them.
//! - [`manifest`]: `custom-elements.json`, in the words of its schema 2.1.0.
//! - [`elements`]: the page that is made of it.
//! - [`rust`]: a project of all Rust snippets, to be compiled.
//! - [`html`]: the tags and scripts of a snippet.

pub mod elements;
pub mod html;
pub mod manifest;
pub mod pages;
pub mod rust;

use std::path::{Path, PathBuf};

/// The repository's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}
