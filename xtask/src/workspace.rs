//! Where things are.

use std::{
    env,
    path::{Path, PathBuf},
    sync::OnceLock,
};

use anyhow::{Context, Result};

/// The repository's root.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

static TARGET_DIR: OnceLock<PathBuf> = OnceLock::new();

/// The folder that cargo builds into: `CARGO_TARGET_DIR`, else `target` in the repository.
pub fn target_dir() -> &'static Path {
    TARGET_DIR.get_or_init(|| root().join(non_empty("CARGO_TARGET_DIR").unwrap_or_else(|| "target".into())))
}

/// Chooses another folder for cargo to build into. Without effect once [`target_dir`] was asked for.
pub fn build_into(folder: PathBuf) {
    // The first choice stands.
    let _ = TARGET_DIR.set(folder);
}

/// The built page.
pub fn dist_dir() -> PathBuf {
    root().join("dist")
}

/// What xtask remembers about `dist` and `www/node_modules`. It belongs to the checkout, as they do,
/// whatever `CARGO_TARGET_DIR` says.
pub fn state_dir() -> PathBuf {
    root().join("target/xtask")
}

/// What outlives the checkout: `$REELWAY_CACHE`, else `reelway` in the user's cache folder.
pub fn cache_dir() -> Result<PathBuf> {
    if let Some(folder) = non_empty("REELWAY_CACHE") {
        return Ok(folder);
    }
    if let Some(folder) = non_empty("XDG_CACHE_HOME") {
        return Ok(folder.join("reelway"));
    }
    let home = non_empty("HOME").context("set REELWAY_CACHE to a folder for tools: HOME is not set")?;
    let caches = if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" };
    Ok(home.join(caches).join("reelway"))
}

fn non_empty(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}
