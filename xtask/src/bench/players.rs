//! The pages with all players: theirs bundled by esbuild, ours as its users get it, all compressed by brotli.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;

use crate::{frontend, process, step::Step, workspace};

/// Builds them into a folder, and gives that.
///
/// # Errors
/// A step fails.
pub fn build(source: &Path, modules: &Path) -> Result<PathBuf> {
    let step = Step::begin("Bundle the players");
    let folder = workspace::target_dir().join("bench-players");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    process::run(process::command("node").arg(source.join("player/build.mjs")).arg(&folder).arg(modules))?;
    frontend::compress_below(&folder)?;
    step.done();
    Ok(folder)
}
