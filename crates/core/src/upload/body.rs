//! From where a chunk's bytes are sent: from the disk, or read into memory before.
//!
//! From the disk is faster and takes no memory. But some browsers fail at it in silence: Safari 26 never ends a request
//! after the first, and files from a cloud drive can often be read but not sent. Neither says so. So, after chunks
//! that no one answered, some are tried from memory; if that is no better, it was the network.

/// What silence weighs before memory is tried.
const ENOUGH: u32 = 4;
/// A request that ran into its deadline: all was sent, or nothing moved.
const STALLED: u32 = 2;
/// A request that broke off, as requests mostly do because of the network.
const BROKEN: u32 = 1;
/// Chunks from memory, the first time. Each further time it is twice as many.
const STINT: u32 = 4;

/// Which of the two it is.
#[derive(Clone, Debug, Default)]
pub struct BodyMode {
    silence: u32,
    left: u32,
    stint: u32,
}

impl BodyMode {
    /// Bytes are read into memory before they are sent.
    pub const fn is_copy(&self) -> bool {
        self.left > 0
    }

    /// A chunk ended without an answer; `stalled` if by its deadline.
    pub fn unanswered(&mut self, stalled: bool) {
        if self.is_copy() {
            (self.left, self.silence) = (0, 0);
            return;
        }
        self.silence += if stalled { STALLED } else { BROKEN };
        if self.silence >= ENOUGH {
            self.copy();
        }
    }

    /// The browser can't read the bytes. Whether there is another way.
    pub fn unreadable(&mut self) -> bool {
        let another = !self.is_copy();
        if another {
            self.copy();
        }
        another
    }

    /// A chunk went through.
    pub fn arrived(&mut self) {
        self.silence = 0;
        self.left = self.left.saturating_sub(1);
    }

    /// The user has chosen the file again.
    pub fn begin_again(&mut self) {
        *self = Self::default();
    }

    fn copy(&mut self) {
        self.stint = self.stint.saturating_mul(2).max(STINT);
        (self.left, self.silence) = (self.stint, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_leads_to_memory_and_success_there_to_another_look_at_the_disk() {
        let mut body = BodyMode::default();
        body.unanswered(true);
        assert!(!body.is_copy());
        body.unanswered(true);
        assert!(body.is_copy(), "two requests without an answer");
        for _ in 0..STINT {
            assert!(body.is_copy());
            body.arrived();
        }
        assert!(!body.is_copy());
        body.unanswered(true);
        body.unanswered(true);
        for _ in 0..2 * STINT {
            assert!(body.is_copy());
            body.arrived();
        }
        assert!(!body.is_copy());
    }

    #[test]
    fn a_bad_line_is_no_reason_to_stay_in_memory() {
        let mut body = BodyMode::default();
        for _ in 0..4 {
            assert!(!body.is_copy());
            body.unanswered(false);
        }
        assert!(body.is_copy());
        body.unanswered(false);
        assert!(!body.is_copy(), "memory was no better");
        body.unanswered(false);
        body.arrived();
        for _ in 0..3 {
            body.unanswered(false);
        }
        assert!(!body.is_copy(), "a chunk went through in between");
    }

    #[test]
    fn a_file_that_can_not_be_read_either_way_is_given_up() {
        let mut body = BodyMode::default();
        assert!(body.unreadable() && body.is_copy());
        assert!(!body.unreadable());
        body.begin_again();
        assert!(!body.is_copy());
    }
}
