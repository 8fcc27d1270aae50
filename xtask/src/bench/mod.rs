//! `cargo xtask bench upload`: Reelway against other clients, in one browser.

mod page;

use std::{fs, path::PathBuf};

use anyhow::{Result, bail};
use clap::{Args, Subcommand};

use crate::{
    browser, packages, process,
    step::{Step, note},
    tools::{self, Tools},
    wasm_target::Toolchain,
    workspace,
};

/// What can be measured.
#[derive(Subcommand)]
pub enum Bench {
    /// Uploads: time, the main thread's time, memory and requests. Fails if a bar is missed.
    Upload(Upload),
}

/// How uploads are measured.
#[derive(Args)]
pub struct Upload {
    /// Fewer rounds, to see whether all is well. The figures are printed, not kept.
    #[arg(long)]
    quick: bool,
    /// Rounds on loopback.
    #[arg(long)]
    rounds: Option<u32>,
    /// Rounds on the slow link.
    #[arg(long)]
    slow_rounds: Option<u32>,
    /// Runs on one link only, `loopback` or `slow`. The figures are printed, not kept.
    #[arg(long)]
    only: Option<String>,
    /// Who takes part, by name, with commas between. The figures are printed, not kept.
    #[arg(long)]
    candidates: Option<String>,
}

/// Builds what is measured, and measures.
///
/// # Errors
/// A step fails, or a bar is missed.
pub fn run(bench: &Bench) -> Result<()> {
    let Bench::Upload(upload) = bench;
    if cfg!(not(target_os = "linux")) {
        bail!("the benchmark reads processors' time and memory from Linux' /proc: run it on Linux");
    }
    let step = Step::begin("Look for what building and measuring need");
    packages::ensure()?;
    let toolchain = Toolchain::ensure()?;
    let tools = Tools::for_the_page()?;
    tools::sweep()?;
    let chrome = browser::ensure()?.chrome;
    step.done();
    let page = page::build(&tools, toolchain)?;
    let mut measure = process::command(build()?);
    measure.arg("--page").arg(page).arg("--chrome").arg(chrome).arg("--files").arg(files()?);
    measure.args(upload.arguments());
    if upload.is_whole() {
        measure.arg("--output").arg(workspace::root().join("docs/benchmarks.md"));
    } else {
        note("docs/benchmarks.md stays as it is");
    }
    process::run(&mut measure)
}

impl Upload {
    fn arguments(&self) -> Vec<String> {
        let mut arguments = Vec::new();
        let mut add = |name: &str, value: Option<String>| {
            arguments.extend(value.into_iter().flat_map(|value| [format!("--{name}"), value]));
        };
        add("rounds", self.rounds.or(self.quick.then_some(2)).map(|rounds| rounds.to_string()));
        add("slow-rounds", self.slow_rounds.or(self.quick.then_some(1)).map(|rounds| rounds.to_string()));
        add("only", self.only.clone());
        add("candidates", self.candidates.clone());
        arguments
    }

    /// Whether the tables are complete.
    fn is_whole(&self) -> bool {
        !self.quick && self.only.is_none() && self.candidates.is_none()
    }
}

/// The program that measures.
fn build() -> Result<PathBuf> {
    let step = Step::begin("Build the sink and what measures (release)");
    process::run(process::cargo().args(["build", "--release", "--locked", "--package", "reelway-bench"]))?;
    step.done();
    Ok(workspace::target_dir().join("release/reelway-bench"))
}

/// Where the files are kept that are uploaded: more than a gigabyte, for the next run.
fn files() -> Result<PathBuf> {
    let folder = workspace::target_dir().join("bench-files");
    fs::create_dir_all(&folder)?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: Upload = Upload { quick: false, rounds: None, slow_rounds: None, only: None, candidates: None };

    #[test]
    fn a_quick_run_does_less_and_is_not_kept() {
        let quick = Upload { quick: true, ..WHOLE };
        assert_eq!(quick.arguments().join(" "), "--rounds 2 --slow-rounds 1");
        assert!(!quick.is_whole());
    }

    #[test]
    fn what_is_asked_for_goes_before_what_is_quick() {
        let asked = Upload { quick: true, rounds: Some(7), ..WHOLE };
        assert_eq!(asked.arguments().join(" "), "--rounds 7 --slow-rounds 1");
    }

    #[test]
    fn more_rounds_are_kept() {
        let more = Upload { rounds: Some(9), ..WHOLE };
        assert!(more.is_whole());
    }
}
