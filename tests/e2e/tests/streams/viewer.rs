//! A page with a player, and who watches it.

use std::{env, path::PathBuf, time::Duration};

use anyhow::{Context, Result};
use reelway_e2e::{
    engine::{self, Engine, Window},
    media::FRAME,
    wait,
};
use reelway_fault_provider::Provider;
use serde_json::{Value, json};
use thirtyfour::By;

/// Anything comes within this time, on a machine with other work too.
const SOON: Duration = Duration::from_secs(20);

/// Someone at a browser.
pub struct Viewer {
    pages: Provider,
    engine: Engine,
    window: Window,
    has_crashed: bool,
}

impl Viewer {
    /// Opens a browser.
    ///
    /// # Errors
    /// `REELWAY_JS` names no modules, or the browser does not start.
    pub async fn open(engine: Engine) -> Result<Self> {
        let modules = env::var_os("REELWAY_JS").map(PathBuf::from);
        let modules = modules.context("REELWAY_JS names no modules: run `cargo xtask test --only browsers`")?;
        let pages = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("pages");
        let pages = Provider::start(vec![pages, modules]).await?;
        Ok(Self { pages, engine, window: engine.open().await?, has_crashed: false })
    }

    /// Watches something, and once more in another window where WebKitGTK's process has crashed under the first: its driver
    /// ends the session then. It says nothing about a player. Once for a viewer: what crashes it always is told.
    ///
    /// # Errors
    /// Those of what is watched; no other window opens.
    pub async fn shows<T>(&mut self, watch: impl AsyncFn(&Self) -> Result<T>) -> Result<T> {
        let told = watch(self).await;
        if told.is_ok() || self.has_crashed || self.engine != Engine::WebKitGtk || self.window.title().await.is_ok() {
            return told;
        }
        println!("{:?}'s process has crashed: once more in another", self.engine);
        self.has_crashed = true;
        self.window = self.engine.open().await?;
        watch(self).await
    }

    /// The origin of its pages.
    pub fn origin(&self) -> &str {
        self.pages.url()
    }

    /// Opens a page with one player, with these options.
    ///
    /// # Errors
    /// It does not load.
    pub async fn load(&self, options: Value) -> Result<()> {
        let options: String = options.to_string().bytes().map(|byte| format!("%{byte:02x}")).collect();
        self.window.goto(format!("{}/player.html?{options}", self.pages.url())).await?;
        wait::until_true("the page has its player", Duration::from_secs(60), async || {
            Ok(self.window.title().await? == "ready")
        })
        .await
    }

    /// Leaves the page: nothing more is fetched by its player.
    ///
    /// # Errors
    /// The browser is gone.
    pub async fn leave(&self) -> Result<()> {
        Ok(self.window.goto("about:blank").await?)
    }

    /// Runs a function body in the page.
    ///
    /// # Errors
    /// It throws.
    pub async fn run(&self, body: &str) -> Result<Value> {
        engine::run(&self.window, body, Vec::new()).await
    }

    /// Whether a condition is true in the page.
    ///
    /// # Errors
    /// It throws.
    pub async fn is(&self, condition: &str) -> Result<bool> {
        Ok(self.run(&format!("return Boolean({condition})")).await? == json!(true))
    }

    /// A number in the page.
    ///
    /// # Errors
    /// It throws, or there is none.
    pub async fn number(&self, expression: &str) -> Result<f64> {
        self.run(&format!("return {expression}")).await?.as_f64().context("no number")
    }

    /// Waits until a condition is true in the page.
    ///
    /// # Errors
    /// It is not within [`SOON`].
    pub async fn until(&self, what: &str, condition: &str) -> Result<()> {
        wait::until_true(what, SOON, async || self.is(condition).await).await
    }

    /// Waits until there is a picture.
    ///
    /// # Errors
    /// There is none within [`SOON`].
    pub async fn until_first_frame(&self) -> Result<()> {
        self.until("there is a first frame", "video.readyState >= 2 && video.videoWidth > 0").await
    }

    /// Waits until the player says that it can't play, and why.
    ///
    /// # Errors
    /// It does not within [`SOON`].
    pub async fn until_it_says(&self, code: &str) -> Result<()> {
        let said = format!("document.querySelector('[part~=error][data-code={code}]')?.innerText.length > 20");
        self.until(&format!("it says {code}"), &said).await
    }

    /// Whether the browser says that it decodes all of these.
    ///
    /// # Errors
    /// The page is gone.
    pub async fn has_decoders(&self, codecs: &[&str]) -> Result<bool> {
        let source = "globalThis.MediaSource ?? globalThis.ManagedMediaSource";
        self.is(&format!("{}.every(type => ({source}).isTypeSupported(type))", json!(codecs))).await
    }

    /// Presses what plays this part, as a mouse does.
    ///
    /// # Errors
    /// There is none, or something lies over it.
    pub async fn press(&self, part: &str) -> Result<()> {
        Ok(self.window.find(By::Css(format!("[part~={part}]"))).await?.click().await?)
    }

    /// Presses a key while the player has the focus.
    ///
    /// # Errors
    /// There is no player.
    pub async fn key(&self, key: &str) -> Result<()> {
        let press = "video.parentElement.dispatchEvent(new KeyboardEvent('keydown', { key: KEY, bubbles: true }))";
        self.run(&press.replace("KEY", &json!(key).to_string())).await.map(drop)
    }

    /// Chooses something in the player's menu: the line with this text, of the setting with this name.
    ///
    /// # Errors
    /// There is no such line.
    pub async fn choose(&self, setting: &str, choice: &str) -> Result<()> {
        let (setting, choice) = (json!(setting), json!(choice));
        let line = |role: &str, text: &Value| {
            format!(
                "Array.from(document.querySelectorAll('[role={role}]')).find(line => line.innerText.includes({text}))"
            )
        };
        self.run("document.querySelector('[part~=settings]').click()").await?;
        for (role, text) in [("menuitem", &setting), ("menuitemradio", &choice)] {
            let line = line(role, text);
            self.until(&format!("the menu has {text}"), &line).await?;
            self.run(&format!("{line}.click()")).await?;
        }
        Ok(())
    }

    /// The picture that the video shows: [`FRAME`] × [`FRAME`] bytes of brightness, row by row.
    ///
    /// # Errors
    /// There is none.
    pub async fn frame(&self) -> Result<Vec<u8>> {
        let script = format!(
            "const [side, finer] = [{FRAME}, 8];
             // Browsers leave out pixels when they make a picture much smaller.
             const data = draw(side * finer);
             return Array.from({{ length: side * side }}, (_, place) => {{
                 let sum = 0;
                 for (let y = 0; y < finer; y++) for (let x = 0; x < finer; x++) {{
                     const at = 4 * ((Math.floor(place / side) * finer + y) * side * finer + place % side * finer + x);
                     sum += 0.299 * data[at] + 0.587 * data[at + 1] + 0.114 * data[at + 2];
                 }}
                 return Math.round(sum / finer / finer);
             }});"
        );
        Ok(serde_json::from_value(self.run(&format!("{DRAW} {script}")).await?)?)
    }

    /// The colour in the middle of the picture: red, green and blue.
    ///
    /// # Errors
    /// There is none.
    pub async fn pixel(&self) -> Result<[u8; 3]> {
        let script = format!("{DRAW} return Array.from(draw(3).slice(16, 19));");
        Ok(serde_json::from_value(self.run(&script).await?)?)
    }

    /// What the page says, and what its player has told.
    ///
    /// # Errors
    /// The page is gone.
    pub async fn page(&self) -> Result<String> {
        let script = "const { currentTime, duration, readyState, paused, seeking, videoWidth, videoHeight } = video;
            return JSON.stringify({ text: document.body.innerText, heard,
                video: { currentTime, duration, readyState, paused, seeking, videoWidth, videoHeight } });";
        Ok(self.run(script).await?.as_str().unwrap_or_default().to_owned())
    }
}

const DRAW: &str = "const draw = side => {
    const canvas = Object.assign(document.createElement('canvas'), { width: side, height: side });
    const context = canvas.getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(video, 0, 0, side, side);
    return context.getImageData(0, 0, side, side).data;
};";
