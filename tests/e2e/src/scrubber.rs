//! A person who scrubs, by mouse, finger or keys, and looks closely at what the previews show.

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::browser::Browser;

/// Scrubs the player of the browser's page.
pub struct Scrubber<'a> {
    browser: &'a Browser,
}

impl<'a> Scrubber<'a> {
    /// For the player on the browser's page, which shows the storyboard of this URL.
    ///
    /// # Errors
    /// There is no such storyboard, or no sheet of it.
    pub async fn of(browser: &'a Browser, storyboard: &str) -> Result<Self> {
        browser.run(include_str!("scrubber.js"), Vec::new()).await?;
        let load = "globalThis.board = await scrubber.load(arguments[0]);";
        browser.run(load, vec![json!(storyboard)]).await?;
        Ok(Self { browser })
    }

    /// So many places on the slider, in whole pixels: its ends, both sides of where tiles and sheets meet, and others.
    ///
    /// # Errors
    /// There is no slider.
    pub async fn places(&self, count: usize) -> Result<Vec<i32>> {
        self.ask("return scrubber.places(board, arguments[0]);", vec![json!(count)]).await
    }

    /// The time at a place, in seconds.
    ///
    /// # Errors
    /// There is no slider.
    pub async fn time_at(&self, x: i32) -> Result<f64> {
        self.ask("return scrubber.timeAt(arguments[0]);", vec![json!(x)]).await
    }

    /// The largest difference of a colour value between what a part shows and the tile of a time. Waits until the part
    /// shows anything.
    ///
    /// # Errors
    /// It shows nothing.
    pub async fn difference(&self, part: &str, time: f64) -> Result<f64> {
        let script = "return scrubber.difference(board, arguments[0], arguments[1]);";
        self.ask(script, vec![json!(part), json!(time)]).await
    }

    /// Moves, presses or releases the mouse at a place on the slider: `mouseMoved`, `mousePressed`, `mouseReleased`.
    ///
    /// # Errors
    /// Chromium refuses it.
    pub async fn mouse(&self, kind: &str, x: i32) -> Result<()> {
        let button = if kind == "mouseMoved" { "none" } else { "left" };
        let event = json!({ "type": kind, "x": x, "y": self.height().await?, "button": button, "clickCount": 1 });
        self.browser.devtools("Input.dispatchMouseEvent", event).await?;
        Ok(())
    }

    /// Puts a finger on the slider, moves it, or lifts it: `touchStart`, `touchMove`, `touchEnd`, `touchCancel`.
    ///
    /// # Errors
    /// Chromium refuses it.
    pub async fn touch(&self, kind: &str, x: i32) -> Result<()> {
        let y = self.height().await?;
        let points = if matches!(kind, "touchEnd" | "touchCancel") { json!([]) } else { json!([{ "x": x, "y": y }]) };
        self.browser.devtools("Input.dispatchTouchEvent", json!({ "type": kind, "touchPoints": points })).await?;
        Ok(())
    }

    /// Presses a key down, or lets it go: `rawKeyDown`, `keyUp`.
    ///
    /// # Errors
    /// Chromium refuses it.
    pub async fn key(&self, kind: &str, key: &str) -> Result<()> {
        self.browser.devtools("Input.dispatchKeyEvent", json!({ "type": kind, "key": key, "code": key })).await?;
        Ok(())
    }

    /// Half way down the slider.
    async fn height(&self) -> Result<f64> {
        let script = "const { top, height } = document.querySelector('[part~=time-slider]').getBoundingClientRect();
            return Math.round(top + height / 2);";
        self.ask(script, Vec::new()).await
    }

    async fn ask<T: DeserializeOwned>(&self, script: &str, arguments: Vec<Value>) -> Result<T> {
        let answer = self.browser.run(script, arguments).await?;
        serde_json::from_value(answer.clone()).with_context(|| format!("the page gives {answer}"))
    }
}
