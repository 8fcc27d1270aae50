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

/// Packs them, and checks each as it was packed, with the packages of the others: `target/package` has them.
///
/// Not by `cargo package`'s own check: that takes another crate from a registry of its own making, and cargo believes
/// that what it once took from a registry as a version stays so.
///
/// # Errors
/// One can't be packed, or lacks a file that it needs.
pub fn package(toolchain: Toolchain) -> Result<()> {
    let mut cargo = toolchain.cargo();
    cargo.args(["package", "--locked", "--allow-dirty", "--no-verify"]);
    process::run(named(&mut cargo))?;

    let project = workspace::target_dir().join("package/unpacked");
    if project.exists() {
        fs::remove_dir_all(&project)?;
    }
    fs::create_dir_all(&project)?;
    for name in PUBLISHED {
        // With the time of now: in a package all files are equally old, and cargo goes by time.
        process::run(process::command("tar").arg("-xmzf").arg(packed(name)).arg("-C").arg(&project))?;
    }
    fs::write(project.join("Cargo.toml"), manifest_of_unpacked())?;
    // The versions that the others of our builds have.
    fs::copy(workspace::root().join("Cargo.lock"), project.join("Cargo.lock"))?;
    for name in PUBLISHED {
        let mut cargo = toolchain.cargo();
        // For wasm: that is where all three run. One by one: none is helped by features that another asks for.
        cargo.args(["check", "--target", TARGET, "--package", name]).current_dir(&project);
        process::run(&mut cargo)?;
    }
    Ok(())
}

fn manifest_of_unpacked() -> String {
    let members = PUBLISHED.map(|name| format!("{:?}", versioned(name))).join(", ");
    let patches = PUBLISHED.map(|name| format!("{name} = {{ path = {:?} }}\n", versioned(name))).concat();
    format!("[workspace]\nresolver = \"3\"\nmembers = [{members}]\n\n[patch.crates-io]\n{patches}")
}

fn packed(name: &str) -> PathBuf {
    workspace::target_dir().join("package").join(versioned(name) + ".crate")
}

/// As cargo names the package, and the folder in it.
fn versioned(name: &str) -> String {
    format!("{name}-{}", env!("CARGO_PKG_VERSION"))
}

/// Packs them into `target/dist`.
///
/// # Errors
/// As at [`package`].
pub fn dist(toolchain: Toolchain) -> Result<()> {
    let step = Step::begin("Pack the crates, and check them as they are packed");
    package(toolchain)?;
    let to = workspace::target_dir().join("dist");
    fs::create_dir_all(&to)?;
    for name in PUBLISHED {
        let packed = packed(name);
        let copy = to.join(packed.file_name().context("no crate")?);
        fs::copy(&packed, &copy).with_context(|| format!("there is no {}", packed.display()))?;
        note(copy.display());
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
