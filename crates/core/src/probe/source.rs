//! The pieces of a file that have been read, as parsers see them.

use std::{cell::Cell, ops::Range};

use super::{FIRST, LIMIT, ProbeError, WINDOW};

/// Why a parser does not go on.
#[derive(Debug)]
pub(super) enum Stop {
    /// These bytes are missing; with them it would.
    Need(Range<u64>),
    /// It never will.
    Fail(ProbeError),
}

pub(super) type Step<T> = Result<T, Stop>;

/// Looks at bytes, over all the times that parsers start over: some tens of thousands do for any sound file.
const LOOKS: u32 = 1 << 20;

/// Reads, whatever their length.
const READS: usize = 512;

pub(super) struct Source {
    size: u64,
    pieces: Vec<(u64, Vec<u8>)>,
    read: u64,
    looks: Cell<u32>,
}

impl Source {
    pub fn new(size: u64) -> Self {
        // Past 2^53 no browser counts, and nothing that is added to a position overflows.
        Self { size: size.min(1 << 53), pieces: Vec::new(), read: 0, looks: Cell::new(0) }
    }

    /// Bytes of the whole file.
    pub fn size(&self) -> u64 {
        self.size
    }

    pub fn add(&mut self, at: u64, bytes: &[u8]) {
        self.read += bytes.len() as u64;
        self.pieces.push((at, bytes.to_vec()));
    }

    /// Frees what was read.
    pub fn clear(&mut self) {
        self.pieces = Vec::new();
    }

    /// The file's first bytes: 16, or all if there are fewer.
    pub fn start(&self) -> Step<&[u8]> {
        self.get(0, self.size.min(16) as usize)
    }

    /// Bytes of the file.
    ///
    /// [`ProbeError::Truncated`] if the file ends before, [`ProbeError::TooScattered`] if too much has been read.
    pub fn get(&self, at: u64, len: usize) -> Step<&[u8]> {
        let fail = |error| Err(Stop::Fail(error));
        let Some(end) = at.checked_add(len as u64).filter(|end| *end <= self.size) else {
            return fail(ProbeError::Truncated);
        };
        self.looks.set(self.looks.get() + 1);
        if self.looks.get() > LOOKS {
            return fail(ProbeError::TooScattered);
        }
        // The last piece first: a parser mostly goes on where it is.
        for (start, piece) in self.pieces.iter().rev() {
            let inside = at.checked_sub(*start).and_then(|from| piece.get(from as usize..from as usize + len));
            if let Some(bytes) = inside {
                return Ok(bytes);
            }
        }
        if len as u64 > LIMIT - self.read || self.pieces.len() >= READS {
            return fail(ProbeError::TooScattered);
        }
        // Nothing is asked for an empty file: it has nothing to give.
        if len == 0 { Ok(&[]) } else { Err(Stop::Need(at..end)) }
    }

    /// So many of the file's last bytes, or all if there are fewer, and where they begin.
    pub fn tail(&self, len: u64) -> Step<(u64, &[u8])> {
        let start = self.size.saturating_sub(len);
        Ok((start, self.get(start, (self.size - start) as usize)?))
    }

    /// As many bytes from here on as these functions say, big-endian.
    pub fn u16(&self, at: u64) -> Step<u16> {
        Ok(self.number(at, 2)? as u16)
    }

    pub fn u32(&self, at: u64) -> Step<u32> {
        Ok(self.number(at, 4)? as u32)
    }

    pub fn u64(&self, at: u64) -> Step<u64> {
        self.number(at, 8)
    }

    /// A big-endian number of up to eight bytes.
    pub fn number(&self, at: u64, len: usize) -> Step<u64> {
        Ok(self.get(at, len.min(8))?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
    }

    /// What is read instead of these bytes: them and some that follow, within the file and the limit.
    pub fn widen(&self, range: Range<u64>) -> Range<u64> {
        let len = (range.end - range.start).max(if range.start == 0 { FIRST } else { WINDOW });
        range.start..range.start.saturating_add(len.min(LIMIT - self.read)).min(self.size)
    }
}

/// What does without: `None` if it can't be read. Bytes that are only missing yet are asked for all the same.
pub(super) fn optional<T>(step: Step<T>) -> Step<Option<T>> {
    match step {
        Ok(value) => Ok(Some(value)),
        Err(Stop::Fail(_)) => Ok(None),
        Err(need) => Err(need),
    }
}
