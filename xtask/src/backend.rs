//! Builds the server.

use std::{env, path::PathBuf};

use anyhow::Result;

use crate::{process, step::Step, workspace};

/// Builds the server in release mode, with the page of `dist` inside. Gives the binary's path.
///
/// Cargo decides whether there is anything to do: the server's build script watches `dist`.
///
/// # Errors
/// It does not compile.
pub fn build() -> Result<PathBuf> {
    let step = Step::begin("Build the server (release)");
    process::run(process::cargo().args(["build", "--release", "--locked", "--package", "reelway-server"]))?;
    step.done();
    let name = format!("reelway{}", env::consts::EXE_SUFFIX);
    Ok(workspace::target_dir().join("release").join(name))
}
