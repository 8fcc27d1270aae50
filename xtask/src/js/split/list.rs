//! The functions that a plain visit runs: `www/first/<entry>.txt`, a name a line.

use std::{
    collections::{BTreeSet, HashSet},
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result};

use crate::workspace;

/// The file of an entry.
pub fn path(entry: &str) -> PathBuf {
    workspace::root().join("www/first").join(entry).with_extension("txt")
}

/// The names of an entry's functions that come first; none if there is no list: then all do.
///
/// # Errors
/// The file can't be read.
pub fn read(entry: &str) -> Result<Option<HashSet<String>>> {
    let path = path(entry);
    if !path.exists() {
        return Ok(None);
    }
    let text = fs::read_to_string(&path).with_context(|| format!("could not read {}", path.display()))?;
    Ok(Some(text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()))
}

/// Writes the list of an entry: the names, in this folder, of the functions whose numbers are in the file.
///
/// # Errors
/// The entry was not visited, or was not built to tell.
pub fn write(entry: &str, marks: &Path, folder: &Path) -> Result<()> {
    let text = |path: &Path| fs::read_to_string(path).with_context(|| format!("could not read {}", path.display()));
    let (marks, names) = (text(marks)?, text(&folder.join(NAMES))?);
    // Some at the end have none.
    let names: Vec<&str> = names.split('\n').collect();
    let mut first = BTreeSet::new();
    for number in marks.lines() {
        let number: usize = number.parse()?;
        first.insert(*names.get(number).context("a number that no function has")?);
    }
    let path = path(entry);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let text: String = first.into_iter().flat_map(|name| [name, "\n"]).collect();
    fs::write(
        path,
        format!("# What plain visits run, as `cargo xtask first` has seen it: it is loaded first.\n{text}"),
    )?;
    Ok(())
}

/// The file with the names of a marked module's functions, by their numbers.
pub const NAMES: &str = "names.txt";
