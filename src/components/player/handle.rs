//! A player's state as signals, and what can be asked of it.

use leptos::{html, prelude::*};
use reelway_core::within;
use wasm_bindgen::JsCast;
use web_sys::{HtmlElement, HtmlVideoElement};

use crate::{
    dom::{call_method, property, window},
    player::{
        engine::{Engine, EngineEvent, Level, PlaybackError},
        keys::Command,
    },
};

/// A handle on one player: make it with [`PlayerHandle::new`], pass it to the component, and read or steer it.
#[derive(Clone, Copy)]
pub struct PlayerHandle {
    /// The element that plays.
    pub video: NodeRef<html::Video>,
    /// The element around all of the player: what goes fullscreen.
    pub root: NodeRef<html::Section>,
    /// Not playing, and not about to.
    pub paused: RwSignal<bool>,
    /// At the end.
    pub ended: RwSignal<bool>,
    /// The first frame is there.
    pub loaded: RwSignal<bool>,
    /// It has played or moved: the poster has done its work.
    pub started: RwSignal<bool>,
    /// Wants to play but has no data.
    pub waiting: RwSignal<bool>,
    /// Requests fail and are being tried again.
    pub reconnecting: RwSignal<bool>,
    /// Seconds.
    pub time: RwSignal<f64>,
    /// Seconds; 0 while unknown.
    pub duration: RwSignal<f64>,
    /// What can be played without waiting: start and end in seconds.
    pub buffered: RwSignal<Vec<(f64, f64)>>,
    /// Seconds: sought, and not on screen yet.
    pub pending: RwSignal<Option<f64>>,
    /// 0 to 1.
    pub volume: RwSignal<f64>,
    /// No sound, whatever the volume.
    pub muted: RwSignal<bool>,
    /// Speed in hundredths.
    pub rate: RwSignal<i32>,
    /// Fills the screen.
    pub fullscreen: RwSignal<bool>,
    /// The picture's width and height, once known.
    pub size: RwSignal<Option<(u32, u32)>>,
    /// The renditions, lowest first.
    pub levels: RwSignal<Vec<Level>>,
    /// The rendition on screen: an index into the levels, −1 while unknown.
    pub level_shown: RwSignal<i32>,
    /// The rendition that the user has chosen; −1 leaves it to the engine.
    pub level_wanted: RwSignal<i32>,
    /// Why it does not play.
    pub error: RwSignal<Option<PlaybackError>>,
    pub(super) engine: StoredValue<Option<Box<dyn Engine>>, LocalStorage>,
    /// Play as soon as there is something to play.
    pub(super) play_when_loaded: StoredValue<bool>,
}

impl Default for PlayerHandle {
    fn default() -> Self {
        Self::new()
    }
}

impl PlayerHandle {
    /// A handle for a player that is to be mounted. It lives as long as the reactive owner that it is made in.
    pub fn new() -> Self {
        Self {
            video: NodeRef::new(),
            root: NodeRef::new(),
            paused: RwSignal::new(true),
            ended: RwSignal::new(false),
            loaded: RwSignal::new(false),
            started: RwSignal::new(false),
            waiting: RwSignal::new(false),
            reconnecting: RwSignal::new(false),
            time: RwSignal::new(0.0),
            duration: RwSignal::new(0.0),
            buffered: RwSignal::default(),
            pending: RwSignal::new(None),
            volume: RwSignal::new(1.0),
            muted: RwSignal::new(false),
            rate: RwSignal::new(100),
            fullscreen: RwSignal::new(false),
            size: RwSignal::new(None),
            levels: RwSignal::default(),
            level_shown: RwSignal::new(-1),
            level_wanted: RwSignal::new(-1),
            error: RwSignal::new(None),
            engine: StoredValue::new_local(None),
            play_when_loaded: StoredValue::new(false),
        }
    }

    /// The `<video>` element, while mounted.
    pub fn element(&self) -> Option<HtmlVideoElement> {
        self.video.try_get_untracked().flatten()
    }

    /// Plays. From the start if it had ended.
    pub fn play(&self) {
        if let Some(video) = self.element() {
            // The browser may refuse to play before the user has touched the page: then it stays paused, and says so
            // by its own events. The promise is given a handler, or the console would fill with it.
            if let Ok(promise) = video.play() {
                wasm_bindgen_futures::spawn_local(async move {
                    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
                });
            }
        }
    }

    /// Pauses.
    pub fn pause(&self) {
        if let Some(video) = self.element() {
            let _ = video.pause();
        }
    }

    /// Plays or pauses.
    pub fn toggle_play(&self) {
        if self.paused.get_untracked() { self.play() } else { self.pause() }
    }

    /// Moves to this time, in seconds. The preview stays open until that frame is on screen.
    pub fn seek(&self, time: f64) {
        let Some(video) = self.element() else { return };
        let duration = self.duration.get_untracked();
        let time = within(time, 0.0, if duration > 0.0 { duration } else { f64::MAX });
        self.pending.set(Some(time));
        self.time.set(time);
        video.set_current_time(time);
    }

    /// Does what a key asks for.
    pub fn command(&self, command: Command) {
        let from = self.pending.get_untracked().unwrap_or_else(|| self.time.get_untracked());
        match command {
            Command::TogglePlay => self.toggle_play(),
            Command::ToggleMute => self.toggle_mute(),
            Command::ToggleFullscreen => self.toggle_fullscreen(),
            Command::SeekBy(seconds) => self.seek(from + seconds),
            Command::SeekTo(share) => self.seek(share * self.duration.get_untracked()),
            Command::VolumeBy(share) => self.set_volume(self.volume.get_untracked() + share),
        }
    }

    /// Sets the volume, 0 to 1, and sound on unless it is 0.
    pub fn set_volume(&self, volume: f64) {
        if let Some(video) = self.element() {
            let volume = within(volume, 0.0, 1.0);
            video.set_volume(volume);
            video.set_muted(volume == 0.0);
        }
    }

    /// Sound on or off. On at an audible volume.
    pub fn toggle_mute(&self) {
        let Some(video) = self.element() else { return };
        let on = video.muted() || video.volume() == 0.0;
        video.set_muted(!on);
        if on && video.volume() == 0.0 {
            video.set_volume(0.5);
        }
    }

    /// Sets the speed, in hundredths.
    pub fn set_rate(&self, hundredths: i32) {
        if let Some(video) = self.element() {
            video.set_playback_rate(f64::from(hundredths) / 100.0);
        }
    }

    /// Chooses a rendition by its index, or −1 to leave it to the engine.
    pub fn set_level(&self, level: i32) {
        self.level_wanted.set(level);
        self.engine.with_value(|engine| {
            if let Some(engine) = engine {
                engine.set_level(usize::try_from(level).ok());
            }
        });
    }

    /// Into or out of fullscreen.
    pub fn toggle_fullscreen(&self) {
        let document = window().document();
        let Some((document, root)) = document.zip(self.root.get_untracked()) else { return };
        let root: &HtmlElement = root.as_ref();
        if self.fullscreen.get_untracked() {
            document.exit_fullscreen();
        } else if document.fullscreen_enabled() {
            let _ = root.request_fullscreen();
        } else if let Some(video) = self.element() {
            // On an iPhone only the video itself goes fullscreen.
            call_method(&video, "webkitEnterFullscreen");
        }
    }

    /// Into or out of picture in picture.
    pub fn toggle_pip(&self) {
        let Some(document) = window().document() else { return };
        if property(&document, "pictureInPictureElement").is_object() {
            call_method(&document, "exitPictureInPicture");
        } else if let Some(video) = self.element() {
            call_method(&video, "requestPictureInPicture");
        }
    }

    /// Starts anew after a failure, at the same time.
    pub fn retry(&self) {
        let start = self.time.get_untracked();
        self.error.set(None);
        self.waiting.set(true);
        self.engine.with_value(|engine| {
            if let Some(engine) = engine {
                engine.load(start);
            }
        });
    }

    pub(super) fn on_engine(&self, event: EngineEvent) {
        match event {
            EngineEvent::Levels(levels) => self.levels.set(levels),
            EngineEvent::LevelShown(level) => self.level_shown.set(level as i32),
            EngineEvent::Retrying => self.reconnecting.set(true),
            EngineEvent::Flowing => {
                if self.reconnecting.get_untracked() {
                    self.reconnecting.set(false);
                }
            }
            EngineEvent::Failed(error) => {
                web_sys::console::info_1(&error.to_string().into());
                let playing = !self.paused.get_untracked();
                self.play_when_loaded.set_value(playing);
                self.reconnecting.set(false);
                self.waiting.set(false);
                self.pending.set(None);
                self.error.set(Some(error));
            }
        }
    }
}

/// Whether this browser can put a video into a window of its own.
pub(super) fn has_pip() -> bool {
    window().document().is_some_and(|document| property(&document, "pictureInPictureEnabled").is_truthy())
}

/// Whether an event's target is, or stands in, what a selector finds.
pub(super) fn closest(target: &web_sys::EventTarget, selector: &str) -> bool {
    target.dyn_ref::<web_sys::Element>().is_some_and(|element| element.closest(selector).ok().flatten().is_some())
}
