//! Element after element.

use std::ops::Range;

use crate::probe::source::{Source, Step};

/// The elements in a part of the file.
pub(super) struct Elements {
    at: u64,
    end: u64,
}

/// An element.
pub(super) struct Element {
    /// With the bits that say how long it is.
    pub id: u32,
    pub body: Range<u64>,
    /// Its size is not known: it ends where what it is in does, or where an element of a higher level begins.
    pub endless: bool,
}

impl Element {
    /// Bytes of its content.
    pub fn len(&self) -> usize {
        usize::try_from(self.body.end - self.body.start).unwrap_or(usize::MAX)
    }
}

impl Elements {
    pub fn new(range: Range<u64>) -> Self {
        Self { at: range.start, end: range.end }
    }

    /// The next element. `None` at the end, and before what can't be one. One that reaches past the end is cut there.
    pub fn next(&mut self, source: &Source) -> Step<Option<Element>> {
        if self.at >= self.end {
            return Ok(None);
        }
        let first = source.get(self.at, 1)?[0];
        let id_length = 1 + u64::from(first.leading_zeros());
        let size_at = self.at + id_length;
        if id_length > 4 || size_at >= self.end {
            self.at = self.end;
            return Ok(None);
        }
        let id = source.number(self.at, id_length as usize)? as u32;
        let first = source.get(size_at, 1)?[0];
        let size_length = 1 + u64::from(first.leading_zeros());
        let start = size_at + size_length;
        if size_length > 8 || start > self.end {
            self.at = self.end;
            return Ok(None);
        }
        let all = (1 << (7 * size_length)) - 1;
        let size = source.number(size_at, size_length as usize)? & all;
        let endless = size == all;
        let end = if endless { self.end } else { start.saturating_add(size).min(self.end) };
        self.at = end;
        Ok(Some(Element { id, body: start..end, endless }))
    }
}

/// A number in up to eight bytes. No bytes are 0.
pub(super) fn unsigned(source: &Source, element: &Element) -> Step<u64> {
    source.number(element.body.start, element.len())
}

/// A number in four or eight bytes; 0 in any others.
pub(super) fn float(source: &Source, element: &Element) -> Step<f64> {
    let bits = unsigned(source, element)?;
    Ok(match element.len() {
        4 => f64::from(f32::from_bits(bits as u32)),
        8 => f64::from_bits(bits),
        _ => 0.0,
    })
}
