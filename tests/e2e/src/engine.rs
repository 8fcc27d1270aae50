//! The three engines of today's browsers, each with its own driver.

use std::{
    env,
    ffi::OsString,
    io::{BufRead, BufReader},
    net::{Ipv4Addr, TcpListener},
    ops::Deref,
    process::{Child, Command, Stdio},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use thirtyfour::{Capabilities, DesiredCapabilities, WebDriver, common::capabilities::firefox::FirefoxPreferences};

use crate::{browser::Browser, driver::Driver};

/// An engine, by the browser that the tests drive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Blink.
    Chromium,
    /// Gecko.
    Firefox,
    /// WebKit, as far as Linux has it.
    WebKitGtk,
}

/// A browser's window. The browser ends, and all that it kept goes, when this is dropped.
pub enum Window {
    /// Chromium's.
    Chromium(Box<Browser>),
    /// Another's. Fields end in their order: the driver before the display.
    Other {
        /// What thirtyfour drives.
        window: WebDriver,
        /// The driver's process.
        driver: Driver,
        /// The display, if the browser needs one.
        display: Option<Display>,
    },
}

impl Engine {
    /// Opens a window.
    ///
    /// # Errors
    /// The browser or its driver is missing (`cargo xtask test --only browsers` installs them), or does not start.
    pub async fn open(self) -> Result<Window> {
        match self {
            Self::Chromium => Ok(Window::Chromium(Box::new(Browser::open().await?))),
            Self::Firefox => firefox().await.context("Firefox does not start"),
            Self::WebKitGtk => webkit().await.context("WebKitGTK does not start"),
        }
    }
}

impl Deref for Window {
    type Target = WebDriver;

    fn deref(&self) -> &WebDriver {
        match self {
            Self::Chromium(browser) => browser,
            Self::Other { window, .. } => window,
        }
    }
}

fn program(variable: &str, otherwise: &str) -> OsString {
    env::var_os(variable).unwrap_or_else(|| otherwise.into())
}

async fn firefox() -> Result<Window> {
    let mut command = Command::new(program("GECKODRIVER", "geckodriver"));
    let mut driver = Driver::start(command.args(["--port", "0"]), |line| {
        let (_, address) = line.split_once("Listening on ")?;
        address.rsplit(':').next()?.trim().parse().ok()
    })?;
    let mut capabilities = DesiredCapabilities::firefox();
    capabilities.set_firefox_binary(&program("FIREFOX", "firefox-esr").to_string_lossy())?;
    capabilities.set_headless()?;
    let mut preferences = FirefoxPreferences::new();
    // Loopback only: no search for a way to the internet, no services of Mozilla's.
    for name in ["network.captive-portal-service.enabled", "network.connectivity-service.enabled"] {
        preferences.set(name, false)?;
    }
    preferences.set("browser.safebrowsing.downloads.remote.enabled", false)?;
    preferences.set("services.settings.server", "http://127.0.0.1:9/")?;
    capabilities.set_preferences(preferences)?;
    let window = driver.open(capabilities).await?;
    Ok(Window::Other { window, driver, display: None })
}

async fn webkit() -> Result<Window> {
    let display = Display::start()?;
    // Taken and let go: this driver can't choose a port and say which.
    let port = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port();
    let mut command = Command::new(program("WEBKITDRIVER", "WebKitWebDriver"));
    command.arg(format!("--port={port}")).env("DISPLAY", &display.name);
    // Without a GPU; and a session of its own, for a desktop's may have settings.
    command.env("WEBKIT_DISABLE_COMPOSITING_MODE", "1").env("LIBGL_ALWAYS_SOFTWARE", "1");
    command.env_remove("WAYLAND_DISPLAY").env("GDK_BACKEND", "x11");
    let mut driver = Driver::start_on(&mut command, port)?;
    let mut capabilities = Capabilities::new();
    let browser = env::var("MINIBROWSER").context("set MINIBROWSER to the path of WebKitGTK's MiniBrowser")?;
    capabilities.set("webkitgtk:browserOptions", json!({ "binary": browser, "args": ["--automation"] }))?;
    let window = driver.open(capabilities).await?;
    Ok(Window::Other { window, driver, display: Some(display) })
}

/// An X server without a screen.
pub struct Display {
    process: Child,
    name: String,
}

impl Display {
    fn start() -> Result<Self> {
        let mut command = Command::new(program("XVFB", "Xvfb"));
        // It finds a number that is free, and writes it to its standard output once it is there.
        command.args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", "1280x900x24"]);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().context("could not start Xvfb")?;
        let output = process.stdout.take().context("Xvfb has no output")?;
        match BufReader::new(output).lines().next() {
            Some(Ok(number)) => Ok(Self { process, name: format!(":{}", number.trim()) }),
            _ => {
                let _ = process.kill();
                process.wait()?;
                bail!("Xvfb names no display")
            }
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs a function body in the page and gives what it returns, or what the promise that it returns resolves to.
///
/// # Errors
/// It throws, or takes longer than a minute.
pub async fn run(window: &WebDriver, body: &str, arguments: Vec<Value>) -> Result<Value> {
    let script = format!(
        "const done = arguments[arguments.length - 1];
         (async function () {{ {body} }}).apply(null, Array.from(arguments).slice(0, -1))
             .then(value => done({{ value }}), error => done({{ error: [error, ...window.troubles ?? []].join('; ') }}));"
    );
    let answer: Value = window.execute_async(script, arguments).await?.convert()?;
    match answer.get("error") {
        Some(error) => bail!("in the page: {error}"),
        None => Ok(answer.get("value").cloned().unwrap_or(Value::Null)),
    }
}
