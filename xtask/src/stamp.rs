//! Stamps: a digest of what a result was made from, kept to see whether it must be made again.

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::{process, workspace};

/// The digest of files' paths and contents. A file that can't be read counts as its absence.
pub fn of_files<'a>(root: &Path, files: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = Sha256::new();
    for file in files {
        let Ok(content) = fs::read(root.join(file)) else { continue };
        hash.update((file.len() as u64).to_le_bytes());
        hash.update(file);
        hash.update((content.len() as u64).to_le_bytes());
        hash.update(content);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The digest of all files below these paths of the repository that git does not ignore, new ones among them.
///
/// # Errors
/// The folder is no git checkout.
pub fn of_sources(paths: &[&str]) -> Result<String> {
    let listing = sources(paths)?;
    Ok(of_files(workspace::root(), listing.iter().map(String::as_str)))
}

/// The files below these paths of the repository that git does not ignore, in order.
///
/// # Errors
/// The folder is no git checkout.
pub fn sources(paths: &[&str]) -> Result<Vec<String>> {
    let mut git = process::command("git");
    git.args(["ls-files", "--cached", "--others", "--exclude-standard", "-z", "--"]).args(paths);
    let listing = process::output(&mut git).context("could not list the sources: is this a git checkout?")?;
    let mut files: Vec<String> = listing.split_terminator('\0').map(str::to_owned).collect();
    files.sort_unstable();
    files.dedup();
    Ok(files)
}

/// Whether the result of this name was made from what the stamp says.
pub fn is_current(name: &str, stamp: &str) -> bool {
    fs::read_to_string(path(name)).is_ok_and(|kept| kept == stamp)
}

/// Remembers what the result of this name was made from.
///
/// # Errors
/// The repository's target folder can't be written.
pub fn keep(name: &str, stamp: &str) -> Result<()> {
    fs::create_dir_all(workspace::state_dir())?;
    fs::write(path(name), stamp).with_context(|| format!("could not write {}", path(name).display()))
}

/// Forgets the result of this name, before it is made again.
pub fn forget(name: &str) {
    // If it is not there, it is forgotten.
    let _ = fs::remove_file(path(name));
}

fn path(name: &str) -> PathBuf {
    workspace::state_dir().join(name).with_extension("stamp")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    fn stamp_of(files: &[(&str, &str)]) -> String {
        static USED: AtomicUsize = AtomicUsize::new(0);
        let number = USED.fetch_add(1, Ordering::Relaxed);
        let folder = std::env::temp_dir().join(format!("reelway-stamp-{}-{number}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        for (name, content) in files {
            fs::write(folder.join(name), content).unwrap();
        }
        let stamp = of_files(&folder, files.iter().map(|(name, _)| *name));
        fs::remove_dir_all(folder).unwrap();
        stamp
    }

    #[test]
    fn the_same_files_have_the_same_stamp() {
        assert_eq!(stamp_of(&[("a", "1"), ("b", "2")]), stamp_of(&[("a", "1"), ("b", "2")]));
    }

    #[test]
    fn a_changed_content_changes_the_stamp() {
        assert_ne!(stamp_of(&[("a", "1")]), stamp_of(&[("a", "2")]));
    }

    #[test]
    fn a_renamed_file_changes_the_stamp() {
        assert_ne!(stamp_of(&[("a", "1")]), stamp_of(&[("b", "1")]));
    }

    #[test]
    fn bytes_that_move_from_one_file_to_the_next_change_the_stamp() {
        assert_ne!(stamp_of(&[("a", "12"), ("b", "")]), stamp_of(&[("a", "1"), ("b", "2")]));
    }

    #[test]
    fn this_repository_has_sources() {
        assert!(sources(&["xtask"]).unwrap().contains(&"xtask/src/stamp.rs".to_owned()));
    }
}
