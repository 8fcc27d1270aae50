//! The Rust snippets as one project, a module for each, for the compiler.

use std::{fmt::Write, fs, path::Path};

use anyhow::{Context, Result};

use crate::{pages::Block, root};

/// Writes the project into the folder. Its lock file is the repository's, so that what is compiled for that is found.
///
/// # Errors
/// The folder can't be written.
pub fn project(folder: &Path, blocks: &[&Block]) -> Result<()> {
    let root = root();
    fs::create_dir_all(folder.join("src"))?;
    let manifest = format!(
        "[package]\nname = \"reelway-snippets\"\nversion = \"0.1.0\"\nedition = \"2024\"\npublish = false\n\n\
         [dependencies]\nleptos = {{ version = \"0.8.23\", features = [\"csr\"] }}\nreelway = {{ path = {root:?} }}\n\
         web-sys = {{ version = \"0.3\", features = [\"console\", \"File\"] }}\n\n[workspace]\n"
    );
    fs::write(folder.join("Cargo.toml"), manifest)?;
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).context("could not copy Cargo.lock")?;
    let mut modules = String::from("#![allow(dead_code)]\n");
    for (index, block) in blocks.iter().enumerate() {
        let _ = write!(modules, "\n/// {}\nmod snippet_{index} {{\n{}}}\n", block.place, block.code);
    }
    fs::write(folder.join("src/lib.rs"), modules)?;
    Ok(())
}
