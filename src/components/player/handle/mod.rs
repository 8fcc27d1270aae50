//! A player's state as signals. What can be asked of it is in [`commands`], and as of a `<video>` in [`media`].

mod commands;
mod media;

use std::rc::Rc;

use crate::components::signals::*;
use js_sys::Function;
use wasm_bindgen::JsCast;
use web_sys::HtmlVideoElement;

pub use media::Media;
pub(super) use media::{playing, swallow};

use reelway_core::playback::qoe::{Input, Rendition};

use super::{Autoplay, Caption, qoe::Watch, sought::Sought};
use crate::{
    dom::{property, window},
    player::{
        engine::{AudioTrack, Engine, EngineEvent, Level, PlaybackError, Source},
        held::Held,
    },
    texts::Texts,
};

/// A handle on one player: make it with [`PlayerHandle::new`], pass it to the component, and read or steer it.
#[derive(Clone, Copy)]
pub struct PlayerHandle {
    /// Whom all of the player belongs to.
    pub(in crate::components::player) owner: Owner,
    /// The element that plays.
    pub video: NodeRef<web_sys::HtmlVideoElement>,
    /// The element around all of the player: what goes fullscreen.
    pub root: NodeRef<web_sys::HtmlElement>,
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
    /// The browser has no network.
    pub offline: RwSignal<bool>,
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
    /// The sound tracks.
    pub audio_tracks: RwSignal<Vec<AudioTrack>>,
    /// The sound track that is heard: an index into them, −1 while unknown.
    pub audio_shown: RwSignal<i32>,
    /// The captions and subtitles, in the order of the element's text tracks.
    pub captions: RwSignal<Vec<Caption>>,
    /// The captions that are shown: an index into them, −1 for none.
    pub caption_shown: RwSignal<i32>,
    /// In a window of its own.
    pub pip: RwSignal<bool>,
    /// There is something to play to by AirPlay.
    pub airplay: RwSignal<bool>,
    /// The list of keyboard shortcuts is open.
    pub help: RwSignal<bool>,
    /// Why it does not play.
    pub error: RwSignal<Option<PlaybackError>>,
    /// Plays in silence because nobody has asked for its sound yet: the picture offers it.
    pub unmute_offered: RwSignal<bool>,
    /// Seconds: where it went on because the last visit had ended there, while that is being said.
    pub resumed: RwSignal<Option<f64>>,
    /// What the player says, and in which language.
    pub texts: Texts,
    /// The seek under way, or the last one.
    pub(super) sought: StoredValue<Option<Rc<Sought>>>,
    pub(super) engine: StoredValue<Option<Box<dyn Engine>>>,
    /// The picture from before an interruption.
    held: StoredValue<Option<Held>>,
    /// What the engine plays.
    pub(super) source: StoredValue<Option<Source>>,
    /// Play as soon as there is something to play.
    pub(super) play_when_loaded: StoredValue<bool>,
    /// How, if it is the page that wants it and not the user.
    pub(super) autoplay: StoredValue<Autoplay>,
    /// Nothing is fetched until the user wants to play.
    pub(super) deferred: RwSignal<bool>,
    /// Those who wait for what they have asked for to play: functions that keep a promise.
    pub(super) promised: StoredValue<Vec<Function>>,
    /// What the video is known by in the browser's storage.
    pub(super) video_key: StoredValue<Option<u64>>,
    /// Notices what viewers notice.
    pub(super) watch: StoredValue<Watch>,
    /// The user's choice of captions, as it is remembered; empty while there is none.
    pub(super) caption_wanted: StoredValue<String>,
}

impl Default for PlayerHandle {
    fn default() -> Self {
        Self::new()
    }
}

impl PlayerHandle {
    /// A handle for a player that is to be mounted. It lives as long as the reactive owner that it is made in.
    pub fn new() -> Self {
        let owner = Owner::root();
        owner.with(|| Self::of(owner))
    }

    /// The same player, which says what these say.
    #[must_use]
    pub fn with_texts(self, texts: Texts) -> Self {
        Self { texts, ..self }
    }

    /// Makes something that belongs to the player: signals for its options, say.
    pub fn own<T>(&self, make: impl FnOnce() -> T) -> T {
        self.owner.with(make)
    }

    /// Ends the player: nothing runs any more, nothing is held.
    pub fn dispose(&self) {
        self.owner.dispose();
    }

    fn of(owner: Owner) -> Self {
        Self {
            owner,
            video: NodeRef::new(),
            root: NodeRef::new(),
            paused: RwSignal::new(true),
            ended: RwSignal::new(false),
            loaded: RwSignal::new(false),
            started: RwSignal::new(false),
            waiting: RwSignal::new(false),
            reconnecting: RwSignal::new(false),
            offline: RwSignal::new(false),
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
            audio_tracks: RwSignal::default(),
            audio_shown: RwSignal::new(-1),
            captions: RwSignal::default(),
            caption_shown: RwSignal::new(-1),
            pip: RwSignal::new(false),
            airplay: RwSignal::new(false),
            help: RwSignal::new(false),
            error: RwSignal::new(None),
            unmute_offered: RwSignal::new(false),
            resumed: RwSignal::new(None),
            texts: Texts::new(),
            sought: StoredValue::new(None),
            engine: StoredValue::new(None),
            held: StoredValue::new(None),
            source: StoredValue::new(None),
            play_when_loaded: StoredValue::new(false),
            autoplay: StoredValue::new(Autoplay::Off),
            deferred: RwSignal::new(false),
            promised: StoredValue::new(Vec::new()),
            video_key: StoredValue::new(None),
            watch: StoredValue::new(Watch::default()),
            caption_wanted: StoredValue::new(String::new()),
        }
    }

    /// The player as if it were a `<video>`.
    pub fn media(&self) -> Media {
        Media(*self)
    }

    /// The `<video>` element, while mounted.
    pub fn element(&self) -> Option<HtmlVideoElement> {
        self.video.try_get_untracked().flatten()
    }

    /// The element is about to be emptied: what it shows stays in sight until there is a new picture, and what plays
    /// plays on then.
    pub(super) fn interrupt(&self) {
        if !self.paused.get_untracked() {
            self.play_when_loaded.set_value(true);
        }
        let (Some(video), handle) = (self.element(), *self) else { return };
        if video.ready_state() > 0 && self.error.get_untracked().is_none() {
            self.time.set(video.current_time());
        }
        // The speed that an element has when it is given something new.
        video.set_default_playback_rate(video.playback_rate());
        let gone = move || {
            handle.held.try_set_value(None);
        };
        // A picture that is held already is the better one: the element shows nothing now.
        if let Some(held) = Held::over(&video, self.time.get_untracked(), gone) {
            self.held.set_value(Some(held));
        }
    }

    /// There are other renditions now. Those that stay keep their names, and not their numbers.
    fn take_levels(&self, levels: Vec<Level>) {
        let before = self.levels.get_untracked();
        for chosen in [self.level_shown, self.level_wanted] {
            let level = usize::try_from(chosen.get_untracked()).ok().and_then(|index| before.get(index));
            let Some(level) = level else { continue };
            let index = levels.iter().position(|other| other == level).map_or(-1, |index| index as i32);
            if index != chosen.get_untracked() {
                chosen.set(index);
            }
        }
        self.levels.set(levels);
    }

    pub(super) fn on_engine(&self, event: EngineEvent) {
        match event {
            EngineEvent::Prefetched => self.observe(Input::Prefetched),
            EngineEvent::Levels(levels) => self.take_levels(levels),
            EngineEvent::LevelShown(level) => {
                self.level_shown.set(level as i32);
                let shown = self.levels.with_untracked(|levels| levels.get(level).cloned());
                if let Some(Level { mut width, mut height, bitrate }) = shown {
                    // A stream without a master playlist does not say.
                    if let Some(size) = self.size.get_untracked().filter(|_| width == 0) {
                        (width, height) = size;
                    }
                    let auto = self.level_wanted.get_untracked() < 0;
                    self.observe(Input::Rendition { to: Rendition { width, height, bitrate }, auto });
                }
            }
            EngineEvent::LevelChosen(level) => self.level_wanted.set(level.map_or(-1, |level| level as i32)),
            EngineEvent::AudioTracks(tracks) => self.audio_tracks.set(tracks),
            EngineEvent::AudioShown(track) => self.audio_shown.set(track as i32),
            EngineEvent::Retrying(error, step) => {
                self.reconnecting.set(true);
                self.observe(Input::Failing { code: error.code(), message: error.to_string(), step });
            }
            EngineEvent::Flowing => {
                if self.reconnecting.get_untracked() {
                    self.reconnecting.set(false);
                    self.observe(Input::Recovered);
                }
            }
            // The guard decides on them.
            EngineEvent::Fault(..) | EngineEvent::Dodged(..) | EngineEvent::Fetched(_) => {}
            EngineEvent::Interrupting => self.interrupt(),
            EngineEvent::Still(still) => {
                if self.waiting.get_untracked() != still {
                    self.waiting.set(still);
                }
                if !still && self.reconnecting.get_untracked() {
                    self.reconnecting.set(false);
                    self.observe(Input::Recovered);
                }
            }
            EngineEvent::Offline(offline) => self.offline.set(offline),
            EngineEvent::Failed(error) => {
                web_sys::console::info_1(&error.to_string().into());
                let playing = !self.paused.get_untracked();
                self.play_when_loaded.set_value(playing);
                self.reconnecting.set(false);
                self.waiting.set(false);
                self.pending.set(None);
                self.break_promises(error.code(), &error.to_string());
                self.observe(Input::Failed { code: error.code(), message: error.to_string() });
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
