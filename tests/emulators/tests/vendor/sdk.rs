//! A vendor's SDK: a script in Node or Python that a test runs one chapter of.

use std::{
    env,
    fs::File,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::Arc,
};

use anyhow::{Context, Result, bail};
use reelway_emulators::Film;
use serde_json::Value;

/// What plays.
pub fn film() -> Result<Arc<Film>> {
    Ok(Arc::new(Film::made(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("film"))?))
}

/// Runs a chapter of a script in Node.
pub async fn node(script: &str, chapter: &str, emulator: &Value) -> Result<()> {
    let mut node = Command::new("node");
    // From standard input, so that its imports are looked for in the folder that it runs in.
    node.args(["--input-type=module", "-", chapter]).current_dir(installed()?);
    node.stdin(File::open(scripts().join(script)).with_context(|| format!("{script} is missing"))?);
    run(node, script, chapter, emulator).await
}

/// Runs a chapter of a script in Python.
pub async fn python(script: &str, chapter: &str, emulator: &Value) -> Result<()> {
    let mut python = Command::new(installed()?.join("venv/bin/python"));
    // Isolated: `oci.py` is not to be taken for the package.
    python.args(["-I", "-B"]).arg(scripts().join(script)).arg(chapter).stdin(Stdio::null());
    run(python, script, chapter, emulator).await
}

async fn run(mut command: Command, script: &str, chapter: &str, emulator: &Value) -> Result<()> {
    // Nothing of this machine's own configuration: proxies, home folders with keys.
    command.env("EMULATOR", emulator.to_string()).env("NO_PROXY", "127.0.0.1");
    let Output { status, stdout, stderr } = tokio::task::spawn_blocking(move || command.output()).await??;
    if !status.success() {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        bail!("{script} {chapter} failed ({status})\n{}{}", text(&stdout), text(&stderr));
    }
    Ok(())
}

fn installed() -> Result<PathBuf> {
    let folder = env::var_os("REELWAY_SDKS").map(PathBuf::from);
    folder.context("REELWAY_SDKS names no SDKs: run `cargo xtask test --only vendor`")
}

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../vendor")
}
