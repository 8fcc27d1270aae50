//! What keeps a file from being sent at all: found out before its first byte is on the way, and said in words.
//!
//! Only what is certain is refused. A file that is in no container that [`probe`](crate::probe) reads is sent: refusing
//! a video is worse than sending a text, and the server looks inside.

use reelway_api::ErrorCode;

use crate::{
    probe::{Header, Kind, MAX_TRACKS, ProbeError},
    text,
    texts::{Sentence, Value, Values},
};

/// File name extensions of videos, some of which browsers have no MIME type for.
pub const VIDEO_EXTENSIONS: [&str; 22] = [
    "3g2", "3gp", "asf", "avi", "flv", "m2ts", "m2v", "m4v", "mkv", "mov", "mp4", "mpe", "mpeg", "mpg", "mts", "mxf",
    "ogm", "ogv", "qt", "ts", "webm", "wmv",
];

/// Which files are taken.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Checks {
    /// Bytes. `None`: any.
    pub max_size: Option<u64>,
    /// Seconds. Parts of a second more are not counted, for a minute's film is mostly some frames longer. `None`: any.
    pub max_duration: Option<f64>,
    /// As in `<input accept>`: extensions and MIME types. It holds for dropped files too, which no file dialog has
    /// looked at. `None`: videos.
    pub accept: Option<String>,
}

/// Why a file is not sent.
#[derive(Clone, Debug, PartialEq)]
pub enum Refusal {
    /// It has no bytes.
    Empty,
    /// It has too many.
    TooLarge {
        /// Bytes.
        size: u64,
        /// Bytes.
        limit: u64,
    },
    /// It lasts too long.
    TooLong {
        /// Seconds.
        duration: f64,
        /// Seconds.
        limit: f64,
    },
    /// It has no picture.
    NoVideoStream {
        /// But it has sound.
        sound: bool,
    },
    /// It is something else, which this names if it is known: "a JPEG picture".
    NotAVideo(Option<&'static str>),
    /// It may be a video, but not one of those that [`Checks::accept`] names.
    NotAccepted(String),
    /// A part of it is missing.
    Truncated,
}

impl Checks {
    /// These, and where they say nothing, others.
    #[must_use]
    pub fn or(self, others: &Self) -> Self {
        Self {
            max_size: self.max_size.or(others.max_size),
            max_duration: self.max_duration.or(others.max_duration),
            accept: self.accept.or_else(|| others.accept.clone()),
        }
    }

    /// The checks that need nothing but what a page knows of a file that was chosen: its name, its MIME type ("" if the
    /// browser has no idea) and its bytes.
    ///
    /// # Errors
    ///
    /// Why it is not sent.
    pub fn before_reading(&self, name: &str, mime: &str, size: u64) -> Result<(), Refusal> {
        if !may_be_video(name, mime) {
            return Err(Refusal::NotAVideo(None));
        }
        if let Some(accept) = self.accept.as_deref().filter(|accept| !accepts(accept, name, mime)) {
            return Err(Refusal::NotAccepted(accept.to_owned()));
        }
        if size == 0 {
            return Err(Refusal::Empty);
        }
        match self.max_size {
            Some(limit) if size > limit => Err(Refusal::TooLarge { size, limit }),
            _ => Ok(()),
        }
    }

    /// The checks of what a [`Probe`](crate::probe::Probe) has found. What it could not find out does not count.
    ///
    /// # Errors
    ///
    /// Why it is not sent.
    pub fn after_reading(&self, found: &Result<Header, ProbeError>) -> Result<(), Refusal> {
        let header = match found {
            Ok(header) => header,
            Err(ProbeError::NotAVideo(name)) => return Err(Refusal::NotAVideo(Some(name))),
            Err(ProbeError::Truncated) => return Err(Refusal::Truncated),
            Err(_) => return Ok(()),
        };
        // A header with as many tracks as are told of may have more.
        let known = (1..MAX_TRACKS).contains(&header.tracks.len());
        if known && header.tracks.iter().all(|track| track.kind != Kind::Video) {
            return Err(Refusal::NoVideoStream { sound: header.has_audio() });
        }
        match (header.duration, self.max_duration) {
            (Some(duration), Some(limit)) if duration >= limit.floor() + 1.0 => {
                Err(Refusal::TooLong { duration, limit })
            }
            _ => Ok(()),
        }
    }
}

impl Refusal {
    /// Stable: programs may match on it. The codes are the server's, where it has one for the same thing.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Empty => ErrorCode::EmptyFile.as_str(),
            Self::TooLarge { .. } => ErrorCode::TooLarge.as_str(),
            Self::TooLong { .. } => ErrorCode::TooLong.as_str(),
            Self::NoVideoStream { .. } => ErrorCode::NoVideoStream.as_str(),
            Self::NotAVideo(_) => ErrorCode::NotAVideo.as_str(),
            Self::NotAccepted(_) => "not_accepted",
            Self::Truncated => ErrorCode::Truncated.as_str(),
        }
    }

    /// What the message tells of, for other languages.
    pub fn values(&self) -> Values {
        match self {
            Self::TooLarge { size, limit } => {
                let is_close = text::scaled(*size) == text::scaled(*limit);
                let size = if is_close { Value::EachByte(*size) } else { Value::Bytes(*size) };
                vec![("size", size), ("limit", Value::Bytes(*limit))]
            }
            Self::TooLong { duration, limit } => {
                vec![("duration", Value::Seconds(*duration)), ("limit", Value::Seconds(*limit))]
            }
            Self::NotAccepted(accept) => vec![("accept", Value::Text(accept.clone()))],
            _ => Vec::new(),
        }
    }

    /// The message with what it was made from.
    pub fn sentence(&self) -> Sentence {
        Sentence { english: self.message(), values: self.values() }
    }

    /// A sentence that says what to do.
    pub fn message(&self) -> String {
        const ANOTHER: &str = "Choose an MP4, MOV, WebM or MKV file, or another kind of video.";
        match self {
            Self::Empty => "This file is empty. Choose another one.".into(),
            Self::TooLarge { size, limit } => {
                let (mut has, most) = (text::bytes(*size), text::bytes(*limit));
                if has == most {
                    has = format!("{size} bytes");
                }
                format!(
                    "This file has {has}; {most} is the limit. Choose a smaller one, or export it at a lower quality."
                )
            }
            Self::TooLong { duration, limit } => format!(
                "This video lasts {}; {} is the limit. Cut it, and choose the shorter one.",
                text::spoken(*duration),
                text::spoken(*limit)
            ),
            Self::NoVideoStream { sound: true } => {
                "This file has only sound and no picture. Choose a file with a video in it.".into()
            }
            Self::NoVideoStream { sound: false } => "This file has no video in it. Choose another one.".into(),
            Self::NotAVideo(None) => format!("This is not a video file. {ANOTHER}"),
            Self::NotAVideo(Some(name)) => format!("This is {name}, not a video. {ANOTHER}"),
            Self::NotAccepted(accept) => format!("This kind of file is not taken here. Choose one of these: {accept}."),
            Self::Truncated => ProbeError::Truncated.to_string(),
        }
    }
}

/// The `accept` of a file input that offers videos.
pub fn accept_videos() -> String {
    let mut accept = "video/*".to_owned();
    for extension in VIDEO_EXTENSIONS {
        accept.push_str(",.");
        accept.push_str(extension);
    }
    accept
}

fn is_video_name(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    extension.is_some_and(|extension| VIDEO_EXTENSIONS.contains(&extension.as_str()))
}

fn may_be_video(name: &str, mime: &str) -> bool {
    is_video_name(name) || mime.is_empty() || mime.starts_with("video/") || mime.starts_with("application/octet-stream")
}

/// As file dialogs do it, but in favour of a file whose type the browser does not know.
fn accepts(accept: &str, name: &str, mime: &str) -> bool {
    let (name, mime) = (name.to_ascii_lowercase(), mime.to_ascii_lowercase());
    let mut tokens = accept.split(',').map(|token| token.trim().to_ascii_lowercase()).filter(|token| !token.is_empty());
    tokens.clone().count() == 0
        || tokens.any(|token| {
            if token.starts_with('.') {
                name.ends_with(&token)
            } else if token == "video/*" && is_video_name(&name) {
                true
            } else {
                let family = token.strip_suffix('*').filter(|family| family.ends_with('/'));
                mime.is_empty() || token == "*/*" || family.map_or(mime == token, |family| mime.starts_with(family))
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::probe::{Container, Index, Track};

    fn film(duration: f64, kinds: &[Kind]) -> Result<Header, ProbeError> {
        let tracks = kinds.iter().map(|kind| Track { kind: *kind, codec: String::new(), picture: None }).collect();
        Ok(Header {
            container: Container::Mp4,
            index: Index::First,
            duration: Some(duration),
            key_frames: Vec::new(),
            tracks,
        })
    }

    #[test]
    fn what_is_clearly_no_video_is_not_sent() {
        for (name, mime, expected) in [
            ("holiday.mp4", "video/mp4", true),
            ("HOLIDAY.MKV", "", true),
            ("camera.MTS", "text/vnd.trolltech.linguist", true),
            ("export", "", true),
            ("export", "video/quicktime", true),
            ("notes.txt", "text/plain", false),
            ("song.mp3", "audio/mpeg", false),
            ("photo.jpg", "image/jpeg", false),
        ] {
            let refused = Checks::default().before_reading(name, mime, 1).err();
            assert_eq!(refused, (!expected).then_some(Refusal::NotAVideo(None)), "{name} {mime}");
        }
    }

    #[test]
    fn a_page_may_take_some_kinds_only_dropped_files_included() {
        for (accept, name, mime, expected) in [
            (".mp4, .mov", "a.MP4", "video/mp4", true),
            (".mp4, .mov", "a.webm", "video/webm", false),
            ("video/mp4", "a.mp4", "video/mp4", true),
            ("video/mp4", "a.webm", "video/webm", false),
            ("video/mp4", "a.mp4", "", true),
            ("video/*", "a.mkv", "", true),
            ("video/*", "a.ts", "text/vnd.trolltech.linguist", true),
            ("VIDEO/*", "a", "video/x-matroska", true),
            (" , ", "a.mp4", "video/mp4", true),
        ] {
            let checks = Checks { accept: Some(accept.into()), ..Checks::default() };
            let refused = checks.before_reading(name, mime, 1).err();
            assert_eq!(refused, (!expected).then(|| Refusal::NotAccepted(accept.into())), "{accept} {name} {mime}");
        }
    }

    #[test]
    fn the_file_dialog_offers_what_has_no_mime_type_too() {
        assert!(accept_videos().starts_with("video/*,.3g2,"));
        assert!(accept_videos().contains(",.mkv,"));
    }

    #[test]
    fn sizes_have_limits() {
        let checks = Checks { max_size: Some(2_000_000_000), ..Checks::default() };
        let check = |size| checks.before_reading("a.mp4", "video/mp4", size).map_err(|refusal| refusal.message());

        assert_eq!(check(2_000_000_000), Ok(()));
        assert_eq!(check(0).unwrap_err(), "This file is empty. Choose another one.");
        assert_eq!(
            check(5_200_000_000).unwrap_err(),
            "This file has 5.2 GB; 2.0 GB is the limit. Choose a smaller one, or export it at a lower quality."
        );
        assert!(check(2_000_000_001).unwrap_err().starts_with("This file has 2000000001 bytes; 2.0 GB is"));
    }

    #[test]
    fn durations_have_limits_and_some_frames_more_are_no_matter() {
        let checks = Checks { max_duration: Some(60.0), ..Checks::default() };
        let check = |duration| checks.after_reading(&film(duration, &[Kind::Video]));

        assert_eq!(check(60.9), Ok(()));
        assert_eq!(check(61.0), Err(Refusal::TooLong { duration: 61.0, limit: 60.0 }));
        assert_eq!(
            check(7_325.0).unwrap_err().message(),
            "This video lasts 2 hours, 2 minutes, 5 seconds; 1 minute is the limit. Cut it, and choose the shorter one."
        );
        let unknown = film(1.0, &[Kind::Video]).map(|header| Header { duration: None, ..header });
        assert_eq!(checks.after_reading(&unknown), Ok(()));
    }

    #[test]
    fn only_what_is_certain_is_refused() {
        let checks = Checks::default();
        let no_video = |sound| Err(Refusal::NoVideoStream { sound });
        for (found, expected) in [
            (film(1.0, &[Kind::Audio, Kind::Video]), Ok(())),
            (film(1.0, &[Kind::Audio, Kind::Other]), no_video(true)),
            (film(1.0, &[Kind::Other]), no_video(false)),
            (film(1.0, &[]), Ok(())),
            (film(1.0, &[Kind::Audio; MAX_TRACKS]), Ok(())),
            (Err(ProbeError::NotAVideo("a PDF document")), Err(Refusal::NotAVideo(Some("a PDF document")))),
            (Err(ProbeError::Truncated), Err(Refusal::Truncated)),
            (Err(ProbeError::Unknown), Ok(())),
            (Err(ProbeError::Corrupt), Ok(())),
            (Err(ProbeError::TooScattered), Ok(())),
            (Err(ProbeError::Unreadable), Ok(())),
        ] {
            assert_eq!(checks.after_reading(&found), expected, "{found:?}");
        }
    }

    #[test]
    fn every_refusal_has_a_code_and_a_sentence_without_it() {
        for (refusal, code) in [
            (Refusal::Empty, "empty_file"),
            (Refusal::TooLarge { size: 2, limit: 1 }, "too_large"),
            (Refusal::TooLong { duration: 2.0, limit: 1.0 }, "too_long"),
            (Refusal::NoVideoStream { sound: true }, "no_video_stream"),
            (Refusal::NotAVideo(None), "not_a_video"),
            (Refusal::NotAccepted(".mp4".into()), "not_accepted"),
            (Refusal::Truncated, "truncated"),
        ] {
            assert_eq!(refusal.code(), code);
            assert!(refusal.message().ends_with('.') && !refusal.message().contains('_'));
        }
    }
}
