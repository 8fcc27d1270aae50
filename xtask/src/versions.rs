//! The wasm-bindgen crate and its command-line tool must be of one version to the letter.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::{tools, workspace};

/// Compares `Cargo.lock` with the tool that xtask installs.
///
/// # Errors
/// They differ: the message says what to change.
pub fn check_wasm_bindgen() -> Result<()> {
    let lock = fs::read_to_string(workspace::root().join("Cargo.lock")).context("could not read Cargo.lock")?;
    let locked = locked_version(&lock, "wasm-bindgen").context("Cargo.lock names no wasm-bindgen")?;
    if locked != tools::WASM_BINDGEN {
        bail!(
            "Cargo.lock has wasm-bindgen {locked}, xtask installs wasm-bindgen-cli {}: they must be the same. \
             Change WASM_BINDGEN in xtask/src/tools.rs and `wasm_bindgen` in Trunk.toml, or `wasm-bindgen` in Cargo.toml.",
            tools::WASM_BINDGEN
        );
    }
    Ok(())
}

/// The version of a package in the text of a `Cargo.lock`: the first, if there are several.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let mut lines = lock.lines();
    lines.find(|line| line.strip_prefix("name = ").is_some_and(|name| name.trim_matches('"') == package))?;
    Some(lines.next()?.strip_prefix("version = ")?.trim_matches('"'))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9.9.9\"\n\n\
                        [[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";

    #[test]
    fn the_version_is_that_of_the_whole_name() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen"), Some("0.2.130"));
    }

    #[test]
    fn a_package_that_is_not_locked_has_no_version() {
        assert_eq!(locked_version(LOCK, "wasm-pack"), None);
    }

    #[test]
    fn this_repository_locks_the_version_that_xtask_installs() {
        assert!(check_wasm_bindgen().is_ok());
    }
}
