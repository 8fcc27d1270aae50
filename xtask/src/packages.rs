//! Packages of the operating system: apt on Debian and Ubuntu, Homebrew on macOS.

use std::{
    fs,
    process::{Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::{
    process,
    step::{Step, note},
};

/// Commands, and the packages that bring them.
pub struct Package {
    /// All of them must be on `PATH`.
    pub commands: &'static [&'static str],
    /// The package of Debian and Ubuntu.
    pub apt: &'static str,
    /// Homebrew's formula.
    pub brew: &'static str,
}

/// ffmpeg and ffprobe: the server's work.
const FFMPEG: Package = Package { commands: &["ffmpeg", "ffprobe"], apt: "ffmpeg", brew: "ffmpeg" };
/// Node and npm: hls.js and wasm-opt.
const NODE: Package = Package { commands: &["node"], apt: "nodejs", brew: "node" };
const NPM: Package = Package { commands: &["npm"], apt: "npm", brew: "node" };

/// wasm-opt's JavaScript build needs it.
const OLDEST_NODE: u32 = 18;

/// Installs what is missing of what building and serving need.
///
/// # Errors
/// A package is missing and may not be installed, or Node is too old: the message says what to install.
pub fn ensure() -> Result<()> {
    let missing: Vec<&Package> = [FFMPEG, NODE, NPM].iter().filter(|package| !package.is_there()).collect();
    if !missing.is_empty() {
        let names: Vec<&str> =
            missing.iter().map(|package| if cfg!(target_os = "macos") { package.brew } else { package.apt }).collect();
        install(&names)?;
    }
    let version = process::output(process::command("node").arg("--version"))?;
    if major(&version).is_none_or(|major| major < OLDEST_NODE) {
        bail!("Node {} is too old: install Node {OLDEST_NODE} or newer, and put it on PATH", version.trim());
    }
    Ok(())
}

impl Package {
    /// Whether nothing needs to be installed.
    pub fn is_there(&self) -> bool {
        self.commands.iter().all(|command| process::find(command).is_some())
    }
}

/// Installs packages, named as this system names them.
///
/// # Errors
/// This is no system whose packages we know, or packages may not be installed here: the message names them.
pub fn install(names: &[&str]) -> Result<()> {
    let by_hand = |command: String| format!("install {} by hand: {command}", names.join(", "));
    if cfg!(target_os = "macos") {
        if process::find("brew").is_none() {
            bail!(by_hand(format!("get Homebrew from https://brew.sh, then brew install {}", names.join(" "))));
        }
        let step = Step::begin(format!("Install {} with Homebrew", names.join(", ")));
        process::run(process::command("brew").arg("install").args(names))?;
        step.done();
        return Ok(());
    }
    if process::find("apt-get").is_none() {
        bail!("this is neither Debian nor Ubuntu nor macOS: install {} in your system's own way", names.join(", "));
    }
    let apt = format!("sudo apt-get update && sudo apt-get install {}", names.join(" "));
    let step = Step::begin(format!("Install {} with apt", names.join(", ")));
    let as_root = as_root().with_context(|| by_hand(apt.clone()))?;
    // Lists of packages on a fresh machine are empty or old. If a source of no concern to us is down, installing may still work.
    if let Err(error) = process::run(as_root("apt-get").args(["update", "-q"])) {
        note(error);
    }
    let mut command = as_root("apt-get");
    command.args(["install", "--yes", "-q", "--no-install-recommends"]).args(names);
    process::run(&mut command).with_context(|| by_hand(apt))?;
    step.done();
    Ok(())
}

/// How to run something as root: as we are, or by a sudo that asks no password.
///
/// # Errors
/// There is no way.
pub fn as_root() -> Result<impl Fn(&str) -> Command> {
    let is_root = process::output(process::command("id").arg("-u"))?.trim() == "0";
    if !is_root {
        let mut sudo = process::command("sudo");
        sudo.args(["-n", "true"]).stdout(Stdio::null()).stderr(Stdio::null());
        if !sudo.status().is_ok_and(|status| status.success()) {
            bail!("this needs root, and sudo asks for a password");
        }
    }
    Ok(move |program: &str| {
        let mut command = process::command(if is_root { "env" } else { "sudo" });
        if !is_root {
            command.args(["-n", "env"]);
        }
        command.arg("DEBIAN_FRONTEND=noninteractive").arg(program);
        command
    })
}

/// Whether this is Ubuntu.
pub fn is_ubuntu() -> bool {
    fs::read_to_string("/etc/os-release").is_ok_and(|release| release.lines().any(|line| line == "ID=ubuntu"))
}

/// 20 for `v20.20.2`; 156 for `Chromium 156.0.8078.79 built on Debian`.
pub fn major(version: &str) -> Option<u32> {
    let number = version.split_whitespace().find_map(|word| {
        let digits = word.strip_prefix('v').unwrap_or(word);
        digits.split_once('.').map(|(major, _)| major).filter(|major| major.parse::<u32>().is_ok())
    })?;
    number.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_major_version_is_the_first_number_with_a_dot() {
        assert_eq!(major("v20.20.2\n"), Some(20));
        assert_eq!(major("Chromium 156.0.8078.79 built on Debian GNU/Linux 12 (bookworm)"), Some(156));
        assert_eq!(major("ChromeDriver 156.0.8078.79 (0-0)"), Some(156));
    }

    #[test]
    fn a_line_without_a_version_has_no_major_version() {
        assert_eq!(major("Requires the chromium snap to be installed."), None);
    }
}
