//! Sizes, rates and times as people read and hear them: how they are rounded and split, and how English writes them.

/// A size as people read it, in one of the units from byte (0), kilobyte (1) to petabyte (5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scaled {
    /// Tenths of the unit; whole ones from ten units on, and of bytes.
    pub tenths: u64,
    /// How many times thousand a byte the unit is.
    pub unit: usize,
}

/// Rounds a size. Units are decimal, as in file managers and on networks.
pub fn scaled(count: u64) -> Scaled {
    if count < 1000 {
        return Scaled { tenths: count * 10, unit: 0 };
    }
    let (mut unit, mut name) = (1000, 1);
    // What would be written as 1000 belongs to the next unit.
    while rounded(count, unit) >= 1000 && name < 5 {
        unit *= 1000;
        name += 1;
    }
    let tenths = match rounded(count, unit / 10) {
        tenths @ 0..100 => tenths,
        _ => rounded(count, unit) * 10,
    };
    Scaled { tenths, unit: name }
}

/// A size: "0 bytes", "999 bytes", "1.2 kB", "34 MB", "5.6 GB".
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 5] = ["kB", "MB", "GB", "TB", "PB"];
    let Scaled { tenths, unit } = scaled(count);
    match (unit, tenths) {
        (0, _) => counted(count, "byte"),
        (_, 0..100) => format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit - 1]),
        _ => format!("{} {}", tenths / 10, UNITS[unit - 1]),
    }
}

fn rounded(count: u64, unit: u64) -> u64 {
    count / unit + u64::from(count % unit >= unit.div_ceil(2))
}

/// A rate of bytes a second: "1.2 MB/s".
pub fn rate(bytes_per_second: f64) -> String {
    format!("{}/s", bytes(bytes_per_second.max(0.0) as u64))
}

/// A time in a video, or its duration, in seconds: "0:05", "12:34", "1:02:03". Parts of a second are left out, as
/// players do: a time is shown once it has been reached.
pub fn clock(seconds: f64) -> String {
    let (hours, minutes, seconds) = parts(seconds.floor());
    match hours {
        0 => format!("{minutes}:{seconds:02}"),
        _ => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

/// A time in a video as it is read out, by its units: hours, minutes and seconds, those that are not zero, or seconds.
pub fn in_units(seconds: f64) -> Vec<(u64, &'static str)> {
    let (hours, minutes, seconds) = parts(seconds.floor());
    let mut units = vec![(hours, "hour"), (minutes, "minute"), (seconds, "second")];
    units.retain(|(count, _)| *count > 0);
    if units.is_empty() { vec![(0, "second")] } else { units }
}

/// A time in a video as it is read out: "1 hour, 2 minutes, 3 seconds", "5 seconds". For `aria-valuetext`.
pub fn spoken(seconds: f64) -> String {
    let mut text = String::new();
    for (count, unit) in in_units(seconds) {
        if !text.is_empty() {
            text.push_str(", ");
        }
        text.push_str(&counted(count, unit));
    }
    text
}

/// How long something still takes, as exactly as an estimate in seconds deserves; `None`: a few seconds.
pub fn estimate(seconds: f64) -> Option<(u64, &'static str)> {
    Some(match whole(seconds.ceil()) {
        0..10 => return None,
        // Past half a minute, single seconds only flicker.
        seconds @ 10..30 => (seconds, "second"),
        seconds @ 30..55 => (seconds.div_ceil(5) * 5, "second"),
        seconds @ 55..5370 => ((seconds + 30) / 60, "minute"),
        seconds => ((seconds + 1800) / 3600, "hour"),
    })
}

/// An [`estimate`]: "3 hours left", "2 minutes left", "25 seconds left", "a few seconds left".
pub fn remaining(seconds: f64) -> String {
    match estimate(seconds) {
        Some((count, unit)) => format!("{} left", counted(count, unit)),
        None => "a few seconds left".into(),
    }
}

/// A count of units in English: "1 second", "5 seconds".
pub fn counted(count: u64, unit: &str) -> String {
    format!("{count} {unit}{}", if count == 1 { "" } else { "s" })
}

fn parts(seconds: f64) -> (u64, u64, u64) {
    let seconds = whole(seconds);
    (seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// Whole seconds; what is no time at all (negative, NaN, infinite) is 0.
fn whole(seconds: f64) -> u64 {
    if seconds.is_finite() { seconds as u64 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (count, text) in [
            (0, "0 bytes"),
            (1, "1 byte"),
            (999, "999 bytes"),
            (1000, "1.0 kB"),
            (1234, "1.2 kB"),
            (9949, "9.9 kB"),
            (9950, "10 kB"),
            (34_567_890, "35 MB"),
            (999_499, "999 kB"),
            (999_500, "1.0 MB"),
            (2_147_483_648, "2.1 GB"),
            (u64::MAX, "18447 PB"),
        ] {
            assert_eq!(bytes(count), text, "{count}");
        }
    }

    #[test]
    fn rates() {
        for (count, text) in
            [(0.0, "0 bytes/s"), (1_250_000.0, "1.3 MB/s"), (-5.0, "0 bytes/s"), (f64::NAN, "0 bytes/s")]
        {
            assert_eq!(rate(count), text, "{count}");
        }
    }

    #[test]
    fn times_on_the_clock() {
        for (seconds, text) in [
            (0.0, "0:00"),
            (5.999, "0:05"),
            (65.0, "1:05"),
            (3600.0, "1:00:00"),
            (3723.4, "1:02:03"),
            (360_000.0, "100:00:00"),
            (-3.0, "0:00"),
            (f64::NAN, "0:00"),
            (f64::INFINITY, "0:00"),
        ] {
            assert_eq!(clock(seconds), text, "{seconds}");
        }
    }

    #[test]
    fn times_read_out() {
        for (seconds, text) in [
            (0.0, "0 seconds"),
            (1.0, "1 second"),
            (65.9, "1 minute, 5 seconds"),
            (120.0, "2 minutes"),
            (3601.0, "1 hour, 1 second"),
            (7325.0, "2 hours, 2 minutes, 5 seconds"),
            (f64::NAN, "0 seconds"),
        ] {
            assert_eq!(spoken(seconds), text, "{seconds}");
        }
    }

    #[test]
    fn what_remains() {
        for (seconds, text) in [
            (0.0, "a few seconds left"),
            (9.0, "a few seconds left"),
            (9.1, "10 seconds left"),
            (29.0, "29 seconds left"),
            (31.0, "35 seconds left"),
            (54.0, "55 seconds left"),
            (54.1, "1 minute left"),
            (89.0, "1 minute left"),
            (90.0, "2 minutes left"),
            (3600.0, "60 minutes left"),
            (5400.0, "2 hours left"),
            (36_000.0, "10 hours left"),
        ] {
            assert_eq!(remaining(seconds), text, "{seconds}");
        }
    }
}
