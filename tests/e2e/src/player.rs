//! The player, as a person watches and scrubs.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::json;

use crate::{
    api::{Storyboard, Tile},
    browser::Browser,
    media::FRAME,
    page::{SOON, text, visible},
    server::Server,
    wait,
};

/// The player on a video's own page.
pub struct Player<'a> {
    browser: &'a Browser,
}

/// What the video element is doing.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// Seconds.
    pub current_time: f64,
    /// Seconds.
    pub duration: f64,
    /// Not playing.
    pub paused: bool,
    /// Played to the end.
    pub ended: bool,
    /// Pixels of the picture, after rotation, with square pixels.
    pub video_width: f64,
    /// Pixels of the picture.
    pub video_height: f64,
    /// CSS pixels of the element on the screen.
    pub box_width: f64,
    /// CSS pixels of the element on the screen.
    pub box_height: f64,
    /// How the picture fits into the element: CSS' `object-fit`.
    pub fit: String,
}

/// How the preview's canvas compares with the tile that it should show.
#[derive(Debug, Deserialize)]
pub struct Comparison {
    /// The canvas is as large as the tile.
    pub same_size: bool,
    /// The largest difference of a colour value, 0 to 255.
    pub largest: f64,
    /// The mean difference of the colour values.
    pub mean: f64,
}

impl<'a> Player<'a> {
    /// Opens a video's own page and waits until the player has its first picture.
    ///
    /// # Errors
    /// It does not come within [`SOON`].
    pub async fn open(browser: &'a Browser, server: &Server, id: &str) -> Result<Self> {
        browser.goto(format!("{}/v/{id}", server.url())).await?;
        let player = Self { browser };
        player.until_loaded().await?;
        Ok(player)
    }

    /// Opens a video's own page by way of a proxy and waits until the player has its first picture.
    ///
    /// # Errors
    /// It does not come within [`SOON`].
    pub async fn open_at(browser: &'a Browser, url: &str, id: &str) -> Result<Self> {
        browser.goto(format!("{url}/v/{id}")).await?;
        Self::on_this_page(browser).await
    }

    /// The player of the page that the browser shows, whether or not it has a picture.
    pub const fn of(browser: &'a Browser) -> Self {
        Self { browser }
    }

    /// The player of the page that the browser shows.
    ///
    /// # Errors
    /// Its first picture does not come within [`SOON`].
    pub async fn on_this_page(browser: &'a Browser) -> Result<Self> {
        let player = Self { browser };
        player.until_loaded().await?;
        Ok(player)
    }

    async fn until_loaded(&self) -> Result<()> {
        let loaded = wait::until_true("the player has its first picture", SOON, async || {
            let script = "const video = document.querySelector('[part~=video]'); return Boolean(video && video.readyState >= 2);";
            Ok(self.browser.run(script, Vec::new()).await? == json!(true))
        });
        match loaded.await {
            Ok(()) => Ok(()),
            Err(error) => Err(error.context(format!("the page says: {}", text(self.browser).await?))),
        }
    }

    /// What the video element is doing.
    ///
    /// # Errors
    /// There is none.
    pub async fn state(&self) -> Result<State> {
        let script = "const video = document.querySelector('[part~=video]');
            const box = video.getBoundingClientRect();
            return {
                currentTime: video.currentTime, duration: video.duration || 0, paused: video.paused, ended: video.ended,
                videoWidth: video.videoWidth, videoHeight: video.videoHeight,
                boxWidth: box.width, boxHeight: box.height, fit: getComputedStyle(video).objectFit,
            };";
        Ok(serde_json::from_value(self.browser.run(script, Vec::new()).await?)?)
    }

    /// Presses play and waits until the time moves on.
    ///
    /// # Errors
    /// It does not.
    pub async fn play(&self) -> Result<()> {
        let before = self.state().await?;
        if before.paused {
            self.point_at("[part~=video]", 0.5).await?;
            visible(self.browser, "[part~=play]").await?.click().await?;
        }
        self.until_time_passes(before.current_time).await
    }

    /// Waits until the video is past a time, or has ended.
    ///
    /// # Errors
    /// It does not get there.
    pub async fn until_time_passes(&self, seconds: f64) -> Result<()> {
        let plays = wait::until_true("the time moves on", SOON, async || {
            let state = self.state().await?;
            Ok(state.ended || state.current_time > seconds + 0.1)
        });
        match plays.await {
            Ok(()) => Ok(()),
            Err(error) => Err(error.context(format!("{:?}", self.state().await?))),
        }
    }

    /// Points at the slider, at this share of its width, and gives the time that lies there, in seconds.
    ///
    /// # Errors
    /// There is no slider.
    pub async fn hover(&self, share: f64) -> Result<f64> {
        // Controls hide while nobody moves.
        self.point_at("[part~=video]", 0.5).await?;
        let reached = self.point_at("[part~=time-slider]", share).await?;
        Ok(reached * self.state().await?.duration)
    }

    /// Presses the slider at this share of its width, and waits until the video is there.
    ///
    /// # Errors
    /// It does not get there.
    pub async fn seek(&self, share: f64) -> Result<()> {
        let time = self.hover(share).await?;
        let (x, y) = self.place_of("[part~=time-slider]", share).await?;
        for kind in ["mousePressed", "mouseReleased"] {
            self.mouse(kind, x, y).await?;
        }
        wait::until_true("the video is where the slider was pressed", SOON, async || {
            let script = "const video = document.querySelector('[part~=video]');
                return !video.seeking && video.readyState >= 2 && Math.abs(video.currentTime - arguments[0]) < 1.5;";
            Ok(self.browser.run(script, vec![json!(time)]).await? == json!(true))
        })
        .await
    }

    /// Presses the slider at a share of its width, and holds on.
    ///
    /// # Errors
    /// There is no slider.
    pub async fn grab(&self, share: f64) -> Result<()> {
        self.hover(share).await?;
        let (x, y) = self.place_of("[part~=time-slider]", share).await?;
        self.mouse("mousePressed", x, y).await
    }

    /// Moves to a share of the slider's width what was grabbed, and gives the time that lies there, in seconds.
    ///
    /// # Errors
    /// There is no slider.
    pub async fn drag(&self, share: f64) -> Result<f64> {
        let (x, y) = self.place_of("[part~=time-slider]", share).await?;
        self.mouse_with("mouseMoved", "left", x, y).await?;
        Ok(share * self.state().await?.duration)
    }

    /// Lets go of it there.
    ///
    /// # Errors
    /// There is no slider.
    pub async fn let_go(&self, share: f64) -> Result<()> {
        let (x, y) = self.place_of("[part~=time-slider]", share).await?;
        self.mouse("mouseReleased", x, y).await
    }

    /// Compares the preview's picture with a tile. Both are decoded by the browser, so they may be equal to the bit.
    ///
    /// # Errors
    /// There is no preview in sight within [`SOON`], or no sheet.
    pub async fn compare_preview(&self, board: &Storyboard, tile: &Tile) -> Result<Comparison> {
        visible(self.browser, "[part~=preview-image]").await?;
        let sheet = tile.url.as_ref().unwrap_or(&board.url);
        let script = "const [url, x, y, width, height] = arguments;
            const shown = document.querySelector('[part~=preview-image]');
            const sheet = await createImageBitmap(await (await fetch(url)).blob());
            const tile = new OffscreenCanvas(width, height);
            tile.getContext('2d').drawImage(sheet, x, y, width, height, 0, 0, width, height);
            const same_size = shown.width === width && shown.height === height;
            if (!same_size) return { same_size, largest: 255, mean: 255 };
            const pixels = canvas => canvas.getContext('2d').getImageData(0, 0, width, height).data;
            const [a, b] = [pixels(shown), pixels(tile)];
            let largest = 0, sum = 0;
            for (let i = 0; i < a.length; i++) {
                const difference = Math.abs(a[i] - b[i]);
                largest = Math.max(largest, difference);
                sum += difference;
            }
            return { same_size, largest, mean: sum / a.length };";
        let arguments =
            vec![json!(sheet), json!(tile.x), json!(tile.y), json!(board.tile_width), json!(board.tile_height)];
        Ok(serde_json::from_value(self.browser.run(script, arguments).await?)?)
    }

    /// What the preview's label says.
    ///
    /// # Errors
    /// There is none in sight within [`SOON`].
    pub async fn preview_label(&self) -> Result<String> {
        Ok(visible(self.browser, "[part~=preview-time]").await?.text().await?)
    }

    /// The picture that the video shows: [`FRAME`] × [`FRAME`] bytes of brightness, row by row.
    ///
    /// # Errors
    /// There is none.
    pub async fn frame(&self) -> Result<Vec<u8>> {
        let script = "const side = arguments[0];
            const video = document.querySelector('[part~=video]');
            const canvas = new OffscreenCanvas(side, side);
            const context = canvas.getContext('2d');
            context.imageSmoothingQuality = 'high';
            context.drawImage(video, 0, 0, side, side);
            const data = context.getImageData(0, 0, side, side).data;
            return Array.from({ length: side * side }, (_, i) =>
                Math.round(0.299 * data[4 * i] + 0.587 * data[4 * i + 1] + 0.114 * data[4 * i + 2]));";
        let frame: Vec<u8> = serde_json::from_value(self.browser.run(script, vec![json!(FRAME)]).await?)?;
        if frame.len() != FRAME * FRAME {
            bail!("the page gives {} values", frame.len());
        }
        Ok(frame)
    }

    /// Moves the mouse to this share of an element's width. Gives the share that the pixel there lies at.
    async fn point_at(&self, selector: &str, share: f64) -> Result<f64> {
        let (x, y) = self.place_of(selector, share).await?;
        self.mouse("mouseMoved", x, y).await?;
        let script = "const box = document.querySelector(arguments[0]).getBoundingClientRect();
                      return (arguments[1] - box.left) / box.width;";
        let reached = self.browser.run(script, vec![json!(selector), json!(x)]).await?;
        reached.as_f64().context("the element has no width")
    }

    /// The whole pixel at this share of an element's width, half way down.
    async fn place_of(&self, selector: &str, share: f64) -> Result<(f64, f64)> {
        let script = "const element = document.querySelector(arguments[0]);
            element.scrollIntoView({ block: 'nearest', behavior: 'instant' });
            const box = element.getBoundingClientRect();
            return [Math.round(box.left + arguments[1] * box.width), Math.round(box.top + box.height / 2)];";
        Ok(serde_json::from_value(self.browser.run(script, vec![json!(selector), json!(share)]).await?)?)
    }

    async fn mouse(&self, kind: &str, x: f64, y: f64) -> Result<()> {
        self.mouse_with(kind, if kind == "mouseMoved" { "none" } else { "left" }, x, y).await
    }

    async fn mouse_with(&self, kind: &str, button: &str, x: f64, y: f64) -> Result<()> {
        let event = json!({ "type": kind, "x": x, "y": y, "button": button, "clickCount": 1, "pointerType": "mouse" });
        self.browser.devtools("Input.dispatchMouseEvent", event).await?;
        Ok(())
    }
}

/// Long enough for any of the test files to be transcoded on two busy processors.
pub const TRANSCODED: Duration = Duration::from_secs(240);
