//! Builds what pages in JavaScript load: one wasm module for each package of `crates/elements`, and the modules of
//! `www/src` that wrap them.
//!
//! - [`bundle`]: a module of `www/src` with its glue and its style sheet in one file.
//! - [`npm`]: the npm package.
//! - [`names`]: short names between wasm and its glue.
//! - [`theme`]: its custom properties in a shadow root.
//! - [`size`]: what each entry costs a page, and what it may.
//! - [`split`]: wasm in two parts, one of which is loaded later.

mod bundle;
mod names;
pub mod npm;
mod size;
mod split;
mod theme;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::{
    frontend, process, small_std,
    step::{Step, note},
    tools::Tools,
    versions,
    wasm_target::{TARGET, Toolchain},
    workspace,
};

/// What a page can load: a module `<name>.js`, with its types and its wasm.
struct Entry {
    name: &'static str,
    /// In `crates/elements`.
    package: &'static str,
    /// The name of its wasm.
    module: &'static str,
    /// Whether it is a component: a style sheet, and one file of it all.
    is_component: bool,
}

const ENTRIES: [Entry; 2] = [
    Entry { name: "upload", package: "reelway-upload", module: "reelway_upload", is_component: false },
    Entry { name: "player", package: "reelway-player", module: "reelway_player", is_component: true },
];

/// The engine, which a player imports when it first needs it, and its worker.
const ENGINE: [&str; 2] = ["hls.min.mjs", "hls.worker.js"];

/// What wasm-opt is told. In the first kilobyte of the memory is the far end of the stack and nothing else: as nobody means
/// an address there, more additions go into loads and stores.
const SMALL: [&str; 2] = ["-Oz", "--low-memory-unused"];

/// How to compile.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Build {
    /// Soon, and large: for tests.
    Dev,
    /// Small, with brotli copies: for users and measurements.
    Release,
    /// As a release, in one part, and it tells which functions it runs.
    Marked,
}

impl Build {
    /// Whether it is optimised.
    fn is_small(self) -> bool {
        self != Self::Dev
    }
}

/// The folder that [`build`] fills.
pub fn folder(build: Build) -> PathBuf {
    workspace::target_dir().join("js").join(if build.is_small() { "release" } else { "dev" })
}

/// Builds all entries, or the one of this name, into [`folder`], and gives it; and, with all, the npm package. `npm` is that
/// package alone. What has not changed is quick: cargo knows.
///
/// # Errors
/// A step fails.
pub fn build(tools: &Tools, toolchain: Toolchain, build: Build, only: Option<&str>) -> Result<PathBuf> {
    versions::check_wasm_bindgen()?;
    frontend::install_npm_packages()?;
    if only == Some("npm") {
        npm::build(tools, toolchain, build)?;
        return Ok(npm::folder());
    }
    let profile = if build.is_small() { "wasm-release" } else { "dev" };
    let step = Step::begin(format!("Build the modules for JavaScript ({profile})"));
    let folder = folder(build);
    // What an earlier build left is not what this one gives.
    if folder.exists() {
        fs::remove_dir_all(&folder).with_context(|| format!("could not empty {}", folder.display()))?;
    }
    fs::create_dir_all(&folder)?;
    for entry in ENTRIES.iter().filter(|entry| only.is_none_or(|only| only == entry.name)) {
        let wasm = entry.compile(toolchain, build)?;
        if entry.is_component {
            bundle::build(tools, entry, &wasm, &folder, build)?;
        } else {
            entry.bind(tools, &wasm, &folder, &[])?;
            // Not bundled: it names the file.
            let name = format!("{}.js", entry.name);
            let module = fs::read_to_string(workspace::root().join("www/src").join(&name))?;
            fs::write(folder.join(name), module.replace("#reelway_upload", "./reelway_upload.js"))?;
            if build == Build::Release {
                let wasm = folder.join(format!("{}_bg.wasm", entry.module));
                let mut opt = process::command(tools.program("wasm-opt")?);
                process::run(opt.args(SMALL).arg(&wasm).arg("--output").arg(&wasm))?;
            }
        }
        copy(&format!("{}.d.ts", entry.name), &workspace::root().join("www/src"), &folder)?;
    }
    for file in ENGINE {
        copy(file, &workspace::root().join("www/node_modules/hls.js/dist"), &folder)?;
    }
    if build == Build::Release {
        frontend::compress_below(&folder)?;
        size::print(&folder, &ENTRIES, str::to_owned)?;
    }
    note(folder.display());
    step.done();
    if only.is_none() {
        npm::build(tools, toolchain, build)?;
    }
    Ok(folder)
}

/// Whether the release in [`folder`], and the npm package if `all` was built, keep to `budgets.toml`.
///
/// # Errors
/// It does not.
pub fn check_sizes(all: bool) -> Result<()> {
    size::check(&folder(Build::Release), &ENTRIES, str::to_owned)?;
    if all { npm::check_sizes() } else { Ok(()) }
}

impl Entry {
    /// Compiles it, and gives the wasm as it is before wasm-bindgen. By itself, or it would have the features of others.
    fn compile(&self, toolchain: Toolchain, build: Build) -> Result<PathBuf> {
        let profile = if build.is_small() { "wasm-release" } else { "dev" };
        let mut cargo = toolchain.cargo();
        cargo.args(["rustc", "--quiet", "--locked", "--target", TARGET, "--profile", profile]);
        if build.is_small() {
            small_std::apply(toolchain, &mut cargo);
        }
        // A library that Rust uses too is not optimised as a whole: here it is for JavaScript alone.
        process::run(cargo.args(["--package", self.package, "--lib", "--crate-type", "cdylib"]))?;
        // cargo's own name for the folder of the profile `dev`.
        let profile = if build.is_small() { profile } else { "debug" };
        Ok(workspace::target_dir().join(TARGET).join(profile).join(self.module).with_extension("wasm"))
    }

    /// Makes the wasm that browsers load, and the JavaScript that glues it to them.
    fn bind(&self, tools: &Tools, wasm: &Path, folder: &Path, flags: &[&str]) -> Result<()> {
        let mut bindgen = process::command(tools.program("wasm-bindgen")?);
        bindgen.args(["--target", "web", "--no-typescript", "--out-name", self.module, "--out-dir"]).arg(folder);
        process::run(bindgen.args(flags).arg(wasm))
    }
}

fn copy(name: &str, from: &Path, to: &Path) -> Result<()> {
    let file = from.join(name);
    fs::copy(&file, to.join(name)).with_context(|| format!("could not copy {}", file.display()))?;
    Ok(())
}
