//! When an engine mends itself, and when it gives up.

use reelway_core::Millis;

/// hls.js' advice: a decoder that fails again within this time does not get better by trying.
const MEDIA_RECOVERY_INTERVAL: Millis = 5_000.0;

/// Remembers what has been tried.
#[derive(Debug, Default)]
pub struct Recovery {
    last_media_recovery: Option<Millis>,
}

impl Recovery {
    /// Whether to rebuild the decoder once more after a fatal media error, at this time.
    pub fn may_recover_media(&mut self, now: Millis) -> bool {
        let may = self.last_media_recovery.is_none_or(|last| now - last >= MEDIA_RECOVERY_INTERVAL);
        if may {
            self.last_media_recovery = Some(now);
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_errors_are_mended_at_most_once_in_five_seconds() {
        let mut recovery = Recovery::default();

        assert!(recovery.may_recover_media(1_000.0), "the first error is mended");
        assert!(!recovery.may_recover_media(3_000.0), "two seconds later it is given up");
        assert!(recovery.may_recover_media(6_000.0), "five seconds after the mending it is tried again");
        assert!(!recovery.may_recover_media(10_999.0));
    }
}
