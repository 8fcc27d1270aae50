//! Which bytes of a file tell it from another one: head, tail, and slices between them.
//!
//! Files of one camera agree in their heads, and a file that was cut anew may agree in its tail; but two videos of the
//! same size that agree in all of these places are one.

use std::ops::Range;

/// Bytes: no sample is longer, however long the file.
pub const LONGEST: u64 = 1 << 20;
/// Bytes at the beginning and at the end, where containers keep what describes the file.
const EDGE: u64 = 256 << 10;
/// Slices between head and tail.
const SLICES: u64 = 8;
/// Bytes of such a slice.
const SLICE: u64 = (LONGEST - 2 * EDGE) / SLICES;

/// The ranges to read, in their order: they do not overlap.
pub fn ranges(size: u64) -> Vec<Range<u64>> {
    let mut ranges = Vec::new();
    if size <= LONGEST {
        if size > 0 {
            ranges.push(0..size);
        }
        return ranges;
    }
    let between = size - 2 * EDGE;
    ranges.push(0..EDGE);
    for index in 0..SLICES {
        // The slices lie in the middles of as many equal parts.
        let (parts, part) = (2 * SLICES, 2 * index + 1);
        // In two steps: the product may be more than fits.
        let start = EDGE + between / parts * part + between % parts * part / parts - SLICE / 2;
        ranges.push(start..start + SLICE);
    }
    ranges.push(size - EDGE..size);
    ranges
}

/// A hash of the sample for pages without WebCrypto, which are those on plain HTTP: FNV-1a with 64 bits. It tells a
/// user's files apart; it withstands no one who makes files that agree.
pub fn plain_hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_small_file_is_read_as_a_whole() {
        for size in [1, LONGEST] {
            assert_eq!(ranges(size).as_slice(), std::slice::from_ref(&(0..size)));
        }
        assert!(ranges(0).is_empty());
    }

    #[test]
    fn of_a_large_file_head_tail_and_eight_slices_are_read() {
        let ranges = ranges(268_435_456);

        assert_eq!(ranges.len(), 10);
        assert_eq!((ranges[0].clone(), ranges[9].clone()), (0..262_144, 268_173_312..268_435_456));
        assert_eq!(ranges[4].end - ranges[4].start, 65_536);
    }

    proptest! {
        #[test]
        fn a_sample_is_ordered_within_the_file_and_never_longer_than_a_mebibyte(size in 1..u64::MAX / 4) {
            let ranges = ranges(size);

            prop_assert!(ranges.windows(2).all(|pair| pair[0].end <= pair[1].start), "{ranges:?}");
            prop_assert!(ranges.iter().all(|range| range.start < range.end));
            prop_assert_eq!((ranges[0].start, ranges[ranges.len() - 1].end), (0, size));
            prop_assert_eq!(ranges.iter().map(|range| range.end - range.start).sum::<u64>(), size.min(LONGEST));
        }

        #[test]
        fn sizes_just_over_the_limit_are_sampled_too(over in 1..LONGEST) {
            let ranges = ranges(LONGEST + over);

            prop_assert!(ranges.windows(2).all(|pair| pair[0].end <= pair[1].start), "{ranges:?}");
        }
    }

    #[test]
    fn the_plain_hash_is_fnv_1a() {
        // The vectors of the algorithm's authors.
        assert_eq!(plain_hash(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(plain_hash(b"foobar"), 0x8594_4171_f739_67e8);
    }
}
