//! The wasm target where rustup can't fetch it: Debian's `rustc-web` carries the standard library's source with
//! its dependencies, so that the library can be built here. That toolchain has neither clippy nor rustfmt.

use std::{fs, path::Path, process::Command};

use anyhow::{Context, Result, bail};

use crate::{
    packages, process,
    step::{Step, note},
    wasm_target::{TARGET, has_target},
    workspace,
};

/// The name under which rustup knows Debian's toolchain.
pub const TOOLCHAIN: &str = "system";

const PACKAGES: [&str; 5] = ["rustc-web", "cargo-web", "rust-web-src", "rust-web-llvm", "lld-22"];
const RUSTC: &str = "/usr/bin/rustc";
const CARGO: &str = "/usr/bin/cargo";

/// Installs Debian's toolchain, builds its wasm library and links it to rustup.
///
/// # Errors
/// This is no Debian, or packages may not be installed here.
pub fn ensure() -> Result<()> {
    note(format!("rustup could not install {TARGET}: taking Debian's rustc-web instead"));
    if cfg!(target_os = "macos") || process::find("apt-get").is_none() {
        bail!("the Rust target {TARGET} is missing, and rustup could not fetch it: run `rustup target add {TARGET}`");
    }
    if !Path::new(RUSTC).is_file() || !has_target(&mut process::command(RUSTC)) {
        packages::install(&PACKAGES)?;
        build_library()?;
    }
    process::run(process::command("rustup").args(["toolchain", "link", TOOLCHAIN, "/usr"]))
}

/// Builds the standard library by way of an empty crate and copies it into the sysroot.
fn build_library() -> Result<()> {
    let step = Step::begin(format!("Build the standard library for {TARGET}"));
    let scratch = workspace::cache_dir()?.join("rustc-web");
    fs::create_dir_all(scratch.join("src"))?;
    fs::write(scratch.join("src/lib.rs"), "")?;
    fs::write(
        scratch.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n",
    )?;

    let mut build = Command::new(CARGO);
    build.current_dir(&scratch).args(["build", "--release", "--target", TARGET]);
    // Without `test` the headless tests do not link.
    build.args(["-Z", "build-std=std,panic_abort,test"]);
    // `-Z` on a stable compiler; without the bitcode LTO fails.
    build.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-Cembed-bitcode=yes").env("RUSTC", RUSTC);
    build.env("CARGO_TARGET_DIR", scratch.join("target")).env_remove("RUSTUP_TOOLCHAIN");
    // rustup's cargo, which runs this task, has put its own library folder there.
    build.env_remove("LD_LIBRARY_PATH");
    process::run(&mut build).context("could not build the standard library for wasm")?;

    let built = scratch.join("target").join(TARGET).join("release/deps");
    let library = process::output(Command::new(RUSTC).args(["--print", "target-libdir", "--target", TARGET]))?;
    let as_root = packages::as_root().context("the library goes into the system's sysroot")?;
    process::run(as_root("mkdir").args(["-p", library.trim()]))?;
    for entry in fs::read_dir(built)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if name.starts_with("lib") && name.ends_with(".rlib") && !name.starts_with("libempty-") {
            process::run(as_root("cp").arg(&path).arg(library.trim()))?;
        }
    }
    fs::remove_dir_all(&scratch)?;
    step.done();
    Ok(())
}
