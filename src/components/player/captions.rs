//! Captions: the tracks of the element that people read, whether they come from the stream or from `<track>`.

use crate::components::{html::*, signals::*};
use reelway_core::language::best;
use web_sys::{Element, HtmlVideoElement, TextTrack, TextTrackKind, TextTrackMode};

use super::{PlayerHandle, strings};
use crate::{
    dom::{store, stored, window},
    language,
    listener::Listener,
    texts::Texts,
};

/// A track of captions or subtitles that can be chosen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption {
    /// As it is shown.
    pub label: String,
    /// A BCP 47 tag; may be empty.
    pub language: String,
}

/// A `<track>` element to go with the video.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Track {
    /// The URL of a WebVTT file. On another origin it needs CORS.
    pub src: String,
    /// As it is shown; empty: the name of its language.
    pub label: String,
    /// A BCP 47 tag.
    pub srclang: String,
    /// `subtitles` (also where it is empty), `captions`, `descriptions`, `chapters` or `metadata`. The first two appear in
    /// the menu.
    pub kind: String,
    /// Shown unless the user has chosen otherwise.
    pub default: bool,
}

impl From<reelway_api::TextTrack> for Track {
    fn from(track: reelway_api::TextTrack) -> Self {
        let kind = track.kind.attribute().to_owned();
        Self { src: track.src, label: track.label, srclang: track.language, kind, default: false }
    }
}

/// Where the choice is kept: `+` or `-` for on or off, and which track it was.
const MEMORY: &str = "reelway.captions";

/// What a track is called: by its own name, by its language, or by its number, which is one more than its `index`.
pub fn track_name(label: String, language: &str, index: usize) -> String {
    name_in(None, label, language, index)
}

/// The same, in the player's language.
pub(super) fn name_in(texts: Option<Texts>, label: String, language: &str, index: usize) -> String {
    if !label.is_empty() {
        return label;
    }
    let named =
        if language.is_empty() { None } else { language::name_in(texts.and_then(|texts| texts.locale()), language) };
    named.unwrap_or_else(|| strings::track(texts, index + 1))
}

/// Keeps the handle in step with the element's tracks.
pub(super) fn follow(handle: PlayerHandle, video: &HtmlVideoElement) -> Vec<Listener> {
    let Some(list) = video.text_tracks() else { return Vec::new() };
    handle.caption_wanted.set_value(stored(MEMORY).unwrap_or_default());
    effect(move || {
        // Tracks without a name are called by their language, in another language.
        handle.texts.track();
        untrack(|| refresh(handle));
    });
    untrack(|| refresh(handle));
    let listener = |name: &'static str, act: fn(PlayerHandle)| Listener::new(&list, name, move |_| act(handle));
    let added = |handle| {
        settle(handle);
        refresh(handle);
    };
    vec![listener("addtrack", added), listener("removetrack", refresh), listener("change", refresh)]
}

/// The tracks that are for reading, in the order of the element.
fn readable(handle: PlayerHandle) -> Vec<TextTrack> {
    let list = handle.element().and_then(|video| video.text_tracks());
    let Some(list) = list else { return Vec::new() };
    let all = (0..list.length()).filter_map(|index| list.get(index));
    all.filter(|track| matches!(track.kind(), TextTrackKind::Subtitles | TextTrackKind::Captions)).collect()
}

/// The track whose cues are on screen.
pub(super) fn shown(handle: PlayerHandle) -> Option<TextTrack> {
    readable(handle).into_iter().find(|track| track.mode() == TextTrackMode::Showing)
}

fn refresh(handle: PlayerHandle) {
    let tracks = readable(handle);
    let shown = tracks.iter().position(|track| track.mode() == TextTrackMode::Showing);
    let captions: Vec<Caption> = tracks
        .iter()
        .enumerate()
        .map(|(index, track)| {
            let language = track.language();
            Caption { label: name_in(Some(handle.texts), track.label(), &language, index), language }
        })
        .collect();
    if handle.captions.with_untracked(|before| *before != captions) {
        handle.captions.set(captions);
    }
    let shown = shown.map_or(-1, |index| index as i32);
    if handle.caption_shown.get_untracked() != shown {
        handle.caption_shown.set(shown);
    }
}

/// New tracks take up what the user has chosen before.
fn settle(handle: PlayerHandle) {
    let wanted = handle.caption_wanted.get_value();
    let Some(on) = wanted.chars().next() else { return };
    let tracks = readable(handle);
    if on == '-' {
        show(&tracks, None);
    } else if let Some(index) = find(&tracks, &wanted) {
        show(&tracks, Some(index));
    }
}

/// Sets only what differs, or each setting would be another event.
fn show(tracks: &[TextTrack], shown: Option<usize>) {
    for (index, track) in tracks.iter().enumerate() {
        let is_showing = track.mode() == TextTrackMode::Showing;
        if shown == Some(index) {
            if !is_showing {
                track.set_mode(TextTrackMode::Showing);
            }
        } else if is_showing {
            track.set_mode(TextTrackMode::Disabled);
        }
    }
}

/// A track as it is remembered, without the sign before it.
fn memory_of(track: &TextTrack) -> String {
    format!("{}|{}", track.language(), track.label())
}

/// The very track that is remembered, or one of its language.
fn find(tracks: &[TextTrack], wanted: &str) -> Option<usize> {
    let wanted = wanted.get(1..)?;
    let same = tracks.iter().position(|track| memory_of(track) == wanted);
    same.or_else(|| in_languages(tracks, &[wanted.split('|').next().unwrap_or_default().to_owned()]))
}

fn in_languages(tracks: &[TextTrack], wanted: &[String]) -> Option<usize> {
    let offered: Vec<String> = tracks.iter().map(TextTrack::language).collect();
    best(offered.iter().map(String::as_str), wanted.iter().map(String::as_str))
}

impl PlayerHandle {
    /// The captions that are shown.
    pub fn caption(&self) -> Option<Caption> {
        let shown = usize::try_from(self.caption_shown.get_untracked()).ok()?;
        self.captions.with_untracked(|captions| captions.get(shown).cloned())
    }

    /// Shows these captions, an index into `captions`, or none for −1. It is remembered for other videos too.
    pub fn set_caption(&self, caption: i32) {
        let tracks = readable(*self);
        let chosen = usize::try_from(caption).ok().filter(|&index| index < tracks.len());
        let before = tracks.iter().find(|track| track.mode() == TextTrackMode::Showing);
        let wanted = match (chosen.and_then(|index| tracks.get(index)), before) {
            (Some(track), _) => format!("+{}", memory_of(track)),
            (None, Some(track)) => format!("-{}", memory_of(track)),
            (None, None) => "-".to_owned(),
        };
        store(MEMORY, &wanted);
        self.caption_wanted.set_value(wanted);
        show(&tracks, chosen);
        refresh(*self);
    }

    /// Captions off, or on: those that were shown last, else those in a language that the user reads, else the first.
    pub fn toggle_captions(&self) {
        if self.caption_shown.get_untracked() >= 0 {
            self.set_caption(-1);
            return;
        }
        let tracks = readable(*self);
        let languages = window().navigator().languages();
        let languages: Vec<String> = languages.iter().filter_map(|language| language.as_string()).collect();
        let wanted = self.caption_wanted.get_value();
        let found = find(&tracks, &wanted).or_else(|| in_languages(&tracks, &languages)).unwrap_or(0);
        if found < tracks.len() {
            self.set_caption(found as i32);
        }
    }
}

/// `<track>` elements, in step with the options. One that stays is left alone: what it has fetched is being read.
pub(super) fn elements(video: &HtmlVideoElement, tracks: Signal<Vec<Track>>) {
    let (video, mut made) = (video.clone(), Vec::<(Track, Element)>::new());
    now_and_again(move || {
        let told = tracks.get();
        made.retain(|(track, element)| {
            let stays = told.contains(track);
            if !stays {
                element.remove();
            }
            stays
        });
        for track in told {
            if made.iter().any(|(known, _)| *known == track) {
                continue;
            }
            let Track { src, label, srclang, kind, default } = track.clone();
            // Without the attribute they are subtitles; an empty one would make them metadata.
            let kind = Some(kind).filter(|kind| !kind.is_empty());
            html! { <track src={src} label={label} srclang={srclang} kind={kind} default={default} /> }
                .mount(&video, None);
            made.extend(video.last_element_child().map(|element| (track, element)));
        }
    });
}
