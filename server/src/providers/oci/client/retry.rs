//! Whether and when a request is sent again. Pure: spans in milliseconds.
//!
//! As Oracle's SDKs do it: time-outs, broken connections, 429, 409 `IncorrectState` and `LockConflict`, and 5xx but 501;
//! exponential from one second. What may have had an effect is sent again only where Oracle tells a repetition from a
//! second request, by `opc-retry-token`.

/// How an attempt failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// No connection: nothing was sent.
    NoConnection,
    /// The connection broke, or the answer did not come in time, or not whole: it may have been done.
    Unclear,
    /// 5xx but 501: it may have been done.
    Failing,
    /// 409 because something else is under way: nothing was done.
    Locked,
    /// 429: nothing was done. The span that is asked for.
    Busy(Option<u64>),
}

/// How hard to try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tries {
    /// Attempts after the first.
    pub retries: u32,
    /// No single pause is longer, in milliseconds.
    pub patience: u64,
}

impl Default for Tries {
    fn default() -> Self {
        Self { retries: 4, patience: 10_000 }
    }
}

/// The span to wait before the request is sent again. `None`: it is not. `attempt` counts from 1; `repeatable` says
/// whether twice is as good as once; `random` is from 0 to 1.
pub fn pause_after(failure: Failure, repeatable: bool, attempt: u32, tries: Tries, random: f64) -> Option<u64> {
    let safe = match failure {
        Failure::NoConnection | Failure::Locked | Failure::Busy(_) => true,
        Failure::Unclear | Failure::Failing => repeatable,
    };
    if !safe || attempt > tries.retries {
        return None;
    }
    let grown = 1000_u64.saturating_mul(1 << (attempt - 1).min(10)).min(30_000).min(tries.patience);
    // Half of it is chance, so that many who failed together don't come again together.
    let own = grown / 2 + (grown as f64 / 2.0 * random.clamp(0.0, 1.0)) as u64;
    let wait = match failure {
        Failure::Busy(Some(asked)) => asked.max(own),
        _ => own,
    };
    (wait <= tries.patience).then_some(wait)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_safe_is_sent_again() {
        use Failure::{Busy, Failing, Locked, NoConnection, Unclear};
        let tries = Tries { retries: 3, patience: 5000 };
        for (failure, repeatable, attempt, wait) in [
            (Failing, true, 1, Some(1000)),
            (Failing, true, 2, Some(2000)),
            (Failing, true, 3, Some(4000)),
            (Failing, true, 4, None),
            (Failing, false, 1, None),
            (Unclear, true, 1, Some(1000)),
            (Unclear, false, 1, None),
            (NoConnection, false, 1, Some(1000)),
            (Locked, false, 1, Some(1000)),
            (Busy(None), false, 2, Some(2000)),
            (Busy(Some(4500)), false, 1, Some(4500)),
            (Busy(Some(5001)), true, 1, None),
        ] {
            assert_eq!(pause_after(failure, repeatable, attempt, tries, 1.0), wait, "{failure:?} {attempt}");
        }
        assert_eq!(pause_after(Failing, true, 1, tries, 0.0), Some(500));
    }
}
