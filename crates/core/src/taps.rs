//! Taps on a picture: one shows or hides the controls, two seek or fill the screen, and more seek further.

use crate::Millis;

/// A second tap within this time after the first makes a double tap.
pub const DOUBLE: Millis = 300.0;
/// Once taps seek, each further one within this time after the last seeks on.
const FURTHER: Millis = 800.0;
/// Seconds that each tap of a double tap, from the second on, seeks by.
pub const STEP: f64 = 10.0;

/// What a tap asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Tap {
    /// The first one: shows the controls, or hides them if no second follows within [`DOUBLE`].
    First,
    /// A double tap in the middle.
    Middle,
    /// Move by [`STEP`] seconds: on if `forward`, else back.
    Seek {
        /// Towards the end.
        forward: bool,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Third {
    Left,
    Middle,
    Right,
}

/// The taps so far.
#[derive(Debug, Default)]
pub struct Taps {
    last: Option<(Third, Millis)>,
    /// The taps of this row seek by now.
    seeking: bool,
}

impl Taps {
    /// A tap at this share of the picture's width, 0 to 1 from the left, at this time.
    pub fn tap(&mut self, share: f64, now: Millis) -> Tap {
        let third = match share {
            share if share < 1.0 / 3.0 => Third::Left,
            share if share > 2.0 / 3.0 => Third::Right,
            _ => Third::Middle,
        };
        let patience = if self.seeking { FURTHER } else { DOUBLE };
        let follows = self.last.is_some_and(|(before, at)| before == third && now - at <= patience);
        self.last = Some((third, now));
        if !follows {
            self.seeking = false;
            return Tap::First;
        }
        if third == Third::Middle {
            self.last = None;
            return Tap::Middle;
        }
        self.seeking = true;
        Tap::Seek { forward: third == Third::Right }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(taps: &[(f64, Millis)]) -> Vec<Tap> {
        let mut state = Taps::default();
        taps.iter().map(|&(share, now)| state.tap(share, now)).collect()
    }

    #[test]
    fn slow_taps_are_single_ones() {
        assert_eq!(row(&[(0.1, 0.0), (0.1, 301.0), (0.1, 700.0)]), [Tap::First; 3]);
    }

    #[test]
    fn a_double_tap_seeks_to_its_side_and_further_taps_seek_on() {
        let taps = row(&[(0.9, 0.0), (0.8, 200.0), (0.95, 900.0), (0.9, 1_600.0), (0.9, 2_500.0)]);

        let on = Tap::Seek { forward: true };
        assert_eq!(taps, [Tap::First, on, on, on, Tap::First]);
        assert_eq!(row(&[(0.1, 0.0), (0.2, 100.0)])[1], Tap::Seek { forward: false });
    }

    #[test]
    fn two_taps_in_different_places_are_two_single_ones() {
        assert_eq!(row(&[(0.1, 0.0), (0.9, 100.0), (0.5, 200.0)]), [Tap::First; 3]);
    }

    #[test]
    fn three_taps_in_the_middle_are_one_double_tap() {
        assert_eq!(row(&[(0.5, 0.0), (0.5, 100.0), (0.5, 200.0)]), [Tap::First, Tap::Middle, Tap::First]);
    }
}
