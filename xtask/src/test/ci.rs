//! On CI every checkout is new, and its dependencies need not be: with `CI` set, cargo builds into a folder of the
//! cache that outlives the checkout.

use std::{
    env,
    fs::{self, File},
    time::SystemTime,
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::{cache, process, stamp, step::note, workspace};

/// Bytes: a folder that has grown over it is begun anew.
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
        if path.is_dir() && (path != folder || cache::size(&path) > LARGEST) {
            note(format!("Clear {}", path.display()));
            fs::remove_dir_all(&path)?;
        }
    }
    renew_sources()?;
    note(format!("Dependencies are shared in {}", folder.display()));
    workspace::build_into(folder);
    Ok(Some(lock))
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
