//! A module of `www/src` with its glue and its style sheet in one file, by esbuild: a page has one request less to wait
//! for after another, and names that nobody reads take no bytes.

use std::{fs, path::Path};

use anyhow::Result;

use super::{Build, ENGINE, Entry, copy, names};
use crate::{process, tools::Tools, workspace};

/// Bundles an entry into the folder, with its wasm beside it.
pub(super) fn build(tools: &Tools, entry: &Entry, wasm: &Path, folder: &Path, build: Build) -> Result<()> {
    let parts = workspace::target_dir().join("js/parts").join(entry.name);
    if parts.exists() {
        fs::remove_dir_all(&parts)?;
    }
    fs::create_dir_all(&parts)?;
    entry.bind(tools, wasm, &parts, &[])?;
    if build.is_small() {
        names::shorten(tools, entry, &parts, false)?;
    }
    let source = workspace::root().join("www/src");
    let (module, sheet) = (format!("{}.js", entry.name), format!("{}.css", entry.name));
    for file in [module.as_str(), "early.js"] {
        copy(file, &source, &parts)?;
    }

    // Twice, since a sheet that is loaded as text is taken as it is.
    esbuild(&source.join(&sheet), &parts.join(&sheet), build, &["--loader:.css=css"])?;
    let engine = ENGINE.map(|file| format!("--external:./{file}"));
    let mut arguments = vec!["--format=esm", "--platform=browser", "--loader:.css=text"];
    arguments.extend(engine.iter().map(String::as_str));
    esbuild(&parts.join(&module), &folder.join(&module), build, &arguments)?;
    copy(&format!("{}_bg.wasm", entry.module), &parts, folder)
}

pub(super) fn esbuild(from: &Path, to: &Path, build: Build, arguments: &[&str]) -> Result<()> {
    let mut esbuild = process::command(workspace::root().join("www/node_modules/.bin/esbuild"));
    esbuild.arg(from).arg(format!("--outfile={}", to.display()));
    esbuild.args(["--bundle", "--target=es2022,safari16.4", "--log-level=warning"]).args(arguments);
    if build.is_small() {
        esbuild.arg("--minify");
    }
    process::run(&mut esbuild)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    #[test]
    fn the_player_is_styled_here_as_in_rust() {
        let (component, sheet) =
            (include_str!("../../../src/components/player/mod.rs"), include_str!("../../../www/src/player.css"));
        let after = |mark: &str, text: &'static str| -> Vec<&str> {
            text.split(mark).skip(1).filter_map(|rest| rest.split('"').next()).collect()
        };

        let expected = after("include_str!(\"", component);

        assert_eq!(after("src/components/player/", sheet), expected);
        let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../src/components/player")).unwrap();
        let there = folder.filter(|file| file.as_ref().unwrap().path().extension().is_some_and(|kind| kind == "css"));
        assert_eq!(there.count(), expected.len(), "each sheet of the folder is in both");
    }
}
