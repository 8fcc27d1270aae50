//! `cargo xtask dist`: what is published, in `target/dist`, and the book.

use anyhow::Result;

use crate::{book, crates, js, step::note, tools::Tools, wasm_target::Toolchain};

/// Makes it all: the npm package's tarball, the crates and the book.
///
/// # Errors
/// Something does not build, or an entry is over its budget.
pub fn run() -> Result<()> {
    let toolchain = Toolchain::ensure()?;
    js::build(&Tools::for_the_page()?, toolchain, js::Build::Release, Some("npm"))?;
    let tarball = js::npm::pack()?;
    note(tarball.display());
    book::build()?;
    crates::dist(toolchain)?;
    // Last: what is over its budget can be looked at.
    js::npm::check_sizes()
}
