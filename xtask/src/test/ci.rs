//! On CI every checkout is new, and its dependencies need not be: with `CI` set, cargo builds into a folder of the
//! cache that outlives the checkout.

use std::{
    env,
    fs::{self, File},
    path::{Path, PathBuf},
    time::SystemTime,
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::{cache, process, stamp, step::note, workspace};

/// Bytes: from a folder that has grown over it goes first what any build can do without, then all.
const LARGEST: u64 = 20_000_000_000;

/// Builds into the cache from here on, if `CI` is set, `CARGO_TARGET_DIR` is not, and no other run does so.
/// The lock is to be held while it builds.
///
/// # Errors
/// The cache can't be written.
pub fn share_dependencies() -> Result<Option<cache::Lock>> {
    let is_set = |variable: &str| env::var_os(variable).is_some_and(|value| !value.is_empty() && value != "false");
    if !is_set("CI") || is_set("CARGO_TARGET_DIR") {
        return Ok(None);
    }
    let rustc = process::output(process::command("rustc").arg("-vV"))?;
    let key: String = Sha256::digest(rustc).iter().take(6).map(|byte| format!("{byte:02x}")).collect();
    let all = workspace::cache_dir()?.join("target");
    let Some(lock) = cache::try_lock(&all)? else {
        note("Another run builds in the cache: this one builds in the checkout.");
        return Ok(None);
    };
    let folder = all.join(&key);
    for entry in fs::read_dir(&all)?.flatten() {
        let path = entry.path();
        if path.is_dir() && path != folder {
            clear(&path)?;
        }
    }
    if cache::size(&folder) > LARGEST {
        for incremental in incremental_of(&folder) {
            clear(&incremental)?;
        }
        if cache::size(&folder) > LARGEST {
            clear(&folder)?;
        }
    }
    renew_sources()?;
    note(format!("Dependencies are shared in {}", folder.display()));
    workspace::build_into(folder);
    Ok(Some(lock))
}

fn clear(folder: &Path) -> Result<()> {
    note(format!("Clear {}", folder.display()));
    fs::remove_dir_all(folder).with_context(|| format!("could not clear {}", folder.display()))
}

/// What cargo keeps to compile changed crates in parts: per profile, and per target and profile.
fn incremental_of(folder: &Path) -> Vec<PathBuf> {
    let below = |folder: &Path| -> Vec<PathBuf> {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        entries.map(|entry| entry.path()).filter(|path| path.is_dir()).collect()
    };
    let profiles = below(folder);
    let of_targets = profiles.iter().flat_map(|target| below(target));
    let all = profiles.iter().cloned().chain(of_targets);
    all.map(|profile| profile.join("incremental")).filter(|path| path.is_dir()).collect()
}

/// Makes every source newer than whatever another checkout has built, so that cargo, which goes by time, never takes
/// another checkout's result for this one's. Only dependencies, which never change, are used again.
fn renew_sources() -> Result<()> {
    let now = SystemTime::now();
    for source in stamp::sources(&["."])? {
        let path = workspace::root().join(&source);
        if path.is_file() {
            File::open(&path)
                .and_then(|file| file.set_modified(now))
                .with_context(|| format!("could not touch {source}"))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn what_is_kept_to_compile_in_parts_is_found_with_every_profile() {
        let folder = std::env::temp_dir().join(format!("reelway-incremental-{}", std::process::id()));
        for kept in ["debug/incremental", "debug/deps", "wasm32-unknown-unknown/debug/incremental", "npm/reelway/dist"]
        {
            fs::create_dir_all(folder.join(kept)).unwrap();
        }
        let mut found = incremental_of(&folder);
        found.sort();
        fs::remove_dir_all(&folder).unwrap();
        assert_eq!(found, [folder.join("debug/incremental"), folder.join("wasm32-unknown-unknown/debug/incremental")]);
    }
}
