//! What each entry costs a page, and what it may: `budgets.toml`.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use super::Entry;
use crate::{step::note, workspace};

/// Bytes by brotli of what a page loads with an entry: wasm, JavaScript with glue and style sheet, and wasm that is loaded
/// later. What is imported where it is needed does not count.
struct Weight {
    wasm: u64,
    script: u64,
    later: u64,
}

impl Weight {
    fn of(folder: &Path, entry: &Entry) -> Self {
        let size = |name| size_of(folder, name);
        Self {
            wasm: size(format!("{}_bg.wasm", entry.module)),
            // The glue is in the module where that is a bundle.
            script: size(format!("{}.js", entry.name)) + size(format!("{}.js", entry.module)),
            later: size(format!("{}_later.wasm", entry.module)),
        }
    }

    fn at_once(&self) -> u64 {
        self.wasm + self.script
    }

    fn in_all(&self) -> u64 {
        self.at_once() + self.later
    }
}

/// Bytes of a file by brotli; none if it is not there.
fn size_of(folder: &Path, name: String) -> u64 {
    fs::metadata(folder.join(name + ".br")).map_or(0, |file| file.len())
}

/// Prints what the entries cost.
///
/// # Errors
/// One has no budget.
pub(super) fn print(folder: &Path, entries: &[Entry], key: impl Fn(&str) -> String) -> Result<()> {
    for entry in entries {
        let (name, weight) = (key(entry.name), Weight::of(folder, entry));
        if weight.wasm == 0 {
            // It was not built.
            continue;
        }
        let (sum, budget, Weight { wasm, script, later }) = (weight.at_once(), of(&name)?, &weight);
        note(format!("{name}: {sum} bytes by brotli of {budget}: {wasm} of wasm, {script} of JavaScript"));
        if *later > 0 {
            let (sum, budget) = (weight.in_all(), of(&in_all(&name))?);
            note(format!("    and {later} of wasm later: {sum} of {budget} in all"));
        }
    }
    Ok(())
}

/// Compares what the entries cost with what they may.
///
/// # Errors
/// One is over its budget, or has none.
pub(super) fn check(folder: &Path, entries: &[Entry], key: impl Fn(&str) -> String) -> Result<()> {
    let mut over = Vec::new();
    for entry in entries {
        let (name, weight) = (key(entry.name), Weight::of(folder, entry));
        if weight.at_once() > of(&name)? {
            over.push(name.clone());
        }
        if weight.later > 0 && weight.in_all() > of(&in_all(&name))? {
            over.push(in_all(&name));
        }
    }
    if !over.is_empty() {
        bail!("over the budget: {}. docs/size.md says what makes them smaller", over.join("; "));
    }
    Ok(())
}

/// The name of the budget for all of an entry.
fn in_all(name: &str) -> String {
    format!("{name}, in all")
}

/// The bytes that an entry may have.
///
/// # Errors
/// `budgets.toml` lacks it.
fn of(name: &str) -> Result<u64> {
    let budgets = fs::read_to_string(workspace::root().join("budgets.toml")).context("could not read budgets.toml")?;
    budget(&budgets, name).with_context(|| format!("budgets.toml lacks {name}"))
}

/// `name = 64_000`, in bytes.
fn budget(budgets: &str, name: &str) -> Option<u64> {
    let lines = budgets.lines().filter_map(|line| line.split('#').next()?.split_once('='));
    let (_, bytes) = lines.into_iter().find(|(key, _)| key.trim().trim_matches('"') == name)?;
    bytes.trim().replace('_', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_a_number_by_a_name() {
        let budgets = "# Bytes.\nplayer = 64_000 # all of it\n\"a/b\" = 1\n";

        assert_eq!(budget(budgets, "player"), Some(64_000));
        assert_eq!(budget(budgets, "a/b"), Some(1));
        assert_eq!(budget(budgets, "play"), None);
    }

    #[test]
    fn every_entry_has_a_budget() {
        let budgets = include_str!("../../../budgets.toml");

        for entry in super::super::ENTRIES {
            assert!(budget(budgets, entry.name).is_some(), "{}", entry.name);
        }
        for entry in super::super::npm::ENTRIES {
            let key = super::super::npm::key(entry.name);
            assert!(budget(budgets, &key).is_some(), "{key}");
        }
    }
}
