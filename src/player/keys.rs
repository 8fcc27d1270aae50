//! The keyboard map, as the peers share it: what a key does to a player.

use reelway_core::within;

/// What a key asks of the player.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Command {
    /// Play or pause.
    TogglePlay,
    /// Sound on or off.
    ToggleMute,
    /// Into or out of fullscreen.
    ToggleFullscreen,
    /// Move by so many seconds; negative is back.
    SeekBy(f64),
    /// Move to this share of the duration, 0 to 1.
    SeekTo(f64),
    /// Louder or quieter by this share, −1 to 1.
    VolumeBy(f64),
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
    /// The volume slider: arrows, Home and End move it.
    VolumeSlider,
}

/// Seconds that an arrow key moves, on the slider and off it.
pub const SMALL_STEP: f64 = 5.0;
/// Seconds that `j`, `l` and the Page keys move.
pub const LARGE_STEP: f64 = 10.0;
/// The share that an arrow key changes the volume by.
const VOLUME_STEP: f64 = 0.05;

/// The command of a key (its `KeyboardEvent.key`), if it has one here.
pub fn command(key: &str, focus: Focus) -> Option<Command> {
    let on_slider = matches!(focus, Focus::TimeSlider | Focus::VolumeSlider);
    Some(match key {
        " " | "k" | "K" if key != " " || focus != Focus::Button => Command::TogglePlay,
        "m" | "M" => Command::ToggleMute,
        "f" | "F" => Command::ToggleFullscreen,
        "j" | "J" => Command::SeekBy(-LARGE_STEP),
        "l" | "L" => Command::SeekBy(LARGE_STEP),
        "ArrowLeft" if !on_slider => Command::SeekBy(-SMALL_STEP),
        "ArrowRight" if !on_slider => Command::SeekBy(SMALL_STEP),
        "ArrowUp" if !on_slider => Command::VolumeBy(VOLUME_STEP),
        "ArrowDown" if !on_slider => Command::VolumeBy(-VOLUME_STEP),
        "Home" if !on_slider => Command::SeekTo(0.0),
        "End" if !on_slider => Command::SeekTo(1.0),
        digit if digit.len() == 1 && digit.as_bytes()[0].is_ascii_digit() => {
            Command::SeekTo(f64::from(digit.as_bytes()[0] - b'0') / 10.0)
        }
        _ => return None,
    })
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

    #[test]
    fn letters_work_wherever_the_focus_is() {
        for focus in [Focus::Player, Focus::Button, Focus::TimeSlider, Focus::VolumeSlider] {
            assert_eq!(command("k", focus), Some(Command::TogglePlay));
            assert_eq!(command("m", focus), Some(Command::ToggleMute));
            assert_eq!(command("f", focus), Some(Command::ToggleFullscreen));
            assert_eq!(command("j", focus), Some(Command::SeekBy(-10.0)));
            assert_eq!(command("L", focus), Some(Command::SeekBy(10.0)));
            assert_eq!(command("7", focus), Some(Command::SeekTo(0.7)));
        }
    }

    #[test]
    fn a_control_keeps_its_own_keys() {
        assert_eq!(command(" ", Focus::Player), Some(Command::TogglePlay));
        assert_eq!(command(" ", Focus::Button), None, "space presses the button");
        assert_eq!(command("ArrowUp", Focus::Button), Some(Command::VolumeBy(0.05)));
        assert_eq!(command("ArrowUp", Focus::VolumeSlider), None);
        assert_eq!(command("ArrowLeft", Focus::TimeSlider), None, "the slider moves itself");
        assert_eq!(command("Home", Focus::Player), Some(Command::SeekTo(0.0)));
        assert_eq!(command("Tab", Focus::Player), None);
        assert_eq!(command("é", Focus::Player), None);
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
