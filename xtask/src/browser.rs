//! Chromium and its driver, for tests.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Result, bail};

use crate::{packages, process};

/// A browser that tests can drive.
pub struct Browser {
    /// Chromium or Chrome.
    pub chrome: PathBuf,
    /// The ChromeDriver of the same major version.
    pub driver: PathBuf,
}

const CHROMES: [&str; 4] = ["chromium", "google-chrome", "google-chrome-stable", "chromium-browser"];
const CHROME_OF_MACOS: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

const BY_HAND: &str = "install Chrome or Chromium and the ChromeDriver of the same version, and put both on PATH \
                       or set CHROME and CHROMEDRIVER to their paths";

/// Finds the browser (`CHROME` and `CHROMEDRIVER` first, then `PATH`), or installs it.
///
/// # Errors
/// It can't be installed here, or browser and driver do not fit: the message says what to do.
pub fn ensure() -> Result<Browser> {
    let browser = match find() {
        Some(browser) => browser,
        None => {
            install()?;
            match find() {
                Some(browser) => browser,
                None => bail!("Chromium was installed but is not found: {BY_HAND}"),
            }
        }
    };
    // Debian's chromium is a script that may grumble about its surroundings.
    let version = |program: &Path| process::output(process::command(program).arg("--version").stderr(Stdio::null()));
    let (chrome, driver) = (version(&browser.chrome)?, version(&browser.driver)?);
    if packages::major(&chrome).is_none() || packages::major(&chrome) != packages::major(&driver) {
        bail!("{} and {} do not fit: {BY_HAND}", chrome.trim(), driver.trim());
    }
    Ok(browser)
}

fn install() -> Result<()> {
    if cfg!(target_os = "macos") {
        return packages::install(&["--cask", "google-chrome", "chromedriver"]);
    }
    if packages::is_ubuntu() {
        // Ubuntu's chromium is a snap: confined, it reads no file that a test uploads.
        bail!("Ubuntu has Chromium as a snap only, which tests can't drive: {BY_HAND}");
    }
    packages::install(&["chromium", "chromium-driver"])
}

fn find() -> Option<Browser> {
    let chrome = named("CHROME")
        .or_else(|| CHROMES.into_iter().filter_map(process::find).find(|path| !is_snap(path)))
        .or_else(|| Some(PathBuf::from(CHROME_OF_MACOS)).filter(|path| path.is_file()))?;
    let driver = named("CHROMEDRIVER").or_else(|| process::find("chromedriver"))?;
    Some(Browser { chrome, driver })
}

fn named(variable: &str) -> Option<PathBuf> {
    env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

/// Whether it is a snap, or Ubuntu's script that asks to install one.
pub fn is_snap(path: &Path) -> bool {
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let script = fs::metadata(&real).is_ok_and(|file| file.len() < 64 * 1024)
        && fs::read(&real).is_ok_and(|content| content.windows(9).any(|word| word == b"/snap/bin"));
    real.starts_with("/snap") || real.ends_with("snap") || script
}
