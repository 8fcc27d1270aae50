//! What must hold.

use std::time::Duration;

use crate::{
    candidate::{BASELINE, OURS, RIVALS},
    race::{Race, Sample},
};

/// One thing that must hold, and whether it does.
#[derive(Debug, PartialEq)]
pub struct Bar {
    /// What is measured.
    pub what: String,
    /// As measured, in the limit's unit.
    pub measured: f64,
    /// The most that is allowed.
    pub limit: f64,
    /// `×`, `MiB`, `s`
    pub unit: &'static str,
    /// It must stay below the limit, not only reach it.
    pub strictly: bool,
}

impl Bar {
    /// Whether it holds.
    pub fn holds(&self) -> bool {
        if self.strictly { self.measured < self.limit } else { self.measured <= self.limit }
    }
}

/// The most time on loopback, of the plain `fetch` PUT's.
const LOOPBACK: f64 = 1.05;
/// The most time on the slow link, of the plain `fetch` PUT's.
const SLOW: f64 = 1.03;
/// MiB over the browser's own, for 1 GiB.
const MEMORY: f64 = 16.0;
/// Seconds of the main thread for each GiB.
const MAIN_THREAD: f64 = 0.1;

/// The bars that a race on loopback answers. None, if ours did not run.
pub fn on_loopback(race: &Race) -> Vec<Bar> {
    let Some(ours) = race.of(OURS) else { return Vec::new() };
    let mut bars = times(race, LOOPBACK);
    bars.push(Bar {
        what: "memory over base".into(),
        measured: median(ours, Sample::extra_mib),
        limit: MEMORY,
        unit: "MiB",
        strictly: false,
    });
    bars.push(Bar {
        what: "main thread for each GiB".into(),
        measured: median(ours, Sample::main_thread_seconds) * (1_u64 << 30) as f64 / race.size as f64,
        limit: MAIN_THREAD,
        unit: "s",
        strictly: false,
    });
    bars
}

/// The bars that a race on the slow link answers.
pub fn on_slow_link(race: &Race) -> Vec<Bar> {
    times(race, SLOW)
}

fn times(race: &Race, limit: f64) -> Vec<Bar> {
    let Some(ours) = race.time_of(OURS) else { return Vec::new() };
    let against = |rival: &str, limit, strictly| {
        let measured = ours / race.time_of(rival)?;
        let what = format!("{}: time of {rival}'s", race.title);
        Some(Bar { what, measured, limit, unit: "×", strictly })
    };
    let rivals = RIVALS.into_iter().filter_map(|rival| against(rival, 1.0, true));
    against(BASELINE, limit, false).into_iter().chain(rivals).collect()
}

impl Race {
    /// A candidate's samples.
    pub fn of(&self, name: &str) -> Option<&[Sample]> {
        let (_, samples) = self.results.iter().find(|(candidate, _)| candidate.name == name)?;
        Some(samples)
    }

    /// A candidate's median time in seconds.
    pub fn time_of(&self, name: &str) -> Option<f64> {
        self.of(name).map(|samples| median(samples, Sample::seconds))
    }
}

impl Sample {
    /// The time, in seconds.
    pub fn seconds(&self) -> f64 {
        Duration::as_secs_f64(&self.time)
    }

    /// The main thread's time, in seconds.
    pub fn main_thread_seconds(&self) -> f64 {
        Duration::as_secs_f64(&self.main_thread)
    }

    /// The peak over the base, in MiB.
    pub fn extra_mib(&self) -> f64 {
        self.peak.saturating_sub(self.base) as f64 / (1 << 20) as f64
    }
}

/// The middle value, or the mean of the two middle ones.
pub fn median(samples: &[Sample], value: impl Fn(&Sample) -> f64) -> f64 {
    let mut values: Vec<f64> = samples.iter().map(value).collect();
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => f64::NAN,
        odd if odd % 2 == 1 => values[middle],
        _ => f64::midpoint(values[middle - 1], values[middle]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::candidate::{self, Candidate};

    fn race(seconds: &[(&'static str, [f64; 3])]) -> Race {
        let sample = |seconds: f64| Sample {
            time: Duration::from_secs_f64(seconds),
            main_thread: Duration::from_millis(80),
            processors: Duration::from_secs(3),
            base: 200 << 20,
            peak: 217 << 20,
            requests: 9,
            preflights: 1,
        };
        let results = seconds.iter().map(|(name, seconds)| {
            let candidate = Candidate { name, ..candidate::ALL[0] };
            (candidate, seconds.map(sample).to_vec())
        });
        Race { title: "loopback", size: 1 << 29, results: results.collect() }
    }

    fn missed(bars: &[Bar]) -> Vec<&str> {
        bars.iter().filter(|bar| !bar.holds()).map(|bar| bar.what.as_str()).collect()
    }

    #[test]
    fn medians_are_compared() {
        let race = race(&[("fetch", [1.0, 9.0, 1.1]), ("upchunk", [2.0; 3]), ("reelway", [1.15, 1.0, 30.0])]);

        let bars = on_loopback(&race);

        assert!((bars[0].measured - 1.15 / 1.1).abs() < 1e-9, "{bars:?}");
        assert_eq!(missed(&bars), ["memory over base", "main thread for each GiB"]);
    }

    #[test]
    fn being_level_with_a_rival_is_not_being_ahead() {
        let race = race(&[("fetch", [2.0; 3]), ("tus-js-client", [2.0; 3]), ("reelway", [2.0; 3])]);

        assert_eq!(missed(&on_slow_link(&race)), ["loopback: time of tus-js-client's"]);
    }

    #[test]
    fn without_ours_there_is_nothing_to_hold() {
        assert_eq!(on_loopback(&race(&[("fetch", [1.0; 3])])), []);
    }

    #[test]
    fn an_even_number_of_rounds_has_a_median_too() {
        let mut race = race(&[("fetch", [1.0, 2.0, 4.0])]);
        race.results[0].1.remove(0);

        assert_eq!(race.time_of("fetch"), Some(3.0));
    }
}
