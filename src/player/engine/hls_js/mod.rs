//! hls.js: imported when a player first needs it, never part of the first load.
//!
//! - `import`: the class, and where it comes from.
//! - `fast`: the first frame before hls.js has arrived.
//! - `start`: how an instance begins, with what was prefetched.
//! - `cmcd`: what it tells the server.
//! - `inspector`: what goes into the source, and when that ends.
//! - `heard`: what it tells. `appending`: what is on its way into the source.
//! - `errors`: what its errors mean. `repair`: what it would not play. `look_over`: what it would swallow.

mod appending;
mod cmcd;
mod errors;
mod fast;
mod heard;
mod import;
mod inspector;
mod look_over;
mod repair;
mod start;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use reelway_core::playback::token::Tokens;
use wasm_bindgen::{JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::HtmlVideoElement;

pub use cmcd::Cmcd;
pub use import::HlsJsSource;

use self::{appending::Appending, fast::Fast, import::Hls, inspector::Inspector};
use super::{AudioTrack, Engine, EngineEvent, Level, Life, Mend, Place, Report};
use crate::{
    dom::{property, set_property},
    listener::Listener,
    player::prefetch::Session,
    timer::Timer,
};

/// Plays HLS through Media Source Extensions.
pub struct HlsJsEngine {
    shared: Rc<Shared>,
}

struct Shared {
    tokens: RefCell<Tokens>,
    video: HtmlVideoElement,
    source: HlsJsSource,
    report: Report,
    running: RefCell<Option<Running>>,
    bytes: Cell<f64>,
    /// Counts starts, so that an import which arrives late knows that it is no longer wanted.
    generation: Cell<u32>,
    /// What was prefetched for the start that is under way.
    session: RefCell<Option<Rc<Session>>>,
    /// The segment of the picture that is on its way, and the one that is on screen.
    fetching: Cell<Option<Place>>,
    shown: Cell<Option<Place>>,
    appending: Appending,
    /// What kind of segment failed last: `main` for the picture's. Another kind that arrives mends nothing.
    failing: RefCell<Option<String>>,
    /// A rendition is held only to get around what is damaged in another one.
    detour: Cell<bool>,
    /// Until a failed element is looked at.
    failed: RefCell<Option<Timer>>,
    /// The start before hls.js, until hls.js is gone.
    fast: RefCell<Option<Rc<Fast>>>,
    /// Of the source that hls.js has made itself.
    inspector: RefCell<Option<Inspector>>,
    /// The rendition that was chosen by hand. Its index is another once one is done without.
    chosen: RefCell<Option<Level>>,
}

/// An instance of hls.js and the callbacks that it holds.
struct Running {
    hls: Hls,
    _on_play: Option<Listener>,
    _callbacks: Vec<Callback>,
    _should_retry: Closure<ShouldRetry>,
    _on_error: Listener,
}

type Callback = Closure<dyn FnMut(JsValue, JsValue)>;
type ShouldRetry = dyn FnMut(JsValue, f64, bool, JsValue) -> bool;

impl Drop for Running {
    fn drop(&mut self) {
        self.hls.destroy();
    }
}

impl HlsJsEngine {
    /// Binds the master playlist to the element.
    pub fn new(url: &str, video: &HtmlVideoElement, source: HlsJsSource, report: Report) -> Self {
        let shared = Shared {
            tokens: RefCell::new(Tokens::of(url)),
            video: video.clone(),
            source,
            report,
            running: RefCell::default(),
            bytes: Cell::default(),
            generation: Cell::default(),
            session: RefCell::default(),
            fetching: Cell::default(),
            shown: Cell::default(),
            appending: Appending::default(),
            failing: RefCell::default(),
            detour: Cell::default(),
            failed: RefCell::default(),
            fast: RefCell::default(),
            inspector: RefCell::default(),
            chosen: RefCell::default(),
        };
        Self { shared: Rc::new(shared) }
    }
}

impl Engine for HlsJsEngine {
    fn load(&self, start: f64) {
        let shared = self.shared.clone();
        shared.stop();
        let generation = shared.generation.get();
        spawn_local(async move { shared.begin(generation, start).await });
    }

    fn set_level(&self, level: Option<usize>) {
        let Some(hls) = self.shared.hls() else { return };
        self.shared.chosen.replace(level.and_then(|level| levels(&hls).into_iter().nth(level)));
        if let Some(level) = level {
            // With which it begins again when it replaces a source that broke.
            hls.set_start_level(level as i32);
        }
        self.shared.detour.set(false);
        match level {
            // At once, since nobody watches it go: what is on screen is what was chosen.
            Some(level) if self.shared.video.paused() => hls.set_current_level(level as i32),
            _ => hls.set_next_level(level.map_or(-1, |level| level as i32)),
        }
    }

    fn set_audio(&self, track: usize) {
        if let Some(running) = &*self.shared.running.borrow() {
            running.hls.set_audio_track(track as i32);
        }
    }

    fn mend(&self, mend: Mend, position: f64) {
        let broken = self.shared.video.error().is_some();
        let running = self.shared.running.borrow();
        let Some(Running { hls, .. }) = &*running else {
            drop(running);
            return self.load(position);
        };
        match mend {
            Mend::Avoid(level) => {
                // The others' numbers change.
                self.shared.fetching.take();
                self.shared.shown.take();
                hls.remove_level(level as u32);
            }
            Mend::Detour(level) => {
                self.shared.detour.set(true);
                hls.set_load_level(level as i32);
            }
            Mend::Retry | Mend::Flush => {}
        }
        let emptied = matches!(mend, Mend::Detour(_)) && self.shared.video.ready_state() == 0;
        if matches!(mend, Mend::Detour(_)) {
            self.shared.leave_level();
        }
        self.shared.keep_level();
        if hls.levels().length() == 0 {
            hls.load_source(self.shared.tokens.borrow().url());
        } else if mend == Mend::Flush || broken {
            hls.recover_media_error();
            hls.start_load(position);
        } else {
            hls.start_load(if emptied { position } else { -1.0 });
        }
    }

    fn fetching(&self) -> Option<Place> {
        self.shared.fetching.get()
    }

    fn allow(&self) {
        let Some(hls) = self.shared.hls() else { return };
        for level in hls.levels() {
            for count in ["loadError", "fragmentError"] {
                set_property(&level, count, 0);
            }
        }
        if self.shared.detour.take() {
            hls.set_load_level(-1);
        }
    }

    fn is_mendable(&self) -> bool {
        self.shared.running.borrow().is_some()
    }

    fn renew(&self, url: &str, _life: Option<Life>) {
        self.shared.tokens.borrow_mut().renew(url);
    }

    fn stop(&self) {
        self.shared.stop();
    }

    fn bytes(&self) -> f64 {
        let shown = self.shared.fast.borrow().as_ref().map_or(0.0, |fast| fast.bytes());
        self.shared.bytes.get() + shown
    }
}

impl Drop for HlsJsEngine {
    fn drop(&mut self) {
        self.shared.stop();
    }
}

impl Shared {
    fn stop(&self) {
        self.generation.set(self.generation.get() + 1);
        // First hls.js, which may have taken over the element and the source.
        self.running.take();
        self.fast.take();
        self.inspector.take();
        self.session.take();
        self.failed.take();
        self.failing.take();
        self.fetching.take();
        self.shown.take();
        self.appending.forget();
        self.detour.take();
    }

    /// The instance, if one runs. Its own borrow ends here: hls.js calls back from within its methods.
    fn hls(&self) -> Option<Hls> {
        self.running.borrow().as_ref().map(|running| running.hls.clone())
    }

    /// The rendition that was chosen is damaged: hls.js chooses again.
    fn leave_level(&self) {
        if self.chosen.take().is_some() {
            if let Some(hls) = self.hls() {
                hls.set_start_level(-1);
            }
            (self.report)(EngineEvent::LevelChosen(None));
        }
    }

    /// The rendition that was chosen stays chosen: hls.js forgets it when it replaces its source after an error, when it
    /// starts anew, and when another one is done without.
    fn keep_level(&self) {
        let chosen = self.chosen.borrow().clone();
        let (Some(hls), Some(chosen)) = (self.hls(), chosen) else { return };
        let levels = levels(&hls);
        if levels.is_empty() {
            return;
        }
        let index = levels.iter().position(|level| *level == chosen);
        match index {
            Some(index) => {
                hls.set_start_level(index as i32);
                hls.set_load_level(index as i32);
            }
            None => {
                hls.set_load_level(-1);
                self.chosen.take();
            }
        }
        (self.report)(EngineEvent::LevelChosen(index));
    }
}

/// The renditions of hls.js, lowest first.
fn levels(hls: &Hls) -> Vec<Level> {
    let number = |level: &JsValue, name| property(level, name).as_f64().unwrap_or_default() as u32;
    let level = |level: JsValue| Level {
        width: number(&level, "width"),
        height: number(&level, "height"),
        bitrate: number(&level, "bitrate"),
    };
    hls.levels().into_iter().map(level).collect()
}
