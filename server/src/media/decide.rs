//! What is to be done with a file: refuse it, copy it, or transcode it.

use reelway_api::ErrorCode;

use super::{
    ladder::{Picture, Plan},
    probe::{Audio, Container, KeyFrames, Probe, Video},
};

/// Seconds between key frames that a copy may have: ten, and a little more, for the most common encoder puts one
/// every 250 frames, which at 24 and 23.976 frames per second is 10.43 s.
pub const LONGEST_KEY_FRAME_GAP: f64 = 10.5;
/// Seconds that the first key frame may come after the stream's start.
const FIRST_KEY_FRAME: f64 = 0.001;
/// Seconds that sound and picture of a copy may start apart; beyond that lips and voice come apart, as the segments'
/// times both start at 0.
const START_APART: f64 = 0.05;
/// The highest H.264 level that browsers play: 5.2.
const HIGHEST_LEVEL: i32 = 52;
/// Streams in a file. More are a trick, not a video.
const MOST_STREAMS: usize = 64;
/// Pixels across or down that encoders take.
const LONGEST_SIDE: u32 = 16_384;

/// What a file may have.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Seconds.
    pub max_duration: f64,
    /// Pixels of a picture, width × height.
    pub max_pixels: u64,
}

/// Why a file is refused for good.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Reject {
    /// For programs.
    pub code: ErrorCode,
    /// For people: what is the matter and what to do.
    pub message: String,
}

/// What is done with the picture.
#[derive(Clone, Debug, PartialEq)]
pub enum Decision {
    /// It becomes the first rendition as it is.
    Copy(Sound),
    /// Every rendition is made anew.
    Transcode(Plan),
}

/// What is done with the sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    /// There is none.
    None,
    /// It stays as it is.
    Copy,
    /// It becomes AAC in stereo.
    Encode,
}

impl Reject {
    fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// The file is in no format that is read here.
    pub fn not_a_video() -> Self {
        Self::new(
            ErrorCode::NotAVideo,
            "This file is not a video that can be read here. Choose a video file, such as MP4, MOV, WebM or MKV.",
        )
    }

    /// The file lacks its end.
    pub fn truncated() -> Self {
        Self::new(
            ErrorCode::Truncated,
            "This video file is incomplete: its end is missing. Copy or export it again from the original, \
             and upload the new file.",
        )
    }

    /// The file can't be decoded to its end.
    pub fn corrupt() -> Self {
        Self::new(
            ErrorCode::Corrupt,
            "This video file is damaged and can't be read to its end. Copy or export it again from the original, \
             and upload the new file.",
        )
    }

    /// The picture is in a codec that is not decoded here.
    pub fn unsupported_codec(codec: &str) -> Self {
        let named = if codec.is_empty() { String::new() } else { format!(" ({codec})") };
        Self::new(
            ErrorCode::UnsupportedCodec,
            format!(
                "The picture of this video is in a format that can't be read here{named}. \
                 Export it as H.264 in an MP4 file, and upload that."
            ),
        )
    }

    /// The picture is over the limit.
    pub fn too_many_pixels(width: u32, height: u32) -> Self {
        Self::new(
            ErrorCode::TooManyPixels,
            format!(
                "The picture of this video is {width} × {height} pixels, more than is taken here. \
                 Export it smaller, at 1920 × 1080 say, and upload that."
            ),
        )
    }

    /// The video runs too long.
    pub fn too_long(seconds: f64, limit: f64) -> Self {
        Self::new(
            ErrorCode::TooLong,
            format!(
                "This video runs for {}, and the limit is {}. Cut it into shorter parts, and upload those.",
                spoken(seconds),
                spoken(limit)
            ),
        )
    }
}

/// A duration as people say it, in its two largest units.
fn spoken(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    match (whole / 3600, whole / 60 % 60, whole % 60) {
        (0, 0, seconds) => format!("{seconds} s"),
        (0, minutes, 0) => format!("{minutes} min"),
        (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (hours, 0, _) => format!("{hours} h"),
        (hours, minutes, _) => format!("{hours} h {minutes} min"),
    }
}

/// Refuses what can't or must not be processed.
///
/// # Errors
/// The first reason found.
pub fn screen<'a>(probe: &'a Probe, limits: &Limits) -> Result<&'a Video, Reject> {
    if let Some((width, height)) = probe.oversized {
        return Err(Reject::too_many_pixels(width, height));
    }
    let Some(video) = &probe.video else {
        return Err(if probe.streams == 0 {
            Reject::not_a_video()
        } else {
            Reject::new(
                ErrorCode::NoVideoStream,
                "This file has no moving picture in it, only sound, text or a still. Choose a file with a video in it.",
            )
        });
    };
    if probe.streams > MOST_STREAMS {
        return Err(Reject::new(
            ErrorCode::Corrupt,
            format!("This file has {} tracks. Export the video with its picture and sound only.", probe.streams),
        ));
    }
    let (width, height) = (video.width, video.height);
    let (shown_width, shown_height) = video.display();
    let too_large = u64::from(width) * u64::from(height) > limits.max_pixels
        || shown_width * shown_height > limits.max_pixels as f64 * 2.0
        || width.max(height) > LONGEST_SIDE;
    if too_large {
        return Err(Reject::too_many_pixels(width, height));
    }
    if video.codec.is_empty() || video.pixels.is_empty() || width == 0 || height == 0 {
        return Err(Reject::unsupported_codec(&video.codec));
    }
    match probe.duration.or(video.duration) {
        Some(duration) if duration > limits.max_duration => Err(Reject::too_long(duration, limits.max_duration)),
        _ => Ok(video),
    }
}

/// Decides about a file that [`screen`] let through. `keys` are needed for a copy, and only looked at for one.
pub fn decide(probe: &Probe, video: &Video, keys: Option<&KeyFrames>) -> Decision {
    let keyed = keys
        .is_some_and(|keys| keys.first - video.start <= FIRST_KEY_FRAME && keys.longest_gap <= LONGEST_KEY_FRAME_GAP);
    if obstacle(probe, video).is_none() && keyed {
        Decision::Copy(sound(probe, video))
    } else {
        Decision::Transcode(Plan::new(Picture::of(video)))
    }
}

/// What keeps a picture from being copied, key frames aside.
pub fn obstacle(probe: &Probe, video: &Video) -> Option<&'static str> {
    let checks = [
        (video.codec != "h264", "the codec is not H.264"),
        (probe.container == Container::Other, "the container does not keep the frames' times exactly"),
        // `avc3` keeps its parameters in the samples, and the init segment would lack them.
        (probe.container == Container::Mp4 && video.tag != "avc1", "the parameters are not in the header"),
        (!["yuv420p", "yuvj420p"].contains(&video.pixels.as_str()), "the samples are not 8-bit 4:2:0"),
        (!PROFILES.contains(&video.profile.as_str()), "browsers do not play the profile"),
        (!(10..=HIGHEST_LEVEL).contains(&video.level), "browsers do not play the level"),
        (HDR.contains(&video.transfer.as_str()), "the picture is HDR"),
        (video.interlaced, "the picture is interlaced"),
        (video.transformed, "the picture is turned, which not every engine shows right in segments"),
        (video.sample_aspect.0 != video.sample_aspect.1, "the pixels are not square"),
        (!(video.width.is_multiple_of(2) && video.height.is_multiple_of(2)), "a side is odd"),
        (video.trimmed, "an edit list cuts off the beginning"),
    ];
    checks.into_iter().find_map(|(holds, why)| holds.then_some(why))
}

const PROFILES: [&str; 4] = ["Constrained Baseline", "Baseline", "Main", "High"];

/// Transfer characteristics of HDR: PQ and HLG.
pub const HDR: [&str; 2] = ["smpte2084", "arib-std-b67"];

/// What becomes of the sound beside a copied picture.
fn sound(probe: &Probe, video: &Video) -> Sound {
    match &probe.audio {
        None => Sound::None,
        Some(audio) if plays_as_is(audio) && (audio.start - video.start).abs() <= START_APART => Sound::Copy,
        Some(_) => Sound::Encode,
    }
}

/// AAC that every browser takes: up to 5.1, which they mix down themselves.
fn plays_as_is(audio: &Audio) -> bool {
    audio.codec == "aac"
        && ["LC", "HE-AAC", "HE-AACv2"].contains(&audio.profile.as_str())
        && (1..=6).contains(&audio.channels)
        && (8_000..=48_000).contains(&audio.sample_rate)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const LIMITS: Limits = Limits { max_duration: 3600.0, max_pixels: 8192 * 4320 };
    const KEYS: KeyFrames = KeyFrames { first: 0.0, longest_gap: 10.0 };

    fn video() -> Video {
        Video {
            codec: "h264".into(),
            profile: "High".into(),
            level: 31,
            tag: "avc1".into(),
            width: 1280,
            height: 720,
            sample_aspect: (1, 1),
            pixels: "yuv420p".into(),
            transfer: "bt709".into(),
            ..Video::default()
        }
    }

    fn audio() -> Audio {
        let (codec, profile) = ("aac".into(), "LC".into());
        Audio { index: 1, codec, profile, channels: 2, sample_rate: 48_000, start: 0.0 }
    }

    fn file(video: Video, audio: Option<Audio>) -> Probe {
        Probe {
            container: Container::Mp4,
            duration: Some(30.0),
            streams: 2,
            video: Some(video),
            audio,
            oversized: None,
            texts: Vec::new(),
        }
    }

    fn decided(probe: &Probe, keys: KeyFrames) -> Decision {
        decide(probe, screen(probe, &LIMITS).unwrap(), Some(&keys))
    }

    #[test]
    fn h264_and_aac_are_copied() {
        assert_eq!(decided(&file(video(), Some(audio())), KEYS), Decision::Copy(Sound::Copy));
        assert_eq!(decided(&file(video(), None), KEYS), Decision::Copy(Sound::None));
        let mkv =
            Probe { container: Container::Matroska, ..file(Video { tag: "[0][0][0][0]".into(), ..video() }, None) };
        assert_eq!(decided(&mkv, KEYS), Decision::Copy(Sound::None));
    }

    #[test]
    fn sound_that_browsers_would_not_play_alike_is_encoded_beside_the_copy() {
        for odd in [
            Audio { codec: "opus".into(), ..audio() },
            Audio { profile: "Main".into(), ..audio() },
            Audio { channels: 8, ..audio() },
            Audio { sample_rate: 96_000, ..audio() },
            Audio { start: 0.2, ..audio() },
        ] {
            assert_eq!(decided(&file(video(), Some(odd.clone())), KEYS), Decision::Copy(Sound::Encode), "{odd:?}");
        }
        let surround = Audio { channels: 6, ..audio() };
        assert_eq!(decided(&file(video(), Some(surround)), KEYS), Decision::Copy(Sound::Copy));
    }

    #[test]
    fn whatever_not_every_browser_shows_right_is_transcoded() {
        for odd in [
            Video { codec: "hevc".into(), ..video() },
            Video { pixels: "yuv420p10le".into(), ..video() },
            Video { pixels: "yuv422p".into(), ..video() },
            Video { profile: "High 10".into(), ..video() },
            Video { level: 60, ..video() },
            Video { tag: "avc3".into(), ..video() },
            Video { interlaced: true, ..video() },
            Video { rotation: 90, transformed: true, ..video() },
            Video { rotation: 0, transformed: true, ..video() },
            Video { sample_aspect: (4, 3), ..video() },
            Video { width: 1279, ..video() },
            Video { transfer: "smpte2084".into(), ..video() },
            Video { trimmed: true, ..video() },
        ] {
            assert!(matches!(decided(&file(odd.clone(), None), KEYS), Decision::Transcode(_)), "{odd:?}");
        }
        let avi = Probe { container: Container::Other, ..file(video(), None) };
        assert!(matches!(decided(&avi, KEYS), Decision::Transcode(_)));
    }

    #[test]
    fn a_copy_needs_key_frames_at_the_start_and_every_ten_seconds() {
        let with = |keys| decided(&file(video(), None), keys);
        assert!(matches!(with(KeyFrames { first: 0.5, ..KEYS }), Decision::Transcode(_)));
        assert!(matches!(with(KeyFrames { longest_gap: 10.6, ..KEYS }), Decision::Transcode(_)));
        // 250 frames at 23.976 per second.
        assert!(matches!(with(KeyFrames { longest_gap: 10.427, ..KEYS }), Decision::Copy(_)));
        let probe = file(video(), None);
        assert!(matches!(decide(&probe, probe.video.as_ref().unwrap(), None), Decision::Transcode(_)));
    }

    #[test]
    fn what_can_not_be_processed_is_refused_with_its_code() {
        let nothing = Probe::default();
        let sound = Probe { streams: 1, audio: Some(audio()), ..Probe::default() };
        let long = Probe { duration: Some(3601.0), ..file(video(), None) };
        for (probe, code) in [
            (nothing, ErrorCode::NotAVideo),
            (sound, ErrorCode::NoVideoStream),
            (long, ErrorCode::TooLong),
            (file(Video { width: 20_000, ..video() }, None), ErrorCode::TooManyPixels),
            (file(Video { width: 8192, height: 8192, ..video() }, None), ErrorCode::TooManyPixels),
            (file(Video { codec: String::new(), ..video() }, None), ErrorCode::UnsupportedCodec),
            (file(Video { pixels: String::new(), ..video() }, None), ErrorCode::UnsupportedCodec),
            (Probe { streams: 1000, ..file(video(), None) }, ErrorCode::Corrupt),
        ] {
            assert_eq!(screen(&probe, &LIMITS).unwrap_err().code, code, "{probe:?}");
        }
    }

    #[test]
    fn a_refusal_is_a_sentence_that_says_what_to_do() {
        let message = Reject::too_long(5.0 * 3600.0 + 125.0, 4.0 * 3600.0).message;
        assert_eq!(
            message,
            "This video runs for 5 h 2 min, and the limit is 4 h. Cut it into shorter parts, and upload those."
        );
        assert!(Reject::unsupported_codec("vvc").message.contains("(vvc). Export it as H.264"));
        assert_eq!((spoken(59.6), spoken(61.0), spoken(2.4)), ("1 min".into(), "1 min 1 s".into(), "2 s".into()));
    }
}
