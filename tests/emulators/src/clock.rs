//! The emulator's time: the machine's, moved or stopped by a test.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use chrono::{DateTime, SecondsFormat, Utc};
use serde::Deserialize;

/// A clock. A clone is the same clock.
#[derive(Clone, Debug, Default)]
pub struct Clock(Arc<Mutex<Setting>>);

#[derive(Debug, Default)]
struct Setting {
    /// It stands still at this time since the epoch.
    stopped: Option<Duration>,
    /// It runs, this much ahead of the machine's.
    ahead: Duration,
}

/// What a test does with it.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// Forward, by seconds.
    Advance(f64),
    /// Stopped at this Unix time, in seconds.
    Stop(u64),
    /// Running as the machine's does.
    Run,
}

impl Clock {
    /// Time since the epoch.
    pub fn now(&self) -> Duration {
        let setting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let running = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + setting.ahead;
        setting.stopped.unwrap_or_else(running)
    }

    /// Unix time in seconds.
    pub fn seconds(&self) -> u64 {
        self.now().as_secs()
    }

    /// `2026-01-02T03:04:05.000Z`.
    pub fn rfc3339(&self) -> String {
        rfc3339(self.now())
    }

    /// Moves it.
    pub fn turn(&self, turn: Turn) {
        let mut setting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match turn {
            Turn::Advance(seconds) => {
                let by = Duration::try_from_secs_f64(seconds).unwrap_or_default();
                match &mut setting.stopped {
                    Some(at) => *at += by,
                    None => setting.ahead += by,
                }
            }
            Turn::Stop(at) => setting.stopped = Some(Duration::from_secs(at)),
            Turn::Run => *setting = Setting::default(),
        }
    }

    /// Moves it forward.
    pub fn advance(&self, by: Duration) {
        self.turn(Turn::Advance(by.as_secs_f64()));
    }
}

/// `2026-01-02T03:04:05.000Z`, of a time since the epoch.
pub fn rfc3339(time: Duration) -> String {
    let millis = i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
    DateTime::<Utc>::from_timestamp_millis(millis)
        .map(|time| time.to_rfc3339_opts(SecondsFormat::Millis, true))
        .unwrap_or_default()
}

/// Time since the epoch of an RFC 3339 text.
pub fn parse_rfc3339(text: &str) -> Option<Duration> {
    let millis = DateTime::parse_from_rfc3339(text).ok()?.timestamp_millis();
    Some(Duration::from_millis(u64::try_from(millis).ok()?))
}
