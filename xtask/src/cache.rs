//! Folders of the cache that appear whole or not at all, and one run at a time that makes them.

use std::{
    fs::{self, File, TryLockError},
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::step;

/// Held while the cache is changed. Other runs wait; a run that dies lets go.
pub struct Lock {
    _file: File,
}

/// Waits for the lock of a folder, which is made if it is missing.
///
/// # Errors
/// The folder can't be written.
pub fn lock(folder: &Path) -> Result<Lock> {
    let file = lock_file(folder)?;
    if let Err(TryLockError::WouldBlock) = file.try_lock() {
        step::note(format!("waiting for another run that uses {}", folder.display()));
        file.lock().context("could not lock the cache")?;
    }
    Ok(Lock { _file: file })
}

/// The lock of a folder, unless another run holds it.
///
/// # Errors
/// The folder can't be written.
pub fn try_lock(folder: &Path) -> Result<Option<Lock>> {
    let file = lock_file(folder)?;
    Ok(file.try_lock().is_ok().then_some(Lock { _file: file }))
}

fn lock_file(folder: &Path) -> Result<File> {
    let path = folder.join(".lock");
    fs::create_dir_all(folder)
        .and_then(|()| File::create(&path))
        .with_context(|| format!("can't write {}: set REELWAY_CACHE to a folder that can be written", path.display()))
}

/// Fills a folder beside `folder` and renames it, so that `folder` is never seen half made. The cache's lock is to be
/// held.
///
/// # Errors
/// As `fill`, or the folder can't be written. Nothing is left behind but the cache's build folder.
pub fn make_whole(folder: &Path, fill: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let unfinished = sibling(folder);
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    fs::create_dir_all(&unfinished)?;
    let made = fill(&unfinished).and_then(|()| {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::rename(&unfinished, folder).with_context(|| format!("could not write {}", folder.display()))
    });
    if made.is_err() {
        // The error that matters is the one that stopped us.
        let _ = fs::remove_dir_all(&unfinished);
    }
    made
}

/// Always the same name, so that the next attempt clears away what a run that was killed left behind.
fn sibling(folder: &Path) -> PathBuf {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    folder.with_file_name(format!(".{name}.unfinished"))
}

/// The bytes of all files below a folder.
pub fn size(folder: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else { return 0 };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(metadata) if metadata.is_dir() => size(&entry.path()),
            Ok(metadata) => metadata.len(),
            Err(_) => 0,
        })
        .sum()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::process;

    use anyhow::bail;

    use super::*;

    fn scratch(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("reelway-xtask-{name}-{}", process::id()));
        fs::create_dir_all(&folder).unwrap();
        folder
    }

    #[test]
    fn a_folder_whose_making_fails_does_not_appear() {
        let scratch = scratch("fails");
        let tool = scratch.join("tool-1.0");

        let made = make_whole(&tool, |folder| {
            fs::write(folder.join("half"), "x")?;
            bail!("the network went away")
        });

        assert!(made.is_err());
        assert_eq!(fs::read_dir(&scratch).unwrap().count(), 0);
        fs::remove_dir_all(scratch).unwrap();
    }

    #[test]
    fn a_folder_that_is_made_replaces_the_broken_one() {
        let scratch = scratch("replaces");
        let tool = scratch.join("tool-1.0");
        fs::create_dir(&tool).unwrap();

        make_whole(&tool, |folder| Ok(fs::write(folder.join("bin"), "whole")?)).unwrap();

        assert_eq!(fs::read_to_string(tool.join("bin")).unwrap(), "whole");
        assert_eq!(size(&scratch), 5);
        fs::remove_dir_all(scratch).unwrap();
    }

    #[test]
    fn two_runs_do_not_hold_one_lock() {
        let scratch = scratch("lock");

        let first = try_lock(&scratch).unwrap();

        assert!(first.is_some());
        assert!(try_lock(&scratch).unwrap().is_none());
        drop(first);
        assert!(try_lock(&scratch).unwrap().is_some());
        fs::remove_dir_all(scratch).unwrap();
    }
}
