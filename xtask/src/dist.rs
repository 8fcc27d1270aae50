//! `cargo xtask dist`: what is published, in `target/dist`.

use anyhow::Result;

use crate::{js, step::note, tools::Tools, wasm_target::Toolchain};

/// Makes it all: the npm package's tarball.
///
/// # Errors
/// Something does not build, or an entry is over its budget.
pub fn run() -> Result<()> {
    js::build(&Tools::for_the_page()?, Toolchain::ensure()?, js::Build::Release, Some("npm"))?;
    let tarball = js::npm::pack()?;
    note(tarball.display());
    // Last: what is over its budget can be looked at.
    js::npm::check_sizes()
}
