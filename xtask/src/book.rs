//! The book: `docs/` by mdBook, and what of it is generated.

use std::path::PathBuf;

use anyhow::Result;

use crate::{
    process,
    step::{Step, note},
    tools,
    wasm_target::{TARGET, Toolchain},
    workspace,
};

/// Builds the book into `target/book`, and gives that folder.
///
/// # Errors
/// mdBook can't be installed, or the book has a mistake that it finds.
pub fn build() -> Result<PathBuf> {
    let mdbook = tools::mdbook()?;
    let step = Step::begin("Build the book");
    let folder = workspace::target_dir().join("book");
    process::run(process::command(mdbook).args(["build", "docs", "--dest-dir"]).arg(&folder))?;
    note(folder.display());
    step.done();
    Ok(folder)
}

/// Looks whether generated pages are what they are made of, or writes them: the manifest from the package, if that is
/// built (`cargo xtask build-js --only npm`), and the page of elements from the manifest.
///
/// # Errors
/// They are not, or what they are made of is not there.
pub fn generate(write: bool) -> Result<()> {
    let mut cargo = process::cargo();
    cargo.args(["run", "--quiet", "--locked", "--package", "reelway-docs", "--"]);
    cargo.args(write.then_some("--write"));
    // Only who has built the package can say whether the manifest is still its.
    let manifest = workspace::target_dir().join("npm/reelway/custom-elements.json");
    process::run(cargo.args(manifest.exists().then_some(manifest)))
}

/// Compiles the Rust snippets of all pages, for wasm.
///
/// # Errors
/// One does not compile.
pub fn check_snippets(toolchain: Toolchain) -> Result<()> {
    let folder = workspace::target_dir().join("snippets");
    let mut cargo = process::cargo();
    cargo.args(["run", "--quiet", "--locked", "--package", "reelway-docs", "--", "--snippets"]);
    process::run(cargo.arg(&folder))?;
    let mut check = toolchain.cargo();
    check.args(["check", "--target", TARGET, "--manifest-path"]).arg(folder.join("Cargo.toml"));
    process::run(&mut check)
}
