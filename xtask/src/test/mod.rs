//! `cargo xtask test`: installs what tests need on top of the demo, runs every suite, counts.

mod ci;
mod counts;
mod suites;

use std::{
    path::{Path, absolute},
    process,
    time::{Duration, Instant},
};

use anyhow::{Result, bail};

pub use self::suites::Suite;
use self::{counts::Counts, suites::Setup};
use crate::{
    browser, packages,
    step::{Step, note, seconds},
    tools::{self, Tools},
    versions,
    wasm_target::Toolchain,
};

/// Runs all suites, or one. Ends the process with 1 if anything failed. The last line is `N passed, N failed`.
///
/// # Errors
/// Something that tests need can't be installed.
pub fn run(full: bool, only: Option<Suite>) -> Result<()> {
    let _lock = ci::share_dependencies()?;
    let setup = set_up(full)?;
    let mut total = Counts::default();
    let mut table: Vec<(Suite, Counts, Duration)> = Vec::new();
    for suite in Suite::ALL.into_iter().filter(|suite| only.is_none_or(|only| only == *suite)) {
        let started = Instant::now();
        println!("==> {}", suite.title());
        let counts = setup.run(suite).unwrap_or_else(|error| {
            note(format!("{error:#}"));
            Counts::of_check(false)
        });
        note(format!(
            "{}: {} passed, {} failed in {}",
            suite.title(),
            counts.passed,
            counts.failed,
            seconds(started.elapsed())
        ));
        total += counts;
        table.push((suite, counts, started.elapsed()));
    }
    println!();
    for (suite, Counts { passed, failed }, time) in table {
        println!("{:24} {passed:5} passed {failed:5} failed {:>9}", suite.title(), seconds(time));
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed > 0 {
        process::exit(1);
    }
    Ok(())
}

/// Writes which functions of each entry of the npm package plain visits run.
///
/// # Errors
/// Something is missing that can't be installed, or a visit fails.
pub fn first() -> Result<()> {
    set_up(false)?.first()
}

/// Saves pictures of the page's main states.
///
/// # Errors
/// Something is missing that can't be installed, or a picture can't be taken.
pub fn screenshots(folder: &Path, video: Option<&Path>) -> Result<()> {
    let setup = set_up(false)?;
    let folder = absolute(folder)?;
    let video = video.map(absolute).transpose()?;
    let counts = setup.screenshots(&folder, video.as_deref())?;
    if counts.failed > 0 {
        bail!("not all pictures could be taken");
    }
    note(format!("The pictures are in {}", folder.display()));
    Ok(())
}

fn set_up(full: bool) -> Result<Setup> {
    let step = Step::begin("Look for what tests need");
    versions::check_wasm_bindgen()?;
    packages::ensure()?;
    let toolchain = Toolchain::ensure()?;
    let tools = Tools::for_the_page()?.and_for_tests()?;
    tools::sweep()?;
    let browser = browser::ensure()?;
    step.done();
    Ok(Setup { tools, toolchain, browser, full })
}
