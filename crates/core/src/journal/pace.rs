//! When an entry is worth writing again.

use crate::Millis;

/// Milliseconds between two writes: what a crash may lose is what the provider tells again.
const SPACE: Millis = 1_000.0;

/// Remembers what was written, and when.
#[derive(Debug, Default)]
pub struct Pace {
    written: Option<(Millis, String)>,
}

impl Pace {
    /// Whether to write `memory` at `now`: it is new, and the last write was a while ago. The caller writes if so.
    pub fn is_due(&mut self, memory: &str, now: Millis) -> bool {
        let due = match &self.written {
            None => true,
            Some((at, known)) => known != memory && now - at >= SPACE,
        };
        if due {
            self.written = Some((now, memory.to_owned()));
        }
        due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_new_is_written_once_a_second_at_most() {
        let mut pace = Pace::default();

        for (now, memory, due) in [
            (0.0, "a", true),
            (500.0, "b", false),
            (999.0, "b", false),
            (1_000.0, "b", true),
            (9_000.0, "b", false),
            (9_001.0, "c", true),
        ] {
            assert_eq!(pace.is_due(memory, now), due, "{memory} at {now}");
        }
    }
}
