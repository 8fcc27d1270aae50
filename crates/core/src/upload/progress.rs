//! What a person sees of an upload's bytes. It never goes back.

use crate::Millis;

/// Milliseconds: after so long, a measurement of the rate weighs half.
const HALF_LIFE: Millis = 5000.0;
/// How much of a request is shown as sent, at most, before it is answered: its end is for the provider to tell.
const UNANSWERED: f64 = 0.95;
/// Milliseconds that a request may be late before the rate that is shown falls: less would only flicker.
const LATE: Millis = 1000.0;

/// The bytes of an upload.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Bytes: the most that the provider has ever said it holds.
    pub acknowledged: u64,
    /// Bytes past those that have probably left. The browser does not tell, so this is estimated from the measured
    /// rate; never more than was handed to it.
    pub in_flight: u64,
    /// Bytes of the file.
    pub total: u64,
    /// Bytes a second, smoothed, while bytes are on their way. `None` until it has been measured.
    pub rate: Option<f64>,
    /// Seconds until the end at this rate.
    pub eta: Option<f64>,
}

/// A request that brings bytes and has no answer yet.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InFlight {
    /// Bytes that it brings.
    pub len: u64,
    /// Since it began.
    pub elapsed: Millis,
    /// Bytes that have left, if the browser says so.
    pub sent: Option<u64>,
}

/// Measures progress.
#[derive(Clone, Debug)]
pub struct Meter {
    total: u64,
    acknowledged: u64,
    shown: u64,
    sum: f64,
    weight: f64,
    ceiling: f64,
}

impl Meter {
    /// A meter for a file of `total` bytes.
    pub const fn new(total: u64) -> Self {
        Self { total, acknowledged: 0, shown: 0, sum: 0.0, weight: 0.0, ceiling: f64::INFINITY }
    }

    /// The provider holds `held` bytes, and `reached` if it took all that it answered.
    pub fn acknowledge(&mut self, held: u64, reached: u64) {
        self.acknowledged = self.acknowledged.max(held);
        self.shown = self.shown.max(held).max(reached);
        self.ceiling = f64::INFINITY;
    }

    /// In `elapsed`, `bytes` got across, over all requests that ran at once.
    pub fn measure(&mut self, bytes: u64, elapsed: Millis) {
        let elapsed = elapsed.max(1.0);
        // An average that forgets by time, corrected for its own beginning, when there is little to forget.
        let keep = 0.5f64.powf(elapsed / HALF_LIFE);
        self.sum = self.sum * keep + (bytes as f64 * 1000.0 / elapsed) * (1.0 - keep);
        self.weight = self.weight * keep + (1.0 - keep);
    }

    /// Requests are on their way, on top of `reached` bytes.
    pub fn in_flight(&mut self, reached: u64, requests: &[InFlight]) {
        if requests.is_empty() {
            return;
        }
        let each = self.average().unwrap_or_default() / requests.len() as f64;
        let left = |request: &InFlight| {
            let left = request.sent.map_or(each * request.elapsed / 1000.0, |sent| sent as f64);
            left.min(request.len as f64 * UNANSWERED)
        };
        let left: f64 = requests.iter().map(left).sum();
        self.shown = self.shown.max((reached + left as u64).min(self.total));
        // Had the rate been higher than this, the requests would be through by now.
        let fastest = |request: &InFlight| request.len as f64 * 1000.0 / (request.elapsed - LATE).max(1.0);
        self.ceiling = requests.iter().map(fastest).sum();
    }

    /// The smoothed rate in bytes a second.
    pub fn average(&self) -> Option<f64> {
        (self.weight > 0.0).then(|| self.sum / self.weight)
    }

    /// What is to be shown. `moving` tells whether bytes are on their way.
    pub fn progress(&self, moving: bool) -> Progress {
        let rate = self.average().map(|rate| rate.min(self.ceiling)).filter(|rate| moving && *rate > 0.0);
        Progress {
            acknowledged: self.acknowledged,
            in_flight: self.shown.saturating_sub(self.acknowledged),
            total: self.total,
            rate,
            eta: rate.map(|rate| (self.total - self.shown) as f64 / rate),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(len: u64, elapsed: Millis) -> InFlight {
        InFlight { len, elapsed, sent: None }
    }

    #[test]
    fn the_bar_moves_between_answers_and_never_back() {
        let mut meter = Meter::new(10_000);
        meter.in_flight(0, &[of(1000, 500.0)]);
        assert_eq!(meter.progress(true), Progress { total: 10_000, ..Progress::default() });

        meter.measure(1000, 1000.0);
        meter.acknowledge(1000, 1000);
        meter.in_flight(1000, &[of(2000, 1000.0)]);
        let progress = meter.progress(true);
        assert_eq!((progress.acknowledged, progress.in_flight), (1000, 1000));
        assert_eq!((progress.rate, progress.eta), (Some(1000.0), Some(8.0)));

        meter.acknowledge(500, 500);
        let progress = meter.progress(false);
        assert_eq!((progress.acknowledged, progress.in_flight), (1000, 1000));
        assert_eq!((progress.rate, progress.eta), (None, None));
    }

    #[test]
    fn what_the_browser_says_counts_before_what_is_estimated() {
        let mut meter = Meter::new(1000);
        meter.in_flight(0, &[InFlight { sent: Some(300), ..of(1000, 500.0) }]);
        assert_eq!(meter.progress(true).in_flight, 300);
        meter.measure(300, 500.0);
        meter.in_flight(0, &[InFlight { sent: Some(310), ..of(1000, 9000.0) }]);
        assert_eq!(meter.progress(true).in_flight, 310);
        meter.in_flight(0, &[InFlight { sent: Some(1000), ..of(1000, 9500.0) }]);
        assert_eq!(meter.progress(true).in_flight, 950, "its end is for the provider to tell");
    }

    #[test]
    fn an_unanswered_request_is_never_shown_as_through() {
        let mut meter = Meter::new(1000);
        meter.measure(1000, 10.0);
        meter.in_flight(0, &[of(1000, 60_000.0)]);
        let progress = meter.progress(true);
        assert_eq!(progress.in_flight, 950);
        assert!(progress.rate.unwrap() < 17.0, "the rate of a request that hangs falls");

        meter.in_flight(0, &[of(1000, 1000.0)]);
        assert!(meter.progress(true).rate.unwrap() > 99_000.0, "that of one which is only late does not");
    }

    #[test]
    fn requests_side_by_side_share_the_rate() {
        let mut meter = Meter::new(10_000);
        meter.measure(1000, 1000.0);
        meter.acknowledge(1000, 1000);
        meter.in_flight(1000, &[of(1000, 500.0), of(1000, 1000.0)]);
        assert_eq!(meter.progress(true).in_flight, 750);
        meter.acknowledge(1000, 3000);
        assert_eq!(meter.progress(true).in_flight, 2000, "what is presumed to be there is shown as on its way");
    }

    #[test]
    fn the_rate_follows_the_last_seconds() {
        let mut meter = Meter::new(1 << 30);
        meter.measure(1000, 10.0);
        assert!((meter.average().unwrap() - 100_000.0).abs() < 1.0);
        for _ in 0..10 {
            meter.measure(2000, 2000.0);
        }
        let rate = meter.average().unwrap();
        assert!((1000.0..1200.0).contains(&rate), "{rate}");
    }
}
