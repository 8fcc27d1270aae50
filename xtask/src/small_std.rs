//! A standard library that is made for size, for what users download: `build-std` of the installed source, with panics that
//! abort at once, without `Debug` texts, and with the smaller of its algorithms.
//!
//! Nobody loses the message of a panic by that: no page sets a hook for it, and in wasm it goes nowhere by itself.
//!
//! Cargo calls that unstable. Only the shape of what we publish stands on it: without the source it is compiled with the
//! library that rustup brings, as everything that is tested is.

use std::process::Command;

use crate::{
    process,
    step::note,
    wasm_target::{TARGET, Toolchain},
};

const CARGO: [&str; 2] = ["-Zbuild-std=std,panic_abort", "-Zbuild-std-features=optimize_for_size"];
/// The names of functions tell apart what a generic one was compiled for: `split` goes by them.
const NAMES: &str = "-Csymbol-mangling-version=v0";
const RUSTC: &str = "-Zlocation-detail=none -Zfmt-debug=none -Zunstable-options -Cpanic=immediate-abort";

/// Has a `cargo build` for wasm compile the standard library too. Without its source nothing changes.
pub fn apply(toolchain: Toolchain, cargo: &mut Command) {
    let mut flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    if has_source(toolchain) {
        // The switches are unstable ones, the compiler is not.
        cargo.args(CARGO).env("RUSTC_BOOTSTRAP", "1");
        flags.extend([" ", RUSTC]);
    } else {
        note(format!(
            "without the standard library's source (rustup component add rust-src) {TARGET} comes out larger"
        ));
    }
    flags.extend([" ", NAMES]);
    cargo.env("RUSTFLAGS", flags.trim_start());
}

/// Whether the source is there, or could be had. Debian's rustc-web is installed with it.
fn has_source(toolchain: Toolchain) -> bool {
    toolchain == Toolchain::RustcWeb
        || process::run(process::command("rustup").args(["component", "add", "rust-src"])).is_ok()
}
