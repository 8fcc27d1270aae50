//! One Chromium, spoken to by its own debugging pipe.
//!
//! There is no driver in between, and neither the Network domain nor any other that reports is ever enabled: with a client that
//! listens to the network, request bodies that are `ArrayBuffer`s take many times longer.

mod pipe;

use std::{
    fs::OpenOptions,
    path::Path,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use tempfile::TempDir;

use self::pipe::Pipe;
use crate::process::Tree;

const ARGUMENTS: [&str; 11] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-breakpad",
    "--disable-extensions",
    // Renderers for the last page, for the next one and for the address bar's menus come and go by themselves, a hundred MiB each time.
    "--disable-features=BackForwardCache,SpareRendererForSitePerProcess,PreloadTopChromeWebUI,WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup",
    "--no-first-run",
    "--mute-audio",
    "--remote-debugging-pipe",
];

/// For commands that take no time.
const SOON: Duration = Duration::from_secs(30);

/// A browser with one page and a profile of its own. It ends when this is dropped.
pub struct Chromium {
    pipe: Pipe,
    session: String,
    /// The browser context of [`Chromium::fresh_page`].
    context: Option<Value>,
    process: Child,
    _folder: TempDir,
}

impl Chromium {
    /// Starts the program and opens an empty page.
    ///
    /// # Errors
    /// It does not start or does not answer.
    pub fn open(program: &Path) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        let (to, from) = (folder.path().join("to"), folder.path().join("from"));
        let made = Command::new("mkfifo").args([&to, &from]).status()?;
        if !made.success() {
            bail!("mkfifo failed");
        }
        // Chromium reads file descriptor 3 and writes 4, which only a shell gives to a child without unsafe code.
        let mut shell = Command::new("sh");
        shell.args(["-c", "exec 3<\"$1\" 4>\"$2\"; shift 2; exec \"$@\"", "sh"]).args([&to, &from]).arg(program);
        shell.args(ARGUMENTS).arg(format!("--user-data-dir={}", folder.path().join("profile").display()));
        shell.arg("about:blank").stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let process = shell.spawn().with_context(|| format!("could not start {}", program.display()))?;
        // Each end opens once the other one does, in the shell's order.
        let to = OpenOptions::new().write(true).open(&to)?;
        let from = OpenOptions::new().read(true).open(&from)?;
        let mut browser =
            Self { pipe: Pipe::new(to, from), session: String::new(), context: None, process, _folder: folder };
        let page = browser.page()?;
        browser.attach(&page)?;
        Ok(browser)
    }

    fn attach(&mut self, page: &Value) -> Result<()> {
        let parameters = json!({ "targetId": page, "flatten": true });
        let attached = self.pipe.call(None, "Target.attachToTarget", parameters, SOON)?;
        self.session = attached["sessionId"].as_str().context("no session")?.to_owned();
        Ok(())
    }

    /// Closes the page and opens an empty one in a browser context of its own: with no cache and no storage.
    ///
    /// # Errors
    /// Chromium refuses it.
    pub fn fresh_page(&mut self) -> Result<()> {
        let made = self.pipe.call(None, "Target.createBrowserContext", json!({}), SOON)?;
        let context = made["browserContextId"].clone();
        let size = json!({ "url": "about:blank", "browserContextId": context, "width": 1280, "height": 800 });
        let page = self.pipe.call(None, "Target.createTarget", size, SOON)?;
        self.attach(&page["targetId"])?;
        if let Some(before) = self.context.replace(context) {
            self.pipe.call(None, "Target.disposeBrowserContext", json!({ "browserContextId": before }), SOON)?;
        }
        Ok(())
    }

    /// Runs a script in each document of the page before any of its own, and slows its main thread down to a part of its
    /// speed: 1 does not.
    ///
    /// # Errors
    /// Chromium refuses it.
    pub fn prepare(&mut self, script: &str, slowdown: f64) -> Result<()> {
        self.command("Page.enable", json!({}), SOON)?;
        self.command("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script }), SOON)?;
        self.command("Emulation.setCPUThrottlingRate", json!({ "rate": slowdown }), SOON)?;
        Ok(())
    }

    /// Begins to open an address, and does not wait for it.
    ///
    /// # Errors
    /// Chromium refuses it.
    pub fn set_off(&mut self, url: &str) -> Result<()> {
        let answer = self.command("Page.navigate", json!({ "url": url }), SOON)?;
        match answer["errorText"].as_str() {
            Some(error) => bail!("{url}: {error}"),
            None => Ok(()),
        }
    }

    /// Moves the mouse there, in CSS pixels.
    ///
    /// # Errors
    /// Chromium refuses it.
    pub fn move_mouse(&mut self, x: f64, y: f64) -> Result<()> {
        self.command("Input.dispatchMouseEvent", json!({ "type": "mouseMoved", "x": x, "y": y }), SOON)?;
        Ok(())
    }

    /// The page that is open at the start: it may take a moment.
    fn page(&mut self) -> Result<Value> {
        let deadline = Instant::now() + SOON;
        while Instant::now() < deadline {
            let targets = self.pipe.call(None, "Target.getTargets", json!({}), SOON)?;
            let targets = targets["targetInfos"].as_array().cloned().unwrap_or_default();
            if let Some(page) = targets.into_iter().find(|target| target["type"] == "page") {
                return Ok(page["targetId"].clone());
            }
            thread::sleep(Duration::from_millis(50));
        }
        bail!("Chromium opens no page")
    }

    /// Its processes.
    pub fn processes(&self) -> Tree {
        Tree::of(self.process.id())
    }

    /// Such as `Chrome/156.0.8078.79`.
    ///
    /// # Errors
    /// It is gone.
    pub fn version(&mut self) -> Result<String> {
        let version = self.pipe.call(None, "Browser.getVersion", json!({}), SOON)?;
        Ok(version["product"].as_str().unwrap_or_default().to_owned())
    }

    /// A command for the page.
    fn command(&mut self, method: &str, parameters: Value, patience: Duration) -> Result<Value> {
        self.pipe.call(Some(&self.session), method, parameters, patience)
    }

    /// Opens an address and waits until an expression is true there.
    ///
    /// # Errors
    /// It does not come true within half a minute.
    pub fn go(&mut self, url: &str, until: &str) -> Result<()> {
        let answer = self.command("Page.navigate", json!({ "url": url }), SOON)?;
        if let Some(error) = answer["errorText"].as_str() {
            bail!("{url}: {error}");
        }
        let deadline = Instant::now() + SOON;
        while Instant::now() < deadline {
            // While the page changes there may be nothing to ask.
            if self.run(until, SOON).is_ok_and(|value| value == true) {
                return Ok(());
            }
            thread::sleep(Duration::from_millis(20));
        }
        bail!("{url}: {until} does not come true")
    }

    /// Gives a file to the file input that a selector names.
    ///
    /// # Errors
    /// There is no such input.
    pub fn choose_file(&mut self, selector: &str, file: &Path) -> Result<()> {
        let expression = format!("document.querySelector({})", json!(selector));
        let input = self.command("Runtime.evaluate", json!({ "expression": expression }), SOON)?;
        let object = input["result"]["objectId"].as_str().with_context(|| format!("no {selector}"))?;
        self.command("DOM.setFileInputFiles", json!({ "files": [file], "objectId": object }), SOON)?;
        Ok(())
    }

    /// Runs an expression in the page and gives its value, or what its promise resolves to.
    ///
    /// # Errors
    /// It throws or takes longer than that.
    pub fn run(&mut self, expression: &str, patience: Duration) -> Result<Value> {
        let parameters = json!({ "expression": expression, "awaitPromise": true, "returnByValue": true });
        let mut answer = self.command("Runtime.evaluate", parameters, patience)?;
        if let Some(exception) = answer.get("exceptionDetails") {
            let what = &exception["exception"]["description"];
            bail!("in the page: {}", what.as_str().unwrap_or(&exception.to_string()));
        }
        Ok(answer["result"]["value"].take())
    }

    /// Frees what nobody holds, in all processes: what one candidate left must not be room for the next one.
    ///
    /// # Errors
    /// Chromium refuses it.
    pub fn free_memory(&mut self) -> Result<()> {
        self.command("HeapProfiler.collectGarbage", json!({}), SOON)?;
        self.command("Memory.simulatePressureNotification", json!({ "level": "critical" }), SOON)?;
        Ok(())
    }
}

impl Drop for Chromium {
    fn drop(&mut self) {
        // If it is gone, that is what we want.
        let _ = self.pipe.call(None, "Browser.close", json!({}), Duration::from_secs(5));
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline && self.process.try_wait().is_ok_and(|status| status.is_none()) {
            thread::sleep(Duration::from_millis(20));
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
