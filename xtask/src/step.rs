//! What a person reads while it works: one line when a step begins, one when it has taken time.

use std::{
    fmt::Display,
    time::{Duration, Instant},
};

/// A step that is under way.
pub struct Step {
    started: Instant,
}

impl Step {
    /// Says what begins.
    pub fn begin(what: impl Display) -> Self {
        println!("==> {what}");
        Self { started: Instant::now() }
    }

    /// Says that it is done, and how long it took.
    pub fn done(self) {
        println!("    done in {}", seconds(self.started.elapsed()));
    }
}

/// Says something that takes no time.
pub fn note(what: impl Display) {
    println!("    {what}");
}

/// `0.4 s`, `95.0 s`.
pub fn seconds(duration: Duration) -> String {
    format!("{:.1} s", duration.as_secs_f64())
}
