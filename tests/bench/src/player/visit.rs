//! One visit to a player's page, with nothing in the cache, until the first frame is on screen.

use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use super::{
    candidate::Candidate,
    host::{Answer, Host},
};
use crate::chromium::Chromium;

/// Longer than any player takes on any link here.
const PATIENCE: Duration = Duration::from_secs(60);

/// Watches for the first frame of any `<video>`, wherever a player hides it: whoever plays listens to it, or sets its
/// source.
const WATCH: &str = r#"
globalThis.firstFrame = new Promise((resolve) => {
  const watched = new WeakSet();
  const watch = (video) => {
    if (!(video instanceof HTMLVideoElement) || watched.has(video)) return;
    watched.add(video);
    video.requestVideoFrameCallback((_, { width, height }) => resolve({ time: performance.now(), width, height }));
  };
  const listen = EventTarget.prototype.addEventListener;
  HTMLMediaElement.prototype.addEventListener = function (...all) {
    watch(this);
    return listen.apply(this, all);
  };
  for (const name of ["src", "srcObject"]) {
    const own = Object.getOwnPropertyDescriptor(HTMLMediaElement.prototype, name);
    Object.defineProperty(HTMLMediaElement.prototype, name, {
      ...own,
      set(value) {
        watch(this);
        own.set.call(this, value);
      },
    });
  }
});
"#;

/// What a visit cost.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Milliseconds from the start of the navigation to the first frame.
    pub first_frame: f64,
    /// Pixels of the first frame's shorter side: which rendition it was.
    pub rendition: u32,
    /// Of the renderer's main thread on a processor until then, in milliseconds.
    pub main_thread: f64,
    /// Bytes of code (scripts, wasm, style sheets, not HTML and media) that were asked for until then, as sent.
    pub code: usize,
    /// All that was asked for until then.
    pub answers: Vec<Answer>,
}

/// Visits a page, and stays on it.
///
/// # Errors
/// No frame comes, or the page asks for what is not there.
pub fn visit(browser: &mut Chromium, host: &Host, candidate: Candidate, slowdown: f64) -> Result<Sample> {
    browser.fresh_page()?;
    browser.prepare(WATCH, slowdown)?;
    let processes = browser.processes();
    let before = processes.renderer_main_threads()?;
    host.begin();
    let url = format!("{}/site/{}/index.html", host.origin(), candidate.name);
    browser.set_off(&url)?;
    let deadline = Instant::now() + PATIENCE;
    // While the page changes, the context that was asked is gone.
    let frame = loop {
        match browser.run("globalThis.firstFrame", PATIENCE) {
            Ok(frame) if frame.is_object() => break frame,
            Err(error) if Instant::now() > deadline => {
                return Err(error).with_context(|| format!("{}: no first frame", candidate.name));
            }
            _ => {}
        }
    };
    // A player may have begun in a process that the navigation has taken away since.
    let main_thread = processes.renderer_main_threads()?.saturating_sub(before);
    let answers = host.answers();
    let missing = answers.iter().find(|answer| answer.bytes == 0 && answer.path != "/favicon.ico");
    if let Some(answer) = missing {
        bail!("{} asks for {}, which is not there", candidate.name, answer.path);
    }
    let mut seen = HashSet::new();
    let code = answers.iter().filter(|answer| is_code(&answer.path) && seen.insert(&answer.path));
    let code = code.map(|answer| answer.bytes).sum();
    let number = |name: &str| frame[name].as_f64().with_context(|| format!("no {name} of the first frame"));
    Ok(Sample {
        first_frame: number("time")?,
        rendition: number("width")?.min(number("height")?) as u32,
        main_thread: main_thread.as_secs_f64() * 1000.0,
        code,
        answers,
    })
}

fn is_code(path: &str) -> bool {
    path.starts_with("/site/") && !path.ends_with(".html")
}
