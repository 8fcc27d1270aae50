//! `Range` (RFC 9110, 14.2), as far as players use it: one range of bytes.

use std::ops::Range;

/// What of a file is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of it: nothing else was said, or something that RFC 9110 lets a server pass over.
    All,
    /// These bytes.
    Part(Range<u64>),
    /// Bytes that the file does not have.
    Unsatisfiable,
}

/// Reads the header for a file of `size` bytes. Several ranges are answered by the whole file, as the RFC allows.
pub fn wanted(header: &str, size: u64) -> Wanted {
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // More digits than fit are more bytes than there are.
        digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    let Some((first, last)) = header.trim().strip_prefix("bytes=").and_then(|range| range.split_once('-')) else {
        return Wanted::All;
    };
    let range = match (number(first), number(last)) {
        (Some(first), Some(last)) if first <= last => first..last.saturating_add(1).min(size),
        (Some(first), None) if last.is_empty() => first..size,
        (None, Some(count)) if first.is_empty() && count > 0 => size.saturating_sub(count)..size,
        (None, Some(_)) if first.is_empty() => return Wanted::Unsatisfiable,
        _ => return Wanted::All,
    };
    if range.is_empty() { Wanted::Unsatisfiable } else { Wanted::Part(range) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_is_read_and_everything_else_is_the_whole() {
        use Wanted::{All, Part, Unsatisfiable};
        for (header, expected) in [
            ("bytes=0-0", Part(0..1)),
            ("bytes=2-4", Part(2..5)),
            ("bytes=2-", Part(2..10)),
            ("bytes=-3", Part(7..10)),
            ("bytes=-30", Part(0..10)),
            ("bytes=2-99999999999999999999999", Part(2..10)),
            ("bytes=10-", Unsatisfiable),
            ("bytes=10-12", Unsatisfiable),
            ("bytes=-0", Unsatisfiable),
            ("bytes=4-2", All),
            ("bytes=0-1,4-5", All),
            ("bytes=a-b", All),
            ("bytes=-", All),
            ("items=0-1", All),
            ("", All),
        ] {
            assert_eq!(wanted(header, 10), expected, "{header}");
        }
        assert_eq!(wanted("bytes=0-", 0), Unsatisfiable);
        assert_eq!(wanted("bytes=-5", 0), Unsatisfiable);
    }
}
