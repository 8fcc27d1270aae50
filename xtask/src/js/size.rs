//! What each entry costs a page, and what it may: `budgets.toml`.

use std::{fs, path::Path};

use anyhow::{Context, Result, bail};

use super::Entry;
use crate::{step::note, workspace};

/// Prints what the entries cost, in bytes by brotli, of all that a page loads at once: JavaScript with glue and style
/// sheet, and wasm. What is imported later does not count.
///
/// # Errors
/// One is over its budget, or has none.
pub(super) fn check(folder: &Path, entries: &[Entry]) -> Result<()> {
    let budgets = fs::read_to_string(workspace::root().join("budgets.toml")).context("could not read budgets.toml")?;
    let mut over = Vec::new();
    for entry in entries {
        let size = |name: String| fs::metadata(folder.join(name)).map_or(0, |file| file.len());
        let wasm = size(format!("{}_bg.wasm.br", entry.module));
        // The glue is in the module where that is a bundle.
        let script = size(format!("{}.js.br", entry.name)) + size(format!("{}.js.br", entry.module));
        let budget = budget(&budgets, entry.name).with_context(|| format!("budgets.toml lacks {}", entry.name))?;
        let sum = wasm + script;
        note(format!("{}: {sum} bytes by brotli of {budget}: {wasm} of wasm, {script} of JavaScript", entry.name));
        if sum > budget {
            over.push(entry.name);
        }
    }
    if !over.is_empty() {
        bail!("over the budget: {}. See docs/size.md for what makes it smaller", over.join(", "));
    }
    Ok(())
}

/// `name = 64_000`, in bytes.
fn budget(budgets: &str, name: &str) -> Option<u64> {
    let lines = budgets.lines().filter_map(|line| line.split('#').next()?.split_once('='));
    let (_, bytes) = lines.into_iter().find(|(key, _)| key.trim() == name)?;
    bytes.trim().replace('_', "").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_a_number_by_a_name() {
        let budgets = "# Bytes.\nplayer = 64_000 # all of it\nplayers = 1\n";

        assert_eq!(budget(budgets, "player"), Some(64_000));
        assert_eq!(budget(budgets, "play"), None);
    }

    #[test]
    fn every_entry_has_a_budget() {
        let budgets = include_str!("../../../budgets.toml");

        for entry in super::super::ENTRIES {
            assert!(budget(budgets, entry.name).is_some(), "{}", entry.name);
        }
    }
}
