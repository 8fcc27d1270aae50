//! Other people's clients that tests upload with, of pinned versions, from npm: bundled for a page, into the cache.
//! axe-core comes with them, as it is: it looks at our own pages. So does mux-uploader, which pages were written for.

use std::{fs, path::PathBuf};

use anyhow::{Context, Result};

use crate::{cache, process, stamp, step::Step, workspace};

const SOURCES: [&str; 3] = ["package.json", "package-lock.json", "main.js"];

/// Bundles them, if that is not done yet. Gives the folder with `clients.js`, `axe.min.js` and `mux-uploader.js`.
///
/// # Errors
/// They can't be installed or bundled.
pub fn ensure() -> Result<PathBuf> {
    let sources = workspace::root().join("tests/vendor/clients");
    let version = stamp::of_files(&sources, SOURCES);
    let tools = workspace::cache_dir()?.join("tools");
    let folder = tools.join(format!("clients-{}", version.get(..12).unwrap_or(&version)));
    if folder.is_dir() {
        return Ok(folder);
    }
    let _lock = cache::lock(&tools)?;
    if folder.is_dir() {
        return Ok(folder);
    }
    let step = Step::begin("Install other people's clients from npm, and bundle them");
    let made = cache::make_whole(&folder, |folder| {
        for name in SOURCES {
            fs::copy(sources.join(name), folder.join(name))?;
        }
        let mut npm = process::command("npm");
        npm.current_dir(folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
        process::run(&mut npm)?;
        let mut esbuild = process::command(folder.join("node_modules/.bin/esbuild"));
        esbuild.current_dir(folder).args(["main.js", "--outfile=clients.js", "--bundle", "--format=esm"]);
        esbuild.args(["--target=es2022", "--platform=browser", "--log-level=warning"]);
        process::run(&mut esbuild)?;
        fs::copy(folder.join("node_modules/axe-core/axe.min.js"), folder.join("axe.min.js"))?;
        let uploader = folder.join("node_modules/@mux/mux-uploader/dist/mux-uploader.js");
        fs::copy(uploader, folder.join("mux-uploader.js"))?;
        // These are all that is used from here on.
        Ok(fs::remove_dir_all(folder.join("node_modules"))?)
    });
    made.context("could not install the clients for tests")?;
    step.done();
    Ok(folder)
}
