//! Builds what pages in JavaScript load: one wasm module for each package of `crates/elements`, and the modules of
//! `www/src` that wrap them.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};

use crate::{
    frontend, process,
    step::{Step, note},
    tools::Tools,
    versions,
    wasm_target::{TARGET, Toolchain},
    workspace,
};

/// The packages of `crates/elements`, and the names of their modules.
const ENTRIES: [(&str, &str); 1] = [("reelway-upload", "reelway_upload")];

/// How to compile.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Build {
    /// Soon, and large: for tests.
    Dev,
    /// Small, with brotli copies: for users and measurements.
    Release,
}

/// The folder that [`build`] fills.
pub fn folder(build: Build) -> PathBuf {
    workspace::target_dir().join("js").join(if build == Build::Release { "release" } else { "dev" })
}

/// Builds into [`folder`], and gives it. What has not changed is quick: cargo knows.
///
/// # Errors
/// A step fails.
pub fn build(tools: &Tools, toolchain: Toolchain, build: Build) -> Result<PathBuf> {
    versions::check_wasm_bindgen()?;
    let profile = if build == Build::Release { "wasm-release" } else { "dev" };
    let step = Step::begin(format!("Build the modules for JavaScript ({profile})"));
    let mut cargo = toolchain.cargo();
    cargo.args(["build", "--quiet", "--locked", "--target", TARGET, "--profile", profile]);
    for (package, _) in ENTRIES {
        cargo.args(["--package", package]);
    }
    process::run(&mut cargo)?;

    let folder = folder(build);
    // What an earlier build left is not what this one gives.
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("could not empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder)?;
    // cargo's own name for the folder of the profile `dev`.
    let built = workspace::target_dir().join(TARGET).join(if build == Build::Release { profile } else { "debug" });
    for (_, module) in ENTRIES {
        let mut bindgen = process::command(tools.program("wasm-bindgen")?);
        bindgen.args(["--target", "web", "--out-name", module, "--out-dir"]).arg(&folder);
        process::run(bindgen.arg(built.join(module).with_extension("wasm")))?;
        if build == Build::Release {
            let wasm = folder.join(format!("{module}_bg.wasm"));
            let mut opt = process::command(tools.program("wasm-opt")?);
            process::run(opt.arg("-Oz").arg(&wasm).arg("--output").arg(&wasm))?;
        }
    }
    for entry in fs::read_dir(workspace::root().join("www/src"))? {
        let entry = entry?;
        fs::copy(entry.path(), folder.join(entry.file_name()))?;
    }
    if build == Build::Release {
        frontend::compress_below(&folder)?;
        for (_, module) in ENTRIES {
            let size = |name: String| fs::metadata(folder.join(name)).map_or(0, |file| file.len());
            let (wasm, small) = (size(format!("{module}_bg.wasm")), size(format!("{module}_bg.wasm.br")));
            note(format!("{module}: {wasm} bytes of wasm, {small} by brotli"));
        }
    }
    note(folder.display());
    step.done();
    Ok(folder)
}
