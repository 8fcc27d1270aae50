//! How long to wait after a failure, and when to give up.

use crate::{Millis, within};

/// Milliseconds: the window of the first wait. It doubles with each further attempt.
const FIRST_WINDOW: Millis = 500.0;
/// Milliseconds: the window never grows past this.
const LAST_WINDOW: Millis = 60_000.0;
/// Milliseconds: a longer `Retry-After` is taken for this.
const LONGEST_RETRY_AFTER: Millis = 3_600_000.0;

/// Attempts without headway before giving up, unless the caller says otherwise: about twelve minutes, which outlasts
/// a router that starts again or a server that is deployed.
pub const PATIENCE: u32 = 30;

/// Exponential back-off with full jitter: each wait is chosen evenly between nothing and the window.
/// The budget counts attempts without headway, so that a long upload over a bad line may fail as often as it likes.
/// <https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/>
#[derive(Clone, Debug)]
pub struct Retry {
    patience: u32,
    attempts: u32,
    seed: u64,
}

impl Retry {
    /// Gives up after `patience` attempts without headway. `seed` makes the jitter; any number will do.
    pub const fn new(patience: u32, seed: u64) -> Self {
        Self { patience, attempts: 0, seed }
    }

    /// There was headway: the budget is full again.
    pub fn headway(&mut self) {
        self.attempts = 0;
    }

    /// Attempts since the last headway.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// An attempt failed. How long to wait for the next one, or `None` if it was the last.
    /// The wait is never shorter than the server's `Retry-After`, of up to an hour.
    pub fn wait(&mut self, retry_after: Option<Millis>) -> Option<Millis> {
        if self.attempts >= self.patience {
            return None;
        }
        let window = (FIRST_WINDOW * 2f64.powi(self.attempts.min(16) as i32)).min(LAST_WINDOW);
        self.attempts += 1;
        let jitter = window * self.random();
        // The jitter stays on top of the server's wish: all clients that it turned away got the same one.
        Some(retry_after.map_or(0.0, |after| within(after, 0.0, LONGEST_RETRY_AFTER)) + jitter)
    }

    /// 0 to 1, by SplitMix64.
    fn random(&mut self) -> f64 {
        self.seed = self.seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.seed;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }
}

/// The span that a `Retry-After` header asks for (RFC 9110 §10.2.3): seconds, or a date, for which `until` tells how far
/// away it is.
pub fn retry_after(value: &str, until: impl FnOnce(&str) -> Option<Millis>) -> Option<Millis> {
    match value.trim_ascii().parse::<u32>() {
        Ok(seconds) => Some(f64::from(seconds) * 1000.0),
        Err(_) => until(value).filter(|span| span.is_finite()).map(|span| span.max(0.0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_fill_a_window_that_doubles_to_a_minute() {
        for seed in 0..500 {
            let mut retry = Retry::new(20, seed);
            let mut window = 500.0;
            for attempt in 1..=20 {
                let wait = retry.wait(None).unwrap();
                assert!((0.0..=window).contains(&wait), "attempt {attempt}: {wait} of {window}");
                window = f64::min(window * 2.0, 60_000.0);
            }
            assert_eq!(retry.wait(None), None);
        }
    }

    #[test]
    fn jitter_uses_the_whole_window() {
        let waits: Vec<f64> = (0..1000).filter_map(|seed| Retry::new(1, seed).wait(None)).collect();
        assert!(waits.iter().any(|wait| *wait < 50.0));
        assert!(waits.iter().any(|wait| *wait > 450.0));
        let mean = waits.iter().sum::<f64>() / 1000.0;
        assert!((225.0..275.0).contains(&mean), "{mean}");
    }

    #[test]
    fn headway_fills_the_budget_again() {
        let mut retry = Retry::new(2, 7);
        assert!(retry.wait(None).is_some());
        assert!(retry.wait(None).is_some());
        retry.headway();
        assert!(retry.wait(None).is_some());
        assert!(retry.wait(None).is_some());
        assert_eq!(retry.wait(None), None);
    }

    #[test]
    fn the_servers_wish_is_kept() {
        assert!((5000.0..=5500.0).contains(&Retry::new(1, 1).wait(Some(5000.0)).unwrap()));
        let day = 86_400_000.0;
        assert!(Retry::new(1, 1).wait(Some(day)).unwrap() <= 3_600_500.0);
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let until = |date: &str| (date == "Sun, 22 Nov 2026 10:00:00 GMT").then_some(1500.0);
        for (value, span) in [
            ("120", Some(120_000.0)),
            (" 0 ", Some(0.0)),
            ("Sun, 22 Nov 2026 10:00:00 GMT", Some(1500.0)),
            ("soon", None),
            ("-5", None),
            ("1.5", None),
        ] {
            assert_eq!(retry_after(value, until), span, "{value}");
        }
        assert_eq!(retry_after("in the past", |_| Some(-10.0)), Some(0.0));
        assert_eq!(retry_after("no date", |_| Some(f64::NAN)), None);
    }
}
