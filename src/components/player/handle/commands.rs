//! What can be asked of a player.

use reelway_core::{playback::qoe::Input, within};
use web_sys::HtmlElement;

use super::PlayerHandle;
use crate::{
    components::player::{
        media::{follow_volume, is_full},
        sought,
    },
    dom::{call_method, property, window},
    player::{
        engine::{EngineEvent, PlaybackError},
        keys::{Command, rate_after},
    },
};

impl PlayerHandle {
    /// Plays. From the start if it had ended. [`Media::play`](super::Media::play) tells whether it does.
    pub fn play(&self) {
        // The browser may refuse to play before the user has touched the page: then it stays paused, and says so by its
        // own events.
        super::swallow(self.media().play());
    }

    /// Pauses.
    pub fn pause(&self) {
        self.play_when_loaded.set_value(false);
        self.break_promises("AbortError", "paused before it could play");
        if let Some(video) = self.element() {
            let _ = video.pause();
            // At once: the next key may come before the element's event does. One without a source sends none.
            self.paused.set(true);
            if video.ready_state() == 0 {
                self.observe(Input::Pause);
                self.waiting.set(false);
            }
        }
    }

    /// Plays or pauses.
    pub fn toggle_play(&self) {
        if self.media().paused() { self.play() } else { self.pause() }
    }

    /// Moves to this time, in seconds. The preview stays open until that frame is on screen.
    pub fn seek(&self, time: f64) {
        let Some(video) = self.element() else { return };
        let duration = self.duration.get_untracked();
        let time = within(time, 0.0, if duration > 0.0 { duration } else { f64::MAX });
        self.pending.set(Some(time));
        self.resumed.set(None);
        self.time.set(time);
        if video.ready_state() > 0 {
            sought::begin(*self, &video, time);
            video.set_current_time(time);
        } else {
            // Nothing is loaded yet: what is being loaded starts there.
            self.engine.with_value(|engine| {
                if let Some(engine) = engine {
                    engine.load(time);
                }
            });
        }
    }

    /// Does what a key, a button or a gesture asks for.
    pub fn command(&self, command: Command) {
        let from = self.pending.get_untracked().unwrap_or_else(|| self.time.get_untracked());
        match command {
            Command::TogglePlay => self.toggle_play(),
            Command::ToggleMute => self.toggle_mute(),
            Command::ToggleFullscreen => self.toggle_fullscreen(),
            Command::TogglePip => self.toggle_pip(),
            Command::ToggleCaptions => self.toggle_captions(),
            Command::RateBy(steps) => self.set_rate(rate_after(self.rate.get_untracked(), steps)),
            Command::Help => self.help.set(true),
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
            // At once, as with `paused`.
            follow_volume(self, &video);
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
        follow_volume(self, &video);
    }

    /// Sets the speed, in hundredths.
    pub fn set_rate(&self, hundredths: i32) {
        if let Some(video) = self.element() {
            video.set_playback_rate(f64::from(hundredths) / 100.0);
            self.rate.set(hundredths);
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

    /// Chooses a sound track by its index.
    pub fn set_audio(&self, track: i32) {
        self.engine.with_value(|engine| {
            if let (Some(engine), Ok(track)) = (engine, usize::try_from(track)) {
                engine.set_audio(track);
            }
        });
    }

    /// Into or out of fullscreen.
    pub fn toggle_fullscreen(&self) {
        let document = window().document();
        let Some((document, root)) = document.zip(self.root.get_untracked()) else { return };
        let root: &HtmlElement = root.as_ref();
        // The event that tells of it comes a frame later.
        if is_full(root) {
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

    /// Shows why it does not play: something beside the player has found out. With `None` that is over.
    pub fn fail(&self, error: Option<PlaybackError>) {
        match error {
            Some(error) => self.on_engine(EngineEvent::Failed(error)),
            None => self.error.set(None),
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
}
