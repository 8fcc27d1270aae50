//! When a request may be sent: a rate for each kind, and pauses after failures. Pure: times and spans in milliseconds.

use std::sync::{Mutex, PoisonError};

use super::map::{Limits, Method};
use super::request::is_idempotent;

/// One request every so often; others wait for their turn.
#[derive(Debug)]
pub struct Pace {
    interval: u64,
    next: Mutex<u64>,
}

impl Pace {
    /// So many requests a second.
    pub fn new(rate: f64) -> Self {
        Self { interval: (1000.0 / rate).round() as u64, next: Mutex::new(0) }
    }

    /// Takes a turn: how long to wait for it. `None`: longer than `patience`, and no turn is taken; then the error is
    /// how long it would have been.
    ///
    /// # Errors
    /// The span to wait before asking again.
    pub fn turn(&self, now: u64, patience: u64) -> Result<u64, u64> {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = next.saturating_sub(now);
        if wait > patience {
            return Err(wait);
        }
        *next = now + wait + self.interval;
        Ok(wait)
    }

    /// Nobody's turn comes before this time: the service has asked for a pause.
    pub fn pause(&self, until: u64) {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        *next = until.max(*next);
    }
}

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection: nothing was sent.
    NoConnection,
    /// The connection broke, or the answer did not come in time, or not whole: the service may have done it.
    Unclear,
    /// The service answered with this status, 500 or more, or 408.
    Failing,
    /// 429: nothing was done. The span that the service asks for.
    Busy(Option<u64>),
}

/// The span to wait before the request is sent again. `None`: it is not. `attempt` counts from 1.
///
/// What may have had an effect is sent again only where twice is as good as once.
pub fn pause_after(failure: Failure, method: Method, attempt: u32, limits: &Limits, random: f64) -> Option<u64> {
    let safe = match failure {
        Failure::NoConnection | Failure::Busy(_) => true,
        Failure::Unclear | Failure::Failing => is_idempotent(method),
    };
    if !safe || attempt > limits.retries {
        return None;
    }
    let patience = (limits.patience * 1000.0) as u64;
    let grown = 500_u64.saturating_mul(1 << (attempt - 1).min(10)).min(10_000);
    // Half of it is chance, so that many who failed together don't come again together.
    let own = grown / 2 + (grown as f64 / 2.0 * random.clamp(0.0, 1.0)) as u64;
    let wait = match failure {
        Failure::Busy(Some(asked)) => asked.max(own),
        _ => own,
    };
    (wait <= patience).then_some(wait)
}

/// How long `Retry-After` asks to wait: seconds, or a date. `now` is in milliseconds.
pub fn retry_after(value: &str, now: u64) -> Option<u64> {
    if let Ok(seconds) = value.trim().parse::<u64>() {
        return Some(seconds.saturating_mul(1000));
    }
    let date = httpdate::parse_http_date(value.trim()).ok()?;
    let at = date.duration_since(std::time::UNIX_EPOCH).ok()?.as_millis();
    Some(u64::try_from(at).ok()?.saturating_sub(now))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_go_one_after_the_other_and_not_too_many_wait() {
        let pace = Pace::new(1.0);
        let waits: Vec<_> = (0..5).map(|_| pace.turn(10_000, 3000)).collect();
        assert_eq!(waits, [Ok(0), Ok(1000), Ok(2000), Ok(3000), Err(4000)]);
        assert_eq!(pace.turn(10_500, 3000), Err(3500), "who was refused has taken no turn");
        assert_eq!(pace.turn(20_000, 3000), Ok(0), "what was not used is lost");
        pace.pause(25_000);
        assert_eq!((pace.turn(23_000, 3000), pace.turn(23_000, 9000)), (Ok(2000), Ok(3000)));
    }

    #[test]
    fn only_what_is_safe_is_sent_again() {
        use Failure::{Busy, Failing, NoConnection, Unclear};
        use Method::{Delete, Get, Post, Put};
        let limits = Limits::default();
        for (failure, method, attempt, wait) in [
            (Failing, Get, 1, Some(500)),
            (Failing, Get, 2, Some(1000)),
            (Failing, Get, 3, Some(2000)),
            (Failing, Get, 4, None),
            (Unclear, Delete, 1, Some(500)),
            (Unclear, Put, 1, Some(500)),
            (Unclear, Post, 1, None),
            (Failing, Post, 1, None),
            (NoConnection, Post, 1, Some(500)),
            (Busy(None), Post, 1, Some(500)),
            (Busy(Some(7000)), Post, 1, Some(7000)),
            (Busy(Some(0)), Post, 2, Some(1000)),
            (Busy(Some(31_000)), Get, 1, None),
        ] {
            assert_eq!(pause_after(failure, method, attempt, &limits, 1.0), wait, "{failure:?} {method:?} {attempt}");
        }
        assert_eq!(pause_after(Failing, Get, 1, &limits, 0.0), Some(250));
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(retry_after("7", 0), Some(7000));
        assert_eq!(retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 20_000), Some(40_000));
        assert_eq!(retry_after("Thu, 01 Jan 1970 00:01:00 GMT", 90_000), Some(0));
        assert_eq!(retry_after("soon", 0), None);
    }
}
