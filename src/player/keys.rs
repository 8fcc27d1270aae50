//! The keyboard map, as the peers share it: what a key does to a player.

use reelway_core::within;

/// What a key, a button or a gesture asks of the player.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Command {
    /// Play or pause.
    TogglePlay,
    /// Sound on or off.
    ToggleMute,
    /// Into or out of fullscreen.
    ToggleFullscreen,
    /// Into or out of picture in picture.
    TogglePip,
    /// Captions on or off.
    ToggleCaptions,
    /// Faster or slower by so many steps of [`RATES`].
    RateBy(i32),
    /// Move by so many seconds; negative is back.
    SeekBy(f64),
    /// Move to this share of the duration, 0 to 1.
    SeekTo(f64),
    /// Louder or quieter by this share, −1 to 1.
    VolumeBy(f64),
    /// List the shortcuts.
    Help,
}

/// What has the focus when a key is pressed. A control keeps the keys that it needs for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Focus {
    /// The player as a whole, or something in it that takes no keys.
    Player,
    /// A button: space and Enter press it.
    Button,
    /// The time slider: arrows, Home, End and Page keys move it.
    TimeSlider,
    /// The volume slider: arrows, Home, End and Page keys move it.
    VolumeSlider,
    /// A field to type in: all keys are its own.
    Field,
}

/// The speeds to choose from, in hundredths, slowest first.
pub const RATES: [i32; 7] = [50, 75, 100, 125, 150, 175, 200];

/// Seconds that an arrow key moves, on the slider and off it.
pub const SMALL_STEP: f64 = 5.0;
/// Seconds that `j`, `l` and the Page keys move.
pub const LARGE_STEP: f64 = 10.0;
/// The share that an arrow key changes the volume by.
const VOLUME_STEP: f64 = 0.05;

/// The command of a key (its `KeyboardEvent.key`), if it has one here. With Ctrl, Alt or Meta no key has; with Shift,
/// only those that some keyboards have behind it.
pub fn command(key: &str, shift: bool, focus: Focus) -> Option<Command> {
    let &[first, ref rest @ ..] = key.as_bytes() else { return None };
    // Letters in either case: with Caps Lock they are large, and that is no Shift.
    let letter = if rest.is_empty() { first.to_ascii_lowercase() } else { 0 };
    if focus == Focus::Field || shift && !matches!(letter, b'<' | b'>' | b'?' | b'0'..=b'9') {
        return None;
    }
    let on_slider = matches!(focus, Focus::TimeSlider | Focus::VolumeSlider);
    Some(match (letter, key) {
        (b' ', _) if focus != Focus::Button => Command::TogglePlay,
        (b'k', _) => Command::TogglePlay,
        (b'm', _) => Command::ToggleMute,
        (b'f', _) => Command::ToggleFullscreen,
        (b'i', _) => Command::TogglePip,
        (b'c', _) => Command::ToggleCaptions,
        (b'j', _) => Command::SeekBy(-LARGE_STEP),
        (b'l', _) => Command::SeekBy(LARGE_STEP),
        (b'<', _) => Command::RateBy(-1),
        (b'>', _) => Command::RateBy(1),
        (b'?', _) => Command::Help,
        (b'0'..=b'9', _) => Command::SeekTo(f64::from(letter - b'0') / 10.0),
        (_, "ArrowLeft") if !on_slider => Command::SeekBy(-SMALL_STEP),
        (_, "ArrowRight") if !on_slider => Command::SeekBy(SMALL_STEP),
        (_, "ArrowUp") if !on_slider => Command::VolumeBy(VOLUME_STEP),
        (_, "ArrowDown") if !on_slider => Command::VolumeBy(-VOLUME_STEP),
        (_, "Home") if !on_slider => Command::SeekTo(0.0),
        (_, "End") if !on_slider => Command::SeekTo(1.0),
        _ => return None,
    })
}

/// The speed so many steps away from another, both in hundredths. It stays within [`RATES`].
pub fn rate_after(rate: i32, steps: i32) -> i32 {
    let next = if steps > 0 {
        RATES.iter().copied().find(|&other| other > rate)
    } else {
        RATES.iter().rev().copied().find(|&other| other < rate)
    };
    next.unwrap_or(rate)
}

/// Where a key on the time slider moves it: from `time` in a video of this duration, all in seconds.
pub fn slide(key: &str, time: f64, duration: f64) -> Option<f64> {
    let target = match key {
        "ArrowLeft" | "ArrowDown" => time - SMALL_STEP,
        "ArrowRight" | "ArrowUp" => time + SMALL_STEP,
        "PageDown" => time - LARGE_STEP,
        "PageUp" => time + LARGE_STEP,
        "Home" => 0.0,
        "End" => duration,
        _ => return None,
    };
    Some(within(target, 0.0, duration.max(0.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANYWHERE: [Focus; 4] = [Focus::Player, Focus::Button, Focus::TimeSlider, Focus::VolumeSlider];

    #[test]
    fn letters_digits_and_signs_work_wherever_the_focus_is() {
        let map = [
            ("k", Command::TogglePlay),
            ("m", Command::ToggleMute),
            ("f", Command::ToggleFullscreen),
            ("i", Command::TogglePip),
            ("c", Command::ToggleCaptions),
            ("j", Command::SeekBy(-10.0)),
            ("l", Command::SeekBy(10.0)),
            ("L", Command::SeekBy(10.0)),
            ("0", Command::SeekTo(0.0)),
            ("7", Command::SeekTo(0.7)),
            ("<", Command::RateBy(-1)),
            (">", Command::RateBy(1)),
            ("?", Command::Help),
        ];

        for focus in ANYWHERE {
            for (key, expected) in map {
                assert_eq!(command(key, false, focus), Some(expected), "{key} on {focus:?}");
            }
        }
    }

    #[test]
    fn arrows_and_ends_belong_to_the_slider_that_has_the_focus() {
        let map = [
            ("ArrowLeft", Command::SeekBy(-5.0)),
            ("ArrowRight", Command::SeekBy(5.0)),
            ("ArrowUp", Command::VolumeBy(0.05)),
            ("ArrowDown", Command::VolumeBy(-0.05)),
            ("Home", Command::SeekTo(0.0)),
            ("End", Command::SeekTo(1.0)),
        ];

        for (key, expected) in map {
            for focus in [Focus::Player, Focus::Button] {
                assert_eq!(command(key, false, focus), Some(expected), "{key} on {focus:?}");
            }
            for focus in [Focus::TimeSlider, Focus::VolumeSlider] {
                assert_eq!(command(key, false, focus), None, "{key} on {focus:?}");
            }
        }
    }

    #[test]
    fn space_presses_a_button_that_has_the_focus() {
        for focus in [Focus::Player, Focus::TimeSlider, Focus::VolumeSlider] {
            assert_eq!(command(" ", false, focus), Some(Command::TogglePlay), "{focus:?}");
        }
        assert_eq!(command(" ", false, Focus::Button), None);
    }

    #[test]
    fn shift_is_only_for_what_keyboards_have_behind_it() {
        for (key, expected) in [
            ("<", Some(Command::RateBy(-1))),
            (">", Some(Command::RateBy(1))),
            ("?", Some(Command::Help)),
            ("5", Some(Command::SeekTo(0.5))),
            ("K", None),
            (" ", None),
            ("ArrowRight", None),
            ("Home", None),
        ] {
            assert_eq!(command(key, true, Focus::Player), expected, "{key}");
        }
    }

    #[test]
    fn nothing_else_is_taken_from_the_page() {
        for key in ["", "Tab", "Enter", "Escape", "é", "日", "x", "F5", "PageUp", "Unidentified"] {
            assert_eq!(command(key, false, Focus::Player), None, "{key}");
        }
        for key in ["k", "?", "5", " ", "ArrowLeft", "Home"] {
            assert_eq!(command(key, false, Focus::Field), None, "{key} in a field");
        }
    }

    #[test]
    fn speeds_go_up_and_down_in_steps_to_their_ends() {
        for (rate, steps, expected) in
            [(100, 1, 125), (100, -1, 75), (200, 1, 200), (50, -1, 50), (110, 1, 125), (110, -1, 100), (300, -1, 200)]
        {
            assert_eq!(rate_after(rate, steps), expected, "{rate} by {steps}");
        }
    }

    #[test]
    fn the_slider_stays_within_the_video() {
        assert_eq!(slide("ArrowRight", 58.0, 60.0), Some(60.0));
        assert_eq!(slide("PageDown", 4.0, 60.0), Some(0.0));
        assert_eq!(slide("End", 4.0, 60.0), Some(60.0));
        assert_eq!(slide("a", 4.0, 60.0), None);
        assert_eq!(slide("ArrowRight", 0.0, 0.0), Some(0.0), "before the duration is known");
    }
}
