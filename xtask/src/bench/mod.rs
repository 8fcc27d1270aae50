//! `cargo xtask bench upload | player`: Reelway against others, in one browser.
//!
//! - [`clients`], [`players`]: the pages with all that is measured.

mod clients;
mod players;

use std::{
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Result, bail};
use clap::{Args, Subcommand};

use crate::{
    browser, js, packages, process, stamp,
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
    /// Players: from a cold page to the first frame, the main thread's time, bytes of code, and from a move over the time
    /// slider to the painted preview. Fails if a bar is missed.
    Player(Player),
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

/// How players are measured.
#[derive(Args)]
pub struct Player {
    /// Rounds on each link.
    #[arg(long)]
    rounds: Option<u32>,
    /// Runs on one link only, `cable` or `mobile`. The figures are printed, not kept.
    #[arg(long)]
    only: Option<String>,
    /// Who takes part, by name, with commas between. The figures are printed, not kept.
    #[arg(long)]
    candidates: Option<String>,
    /// Prints what each player asked for when, in the last round.
    #[arg(long)]
    waterfalls: bool,
}

/// Builds what is measured, and measures.
///
/// # Errors
/// A step fails, or a bar is missed.
pub fn run(bench: &Bench) -> Result<()> {
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
    let source = workspace::root().join("tests/bench");
    install_npm_packages(&source)?;
    let modules = |entry| js::build(&tools, toolchain, js::Build::Release, Some(entry));
    let (mut measure, is_whole) = match bench {
        Bench::Upload(upload) => {
            let mut measure = process::command(build("reelway-bench")?);
            measure.arg("--page").arg(clients::build(&source, &modules("upload")?)?).args(upload.arguments());
            (measure, upload.is_whole())
        }
        Bench::Player(player) => {
            let mut measure = process::command(build("reelway-bench-player")?);
            measure.arg("--pages").arg(players::build(&source, &modules("player")?)?).args(player.arguments());
            (measure, player.is_whole())
        }
    };
    measure.arg("--chrome").arg(chrome).arg("--files").arg(files()?);
    if is_whole {
        measure.arg("--output").arg(workspace::root().join("docs/benchmarks.md"));
    } else {
        note("docs/benchmarks.md stays as it is");
    }
    process::run(&mut measure)
}

/// `npm ci`, unless the lock file is the one that was installed.
fn install_npm_packages(source: &Path) -> Result<()> {
    let lock = stamp::of_files(source, ["package.json", "package-lock.json"]);
    if stamp::is_current("bench-npm", &lock) && source.join("node_modules").is_dir() {
        return Ok(());
    }
    stamp::forget("bench-npm");
    let step = Step::begin("Install the benchmark's npm packages");
    let mut npm = process::command("npm");
    npm.current_dir(source).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    process::run(&mut npm)?;
    step.done();
    stamp::keep("bench-npm", &lock)
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

impl Player {
    fn arguments(&self) -> Vec<String> {
        let mut arguments = Vec::new();
        let mut add = |name: &str, value: Option<String>| {
            arguments.extend(value.into_iter().flat_map(|value| [format!("--{name}"), value]));
        };
        add("rounds", self.rounds.map(|rounds| rounds.to_string()));
        add("only", self.only.clone());
        add("candidates", self.candidates.clone());
        arguments.extend(self.waterfalls.then(|| "--waterfalls".to_owned()));
        arguments
    }

    /// Whether the tables are complete.
    fn is_whole(&self) -> bool {
        self.only.is_none() && self.candidates.is_none()
    }
}

/// A program that measures.
fn build(program: &str) -> Result<PathBuf> {
    let step = Step::begin("Build the servers and what measures (release)");
    process::run(process::cargo().args(["build", "--release", "--locked", "--package", "reelway-bench"]))?;
    step.done();
    Ok(workspace::target_dir().join("release").join(program))
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
