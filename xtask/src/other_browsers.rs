//! Firefox and WebKitGTK with their drivers, for the tests that run in every engine.
//!
//! WebKitGTK is the engine of Safari as far as Linux has it. It needs a display, and Xvfb is one without a screen.

use std::{
    env,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, bail};

use crate::{
    browser::is_snap,
    packages::{self, Package},
    process, tools,
};

/// A browser, and what speaks WebDriver for it.
pub struct Driven {
    /// The browser.
    pub browser: PathBuf,
    /// Its driver.
    pub driver: PathBuf,
}

const FIREFOXES: [&str; 2] = ["firefox-esr", "firefox"];

/// Where Debian and its kin put WebKitGTK's browser, which is not on `PATH`.
const MINIBROWSERS: [&str; 3] = [
    "/usr/lib/*/webkit2gtk-4.1/MiniBrowser",
    "/usr/lib/*/webkitgtk-6.0/MiniBrowser",
    "/usr/lib/*/webkit2gtk-4.0/MiniBrowser",
];

const XVFB: Package = Package { commands: &["Xvfb"], apt: "xvfb", brew: "" };

/// What WebKitGTK plays media with.
const MEDIA: [&str; 3] = ["gstreamer1.0-libav", "gstreamer1.0-plugins-good", "gstreamer1.0-plugins-bad"];

/// Finds Firefox (`FIREFOX` first, then `PATH`), or installs it, and installs geckodriver into the cache.
///
/// # Errors
/// One of them can't be installed here: the message says what to do.
pub fn firefox() -> Result<Driven> {
    let find =
        || named("FIREFOX").or_else(|| FIREFOXES.into_iter().filter_map(process::find).find(|path| !is_snap(path)));
    let browser = match find() {
        Some(browser) => browser,
        None => {
            install("Firefox", "put firefox on PATH, or set FIREFOX to its path", &["firefox-esr"])?;
            find().context("Firefox was installed but is not found: set FIREFOX to its path")?
        }
    };
    let driver = match named("GECKODRIVER") {
        Some(driver) => driver,
        None => tools::geckodriver()?,
    };
    answers(&driver, "--version")?;
    Ok(Driven { browser, driver })
}

/// Finds WebKitGTK's MiniBrowser and driver (`MINIBROWSER` and `WEBKITDRIVER` first), or installs them, and Xvfb.
///
/// # Errors
/// One of them can't be installed here: the message says what to do.
pub fn webkit() -> Result<Driven> {
    let by_hand = "set WEBKITDRIVER to WebKitWebDriver's path and MINIBROWSER to MiniBrowser's, and put Xvfb on PATH";
    let mut missing: Vec<&str> = Vec::new();
    if !XVFB.is_there() {
        missing.push(XVFB.apt);
    }
    if find_webkit().is_none() {
        missing.push("webkit2gtk-driver");
        missing.extend(MEDIA);
    }
    if !missing.is_empty() {
        install("WebKitGTK", by_hand, &missing)?;
    }
    let driven = find_webkit().with_context(|| format!("WebKitGTK was installed but is not found: {by_hand}"))?;
    answers(&driven.driver, "--help")?;
    Ok(driven)
}

fn find_webkit() -> Option<Driven> {
    let browser = named("MINIBROWSER").or_else(|| MINIBROWSERS.into_iter().find_map(first_that_exists))?;
    let driver = named("WEBKITDRIVER").or_else(|| process::find("WebKitWebDriver"))?;
    Some(Driven { browser, driver })
}

/// The first path in which a folder stands for the one `*`.
fn first_that_exists(pattern: &str) -> Option<PathBuf> {
    let (parent, rest) = pattern.split_once("/*/")?;
    let folders = Path::new(parent).read_dir().ok()?;
    let mut found: Vec<PathBuf> =
        folders.flatten().map(|folder| folder.path().join(rest)).filter(|path| path.is_file()).collect();
    found.sort();
    found.into_iter().next()
}

fn install(what: &str, by_hand: &str, names: &[&str]) -> Result<()> {
    if packages::is_ubuntu() && names.contains(&"firefox-esr") {
        // Ubuntu's Firefox is a snap: confined, it reads no file that a test uploads.
        bail!("Ubuntu has Firefox as a snap only, which tests can't drive: install Mozilla's own package, {by_hand}");
    }
    if cfg!(target_os = "macos") {
        bail!("{what} is missing: {by_hand}");
    }
    packages::install(names).with_context(|| format!("the tests in three browsers need {what}: {by_hand}"))
}

fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// A driver that can't even say this would fail later, and say less.
fn answers(driver: &Path, what: &str) -> Result<()> {
    process::output(process::command(driver).arg(what).stderr(Stdio::null()))
        .with_context(|| format!("{} does not start", driver.display()))?;
    Ok(())
}
