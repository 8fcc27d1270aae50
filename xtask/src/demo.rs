//! `cargo xtask demo`: from a clean checkout to a page that takes videos.

use std::{
    env,
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    os::unix::process::CommandExt,
    path::{Path, absolute},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{
    backend, frontend, packages, process,
    step::{Step, seconds},
    tools::{self, Tools},
    wasm_target::Toolchain,
};

/// Installs what is missing, builds what has changed, and becomes the server.
///
/// # Errors
/// The port is taken, or a step fails.
pub fn run(port: u16, data_dir: &Path, open: bool) -> Result<()> {
    // Before minutes of work, not after.
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    drop(TcpListener::bind(address).with_context(|| {
        format!(
            "port {port} can't be used: end what listens there, or take another with --port {}",
            port.wrapping_add(1)
        )
    })?);
    let data_dir = absolute(data_dir)?;

    let started = Instant::now();
    let step = Step::begin("Look for what building needs");
    packages::ensure()?;
    let toolchain = Toolchain::ensure()?;
    let tools = Tools::for_the_page()?;
    tools::sweep()?;
    step.done();
    frontend::build(&tools, toolchain)?;
    let server = backend::build()?;

    println!("==> Everything is built, after {}", seconds(started.elapsed()));
    println!("    Reelway is on http://{address} and keeps videos in {}. Ctrl-C ends it.", data_dir.display());
    if open {
        Command::new(env::current_exe()?).args(["open-when-serving", &port.to_string()]).spawn()?;
    }
    let mut serve = process::command(server);
    serve.arg("serve").args(["--bind", &address.to_string()]).arg("--data-dir").arg(data_dir);
    // The server reads every other REELWAY_ variable as its own configuration, and refuses one that it does not know.
    serve.env_remove("REELWAY_CACHE");
    // The server takes this process' place, so that Ctrl-C and the exit code are its own.
    Err(serve.exec()).context("could not start the server")
}

/// Waits until something answers on the port, then opens it in the default browser.
///
/// # Errors
/// Nothing answers within 30 s, or there is no way to open a browser.
pub fn open_when_serving(port: u16) -> Result<()> {
    let started = Instant::now();
    while TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_err() {
        if started.elapsed() > Duration::from_secs(30) {
            bail!("the server does not answer on port {port}");
        }
        thread::sleep(Duration::from_millis(50));
    }
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    let url = format!("http://127.0.0.1:{port}");
    let mut open = Command::new(opener);
    open.arg(&url).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    process::run(&mut open).with_context(|| format!("open {url} yourself"))
}
