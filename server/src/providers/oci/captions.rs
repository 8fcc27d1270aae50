//! Captions from a transcription. Pure.

use reelway_api::TrackKind;

use crate::db::videos::TrackRow;

/// The object that captions are made of: WebVTT before SubRip.
pub fn choose<'a>(objects: &[&'a str]) -> Option<&'a str> {
    let ending = |ending: &str| objects.iter().copied().find(|name| name.to_ascii_lowercase().ends_with(ending));
    ending(".vtt").or_else(|| ending(".srt"))
}

/// The track of a transcription in this language. A video has one at most, and a later one takes its place.
pub fn track(language: &str) -> TrackRow {
    TrackRow {
        id: "transcription".to_owned(),
        path: "tracks/transcription.vtt".to_owned(),
        kind: TrackKind::Captions,
        language: language.to_owned(),
        label: String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_better_form_is_taken() {
        assert_eq!(choose(&["t/a.json", "t/a.srt", "t/a.VTT"]), Some("t/a.VTT"));
        assert_eq!(choose(&["t/a.json", "t/a.srt"]), Some("t/a.srt"));
        assert_eq!(choose(&["t/a.json"]), None);
    }
}
