//! `reelway-docs`: whether `docs/elements.md` is what the manifest gives; with `--write` it is written. With
//! `--snippets FOLDER` the folder becomes a project of all Rust snippets, for the compiler.

use std::{env, fs, path::Path, process::ExitCode};

use anyhow::{Context, Result, bail};
use reelway_docs::{
    elements,
    manifest::{self, Manifest},
    pages, root, rust,
};

fn main() -> Result<ExitCode> {
    let mut arguments = env::args().skip(1);
    let task = arguments.next();
    if task.as_deref() == Some("--snippets") {
        return snippets(Path::new(&arguments.next().context("--snippets wants a folder")?));
    }
    let write = task.as_deref() == Some("--write");
    let package = if write { arguments.next() } else { task };
    if let Some(package) = package {
        let text = fs::read_to_string(&package).with_context(|| format!("could not read {package}"))?;
        keep(manifest::FILE, &text, write)?;
    }
    keep(elements::PAGE, &elements::page(&Manifest::read()?), write)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes a file of the repository, or says that it is not what it should be.
fn keep(path: &str, text: &str, write: bool) -> Result<()> {
    let file = root().join(path);
    if write {
        fs::write(file, text)?;
    } else if fs::read_to_string(file).unwrap_or_default() != text {
        bail!("{path} is not what it is made of: cargo xtask docs --write");
    }
    Ok(())
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
