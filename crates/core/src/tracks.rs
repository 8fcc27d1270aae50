//! Text tracks of a video: what the name of a file of captions tells, and which tracks a player shows.

use reelway_api::{TextTrack, TrackKind};

/// What is guessed of captions before anybody has said anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guess {
    /// A BCP 47 tag, or nothing.
    pub language: String,
    /// `captions` where the name says that they are for those who don't hear.
    pub kind: TrackKind,
    /// The name without its ending and without what was understood of it.
    pub name: String,
}

/// Endings of a name that say that captions tell of sounds too.
const FOR_THE_DEAF: [&str; 3] = ["sdh", "cc", "hi"];
/// Other endings that are no language.
const MARKS: [&str; 3] = ["forced", "default", "full"];

/// Reads a file's name: `film.de.srt`, `film.pt-BR.cc.vtt`, `film_English.srt`. `language` tells a word's tag, where it
/// is a tag or the name of a language.
pub fn guess(filename: &str, language: impl Fn(&str) -> Option<String>) -> Guess {
    let name = filename.rsplit(['/', '\\']).next().unwrap_or_default();
    let mut rest = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let mut guess = Guess { language: String::new(), kind: TrackKind::Subtitles, name: rest.to_owned() };
    // The first word is the film's: `it.srt` is not in Italian.
    while let Some((before, word)) = rest.rsplit_once(['.', '_', ' ']).filter(|(before, _)| !before.is_empty()) {
        let lower = word.to_lowercase();
        // Behind a language `hi` is for the hearing impaired; without one it is Hindi.
        let hindi = lower == "hi" && last_word(before).is_none_or(|word| language(word).is_none());
        if FOR_THE_DEAF.contains(&lower.as_str()) && !hindi {
            guess.kind = TrackKind::Captions;
        } else if let Some(tag) = language(word) {
            return Guess { language: tag, name: before.to_owned(), ..guess };
        } else if !MARKS.contains(&lower.as_str()) {
            break;
        }
        rest = before;
    }
    guess
}

/// The `Content-Type` that a file of captions is sent with, by its name. Whether it is what it says, the server sees.
pub fn content_type(filename: &str) -> &'static str {
    if filename.to_lowercase().ends_with(".srt") { "application/x-subrip" } else { "text/vtt" }
}

fn last_word(text: &str) -> Option<&str> {
    text.rsplit_once(['.', '_', ' ']).map(|(_, word)| word)
}

/// The tracks that a player is to show, if they are others than it shows now.
///
/// A token that was renewed is no reason to take away captions that are being `read`: they have been fetched. Nor is a
/// track that has come or gone: those that stay keep their URLs then.
pub fn changed(shown: &[TextTrack], told: &[TextTrack], read: bool) -> Option<Vec<TextTrack>> {
    let kept = |track: &TextTrack| shown.iter().find(|shown| read && shown.id == track.id).unwrap_or(track).clone();
    let next: Vec<TextTrack> = told.iter().map(kept).collect();
    (next != shown).then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(word: &str) -> Option<String> {
        let tags = ["de", "en", "hi", "it", "pt-BR", "zh-Hant"];
        let tag = tags.into_iter().find(|tag| tag.eq_ignore_ascii_case(word));
        tag.or((word == "English").then_some("en")).map(str::to_owned)
    }

    #[test]
    fn the_name_of_a_file_tells_its_language_and_whom_it_is_for() {
        use TrackKind::{Captions, Subtitles};
        for (filename, language, kind, name) in [
            ("film.de.srt", "de", Subtitles, "film"),
            ("film.DE.SRT", "de", Subtitles, "film"),
            ("My film 2.pt-BR.vtt", "pt-BR", Subtitles, "My film 2"),
            ("film_English.srt", "en", Subtitles, "film"),
            ("film.en.sdh.srt", "en", Captions, "film"),
            ("film.en.hi.srt", "en", Captions, "film"),
            ("film.hi.srt", "hi", Subtitles, "film"),
            ("film.en.forced.cc.srt", "en", Captions, "film"),
            ("film.cc.vtt", "", Captions, "film.cc"),
            ("film.zh-Hant.vtt", "zh-Hant", Subtitles, "film"),
            ("it.srt", "", Subtitles, "it"),
            ("film.1080p.srt", "", Subtitles, "film.1080p"),
            (".srt", "", Subtitles, ""),
            ("C:\\subs\\film.it.srt", "it", Subtitles, "film"),
            ("", "", Subtitles, ""),
        ] {
            let expected = Guess { language: language.to_owned(), kind, name: name.to_owned() };
            assert_eq!(guess(filename, known), expected, "{filename}");
        }
    }

    #[test]
    fn the_ending_of_the_name_says_what_it_is_sent_as() {
        assert_eq!(content_type("film.SRT"), "application/x-subrip");
        assert_eq!(content_type("film.vtt"), "text/vtt");
        assert_eq!(content_type("srt"), "text/vtt");
    }

    fn track(id: &str, src: &str) -> TextTrack {
        let (src, kind) = (src.to_owned(), TrackKind::Subtitles);
        TextTrack { id: id.to_owned(), src, kind, language: "de".to_owned(), label: String::new() }
    }

    #[test]
    fn a_renewed_token_is_taken_up_only_while_nobody_reads() {
        let (old, fresh) = ([track("a", "/a?token=1")], [track("a", "/a?token=2")]);

        assert_eq!(changed(&old, &fresh, true), None);
        assert_eq!(changed(&old, &fresh, false), Some(fresh.to_vec()));
        assert_eq!(changed(&fresh, &fresh, false), None);
    }

    #[test]
    fn a_track_that_comes_or_goes_leaves_the_others_as_they_are() {
        let shown = [track("a", "/a?token=1"), track("b", "/b?token=1")];
        let told = [track("b", "/b?token=2"), track("c", "/c?token=2")];

        let next = changed(&shown, &told, true);

        assert_eq!(next, Some(vec![track("b", "/b?token=1"), track("c", "/c?token=2")]));
    }
}
