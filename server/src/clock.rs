//! The time of day, as a parameter.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// A clock: the system's, or one that a test turns.
#[derive(Clone, Default)]
pub struct Clock(Option<Arc<AtomicU64>>);

impl Clock {
    /// A clock that stands at this time, in milliseconds since the Unix epoch, until it is turned.
    pub fn standing(now: u64) -> Self {
        Self(Some(Arc::new(AtomicU64::new(now))))
    }

    /// Turns a standing clock, and all its clones, forward. The system's clock stays as it is.
    pub fn turn(&self, by: Duration) {
        if let Some(time) = &self.0 {
            time.fetch_add(millis(by), Ordering::SeqCst);
        }
    }

    /// Waits that long. A standing clock is turned instead, so that no test waits.
    pub async fn sleep(&self, span: Duration) {
        match &self.0 {
            Some(_) => {
                self.turn(span);
                tokio::task::yield_now().await;
            }
            None => tokio::time::sleep(span).await,
        }
    }

    /// Milliseconds since the Unix epoch.
    pub fn now(&self) -> u64 {
        match &self.0 {
            Some(time) => time.load(Ordering::SeqCst),
            None => SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, millis),
        }
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Clock({})", self.now())
    }
}

/// The span in whole milliseconds.
pub fn millis(span: Duration) -> u64 {
    u64::try_from(span.as_millis()).unwrap_or(u64::MAX)
}
