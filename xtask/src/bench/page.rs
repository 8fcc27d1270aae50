//! The page with all clients: theirs bundled by esbuild, ours as its users get it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;

use crate::{js, process, stamp, step::Step, tools::Tools, wasm_target::Toolchain, workspace};

/// Builds it into a folder, and gives that.
///
/// # Errors
/// A step fails.
pub fn build(tools: &Tools, toolchain: Toolchain) -> Result<PathBuf> {
    let source = workspace::root().join("tests/bench");
    install_npm_packages(&source)?;
    let modules = js::build(tools, toolchain, js::Build::Release)?;

    let step = Step::begin("Bundle the clients");
    let folder = workspace::target_dir().join("bench-page");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    for entry in fs::read_dir(modules)? {
        let entry = entry?;
        fs::copy(entry.path(), folder.join(entry.file_name()))?;
    }
    fs::copy(source.join("page/index.html"), folder.join("index.html"))?;
    let mut esbuild = process::command(source.join("node_modules/.bin/esbuild"));
    esbuild.arg(source.join("page/main.js")).arg(format!("--outfile={}", folder.join("main.js").display()));
    esbuild.args(["--bundle", "--minify", "--format=esm", "--target=es2022", "--platform=browser"]);
    esbuild.args(["--define:process.env.NODE_ENV=\"production\"", "--external:./upload.js", "--log-level=warning"]);
    process::run(&mut esbuild)?;
    step.done();
    Ok(folder)
}

/// `npm ci`, unless the lock file is the one that was installed.
fn install_npm_packages(source: &Path) -> Result<()> {
    let lock = stamp::of_files(source, ["package.json", "package-lock.json"]);
    if stamp::is_current("bench-npm", &lock) && source.join("node_modules").is_dir() {
        return Ok(());
    }
    stamp::forget("bench-npm");
    let step = Step::begin("Install the benchmark's npm packages");
    let mut npm = process::command("npm");
    npm.current_dir(source).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    process::run(&mut npm)?;
    step.done();
    stamp::keep("bench-npm", &lock)
}
