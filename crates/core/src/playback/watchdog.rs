//! Sees that the picture stands still, whether or not the engine says that anything failed.

use crate::Millis;

/// Milliseconds: neither a frame nor a byte for so long is a standstill.
pub const STANDSTILL: Millis = 6_000.0;
/// Milliseconds between two looks.
pub const PACE: Millis = 1_000.0;
/// Milliseconds: looks that lie further apart have slept in between, and prove nothing.
const NAP: Millis = 5_000.0;
/// Seconds that play without a picture until it is taken for missing.
const BLIND: f64 = 3.0;

/// What the `<video>` element shows at one moment.
#[derive(Clone, Copy, Debug, Default)]
pub struct Look {
    /// Seconds: the playback position.
    pub time: f64,
    /// It plays, or would if it had data: not paused, not ended.
    pub playing: bool,
    /// A sought frame is not there yet.
    pub seeking: bool,
    /// Nothing is loaded for the position. Before the first frame this is waited for while paused, too.
    pub empty: bool,
    /// Somebody can see it.
    pub visible: bool,
    /// Bytes that have arrived so far, on any count that grows.
    pub bytes: f64,
    /// There is to be a picture, and it has no width yet.
    pub blind: bool,
}

/// What is to be seen in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sight {
    /// It moves, or nobody wants it to.
    Fine,
    /// It waits, and not for too long yet.
    Waiting,
    /// It waits, and nothing has moved for [`STANDSTILL`]. Said again each time that passes.
    Still,
    /// It plays, and there is no picture: there is no decoder for it.
    NoPicture,
}

/// Looks again and again.
#[derive(Clone, Debug, Default)]
pub struct Watchdog {
    last: Option<(Millis, Look)>,
    /// When something moved the last time.
    moved_at: Millis,
    /// Seconds that have played without a picture.
    blind: f64,
}

impl Watchdog {
    /// Takes a look. To be called every [`PACE`], and earlier as one likes.
    pub fn look(&mut self, now: Millis, look: Look) -> Sight {
        let Some((before, last)) = self.last.replace((now, look)) else {
            self.moved_at = now;
            return Sight::Waiting;
        };
        let wanted = look.playing || look.seeking || look.empty;
        let passed = look.time - last.time;
        if !wanted || !look.visible || now - before > NAP {
            self.moved_at = now;
            return Sight::Fine;
        }
        if look.playing && look.blind && !look.seeking && !last.seeking {
            self.blind += passed.max(0.0);
            if self.blind >= BLIND {
                self.blind = 0.0;
                return Sight::NoPicture;
            }
        } else {
            self.blind = 0.0;
        }
        if look.playing && !look.seeking && passed != 0.0 {
            self.moved_at = now;
            return Sight::Fine;
        }
        if look.bytes != last.bytes || look.seeking && passed != 0.0 {
            self.moved_at = now;
        }
        if now - self.moved_at >= STANDSTILL {
            self.moved_at = now;
            return Sight::Still;
        }
        Sight::Waiting
    }

    /// The position is about to jump, or something was just tried: it has its time.
    pub fn pat(&mut self, now: Millis) {
        self.moved_at = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PLAYING: Look =
        Look { time: 5.0, playing: true, seeking: false, empty: false, visible: true, bytes: 0.0, blind: false };

    /// Looks every second; `at` makes the look of each. Gives what was seen.
    fn watch(seconds: u32, at: impl Fn(f64) -> Look) -> Vec<Sight> {
        let mut dog = Watchdog::default();
        (0..seconds).map(|second| dog.look(f64::from(second) * PACE, at(f64::from(second)))).collect()
    }

    fn count(sights: &[Sight], sight: Sight) -> usize {
        sights.iter().filter(|seen| **seen == sight).count()
    }

    #[test]
    fn a_picture_that_moves_is_fine() {
        let sights = watch(30, |second| Look { time: second, ..PLAYING });
        assert_eq!(count(&sights, Sight::Fine), 29);
    }

    #[test]
    fn a_picture_that_stands_is_seen_every_six_seconds() {
        let sights = watch(20, |_| PLAYING);
        let still: Vec<_> = (0..20).filter(|at| sights[*at] == Sight::Still).collect();
        assert_eq!(still, [6, 12, 18]);
        assert_eq!(count(&sights, Sight::Fine), 0, "and is never taken for fine");
    }

    #[test]
    fn bytes_that_arrive_are_headway() {
        let slow_line = watch(60, |second| Look { bytes: second * 1000.0, ..PLAYING });
        assert_eq!(count(&slow_line, Sight::Still), 0);
    }

    #[test]
    fn who_pauses_or_looks_away_waits_for_nothing() {
        for look in [Look { playing: false, ..PLAYING }, Look { visible: false, ..PLAYING }] {
            assert_eq!(count(&watch(30, |_| look), Sight::Still), 0, "{look:?}");
        }
    }

    #[test]
    fn a_sought_frame_is_waited_for_even_while_paused() {
        for look in [Look { seeking: true, ..PLAYING }, Look { empty: true, ..PLAYING }] {
            let sights = watch(8, |_| Look { playing: false, ..look });
            assert_eq!(count(&sights, Sight::Still), 1, "{look:?}");
        }
    }

    #[test]
    fn sleep_is_no_standstill() {
        let mut dog = Watchdog::default();
        dog.look(0.0, PLAYING);
        assert_eq!(dog.look(3_600_000.0, PLAYING), Sight::Fine);
        assert_eq!(dog.look(3_601_000.0, PLAYING), Sight::Waiting);
    }

    #[test]
    fn what_plays_without_a_picture_is_told_from_what_has_not_begun() {
        let heard = watch(10, |second| Look { time: second, blind: true, ..PLAYING });
        assert!(heard.contains(&Sight::NoPicture));
        let begins_late = watch(10, |second| Look { time: second, blind: second < 2.0, ..PLAYING });
        assert!(!begins_late.contains(&Sight::NoPicture));
    }
}
