//! The npm package's elements in Chromium, Firefox and WebKitGTK: how they come and go, move, stand in forms, and what they
//! tell. Each story begins on a fresh page. `REELWAY_STORY` tells only those whose names have that in them.
//!
//! - [`stories`]: the stories, in JavaScript.
//! - [`strict`]: under a strict Content-Security-Policy with Trusted Types.
//! - [`types`]: what programs in TypeScript see.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod stories;
mod strict;
mod types;

use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use reelway_e2e::{
    engine::{self, Engine, Window},
    media::Media,
    player::TRANSCODED,
    server::Server,
    shelf::Shelf,
    turn, wait,
};
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn elements_are_at_home_in_chromium() {
    at_home_in(Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn elements_are_at_home_in_firefox() {
    at_home_in(Engine::Firefox).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn elements_are_at_home_in_webkitgtk() {
    at_home_in(Engine::WebKitGtk).await;
}

async fn at_home_in(engine: Engine) {
    let _turn = turn().await;
    if let Err(error) = all(engine).await {
        panic!("{error:#}");
    }
}

async fn all(engine: Engine) -> Result<()> {
    let stage = Stage::set(None).await?;
    let mut window = engine.open().await?;
    let (mut failures, mut windows) = (Vec::new(), 1);
    let wanted = std::env::var("REELWAY_STORY").unwrap_or_default();
    for (name, body) in stories::all().filter(|(name, _)| name.contains(&wanted)) {
        let started = Instant::now();
        let mut told = stage.tell(&window, body).await;
        for _ in 0..more_times(engine) {
            let Err(error) = &told else { break };
            if windows == WINDOWS {
                break;
            }
            println!("{engine:?} once more, in another window: {name}: {error:#}");
            windows += 1;
            let gone = std::mem::replace(&mut window, engine.open().await?);
            // Its driver waits for an answer that may never come.
            tokio::task::spawn_blocking(move || drop(gone));
            told = stage.tell(&window, body).await;
        }
        println!("{engine:?} {:5.1} s  {name}", started.elapsed().as_secs_f64());
        if let Err(error) = told {
            failures.push(format!("- {name}: {error:#}"));
        }
    }
    ensure!(failures.is_empty(), "{engine:?}:\n{}", failures.join("\n"));
    Ok(())
}

/// Windows that one run may open.
const WINDOWS: u32 = 10;

/// How often a story that fails is told again. WebKitGTK's main thread waits for ever in `gst_pad_push_event` where a page
/// seeks before the pipeline of its video stands, its process crashes at times, and at times a video of it stands still:
/// none of that says anything about an element. What an element does wrong it does in each window.
fn more_times(engine: Engine) -> u32 {
    if engine == Engine::WebKitGtk { 2 } else { 0 }
}

/// A site with the package, and a video that is ready.
pub struct Stage {
    server: Server,
    shelf: Shelf,
    _media: Media,
    hls: String,
    video: String,
}

impl Stage {
    /// Sets it up, with a Content-Security-Policy for the pages.
    ///
    /// # Errors
    /// The server does not start, or makes no video.
    pub async fn set(policy: Option<&str>) -> Result<Self> {
        let media = Media::new()?;
        let film = media.short()?;
        let server = Server::start().await?;
        let video = server.api().upload("film.mp4", std::fs::read(&film)?).await?.video.id;
        server.api().until_ready(&video, TRANSCODED).await?;
        let playback = server.api().video(&video).await?.playback.context("a ready video without a playlist")?;
        let shelf = Shelf::open(&server, &film, policy).await?;
        Ok(Self { server, shelf, _media: media, hls: playback.hls, video })
    }

    /// Tells a story: a function body, with the URL of a stream as `hls` and the id of its video as `video`.
    ///
    /// # Errors
    /// It throws.
    pub async fn tell(&self, window: &Window, body: &str) -> Result<serde_json::Value> {
        window.goto(self.shelf.page("elements.html")).await?;
        wait::until_true("the page is there", Duration::from_secs(60), async || Ok(window.title().await? == "ready"))
            .await?;
        let body = format!("const [hls, video] = arguments; {body}");
        let told = engine::run(window, &body, vec![json!(self.hls), json!(self.video)]);
        // The driver's own limit does not hold where the page hangs.
        tokio::time::timeout(Duration::from_secs(75), told).await.context("no answer from the page")?
    }

    /// The server behind it.
    pub fn server(&self) -> &Server {
        &self.server
    }
}
