//! Fragments that Media Source Extensions refuse, put right.
//!
//! A track fragment may say where its data is counted from by a position in the file (`base-data-offset`). Inside a
//! stream there is no such position, and MSE's byte stream format for ISO BMFF (section 4) takes that for an error;
//! players that read files do not mind. Packagers of some years ago, ffmpeg among them, wrote it all the same. Where
//! the position is the fragment's own, `default-base-is-moof` says the same.

/// `base-data-offset-present`, ISO/IEC 14496-12, 8.8.7.
const BASE_DATA_OFFSET: u32 = 0x1;
/// `default-base-is-moof`.
const BASE_IS_MOOF: u32 = 0x02_0000;
/// `data-offset-present`, 8.8.8.
const DATA_OFFSET: u32 = 0x1;

/// Where a box lies in what holds it, its header included.
#[derive(Clone, Copy)]
struct Place {
    start: usize,
    end: usize,
    kind: [u8; 4],
}

/// How long the box is that begins here, and whether it is a `moof`: from its first eight bytes.
pub fn header(bytes: &[u8]) -> Option<(usize, bool)> {
    let place = boxes(bytes, 0).next_header()?;
    Some((place.end, &place.kind == b"moof"))
}

/// Puts a whole `moof` right, in place: it stays as long as it is. Gives whether there was anything to do.
pub fn rebase(moof: &mut [u8]) -> bool {
    let length = moof.len();
    let mut changed = false;
    let fragments: Vec<Place> = boxes(moof, 8).filter(|place| &place.kind == b"traf").collect();
    for traf in fragments {
        let Some(inner) = moof.get(..traf.end) else { break };
        let children: Vec<Place> = boxes(inner, traf.start + 8).collect();
        let of = |kind: &'static [u8; 4]| children.iter().filter(move |place| &place.kind == kind);
        // Counted from the fragment itself, the first sample is behind its end and the header of `mdat`.
        let mut from_itself = of(b"trun").map(|trun| {
            let has_offset = number(moof, trun.start + 8).is_some_and(|flags| flags & DATA_OFFSET != 0);
            has_offset && number(moof, trun.start + 16).is_some_and(|offset| offset as usize >= length + 8)
        });
        if !from_itself.next().unwrap_or(false) || !from_itself.all(|from| from) {
            continue;
        }
        for &tfhd in of(b"tfhd") {
            changed |= drop_base(moof, tfhd).is_some();
        }
    }
    changed
}

/// Takes the position out of a `tfhd`. The eight bytes that come free become a box that nobody reads.
fn drop_base(moof: &mut [u8], tfhd: Place) -> Option<()> {
    let flags = number(moof, tfhd.start + 8)?;
    if flags & BASE_DATA_OFFSET == 0 || tfhd.end < tfhd.start + 24 {
        return None;
    }
    let size = (tfhd.end - tfhd.start - 8) as u32;
    moof.copy_within(tfhd.start + 24..tfhd.end, tfhd.start + 16);
    put(moof, tfhd.start, size);
    put(moof, tfhd.start + 8, flags & !BASE_DATA_OFFSET | BASE_IS_MOOF);
    put(moof, tfhd.end - 8, 8);
    moof.get_mut(tfhd.end - 4..tfhd.end)?.copy_from_slice(b"free");
    Some(())
}

struct Boxes<'a> {
    bytes: &'a [u8],
    at: usize,
}

fn boxes(bytes: &[u8], at: usize) -> Boxes<'_> {
    Boxes { bytes, at }
}

impl Boxes<'_> {
    /// The next box, whether or not all of it is there.
    fn next_header(&self) -> Option<Place> {
        let size = number(self.bytes, self.at)? as usize;
        let kind = self.bytes.get(self.at + 4..self.at + 8)?.try_into().ok()?;
        // 0 and 1 stand for "up to the end" and "64 bits": no part of a fragment is that large.
        (size >= 8).then(|| Place { start: self.at, end: self.at.saturating_add(size), kind })
    }
}

impl Iterator for Boxes<'_> {
    type Item = Place;

    fn next(&mut self) -> Option<Place> {
        let place = self.next_header().filter(|place| place.end <= self.bytes.len())?;
        self.at = place.end;
        Some(place)
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

fn put(bytes: &mut [u8], at: usize, number: u32) {
    if let Some(place) = bytes.get_mut(at..at + 4) {
        place.copy_from_slice(&number.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn a_box(kind: &[u8; 4], content: &[&[u8]]) -> Vec<u8> {
        let content = content.concat();
        [&(content.len() as u32 + 8).to_be_bytes()[..], kind, &content].concat()
    }

    /// With a sample's default duration and size, as ffmpeg 4 writes it; and where the first sample is.
    fn moof(tfhd_flags: u32, base: &[u8], data_offset: u32) -> Vec<u8> {
        let tfhd =
            a_box(b"tfhd", &[&tfhd_flags.to_be_bytes(), &1_u32.to_be_bytes(), base, &[0, 0, 1, 144], &[0, 0, 2, 0]]);
        let tfdt = a_box(b"tfdt", &[&[0; 8]]);
        let trun = a_box(
            b"trun",
            &[&0x201_u32.to_be_bytes(), &1_u32.to_be_bytes(), &data_offset.to_be_bytes(), &[0, 0, 2, 0]],
        );
        let traf = a_box(b"traf", &[&tfhd, &tfdt, &trun]);
        a_box(b"moof", &[&a_box(b"mfhd", &[&[0; 8]]), &traf])
    }

    #[test]
    fn a_position_in_the_file_becomes_the_fragments_own() {
        let base = 54_751_u64.to_be_bytes();
        let length = moof(0x19, &base, 0).len() as u32;
        let mut fragment = moof(0x19, &base, length + 8);

        assert!(rebase(&mut fragment));

        let mut right = moof(0x02_0018, &[], length + 8);
        // The same with a free box behind the `tfhd`, and that much longer all around.
        let behind_tfhd = 8 + 16 + 8 + 24;
        let free = a_box(b"free", &[]);
        right.splice(behind_tfhd..behind_tfhd, free);
        put(&mut right, 0, length);
        let traf = number(&right, 24).unwrap() + 8;
        put(&mut right, 24, traf);
        assert_eq!(fragment, right);
        assert!(!rebase(&mut fragment), "once");
    }

    #[test]
    fn what_is_right_or_counted_from_elsewhere_stays() {
        let right = moof(0x02_0018, &[], 200);
        let elsewhere = moof(0x19, &54_751_u64.to_be_bytes(), 16);
        for fragment in [right, elsewhere] {
            let mut copy = fragment.clone();
            assert!(!rebase(&mut copy));
            assert_eq!(copy, fragment);
        }
    }

    #[test]
    fn a_header_tells_what_begins_and_how_long_it_is() {
        assert_eq!(header(&moof(0x18, &[], 0)[..8]), Some((96, true)));
        assert_eq!(header(&a_box(b"mdat", &[&[0; 100]])[..8]), Some((108, false)));
        assert_eq!(header(&[0, 0, 0, 1, b'm', b'd', b'a', b't']), None);
        assert_eq!(header(&[0, 0, 0]), None);
    }

    proptest! {
        #[test]
        fn whatever_comes_its_length_stays(
            mut bytes in prop::collection::vec(prop_oneof![Just(0_u8), Just(8), Just(16), any::<u8>()], 0..300),
        ) {
            let length = bytes.len();
            let _ = (header(&bytes), rebase(&mut bytes));
            prop_assert_eq!(bytes.len(), length);
        }

        #[test]
        fn damaged_fragments_do_no_harm(at in 0..116_usize, byte: u8) {
            let mut fragment = moof(0x19, &[0; 8], 200);
            if let Some(place) = fragment.get_mut(at) {
                *place = byte;
            }
            rebase(&mut fragment);
        }
    }
}
