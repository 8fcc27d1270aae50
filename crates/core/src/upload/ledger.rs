//! What is proven about the provider's bytes.

/// The books of one upload: the offset moves on proof only.
#[derive(Clone, Debug)]
pub struct Ledger {
    size: u64,
    offset: u64,
    certain: bool,
    best: u64,
    sent_to: u64,
    range_seen: bool,
    silent_chunks: u32,
    whole: bool,
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

impl Ledger {
    /// The books of a file of `size` bytes of which nothing has been sent.
    pub const fn new(size: u64) -> Self {
        Self { size, offset: 0, certain: true, best: 0, sent_to: 0, range_seen: false, silent_chunks: 0, whole: false }
    }

    /// Bytes of the file.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Where to send from, or `None` if the provider has to be asked first.
    pub fn next(&self) -> Option<u64> {
        (self.certain && self.offset < self.size).then_some(self.offset)
    }

    /// Every byte is proven to be at the provider.
    pub const fn is_full(&self) -> bool {
        self.offset == self.size
    }

    /// Every byte has been in a request, so that the provider may truthfully say that it has the whole file.
    pub const fn is_all_sent(&self) -> bool {
        self.sent_to == self.size
    }

    /// The provider shows no offsets, so that the whole file goes in one request whose success is the proof.
    pub const fn is_whole(&self) -> bool {
        self.whole
    }

    /// Chunks that were taken without a word on how much is held, with no offset ever seen.
    pub const fn silent_chunks(&self) -> u32 {
        if self.range_seen { 0 } else { self.silent_chunks }
    }

    /// A request with the bytes up to `end` is on its way: from now on, only the provider knows what it holds.
    pub fn sending(&mut self, end: u64) {
        self.sent_to = self.sent_to.max(end);
        self.certain = false;
    }

    /// Something went wrong, or there is a new URL: the provider has to be asked.
    pub fn doubt(&mut self) {
        self.certain = false;
    }

    /// The provider says that it holds the first `offset` bytes.
    pub fn prove(&mut self, offset: u64) -> Proof {
        self.range_seen = true;
        self.whole = false;
        self.settle(offset)
    }

    /// The provider took a chunk and did not say how much it holds.
    pub fn silent_chunk(&mut self) {
        self.certain = false;
        self.silent_chunks += 1;
    }

    /// The provider was asked and named no offset. That means that it holds nothing, unless a chunk was answered in
    /// the same way and no offset was ever seen: then the page may not see offsets. `one_request` tells whether the
    /// target takes the whole file in one request.
    pub fn silent_query(&mut self, one_request: bool) -> Proof {
        self.whole = one_request && self.silent_chunks() > 0;
        self.settle(0)
    }

    fn settle(&mut self, offset: u64) -> Proof {
        if offset > self.sent_to {
            self.certain = false;
            return Proof::Impossible;
        }
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
}
