//! All that the player says.

use reelway_core::text::clock;

use crate::{
    components::html::{Bound, View, attr, text},
    player::engine::PlaybackError,
    texts::{Key, Texts, keys},
};

keys! {
    PLAYER "player" "Video player"
    PLAYER_OF "player.of" "Video player: {title}"
    PLAY "play" "Play"
    PAUSE "pause" "Pause"
    REPLAY "replay" "Play again"
    MUTE "mute" "Mute"
    UNMUTE "unmute" "Unmute"
    VOLUME "volume" "Volume"
    SEEK "seek" "Seek"
    RATE "rate" "Playback speed"
    QUALITY "quality" "Quality"
    AUTO "auto" "Auto"
    AUTO_AT "auto.at" "Auto ({quality})"
    FULLSCREEN "fullscreen" "Fullscreen"
    EXIT_FULLSCREEN "fullscreen.exit" "Exit fullscreen"
    PIP "pip" "Picture in picture"
    EXIT_PIP "pip.exit" "Exit picture in picture"
    AIRPLAY "airplay" "AirPlay"
    CAPTIONS "captions" "Captions"
    AUDIO "audio" "Audio track"
    OFF "off" "Off"
    SETTINGS "settings" "Settings"
    SETTING_AT "settings.at" "{setting}: {value}"
    SHORTCUTS "shortcuts" "Keyboard shortcuts"
    CLOSE "close" "Close"
    SHOW_TIME_LEFT "time.show-left" "Show the time that is left"
    SHOW_DURATION "time.show-duration" "Show the duration"
    PLAYING "say.playing" "Playing"
    PAUSED "say.paused" "Paused"
    MUTED "say.muted" "Muted"
    CAPTIONS_ON "say.captions-on" "Captions on, {track}"
    CAPTIONS_OFF "say.captions-off" "Captions off"
    NO_CAPTIONS "say.no-captions" "This video has no captions"
    VOLUME_AT "say.volume" "Volume {percent}"
    SOUGHT "say.sought" "Seeked to {time}"
    SPEED "say.speed" "Speed {rate}"
    BUFFERING "buffering" "Loading"
    RECONNECTING "reconnecting" "Reconnecting…"
    OFFLINE "offline" "You’re offline. Playback goes on when the network is back."
    RETRY "retry" "Try again"
    START_OVER "start-over" "Start over"
    RESUMED "resumed" "Resumed at {time}"
    POSITION "position" "{time} of {duration}"
    TRACK "track" "Track {number}"
    SPACE "key.space" "Space"
    HOME "key.home" "Home"
    END "key.end" "End"
    KEY_PLAY "shortcut.play" "Play or pause"
    KEY_STEP "shortcut.step" "Back or on 5 seconds"
    KEY_LEAP "shortcut.leap" "Back or on 10 seconds"
    KEY_ENDS "shortcut.ends" "To the beginning or the end"
    KEY_TENTHS "shortcut.tenths" "To tenths of the video"
    KEY_VOLUME "shortcut.volume" "Louder or quieter"
    KEY_MUTE "shortcut.mute" "Mute"
    KEY_RATE "shortcut.rate" "Slower or faster"
    KEY_CAPTIONS "shortcut.captions" "Captions"
    KEY_FULLSCREEN "shortcut.fullscreen" "Fullscreen"
    KEY_PIP "shortcut.pip" "Picture in picture"
    KEY_HELP "shortcut.help" "This list"
    FILE_UNPLAYABLE "error.play.file" "This browser can’t play the file as it is. It will play here once it has been processed."
    ENGINE_UNAVAILABLE "error.play.engine_unavailable" "The player could not be loaded. Check your connection, then try again."
    BROWSER_UNSUPPORTED "error.play.browser_unsupported" "This browser can’t play streamed video. A current Chrome, Edge, Firefox or Safari can."
    CODEC_UNSUPPORTED "error.play.codec_unsupported" "This browser has no decoder for this video. Try another browser, or install the codec (on Linux, FFmpeg’s libavcodec)."
    GONE "error.play.gone" "This video is no longer there. It may have been deleted."
    REFUSED "error.play.refused" "You no longer have access to this video. Reload the page to ask for it again."
    KEY_FAILED "error.play.key" "This video is encrypted, and its key could not be fetched. Trying again may help."
    NETWORK "error.play.network" "The video can’t be reached. Check your connection, then try again."
    MEDIA "error.play.media" "Something in this video can’t be decoded. Trying again may get past it."
    STALLED "error.play.stalled" "Playback has stopped, and nothing got it going. Trying again may help."
}

/// A key of the keyboard, as the dialog shows it.
pub enum Cap {
    /// What stands on it, everywhere.
    Sign(&'static str),
    /// What it is called.
    Name(Key),
}

/// What the dialog of shortcuts lists: the keys, and what they do.
pub const KEYS: [(&[Cap], Key); 12] = {
    use Cap::{Name, Sign};
    [
        (&[Name(SPACE), Sign("K")], KEY_PLAY),
        (&[Sign("←"), Sign("→")], KEY_STEP),
        (&[Sign("J"), Sign("L")], KEY_LEAP),
        (&[Name(HOME), Name(END)], KEY_ENDS),
        (&[Sign("0"), Sign("…"), Sign("9")], KEY_TENTHS),
        (&[Sign("↑"), Sign("↓")], KEY_VOLUME),
        (&[Sign("M")], KEY_MUTE),
        (&[Sign("<"), Sign(">")], KEY_RATE),
        (&[Sign("C")], KEY_CAPTIONS),
        (&[Sign("F")], KEY_FULLSCREEN),
        (&[Sign("I")], KEY_PIP),
        (&[Sign("?")], KEY_HELP),
    ]
};

/// An element's name for those who do not see it.
pub fn label(texts: Texts, key: Key) -> Bound {
    attr("aria-label", move || texts.get(key))
}

/// A text in the page.
pub fn words(texts: Texts, key: Key) -> View {
    text(move || texts.get(key))
}

/// What the player is called, with the title of the video if it has one.
pub fn player(texts: Texts, title: &str) -> String {
    if title.is_empty() { texts.get(PLAYER) } else { texts.fill(PLAYER_OF, &[("title", title)]) }
}

/// Says that it goes on in the middle, at this time in seconds.
pub fn resumed(texts: Texts, seconds: f64) -> String {
    texts.fill(RESUMED, &[("time", &clock(seconds))])
}

/// How loud it is now.
pub fn volume(texts: Texts, percent: i32) -> String {
    texts.fill(VOLUME_AT, &[("percent", &texts.percent(percent))])
}

/// Where was sought to, in seconds.
pub fn sought(texts: Texts, time: f64) -> String {
    texts.fill(SOUGHT, &[("time", &texts.spoken(time))])
}

/// How fast it plays now, in hundredths.
pub fn speed(texts: Texts, hundredths: i32) -> String {
    texts.fill(SPEED, &[("rate", &texts.speed(hundredths))])
}

/// Which captions are shown now.
pub fn captions_on(texts: Texts, label: &str) -> String {
    texts.fill(CAPTIONS_ON, &[("track", label)])
}

/// The quality that was chosen by itself.
pub fn auto_at(texts: Texts, quality: &str) -> String {
    texts.fill(AUTO_AT, &[("quality", quality)])
}

/// A setting and what is chosen.
pub fn setting(texts: Texts, setting: Key, value: &str) -> String {
    texts.fill(SETTING_AT, &[("setting", &texts.get(setting)), ("value", value)])
}

/// A track that has no name and no language.
pub fn track(texts: Option<Texts>, number: usize) -> String {
    match texts {
        Some(texts) => texts.fill(TRACK, &[("number", &number.to_string())]),
        None => format!("Track {number}"),
    }
}

/// The time slider's value, as a screen reader says it. Both in seconds.
pub fn position(texts: Texts, time: f64, duration: f64) -> String {
    let time = texts.spoken(time);
    if duration > 0.0 { texts.fill(POSITION, &[("time", &time), ("duration", &texts.spoken(duration))]) } else { time }
}

/// The label of the button that shows the speed. In hundredths.
pub fn rate(texts: Texts, hundredths: i32) -> String {
    format!("{}×", texts.speed(hundredths))
}

/// Why nothing plays, and what can be done. The flag tells a local file from a stream.
pub const fn error(error: PlaybackError, is_file: bool) -> Key {
    match error {
        PlaybackError::CodecUnsupported | PlaybackError::Media if is_file => FILE_UNPLAYABLE,
        PlaybackError::EngineUnavailable => ENGINE_UNAVAILABLE,
        PlaybackError::BrowserUnsupported => BROWSER_UNSUPPORTED,
        PlaybackError::CodecUnsupported => CODEC_UNSUPPORTED,
        PlaybackError::Gone => GONE,
        PlaybackError::Refused => REFUSED,
        PlaybackError::Key => KEY_FAILED,
        PlaybackError::Network => NETWORK,
        PlaybackError::Media => MEDIA,
        PlaybackError::Stalled => STALLED,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_read_as_people_write_them() {
        assert_eq!([50, 100, 125, 200].map(|rate| super::rate(Texts::new(), rate)), ["0.5×", "1×", "1.25×", "2×"]);
    }

    #[test]
    fn a_position_names_the_whole_once_it_is_known() {
        let texts = Texts::new();
        assert_eq!(position(texts, 65.0, 600.0), "1 minute, 5 seconds of 10 minutes");
        assert_eq!(position(texts, 0.0, f64::NAN), "0 seconds");
    }

    #[test]
    fn every_failure_has_words_by_its_code() {
        for failure in [
            PlaybackError::EngineUnavailable,
            PlaybackError::BrowserUnsupported,
            PlaybackError::CodecUnsupported,
            PlaybackError::Gone,
            PlaybackError::Refused,
            PlaybackError::Key,
            PlaybackError::Network,
            PlaybackError::Media,
            PlaybackError::Stalled,
        ] {
            assert_eq!(error(failure, false).name(), format!("error.play.{}", failure.code()));
        }
    }
}
