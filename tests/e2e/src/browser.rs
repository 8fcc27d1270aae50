//! Chromium, driven by ChromeDriver.

use std::{env, ops::Deref, process::Command};

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{BrowserLogEntry, ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};

use crate::{driver::Driver, engine, trace};

/// A browser with a profile of its own. It ends, and all that it kept goes, when this is dropped.
pub struct Browser {
    window: WebDriver,
    _driver: Driver,
    _profile: TempDir,
}

const ARGUMENTS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
    "--window-size=1280,900",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
];

impl Browser {
    /// A window of a desktop's size.
    ///
    /// # Errors
    /// There is no Chromium or no ChromeDriver, or they do not start.
    pub async fn open() -> Result<Self> {
        Self::open_with(None, false).await
    }

    /// A window in which the user has let the pages of an origin read the files that they were given "on every visit".
    ///
    /// # Errors
    /// As [`Browser::open`].
    pub async fn open_trusting(origin: &str) -> Result<Self> {
        let exceptions = json!({ format!("{origin},*"): { "setting": 1 } });
        let path = "profile.content_settings.exceptions.file_system_access_extended_permission";
        Self::open_with(Some(json!({ path: exceptions })), false).await
    }

    /// A window whose every task is traced, for [`trace::Trace`].
    ///
    /// # Errors
    /// As [`Browser::open`].
    pub async fn open_traced() -> Result<Self> {
        Self::open_with(None, true).await
    }

    async fn open_with(preferences: Option<Value>, traced: bool) -> Result<Self> {
        let mut command = Command::new(env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into()));
        let mut driver = Driver::start(command.arg("--port=0"), |line| {
            let (_, port) = line.split_once("was started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        })
        .context("set CHROMEDRIVER to the driver's path")?;
        let profile = tempfile::tempdir()?;
        let mut capabilities = DesiredCapabilities::chrome();
        if let Some(chrome) = env::var_os("CHROME") {
            capabilities.set_binary(&chrome.to_string_lossy())?;
        }
        for argument in ARGUMENTS {
            capabilities.add_arg(argument)?;
        }
        capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
        if let Some(preferences) = preferences {
            capabilities.add_experimental_option("prefs", preferences)?;
        }
        if traced {
            trace::ask_for(&mut capabilities)?;
        } else {
            capabilities.set_browser_log_level(LoggingPrefsLogLevel::Warning)?;
        }
        let window = driver.open(capabilities).await.context("Chromium does not start")?;
        Ok(Self { window, _driver: driver, _profile: profile })
    }

    /// A command of the Chrome DevTools Protocol.
    ///
    /// # Errors
    /// Chromium refuses it.
    pub async fn devtools(&self, command: &str, parameters: Value) -> Result<Value> {
        Ok(self.window.cdp().send_raw(command, parameters).await?)
    }

    /// Runs a function body in the page and gives what it returns, or what the promise that it returns resolves to.
    ///
    /// # Errors
    /// It throws, or takes longer than a minute.
    pub async fn run(&self, body: &str, arguments: Vec<Value>) -> Result<Value> {
        engine::run(&self.window, body, arguments).await
    }

    /// Limits how fast the page may send. `None` lifts the limit.
    ///
    /// # Errors
    /// Chromium refuses it.
    pub async fn limit_upload(&self, bytes_per_second: Option<u64>) -> Result<()> {
        let upload = bytes_per_second.map_or(json!(-1), |rate| json!(rate));
        let conditions =
            json!({ "offline": false, "latency": 0, "downloadThroughput": -1, "uploadThroughput": upload });
        self.devtools("Network.enable", json!({})).await?;
        self.devtools("Network.emulateNetworkConditions", conditions).await?;
        Ok(())
    }

    /// Takes the network away from the page, as an aeroplane does, or gives it back.
    ///
    /// # Errors
    /// Chromium refuses it.
    pub async fn set_offline(&self, offline: bool) -> Result<()> {
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        self.devtools("Network.enable", json!({})).await?;
        self.devtools("Network.emulateNetworkConditions", conditions).await?;
        Ok(())
    }

    /// Gives the page a screen of this size, in CSS pixels: narrower than any window can be, too.
    ///
    /// # Errors
    /// Chromium refuses it.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", screen).await?;
        Ok(())
    }

    /// Gives the page the screen of a telephone that is so wide, and a finger instead of a mouse.
    ///
    /// # Errors
    /// Chromium refuses it.
    pub async fn touch(&self, width: u32, height: u32) -> Result<()> {
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 2, "mobile": true });
        self.devtools("Emulation.setDeviceMetricsOverride", screen).await?;
        self.devtools("Emulation.setTouchEmulationEnabled", json!({ "enabled": true, "maxTouchPoints": 1 })).await?;
        Ok(())
    }

    /// Answers requests to URLs of these patterns (`*.m4s`) as if there were no network; none lifts it.
    ///
    /// # Errors
    /// Chromium refuses it.
    pub async fn block(&self, patterns: &[&str]) -> Result<()> {
        self.devtools("Network.enable", json!({})).await?;
        self.devtools("Network.setBlockedURLs", json!({ "urls": patterns })).await?;
        Ok(())
    }

    /// Asks the page for its dark or its light look.
    ///
    /// # Errors
    /// Chromium refuses it.
    pub async fn prefer_dark(&self, dark: bool) -> Result<()> {
        let scheme = if dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        self.devtools("Emulation.setEmulatedMedia", features).await?;
        Ok(())
    }

    /// What the console has shown since the last time, warnings and errors only.
    ///
    /// # Errors
    /// The driver does not say.
    pub async fn complaints(&self) -> Result<Vec<BrowserLogEntry>> {
        let mut log = self.window.browser_log().await?;
        log.retain(|entry| entry.level == "SEVERE" || entry.level == "WARNING");
        Ok(log)
    }
}

impl Deref for Browser {
    type Target = WebDriver;

    fn deref(&self) -> &WebDriver {
        &self.window
    }
}
