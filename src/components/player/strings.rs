//! All that the player says.

use reelway_core::text::{clock, spoken};

use crate::player::engine::PlaybackError;

pub const PLAYER: &str = "Video player";
pub const PLAY: &str = "Play";
pub const PAUSE: &str = "Pause";
pub const REPLAY: &str = "Play again";
pub const MUTE: &str = "Mute";
pub const UNMUTE: &str = "Unmute";
pub const VOLUME: &str = "Volume";
pub const SEEK: &str = "Seek";
pub const RATE: &str = "Playback speed";
pub const QUALITY: &str = "Quality";
pub const AUTO: &str = "Auto";
pub const FULLSCREEN: &str = "Fullscreen";
pub const EXIT_FULLSCREEN: &str = "Exit fullscreen";
pub const PIP: &str = "Picture in picture";
pub const EXIT_PIP: &str = "Exit picture in picture";
pub const AIRPLAY: &str = "AirPlay";
pub const CAPTIONS: &str = "Captions";
pub const AUDIO: &str = "Audio track";
pub const OFF: &str = "Off";
pub const SETTINGS: &str = "Settings";
pub const SHORTCUTS: &str = "Keyboard shortcuts";
pub const CLOSE: &str = "Close";
pub const SHOW_TIME_LEFT: &str = "Show the time that is left";
pub const SHOW_DURATION: &str = "Show the duration";
pub const PLAYING: &str = "Playing";
pub const PAUSED: &str = "Paused";
pub const MUTED: &str = "Muted";
pub const CAPTIONS_OFF: &str = "Captions off";
pub const NO_CAPTIONS: &str = "This video has no captions";
pub const BUFFERING: &str = "Loading";
pub const RECONNECTING: &str = "Reconnecting…";
pub const OFFLINE: &str = "You’re offline. Playback goes on when the network is back.";
pub const RETRY: &str = "Try again";

pub const START_OVER: &str = "Start over";

/// Says that it goes on in the middle, at this time in seconds.
pub fn resumed(seconds: f64) -> String {
    format!("Resumed at {}", clock(seconds))
}

/// What the dialog of shortcuts lists: the keys, and what they do.
pub const KEYS: [(&[&str], &str); 12] = [
    (&["Space", "K"], "Play or pause"),
    (&["←", "→"], "Back or on 5 seconds"),
    (&["J", "L"], "Back or on 10 seconds"),
    (&["Home", "End"], "To the beginning or the end"),
    (&["0", "…", "9"], "To tenths of the video"),
    (&["↑", "↓"], "Louder or quieter"),
    (&["M"], "Mute"),
    (&["<", ">"], "Slower or faster"),
    (&["C"], "Captions"),
    (&["F"], "Fullscreen"),
    (&["I"], "Picture in picture"),
    (&["?"], "This list"),
];

/// A share as it is written.
pub fn percent(percent: i32) -> String {
    format!("{percent} %")
}

/// How loud it is now.
pub fn volume(percent: i32) -> String {
    format!("Volume {percent} %")
}

/// How far was sought, without its direction.
pub fn seconds(seconds: i32) -> String {
    format!("{} s", seconds.abs())
}

/// Where was sought to, in seconds.
pub fn sought(time: f64) -> String {
    format!("Seeked to {}", spoken(time))
}

/// How fast it plays now, in hundredths.
pub fn speed(hundredths: i32) -> String {
    format!("Speed {}", rate(hundredths).trim_end_matches('×'))
}

/// Which captions are shown now.
pub fn captions_on(label: &str) -> String {
    format!("Captions on, {label}")
}

/// A track that has no name and no language.
pub fn track(number: usize) -> String {
    format!("Track {number}")
}

/// The time slider's value, as a screen reader says it. Both in seconds.
pub fn position(time: f64, duration: f64) -> String {
    if duration > 0.0 { format!("{} of {}", spoken(time), spoken(duration)) } else { spoken(time) }
}

/// The label of the button that shows the speed. In hundredths.
pub fn rate(hundredths: i32) -> String {
    let fraction = match hundredths % 100 {
        0 => "",
        25 => ".25",
        50 => ".5",
        _ => ".75",
    };
    format!("{}{fraction}×", hundredths / 100)
}

/// Why nothing plays, and what can be done. The flag tells a local file from a stream.
pub fn error(error: PlaybackError, is_file: bool) -> &'static str {
    match error {
        PlaybackError::CodecUnsupported | PlaybackError::Media if is_file => {
            "This browser can’t play the file as it is. It will play here once it has been processed."
        }
        PlaybackError::EngineUnavailable => "The player could not be loaded. Check your connection, then try again.",
        PlaybackError::BrowserUnsupported => {
            "This browser can’t play streamed video. A current Chrome, Edge, Firefox or Safari can."
        }
        PlaybackError::CodecUnsupported => {
            "This browser has no decoder for this video. Try another browser, or install the codec (on Linux, FFmpeg’s libavcodec)."
        }
        PlaybackError::Gone => "This video is no longer there. It may have been deleted.",
        PlaybackError::Refused => "You no longer have access to this video. Reload the page to ask for it again.",
        PlaybackError::Key => "This video is encrypted, and its key could not be fetched. Trying again may help.",
        PlaybackError::Network => "The video can’t be reached. Check your connection, then try again.",
        PlaybackError::Media => "Something in this video can’t be decoded. Trying again may get past it.",
        PlaybackError::Stalled => "Playback has stopped, and nothing got it going. Trying again may help.",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_read_as_people_write_them() {
        assert_eq!(rate(50), "0.5×");
        assert_eq!(rate(100), "1×");
        assert_eq!(rate(125), "1.25×");
        assert_eq!(rate(200), "2×");
    }

    #[test]
    fn a_position_names_the_whole_once_it_is_known() {
        assert_eq!(position(65.0, 600.0), "1 minute, 5 seconds of 10 minutes");
        assert_eq!(position(0.0, f64::NAN), "0 seconds");
    }
}
