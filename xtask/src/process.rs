//! Running other programs.

use std::{
    env,
    ffi::OsStr,
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail};

use crate::workspace;

/// A command in the repository's root.
pub fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(workspace::root());
    command
}

/// A command that builds with cargo, or calls something that does.
pub fn builder(program: impl AsRef<OsStr>) -> Command {
    let mut command = command(program);
    command.env("CARGO_TARGET_DIR", workspace::target_dir());
    command
}

/// The cargo that runs this task.
pub fn cargo() -> Command {
    builder(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs it with its output on ours.
///
/// # Errors
/// It can't be started, or ends with anything but success.
pub fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("could not start {}", shown(command)))?;
    if !status.success() {
        bail!("{} failed ({status})", shown(command));
    }
    Ok(())
}

/// Runs it and gives what it wrote to standard output. Its standard error goes where the command says, by default to ours.
///
/// # Errors
/// It can't be started, or ends with anything but success.
pub fn output(command: &mut Command) -> Result<String> {
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
    let output =
        child.and_then(Child::wait_with_output).with_context(|| format!("could not start {}", shown(command)))?;
    if !output.status.success() {
        bail!("{} failed ({})", shown(command), output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The program's path, if it is in a folder of `PATH`.
pub fn find(program: &str) -> Option<PathBuf> {
    env::split_paths(&env::var_os("PATH")?).map(|folder| folder.join(program)).find(|path| path.is_file())
}

/// The command as a person would type it.
pub fn shown(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
