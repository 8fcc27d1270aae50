//! The page with all clients that upload: theirs bundled by esbuild, ours as its users get it.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::Result;

use crate::{process, step::Step, workspace};

/// Builds it into a folder, and gives that.
///
/// # Errors
/// A step fails.
pub fn build(source: &Path, modules: &Path) -> Result<PathBuf> {
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
