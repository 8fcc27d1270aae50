//! Chromium, driven by ChromeDriver.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    net::{Ipv4Addr, TcpStream},
    ops::Deref,
    process::{Child, Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;
use thirtyfour::{BrowserLogEntry, ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};

/// A browser with a profile of its own. It ends, and all that it kept goes, when this is dropped.
pub struct Browser {
    window: WebDriver,
    _driver: Driver,
    _profile: TempDir,
}

/// ChromeDriver's process, and the session in it.
struct Driver {
    process: Child,
    port: u16,
    session: Option<String>,
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
        let mut driver = Driver::start()?;
        let profile = tempfile::tempdir()?;
        let mut capabilities = DesiredCapabilities::chrome();
        if let Some(chrome) = env::var_os("CHROME") {
            capabilities.set_binary(&chrome.to_string_lossy())?;
        }
        for argument in ARGUMENTS {
            capabilities.add_arg(argument)?;
        }
        capabilities.add_arg(&format!("--user-data-dir={}", profile.path().display()))?;
        capabilities.set_browser_log_level(LoggingPrefsLogLevel::Warning)?;
        let window = WebDriver::builder(format!("http://127.0.0.1:{}", driver.port), capabilities)
            .request_timeout(Duration::from_secs(120))
            .connect()
            .await
            .context("Chromium does not start")?;
        driver.session = Some(window.session_id().to_string());
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
        let script = format!(
            "const done = arguments[arguments.length - 1];
             (async function () {{ {body} }}).apply(null, Array.from(arguments).slice(0, -1))
                 .then(value => done({{ value }}), error => done({{ error: String(error) }}));"
        );
        let answer: Value = self.window.execute_async(script, arguments).await?.convert()?;
        match answer.get("error") {
            Some(error) => bail!("in the page: {error}"),
            None => Ok(answer.get("value").cloned().unwrap_or(Value::Null)),
        }
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

    /// Gives the page a screen of this size, in CSS pixels: narrower than any window can be, too.
    ///
    /// # Errors
    /// Chromium refuses it.
    pub async fn resize(&self, width: u32, height: u32) -> Result<()> {
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", screen).await?;
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

impl Driver {
    fn start() -> Result<Self> {
        let program = env::var_os("CHROMEDRIVER").unwrap_or_else(|| "chromedriver".into());
        let mut process = Command::new(program)
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .context("could not start chromedriver: set CHROMEDRIVER to its path")?;
        let output = process.stdout.take().context("chromedriver has no output")?;
        let mut lines = BufReader::new(output).lines();
        let port = lines.by_ref().map_while(Result::ok).find_map(|line| {
            let (_, port) = line.split_once("was started successfully on port ")?;
            port.trim_end_matches('.').parse().ok()
        });
        let Some(port) = port else {
            process.kill()?;
            process.wait()?;
            bail!("chromedriver names no port");
        };
        // It writes on, and must not find its reader gone.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(Self { process, port, session: None })
    }

    /// Ends the session, and with it Chromium's processes. By hand: there is no `await` in a destructor.
    fn quit(&self) -> std::io::Result<()> {
        let Some(session) = &self.session else { return Ok(()) };
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        connection.set_read_timeout(Some(Duration::from_secs(10)))?;
        write!(connection, "DELETE /session/{session} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")?;
        BufReader::new(connection).lines().next().transpose()?;
        Ok(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // Whatever does not end by itself ends with the driver.
        let _ = self.quit();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
