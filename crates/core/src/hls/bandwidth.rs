//! What is remembered of the connection from one visit to the next: its bandwidth and when that was measured.

use super::lines::integer;
use crate::Millis;

/// Three days: people move, and so do their machines.
const STALE: Millis = 3.0 * 24.0 * 3_600_000.0;

/// Slower and faster than this is a mistake of the clock's, in bits per second.
const PLAUSIBLE: std::ops::RangeInclusive<f64> = 50_000.0..=1e9;

/// What to write down, at this time on the wall clock. `None` for what can't be a bandwidth in bits per second.
pub fn note(bits_per_second: f64, now: Millis) -> Option<String> {
    let plausible = PLAUSIBLE.contains(&bits_per_second) && now >= 0.0;
    plausible.then(|| format!("{} {}", bits_per_second as u64, now as u64))
}

/// The bandwidth in bits per second that was written down, if it still holds at this time on the wall clock.
pub fn recall(note: &str, now: Millis) -> Option<f64> {
    let (bits_per_second, then) = note.split_once(' ')?;
    let (bits_per_second, then) = (integer(bits_per_second)?, integer(then)?);
    // A clock that was set back makes it old, too.
    (PLAUSIBLE.contains(&bits_per_second) && (0.0..STALE).contains(&(now - then))).then_some(bits_per_second)
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY: Millis = 24.0 * 3_600_000.0;

    #[test]
    fn it_holds_for_some_days() {
        let written = note(4_200_000.7, 1_790_000_000_000.0).unwrap();
        assert_eq!(written, "4200000 1790000000000");
        assert_eq!(recall(&written, 1_790_000_000_000.0 + DAY), Some(4_200_000.0));
        assert_eq!(recall(&written, 1_790_000_000_000.0 + 4.0 * DAY), None);
        assert_eq!(recall(&written, 1_790_000_000_000.0 - 1.0), None, "from the future");
    }

    #[test]
    fn what_can_be_no_bandwidth_is_not_kept() {
        for bits_per_second in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e12] {
            assert_eq!(note(bits_per_second, 0.0), None);
        }
        for written in ["", "1", "1 2", "5000000", "x 1", "5000000 -1", "99999999999 0"] {
            assert_eq!(recall(written, 1.0), None, "{written}");
        }
    }
}
