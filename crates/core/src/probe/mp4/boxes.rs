//! Box after box.

use std::ops::Range;

use crate::probe::source::{Source, Step};

/// The four letters of a box.
pub(super) type Kind = [u8; 4];

/// The boxes in a part of the file: at its top, or within another box.
pub(super) struct Boxes {
    at: u64,
    end: u64,
    cut_off: bool,
}

impl Boxes {
    pub fn new(range: Range<u64>) -> Self {
        Self { at: range.start, end: range.end, cut_off: false }
    }

    /// The next box, and where its content is. `None` at the end, and before what can't be a box: players pass over
    /// what follows then, and so do we.
    pub fn next(&mut self, source: &Source) -> Step<Option<(Kind, Range<u64>)>> {
        let left = self.end.saturating_sub(self.at);
        if left < 8 {
            return Ok(None);
        }
        let at = self.at;
        let header = source.get(at, 8)?;
        let kind = [header[4], header[5], header[6], header[7]];
        let plain = kind.iter().all(|byte| matches!(byte, 0x20..0x7f | 0xa9));
        let (length, size) = match source.u32(at)? {
            0 => (8, left),
            // A size of 64 bits follows the letters.
            1 if left >= 16 => (16, source.u64(at + 8)?),
            size => (8, u64::from(size)),
        };
        if size < length || !plain {
            self.at = self.end;
            return Ok(None);
        }
        self.cut_off = size > left;
        let end = at + size.min(left);
        self.at = end;
        Ok(Some((kind, at + length..end)))
    }

    /// Whether the last box reaches past the end of what it is in.
    pub fn cut_off(&self) -> bool {
        self.cut_off
    }
}

/// The first box of a kind.
pub(super) fn find(source: &Source, range: Range<u64>, wanted: &Kind) -> Step<Option<Range<u64>>> {
    let mut boxes = Boxes::new(range);
    while let Some((kind, body)) = boxes.next(source)? {
        if kind == *wanted {
            return Ok(Some(body));
        }
    }
    Ok(None)
}
