//! `reelway-docs`: whether `docs/elements.md` is what the manifest gives; with `--write` it is written. With
//! `--snippets FOLDER` the folder becomes a project of all Rust snippets, for the compiler.

use std::{env, fs, path::Path, process::ExitCode};

use anyhow::{Context, Result};
use reelway_docs::{elements, manifest::Manifest, pages, root, rust};

fn main() -> Result<ExitCode> {
    let mut arguments = env::args().skip(1);
    let task = arguments.next();
    if task.as_deref() == Some("--snippets") {
        return snippets(Path::new(&arguments.next().context("--snippets wants a folder")?));
    }
    let page = root().join(elements::PAGE);
    let text = elements::page(&Manifest::read()?);
    if task.as_deref() == Some("--write") {
        fs::write(page, text)?;
    } else if fs::read_to_string(page).unwrap_or_default() != text {
        eprintln!("{} is not what the manifest gives: cargo xtask docs --write", elements::PAGE);
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn snippets(folder: &Path) -> Result<ExitCode> {
    let mut blocks = Vec::new();
    for page in pages::all()? {
        blocks.extend(page.blocks()?.into_iter().filter(|block| block.language == "rust"));
    }
    rust::project(folder, &blocks.iter().collect::<Vec<_>>())?;
    println!("{} snippets", blocks.len());
    Ok(ExitCode::SUCCESS)
}
