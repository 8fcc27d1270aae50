//! What the dialogues have in common: what is stored, what to do with a request, and what counts of its body.
//!
//! [`super::resumable`] and [`super::tus`] read a request and decide; [`super::receive`] does it.

/// What the server has of the file.
#[derive(Clone, Copy, Debug)]
pub struct Stored {
    /// Bytes, from the file's start.
    pub offset: u64,
    /// Bytes of the whole file, once known.
    pub length: Option<u64>,
    /// The limit on it.
    pub max_file_size: u64,
}

/// What to do with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Tell the offset; no byte of the body is wanted.
    Tell,
    /// Every byte is there: hand the file of this many bytes on.
    Finish(u64),
    /// Read the body.
    Receive(Plan),
    /// Say no.
    Refuse(Refusal),
}

/// How to read a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// Bytes at the body's start that are stored already.
    pub skip: u64,
    /// Bytes of the body; `None`: up to its end, but no more than [`Plan::limit`].
    pub expect: Option<u64>,
    /// More bytes of the body than these make the file too large.
    pub limit: u64,
    /// Bytes of the whole file, where this request or an earlier one has told.
    pub length: Option<u64>,
    /// Whether the body counts only if it is whole and its digest fits.
    pub digest: bool,
    /// Whether the file ends where the body does: nothing else tells how long it is.
    pub whole: bool,
}

/// Why a request is refused. The dialogues have their own words and statuses for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// `Content-Length` contradicts `Content-Range`.
    Contradiction,
    /// A question with a body.
    QueryWithBody,
    /// The file has no bytes.
    Empty,
    /// The file is over the limit.
    TooLarge,
    /// Another total than before, or bytes beyond it.
    LengthMismatch,
    /// The chunk starts past the offset, or in tus anywhere else.
    Gap,
    /// The chunk is not the last and no multiple of 256 KiB.
    Misaligned,
    /// The body has another digest than its header says.
    DigestMismatch,
    /// The body has more bytes than its headers say, or than the file has left.
    Overrun,
}

/// How a body came to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// As HTTP says it should.
    Clean,
    /// The connection broke or was given up, or the disk was full.
    Broken,
    /// There was more than the plan's limit.
    Overrun,
}

/// What is left of a body that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Bytes that count, after those that were skipped.
    pub bytes: u64,
    /// Bytes of the whole file, where it is known now.
    pub length: Option<u64>,
    /// Why the request is refused nevertheless.
    pub refusal: Option<Refusal>,
}

impl Plan {
    /// What counts of a body of which `received` bytes were read, skipped ones among them.
    ///
    /// `digest` tells whether the digest of these bytes is the header's. It is asked only where there was a header.
    pub fn keep(&self, received: u64, end: End, digest: impl FnOnce() -> bool) -> Kept {
        let is_whole = self.expect.is_none_or(|expect| received == expect);
        let nothing = |refusal| Kept { bytes: 0, length: self.length, refusal };
        match end {
            // The body did not break off, it lied: nothing of it can be trusted.
            End::Overrun if self.length.is_none() && self.expect.is_none() => nothing(Some(Refusal::TooLarge)),
            End::Overrun => nothing(Some(Refusal::Overrun)),
            _ if self.digest && (end == End::Broken || !is_whole) => nothing(None),
            _ if self.digest && !digest() => nothing(Some(Refusal::DigestMismatch)),
            End::Clean if received == 0 && self.whole => nothing(Some(Refusal::Empty)),
            // Only the body's end tells how long the file is.
            End::Clean if self.whole && received < self.skip => nothing(Some(Refusal::LengthMismatch)),
            End::Clean if self.whole => Kept { bytes: received - self.skip, length: Some(received), refusal: None },
            _ => Kept { bytes: received.saturating_sub(self.skip), length: self.length, refusal: None },
        }
    }
}
