//! Where viewers left off, so that the next visit goes on there.
//!
//! A video is known by a hash: neither a URL nor a token in it is ever stored.

use super::token::redacted;
use crate::within;

/// Days after which nobody goes on any more.
pub const DAYS: u64 = 90;
/// Videos whose positions are kept: those that were watched last.
pub const KEPT: usize = 100;

const DAY: u64 = 24 * 60 * 60;

/// A video's key: of an id of its own, or of the URL that it plays from, without what changes from visit to visit.
pub fn key(id: &str) -> u64 {
    // FNV-1a.
    redacted(id)
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Whether a position is worth going back to, both in seconds: not at the very beginning, and not so near to the end
/// that the video is as good as watched.
pub fn is_worth_it(position: f64, duration: f64) -> bool {
    let share = duration * 0.05;
    position >= within(share, 0.0, 10.0) && position <= duration - within(share, 10.0, 120.0)
}

/// The positions of the videos that were watched last.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Positions(Vec<Position>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Position {
    key: u64,
    /// Seconds of the video.
    seconds: u64,
    /// Unix time in seconds.
    saved: u64,
}

impl Positions {
    /// From the text that [`Positions::write`] gave. What can't be read is left out.
    pub fn read(text: &str) -> Self {
        let position = |line: &str| {
            let mut numbers = line.split(' ').map(|number| number.parse::<u64>().ok());
            let mut next = || numbers.next().flatten();
            Some(Position { key: next()?, seconds: next()?, saved: next()? })
        };
        let mut positions: Vec<_> = text.split('\n').filter_map(position).collect();
        positions.drain(..positions.len().saturating_sub(KEPT));
        Self(positions)
    }

    /// As text.
    pub fn write(&self) -> String {
        let mut text = String::new();
        for Position { key, seconds, saved } in &self.0 {
            text.push_str(&format!("{key} {seconds} {saved}\n"));
        }
        text
    }

    /// Where to go on, in seconds. `now` is Unix time in seconds.
    pub fn find(&self, key: u64, now: u64) -> Option<f64> {
        let position = self.0.iter().find(|position| position.key == key)?;
        (now < position.saved.saturating_add(DAYS * DAY)).then_some(position.seconds as f64)
    }

    /// Remembers a position, both in seconds, or forgets the video if it is not [worth it](is_worth_it). What is too
    /// old or too much goes.
    pub fn keep(&mut self, key: u64, position: f64, duration: f64, now: u64) {
        self.0.retain(|known| known.key != key && now < known.saved.saturating_add(DAYS * DAY));
        if is_worth_it(position, duration) {
            self.0.push(Position { key, seconds: position as u64, saved: now });
        }
        self.0.drain(..self.0.len().saturating_sub(KEPT));
    }

    /// Forgets a video.
    pub fn forget(&mut self, key: u64) {
        self.0.retain(|known| known.key != key);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const NOW: u64 = 1_800_000_000;

    #[test]
    fn a_visit_goes_on_where_the_last_one_ended() {
        let mut positions = Positions::default();
        positions.keep(key("v1"), 65.7, 600.0, NOW);
        positions.keep(key("v2"), 300.0, 600.0, NOW);

        let next_visit = Positions::read(&positions.write());

        assert_eq!(next_visit.find(key("v1"), NOW + DAY), Some(65.0));
        assert_eq!(next_visit.find(key("v2"), NOW + DAY), Some(300.0));
        assert_eq!(next_visit.find(key("v3"), NOW + DAY), None);
    }

    #[test]
    fn tokens_neither_matter_nor_are_kept() {
        let url = "https://cdn.example/v1/master.m3u8";
        let signed = format!("{url}?token=s3cr3t&e=1");
        let mut positions = Positions::default();

        positions.keep(key(&signed), 65.0, 600.0, NOW);

        assert_eq!(positions.find(key(&format!("{url}?token=another")), NOW), Some(65.0));
        assert_eq!(positions.find(key(&format!("{url}#t=5")), NOW), Some(65.0));
        let text = positions.write();
        assert!(!text.contains("s3cr3t") && !text.contains("cdn"), "{text}");
    }

    #[test]
    fn the_first_and_the_last_moments_are_not_worth_it() {
        for (position, duration, worth) in [
            (9.0, 7200.0, false),
            (11.0, 7200.0, true),
            (7000.0, 7200.0, true),
            (7090.0, 7200.0, false),
            (1.0, 30.0, false),
            (2.0, 30.0, true),
            (19.0, 30.0, true),
            (21.0, 30.0, false),
            (3.0, 8.0, false),
            (5.0, 0.0, false),
            (5.0, f64::NAN, false),
            (f64::NAN, 60.0, false),
            (5.0, f64::INFINITY, false),
        ] {
            assert_eq!(is_worth_it(position, duration), worth, "{position} of {duration}");
        }
    }

    #[test]
    fn going_back_to_the_beginning_forgets() {
        let mut positions = Positions::default();
        positions.keep(1, 300.0, 600.0, NOW);

        positions.keep(1, 2.0, 600.0, NOW);

        assert_eq!(positions, Positions::default());
    }

    #[test]
    fn after_three_months_it_starts_anew() {
        let mut positions = Positions::default();
        positions.keep(1, 300.0, 600.0, NOW);

        assert_eq!(positions.find(1, NOW + DAYS * DAY - 1), Some(300.0));
        assert_eq!(positions.find(1, NOW + DAYS * DAY), None);

        positions.keep(2, 300.0, 600.0, NOW + DAYS * DAY);
        assert_eq!(positions.0.len(), 1, "and what nobody needs is thrown away");
    }

    #[test]
    fn only_so_many_are_kept_and_a_video_that_is_watched_again_stays() {
        let mut positions = Positions::default();
        for video in 0..KEPT as u64 {
            positions.keep(video, 300.0, 600.0, NOW);
        }
        positions.keep(0, 310.0, 600.0, NOW);
        positions.keep(1_000, 300.0, 600.0, NOW);

        assert_eq!(positions.0.len(), KEPT);
        assert_eq!(positions.find(0, NOW), Some(310.0));
        assert_eq!(positions.find(1, NOW), None);

        positions.forget(0);
        assert_eq!(positions.find(0, NOW), None);
    }

    proptest! {
        #[test]
        fn whatever_is_stored_is_read_without_harm(text in "[0-9 \n-]{0,200}|.{0,50}") {
            let positions = Positions::read(&text);
            prop_assert_eq!(Positions::read(&positions.write()), positions);
        }

        #[test]
        fn what_is_written_is_read(kept in prop::collection::vec((any::<u64>(), 0.0..1e5, any::<u64>()), 0..150)) {
            let mut positions = Positions::default();
            for (key, position, now) in kept {
                positions.keep(key, position, 1e5, now);
            }
            prop_assert!(positions.0.len() <= KEPT);
            prop_assert_eq!(Positions::read(&positions.write()), positions);
        }
    }
}
