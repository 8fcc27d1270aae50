//! Whether the bytes that came for a segment of CMAF can be one: before they reach a decoder, which may swallow what is
//! damaged and say nothing.
//!
//! Only the boxes are looked at (ISO/IEC 14496-12, 4.2), not what is in them.

/// What the bytes look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A row of boxes, to the last byte.
    Whole,
    /// It breaks off within a box. A decoder may make something of it.
    Short,
    /// These are no boxes.
    Broken,
}

/// Looks over a media segment or an init segment of so many bytes. `read` gives 16 of them from a position on; what it
/// gives for beyond the end does not matter. So the segment itself stays where it is.
pub fn shape(length: u64, mut read: impl FnMut(u64) -> [u8; 16]) -> Shape {
    let mut at = 0;
    while at < length {
        let left = length - at;
        if left < 8 {
            return Shape::Short;
        }
        let (kind, size) = header(read(at));
        // Four-character codes are printable (mp4ra.org); QuickTime's have a © as well.
        if !kind.iter().all(|byte| matches!(byte, 0x20..=0x7e | 0xa9)) {
            return Shape::Broken;
        }
        match size {
            // To the end of the file.
            Some(0) => return Shape::Whole,
            Some(size) if size <= left => at += size,
            Some(_) => return Shape::Short,
            None => return Shape::Broken,
        }
    }
    // Nothing at all is no segment.
    if length == 0 { Shape::Short } else { Shape::Whole }
}

/// The kind of the box that begins so, and its length: 0 for all that follows, `None` for one that can't be.
fn header(bytes: [u8; 16]) -> ([u8; 4], Option<u64>) {
    let [a, b, c, d, kind @ .., _, _, _, _, _, _, _, _] = bytes;
    let [_, _, _, _, _, _, _, _, large @ ..] = bytes;
    let size = match u32::from_be_bytes([a, b, c, d]) {
        // Its length follows in 64 bits.
        1 => Some(u64::from_be_bytes(large)).filter(|size| *size >= 16),
        size => Some(u64::from(size)).filter(|size| *size == 0 || *size >= 8),
    };
    (kind, size)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shape(bytes: &[u8]) -> Shape {
        super::shape(bytes.len() as u64, |at| {
            let mut head = [0; 16];
            let rest = &bytes[at as usize..];
            let length = rest.len().min(16);
            head[..length].copy_from_slice(&rest[..length]);
            head
        })
    }

    fn boxed(kind: &[u8; 4], content: usize) -> Vec<u8> {
        [&((content + 8) as u32).to_be_bytes(), kind.as_slice(), &vec![0xff; content]].concat()
    }

    fn segment() -> Vec<u8> {
        [boxed(b"styp", 16), boxed(b"sidx", 44), boxed(b"moof", 200), boxed(b"mdat", 5000)].concat()
    }

    #[test]
    fn what_packagers_write_is_whole() {
        let large = [&1_u32.to_be_bytes(), b"mdat".as_slice(), &20_u64.to_be_bytes(), &[0; 4]].concat();
        let to_the_end = [&0_u32.to_be_bytes(), b"mdat".as_slice(), &[7; 99]].concat();
        for bytes in [
            segment(),
            [boxed(b"moof", 100), boxed(b"mdat", 0)].concat(),
            [segment(), segment()].concat(),
            [boxed(b"ftyp", 20), boxed(b"moov", 600)].concat(),
            [boxed(b"moof", 100), large].concat(),
            [boxed(b"moof", 100), to_the_end].concat(),
            boxed(b"\xa9too", 4),
        ] {
            assert_eq!(shape(&bytes), Shape::Whole, "{bytes:x?}");
        }
    }

    #[test]
    fn what_is_no_segment_is_broken() {
        let page = b"<!doctype html><title>Not found</title><p>There is nothing here.".as_slice();
        let noise: Vec<u8> = (0..5000_u32).map(|at| (at.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let tiny = [&5_u32.to_be_bytes(), b"moof".as_slice()].concat();
        let tiny_large = [&1_u32.to_be_bytes(), b"mdat".as_slice(), &9_u64.to_be_bytes()].concat();
        for bytes in [noise.as_slice(), &tiny, &tiny_large] {
            assert_eq!(shape(bytes), Shape::Broken);
        }
        assert_ne!(shape(page), Shape::Whole);
        assert_eq!(shape(b""), Shape::Short);
    }

    proptest! {
        #[test]
        fn wherever_it_is_cut_within_a_box_it_is_short(cut in 1..5_300_usize) {
            let whole = segment();
            let boundaries = [0, 24, 76, 284];
            let expected = if boundaries.contains(&cut) || cut >= whole.len() { Shape::Whole } else { Shape::Short };
            prop_assert_eq!(shape(&whole[..cut.min(whole.len())]), expected);
        }

        #[test]
        fn no_bytes_are_too_much_for_it(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = shape(&bytes);
        }
    }
}
