//! The crates that others may depend on, as they would be published.

use std::{fs, path::PathBuf, process::Command};

use anyhow::{Context, Result};

use crate::{
    process,
    step::{Step, note},
    wasm_target::{TARGET, Toolchain},
    workspace,
};

/// Their names, each after those that it depends on.
pub const PUBLISHED: [&str; 3] = ["reelway-api", "reelway-core", "reelway"];

/// Packs them, and builds each from its own package, with the packages of the others: `target/package` has them.
///
/// # Errors
/// One can't be packed, or lacks a file that it needs.
pub fn package(toolchain: Toolchain) -> Result<()> {
    let mut cargo = toolchain.cargo();
    // For wasm: that is where all three run.
    cargo.args(["package", "--locked", "--allow-dirty", "--target", TARGET]);
    process::run(named(&mut cargo))
}

/// Packs them into `target/dist`.
///
/// # Errors
/// As at [`package`].
pub fn dist(toolchain: Toolchain) -> Result<()> {
    let step = Step::begin("Pack the crates, and build them from their packages");
    package(toolchain)?;
    let to = workspace::target_dir().join("dist");
    fs::create_dir_all(&to)?;
    for name in PUBLISHED {
        let file = format!("{name}-{}.crate", env!("CARGO_PKG_VERSION"));
        let packed: PathBuf = workspace::target_dir().join("package").join(&file);
        fs::copy(&packed, to.join(&file)).with_context(|| format!("there is no {}", packed.display()))?;
        note(to.join(&file).display());
    }
    step.done();
    Ok(())
}

/// Their documentation: a link that leads nowhere is an error.
///
/// # Errors
/// There is such a mistake.
pub fn document(toolchain: Toolchain) -> Result<()> {
    let mut cargo = toolchain.cargo();
    cargo.args(["doc", "--locked", "--no-deps", "--target", TARGET]).env("RUSTDOCFLAGS", "-D warnings");
    process::run(named(&mut cargo))
}

/// Compiles the example of a project that depends on them.
///
/// # Errors
/// It does not compile.
pub fn check_example(toolchain: Toolchain) -> Result<()> {
    let mut cargo = toolchain.cargo();
    cargo.args(["check", "--locked", "--target", TARGET, "--manifest-path", "examples/leptos/Cargo.toml"]);
    process::run(&mut cargo)
}

fn named(cargo: &mut Command) -> &mut Command {
    cargo.args(PUBLISHED.iter().flat_map(|name| ["--package", name]))
}
