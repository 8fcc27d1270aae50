//! What can be chosen: speed, quality, captions, sound track.

use crate::components::signals::*;

use super::{
    PlayerHandle, captions,
    menu::{Choice, Setting},
    strings,
};
use crate::{player::keys::RATES, texts::Key};

pub(super) fn rate(handle: PlayerHandle) -> Setting {
    let texts = handle.texts;
    let choices = move || RATES.map(|rate| (rate, strings::rate(texts, rate))).to_vec();
    Setting {
        name: "rate",
        label: strings::RATE,
        text: Signal::derive(move || strings::rate(texts, handle.rate.get())),
        choices: Signal::derive(choices),
        chosen: handle.rate.into(),
        choose: Callback::new(move |rate| handle.set_rate(rate)),
    }
}

pub(super) fn quality(handle: PlayerHandle) -> Setting {
    let texts = handle.texts;
    let name = move |level: i32| {
        let levels = handle.levels.get();
        // By the short side, as everyone names them: a portrait 1080 × 1920 is 1080p too.
        let level = usize::try_from(level).ok().and_then(|level| levels.get(level));
        level.map(|level| format!("{}p", level.width.min(level.height)))
    };
    let text = move || name(handle.level_wanted.get()).unwrap_or_else(|| texts.get(strings::AUTO));
    let choices = move || {
        let count = handle.levels.with(Vec::len) as i32;
        if count < 2 {
            return Vec::new();
        }
        let auto = match name(handle.level_shown.get()) {
            Some(shown) => strings::auto_at(texts, &shown),
            None => texts.get(strings::AUTO),
        };
        let levels = (0..count).rev().filter_map(|level| Some((level, name(level)?)));
        levels.chain([(-1, auto)]).collect()
    };
    Setting {
        name: "quality",
        label: strings::QUALITY,
        text: Signal::derive(text),
        choices: Signal::derive(choices),
        chosen: handle.level_wanted.into(),
        choose: Callback::new(move |level| handle.set_level(level)),
    }
}

pub(super) fn captions(handle: PlayerHandle) -> Setting {
    let choices = move || {
        let captions = handle.captions.get();
        if captions.is_empty() {
            return Vec::new();
        }
        let tracks = captions.into_iter().enumerate().map(|(index, caption)| (index as i32, caption.label));
        [(-1, handle.texts.get(strings::OFF))].into_iter().chain(tracks).collect()
    };
    of_tracks("captions", strings::CAPTIONS, Signal::derive(choices), handle.caption_shown, move |caption| {
        handle.set_caption(caption);
    })
}

pub(super) fn audio(handle: PlayerHandle) -> Setting {
    let choices = move || {
        let tracks = handle.audio_tracks.get();
        if tracks.len() < 2 {
            return Vec::new();
        }
        let name = |(index, track): (usize, crate::player::engine::AudioTrack)| {
            (index as i32, captions::name_in(Some(handle.texts), track.name, &track.language, index))
        };
        tracks.into_iter().enumerate().map(name).collect()
    };
    of_tracks("audio", strings::AUDIO, Signal::derive(choices), handle.audio_shown, move |track| {
        handle.set_audio(track);
    })
}

fn of_tracks(
    name: &'static str,
    label: Key,
    choices: Signal<Vec<Choice>>,
    chosen: RwSignal<i32>,
    choose: impl Fn(i32) + Send + Sync + 'static,
) -> Setting {
    let text = move || {
        let chosen = chosen.get();
        choices.get().into_iter().find(|(value, _)| *value == chosen).map(|(_, text)| text).unwrap_or_default()
    };
    Setting { name, label, text: Signal::derive(text), choices, chosen: chosen.into(), choose: Callback::new(choose) }
}
