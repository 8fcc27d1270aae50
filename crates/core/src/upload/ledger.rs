//! What is proven about the bytes that a provider counts by one offset.

use std::ops::Range;

/// The books of a stretch of the file: the offset moves on proof only.
///
/// # Where the page may not see offsets
///
/// A provider whose CORS settings hide `Range` answers each chunk and says nothing. Then, and only after an offset has
/// been looked for in vain, chunks that were answered are *presumed* to be there, and the next is sent. What is presumed
/// is never shown as acknowledged. If it was wrong, the provider refuses the gap, or does not complete the upload after
/// the last chunk; then sending goes back, further each time, since a resumable upload ignores bytes that it has. So
/// the provider's final word still is the only proof of success.
#[derive(Clone, Debug)]
pub struct Ledger {
    range: Range<u64>,
    offset: u64,
    certain: bool,
    best: u64,
    sent_to: u64,
    /// The same, wherever it was sent to.
    ever_sent_to: u64,
    range_seen: bool,
    unexplained: bool,
    presumed: Option<Presumed>,
}

/// How far the provider may be, if it took what it answered.
#[derive(Clone, Debug)]
struct Presumed {
    position: u64,
    furthest: u64,
    /// Bytes to go back by, next time that it turns out to be wrong.
    back: u64,
    /// Bytes of the last chunk.
    chunk: u64,
}

/// What a provider's claim to hold so many bytes amounts to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// More than it ever held.
    Forward,
    /// As much as was known, or some of what it had lost.
    Level,
    /// Less than was proven before: it lost bytes.
    Back,
    /// More than was ever sent to it.
    Impossible,
}

/// What to make of an answer that says nothing about offsets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Silence {
    /// The provider has to be asked.
    Ask,
    /// It showed offsets before: it holds none of the chunk.
    Nothing,
    /// Offsets can't be seen: the chunk counts as taken until the contrary shows.
    Presumed {
        /// It is further than ever.
        further: bool,
    },
}

impl Ledger {
    /// The books of these bytes, of which nothing has been sent.
    pub const fn new(range: Range<u64>) -> Self {
        Self {
            offset: range.start,
            certain: true,
            best: range.start,
            sent_to: range.start,
            ever_sent_to: range.start,
            range_seen: false,
            unexplained: false,
            presumed: None,
            range,
        }
    }

    /// The books of bytes about which only the provider knows, since whoever sent them is no more.
    pub fn inherited(range: Range<u64>) -> Self {
        let mut ledger = Self::new(range);
        ledger.sent_to = ledger.range.end;
        ledger.ever_sent_to = ledger.range.end;
        ledger.certain = false;
        ledger
    }

    /// Bytes of the file that these books are about.
    pub const fn range(&self) -> &Range<u64> {
        &self.range
    }

    /// Where to send from, or `None` if the provider has to be asked first.
    pub fn next(&self) -> Option<u64> {
        let position = self.position();
        (self.certain && position < self.range.end).then_some(position)
    }

    /// How far the provider is: proven, or presumed.
    pub fn position(&self) -> u64 {
        self.presumed.as_ref().map_or(self.offset, |presumed| presumed.position.max(self.offset))
    }

    /// Bytes that are proven to be at the provider.
    pub const fn held(&self) -> u64 {
        self.offset - self.range.start
    }

    /// Every byte is proven to be at the provider.
    pub const fn is_full(&self) -> bool {
        self.certain && self.offset == self.range.end
    }

    /// Every byte has been in a request, so that the provider may truthfully say that it has them all.
    pub const fn is_all_sent(&self) -> bool {
        self.ever_sent_to == self.range.end
    }

    /// The provider has named an offset at least once.
    pub const fn has_shown(&self) -> bool {
        self.range_seen
    }

    /// Chunks are presumed to be there, since no offset was ever seen.
    pub const fn is_blind(&self) -> bool {
        self.presumed.is_some()
    }

    /// A request with these bytes is on its way: from now on, only the provider knows what it holds.
    pub fn sending(&mut self, bytes: &Range<u64>) {
        self.sent_to = self.sent_to.max(bytes.end);
        self.ever_sent_to = self.ever_sent_to.max(bytes.end);
        self.certain = false;
        if let Some(presumed) = &mut self.presumed {
            presumed.chunk = bytes.end - bytes.start;
        }
    }

    /// Something went wrong, or there is a new URL: the provider has to be asked.
    pub fn doubt(&mut self) {
        self.certain = false;
    }

    /// It goes on at another place, which may hold less, or nothing.
    pub fn renew(&mut self) {
        self.certain = false;
        self.offset = self.range.start;
        self.best = self.range.start;
        self.unexplained = false;
        self.presumed = None;
    }

    /// It begins anew at a place that nothing was ever sent to.
    pub fn reopen(&mut self) {
        let Self { range_seen, ever_sent_to, .. } = *self;
        *self = Self { range_seen, ever_sent_to, ..Self::new(self.range.clone()) };
    }

    /// The provider can't be asked and keeps nothing of what broke off.
    pub fn restart(&mut self) {
        self.certain = true;
        self.offset = self.range.start;
    }

    /// The provider says that it holds all bytes before `offset`.
    pub fn prove(&mut self, offset: u64) -> Proof {
        if offset > self.sent_to || offset < self.range.start {
            self.certain = false;
            return Proof::Impossible;
        }
        self.range_seen = true;
        self.presumed = None;
        self.settle(offset)
    }

    fn settle(&mut self, offset: u64) -> Proof {
        let before = std::mem::replace(&mut self.offset, offset);
        self.certain = true;
        if offset > self.best {
            self.best = offset;
            Proof::Forward
        } else if offset < before {
            Proof::Back
        } else {
            Proof::Level
        }
    }

    /// The provider took a chunk that ends at `end` and did not say how much it holds.
    pub fn silent_chunk(&mut self, end: u64) -> Silence {
        let Some(presumed) = &mut self.presumed else {
            self.certain = false;
            if self.range_seen {
                return Silence::Nothing;
            }
            self.unexplained = true;
            return Silence::Ask;
        };
        presumed.position = end;
        let further = end > presumed.furthest;
        if further {
            presumed.furthest = end;
            presumed.back = 0;
        }
        self.certain = true;
        Silence::Presumed { further }
    }

    /// The provider was asked and named no offset. It holds nothing then, unless a chunk was answered in the same way
    /// and no offset was ever seen.
    pub fn silent_query(&mut self) -> Proof {
        let start = self.range.start;
        match &mut self.presumed {
            None if self.unexplained && !self.range_seen => {
                let position = self.sent_to;
                let chunk = position - start;
                self.presumed = Some(Presumed { position, furthest: position, back: 0, chunk });
            }
            None => return self.settle(start),
            Some(presumed) => {
                // The first time it may only be the chunk that was lost. At the end there is none left to send.
                if presumed.back > 0 || presumed.position == self.range.end {
                    let back = presumed.back.max(presumed.chunk).max(1);
                    presumed.position = presumed.position.saturating_sub(back).max(start);
                    presumed.back = back.saturating_mul(2);
                } else {
                    presumed.back = presumed.chunk.max(1);
                }
            }
        }
        self.certain = true;
        Proof::Level
    }
}
