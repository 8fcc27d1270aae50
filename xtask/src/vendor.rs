//! Other people's servers that tests upload to, of pinned versions: from npm and PyPI, into the cache.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result};

use crate::{cache, packages, process, stamp, step::Step, workspace};

const SOURCES: [&str; 3] = ["package.json", "package-lock.json", "requirements.txt"];

/// Installs them, if they are not there yet. Gives their folder: `node_modules`, and a Python environment in `venv`.
///
/// # Errors
/// They can't be installed.
pub fn ensure() -> Result<PathBuf> {
    let sources = workspace::root().join("tests/vendor/servers");
    let version = stamp::of_files(&sources, SOURCES);
    let tools = workspace::cache_dir()?.join("tools");
    let folder = tools.join(format!("servers-{}", version.get(..12).unwrap_or(&version)));
    if folder.is_dir() {
        return Ok(folder);
    }
    ensure_python()?;
    let _lock = cache::lock(&tools)?;
    if folder.is_dir() {
        return Ok(folder);
    }
    let step = Step::begin("Install other people's servers from npm and PyPI");
    cache::make_whole(&folder, |folder| fill(&sources, folder)).context("could not install the servers for tests")?;
    step.done();
    Ok(folder)
}

fn fill(sources: &Path, folder: &Path) -> Result<()> {
    for name in SOURCES {
        fs::copy(sources.join(name), folder.join(name))?;
    }
    let mut npm = process::command("npm");
    npm.current_dir(folder).args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
    process::run(&mut npm)?;
    process::run(process::command("python3").args(["-m", "venv"]).arg(folder.join("venv")))?;
    // Through the interpreter: the scripts beside it name a folder that is about to be renamed.
    let mut pip = process::command(folder.join("venv/bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--requirement"]);
    process::run(pip.arg(folder.join("requirements.txt")))
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
