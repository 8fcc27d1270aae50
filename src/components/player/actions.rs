//! What the user asks for by key, touch or button: done, said, and shown.

use reelway_core::{text::clock, within};

use super::{
    PlayerHandle,
    announcer::{Announcer, Side, Sign},
    strings,
};
use crate::{components::icons, player::keys::Command};

/// Where a wish comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum By {
    /// A button of the bar, which shows by itself what it has done.
    Button,
    /// A key or a touch of the picture: a sign over the picture shows what it has done.
    Hand,
}

/// Fulfils them.
#[derive(Clone, Copy)]
pub(super) struct Actions {
    handle: PlayerHandle,
    announcer: Announcer,
}

impl Actions {
    pub fn new(handle: PlayerHandle, announcer: Announcer) -> Self {
        Self { handle, announcer }
    }

    pub fn run(&self, command: Command, by: By) {
        let handle = self.handle;
        let was_paused = handle.media().paused();
        handle.command(command);
        if handle.error.get_untracked().is_some() {
            return;
        }
        let Some((sign, words)) = self.told(command, was_paused) else { return };
        self.announcer.say(words);
        if by == By::Hand {
            self.announcer.show(sign);
        }
    }

    /// What a command has come to.
    fn told(&self, command: Command, was_paused: bool) -> Option<(Sign, String)> {
        let handle = self.handle;
        let video = handle.element()?;
        let silent = video.muted() || video.volume() == 0.0;
        let percent = (video.volume() * 100.0).round() as i32;
        let sound = match (silent, percent) {
            (true, _) => icons::VOLUME_OFF,
            (false, ..50) => icons::VOLUME_LOW,
            _ => icons::VOLUME,
        };
        let time = handle.pending.get_untracked().unwrap_or_else(|| handle.time.get_untracked());
        let texts = handle.texts;
        let sought = || strings::sought(texts, time);
        Some(match command {
            Command::TogglePlay if was_paused => (Sign::of(icons::PLAY, ""), texts.get(strings::PLAYING)),
            Command::TogglePlay => (Sign::of(icons::PAUSE, ""), texts.get(strings::PAUSED)),
            Command::ToggleMute if silent => (Sign::of(sound, ""), texts.get(strings::MUTED)),
            Command::ToggleMute | Command::VolumeBy(_) => {
                (Sign::of(sound, &texts.percent(percent)), strings::volume(texts, percent))
            }
            Command::SeekBy(seconds) => {
                let side = if seconds < 0.0 { Side::Left } else { Side::Right };
                let icon = if seconds < 0.0 { icons::REWIND } else { icons::FORWARD };
                let total = self.announcer.add_up(seconds);
                (Sign { icon, text: texts.seconds(within(total.abs(), 0.0, 1e6) as u32), side }, sought())
            }
            Command::SeekTo(_) => (Sign::of("", &clock(time)), sought()),
            Command::RateBy(_) => {
                let rate = (video.playback_rate() * 100.0).round() as i32;
                (Sign::of("", &strings::rate(texts, rate)), strings::speed(texts, rate))
            }
            Command::ToggleCaptions => {
                let words = match handle.caption() {
                    Some(caption) => strings::captions_on(texts, &caption.label),
                    None if handle.captions.with_untracked(Vec::is_empty) => texts.get(strings::NO_CAPTIONS),
                    None => texts.get(strings::CAPTIONS_OFF),
                };
                (Sign::of(icons::CAPTIONS, &words), words)
            }
            Command::ToggleFullscreen | Command::TogglePip | Command::Help => return None,
        })
    }
}
