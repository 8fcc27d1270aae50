//! Just enough of the MP4 file format (ISO/IEC 14496-12) to see whether a file was cut off, and to read codec strings.

use std::{
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
};

/// What the boxes at the top of a file say about whether it is whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wholeness {
    /// It does not begin as MP4 or MOV files do.
    OtherFormat,
    /// Every box ends within the file, and there is a `moov`.
    Whole,
    /// A box reaches past the end of the file, or there is no `moov`.
    CutOff,
}

/// The boxes that files of this family begin with.
const FIRST: [&[u8; 4]; 9] = [b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"uuid"];

/// Walks the boxes at the top of a file: a few bytes of each are read.
///
/// # Errors
/// Where the file can't be read.
pub fn wholeness(file: &mut (impl Read + Seek)) -> io::Result<Wholeness> {
    let end = file.seek(SeekFrom::End(0))?;
    let (mut at, mut moov) = (0, false);
    while at < end {
        file.seek(SeekFrom::Start(at))?;
        let mut header = [0; 16];
        let read = read_up_to(file, &mut header)?;
        let kind: [u8; 4] = header[4..8].try_into().unwrap_or_default();
        if at == 0 && !(read >= 8 && FIRST.contains(&&kind)) {
            return Ok(Wholeness::OtherFormat);
        }
        let plain = kind.iter().all(|byte| byte.is_ascii_graphic() || *byte == b' ' || *byte == 0xa9);
        if read < 8 || !plain {
            // Neither a box nor the middle of one: players ignore what follows the last box.
            break;
        }
        moov |= &kind == b"moov";
        let size = match u32::from_be_bytes([header[0], header[1], header[2], header[3]]) {
            0 => break,
            1 => u64::from_be_bytes(header[8..16].try_into().unwrap_or_default()),
            size => u64::from(size),
        };
        if size < 8 {
            break;
        }
        at = at.saturating_add(size);
        if at > end {
            return Ok(Wholeness::CutOff);
        }
    }
    Ok(if moov { Wholeness::Whole } else { Wholeness::CutOff })
}

fn read_up_to(file: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut read = 0;
    while read < buffer.len() {
        match file.read(&mut buffer[read..])? {
            0 => break,
            more => read += more,
        }
    }
    Ok(read)
}

/// The RFC 6381 codec string of the track in an init segment (`avc1.64001e`, `mp4a.40.2`), if it is H.264 or AAC.
pub fn codec_string(init: &[u8]) -> Option<String> {
    if let Some(body) = find(init, b"avcC") {
        // AVCDecoderConfigurationRecord (ISO/IEC 14496-15): version, profile, compatibility, level.
        let &[_, profile, compatibility, level, ..] = body else { return None };
        return Some(format!("avc1.{profile:02x}{compatibility:02x}{level:02x}"));
    }
    let body = find(init, b"esds")?;
    audio_object_type(body).map(|object| format!("mp4a.40.{object}"))
}

/// When the first and the last frame of a segment are shown, in seconds of the track's time.
///
/// Decoding times would not do: where frames come at their own times, those of two encodings of them differ.
///
/// # Errors
/// Where it can't be read, or the init segment or the segment is none.
pub fn segment_span(init: &[u8], segment: &mut (impl Read + Seek)) -> io::Result<Range<f64>> {
    let broken = || io::Error::new(io::ErrorKind::InvalidData, "this is no segment");
    let scale = timescale(init).filter(|scale| *scale > 0).ok_or_else(broken)?;
    let duration = find(init, b"trex").and_then(|trex| number(trex, 12)).unwrap_or(0);
    let mut fragment = Fragment { duration, time: 0, span: None };
    let end = segment.seek(SeekFrom::End(0))?;
    let mut at = 0;
    while at + 8 <= end {
        segment.seek(SeekFrom::Start(at))?;
        let mut header = [0; 16];
        read_up_to(segment, &mut header)?;
        let size = match u64::from(number(&header, 0).unwrap_or(0)) {
            1 => u64::from_be_bytes(header[8..16].try_into().unwrap_or_default()),
            size => size,
        };
        if size < 8 || size > end - at {
            return Err(broken());
        }
        if &header[4..8] == b"moof" && size <= LARGEST_MOOF {
            let mut moof = vec![0; size as usize];
            segment.seek(SeekFrom::Start(at))?;
            segment.read_exact(&mut moof)?;
            fragment.read(&moof[8..]).ok_or_else(broken)?;
        }
        at += size;
    }
    let seconds = |ticks: i64| ticks as f64 / f64::from(scale);
    fragment.span.map(|span| seconds(span.start)..seconds(span.end)).ok_or_else(broken)
}

/// Bytes of a fragment's header that are read: up to 16 for each sample.
const LARGEST_MOOF: u64 = 16 << 20;

/// The time units in a second, from the media header.
fn timescale(init: &[u8]) -> Option<u32> {
    let mdhd = find(init, b"mdhd")?;
    number(mdhd, if *mdhd.first()? == 1 { 20 } else { 12 })
}

/// What is known of a track's fragments so far, in its time units.
struct Fragment {
    /// Of a sample that does not say its own.
    duration: u32,
    /// When the next sample is decoded.
    time: i64,
    /// From when to when its frames are shown.
    span: Option<Range<i64>>,
}

impl Fragment {
    /// Reads the boxes within a `moof`.
    fn read(&mut self, boxes: &[u8]) -> Option<()> {
        let mut at = 0;
        while at < boxes.len() {
            let size = number(boxes, at)? as usize;
            let body = boxes.get(at + 8..at + size)?;
            match boxes.get(at + 4..at + 8)? {
                b"traf" => self.read(body)?,
                b"tfhd" => {
                    let flags = number(body, 0)?;
                    // base-data-offset, sample-description-index, then default-sample-duration.
                    if flags & 0x8 != 0 {
                        let before = 8 + if flags & 1 != 0 { 8 } else { 0 } + if flags & 2 != 0 { 4 } else { 0 };
                        self.duration = number(body, before)?;
                    }
                }
                b"tfdt" if *body.first()? == 1 => {
                    self.time = i64::from_be_bytes(body.get(4..12)?.try_into().ok()?);
                }
                b"tfdt" => self.time = i64::from(number(body, 4)?),
                b"trun" => self.run(body)?,
                _ => {}
            }
            at += size;
        }
        Some(())
    }

    /// Reads the samples of a `trun`: of each a duration, a size, flags and a composition offset, where it has them.
    fn run(&mut self, trun: &[u8]) -> Option<()> {
        let (flags, samples) = (number(trun, 0)?, number(trun, 4)?);
        let mut at = 8 + (flags & 0x5).count_ones() as usize * 4;
        for _ in 0..samples {
            let mut field = |flag: u32| {
                let present = flags & flag != 0;
                let value = if present { Some(number(trun, at)?) } else { None };
                at += usize::from(present) * 4;
                Some(value)
            };
            let duration = field(0x100)?.unwrap_or(self.duration);
            field(0x200)?;
            field(0x400)?;
            // Signed in version 1, and never that large in version 0.
            let offset = field(0x800)?.unwrap_or(0).cast_signed();
            let shown = self.time.checked_add(i64::from(offset))?;
            let until = shown.checked_add(i64::from(duration))?;
            let span = self.span.take().unwrap_or(shown..until);
            self.span = Some(span.start.min(shown)..span.end.max(until));
            self.time = self.time.checked_add(i64::from(duration))?;
        }
        Some(())
    }
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

/// The content of the first box of a kind that sits in a sample entry. Its length is checked against the bytes there.
fn find<'a>(init: &'a [u8], kind: &[u8; 4]) -> Option<&'a [u8]> {
    let at = init.windows(4).position(|window| window == kind)?;
    let size = init.get(at.checked_sub(4)?..at)?;
    let size = u32::from_be_bytes(size.try_into().ok()?) as usize;
    init.get(at + 4..at - 4 + size)
}

/// The audio object type of an `esds` box (ISO/IEC 14496-1 §7.2.6, 14496-3 §1.6.2.1).
fn audio_object_type(esds: &[u8]) -> Option<u32> {
    let mut at = 4;
    // ES_Descriptor (3), DecoderConfigDescriptor (4), DecoderSpecificInfo (5): each within the last.
    for (tag, fields) in [(3, 3), (4, 13), (5, 0)] {
        if *esds.get(at)? != tag {
            return None;
        }
        at += 1;
        // The length takes one to four bytes, and all but the last have the top bit set.
        while *esds.get(at)? & 0x80 != 0 {
            at += 1;
        }
        at += 1 + fields;
    }
    let (first, second) = (u32::from(*esds.get(at)?), u32::from(*esds.get(at + 1)?));
    Some(match first >> 3 {
        31 => 32 + ((first & 7) << 3 | second >> 5),
        object => object,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::io::Cursor;

    use super::*;

    fn boxed(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
        let size = u32::try_from(body.len() + 8).unwrap();
        [&size.to_be_bytes(), kind.as_slice(), body].concat()
    }

    #[test]
    fn a_file_is_whole_where_all_its_boxes_end_within_it() {
        let whole = [boxed(b"ftyp", b"isom"), boxed(b"mdat", &[0; 100]), boxed(b"moov", &[0; 50])].concat();
        let of = |bytes: &[u8]| wholeness(&mut Cursor::new(bytes)).unwrap();
        assert_eq!(of(&whole), Wholeness::Whole);
        assert_eq!(of(&[whole.as_slice(), b"\0\0\0\0 trailing bytes"].concat()), Wholeness::Whole);
        for cut in [16, 50, 119, 130, whole.len() - 1] {
            assert_eq!(of(&whole[..cut]), Wholeness::CutOff, "cut at {cut}");
        }
        assert_eq!(of(b"abc"), Wholeness::OtherFormat);
        assert_eq!(of(b"\x1a\x45\xdf\xa3 matroska"), Wholeness::OtherFormat);
        assert_eq!(of(b""), Wholeness::CutOff);
    }

    #[test]
    fn a_last_box_without_a_size_reaches_to_the_end() {
        let mut file = [boxed(b"ftyp", b"isom"), boxed(b"moov", &[0; 50])].concat();
        file.extend_from_slice(b"\0\0\0\0mdat and then bytes");
        assert_eq!(wholeness(&mut Cursor::new(file)).unwrap(), Wholeness::Whole);
    }

    #[test]
    fn codec_strings_are_read_from_the_sample_entry() {
        let avc = boxed(b"stsd", &boxed(b"avcC", &[1, 0x64, 0x00, 0x1e, 0xff]));
        assert_eq!(codec_string(&avc).unwrap(), "avc1.64001e");
        let esds = |specific: &[u8]| {
            let mut body = vec![0, 0, 0, 0, 3, 0x80, 0x80, 0x80, 37, 0, 1, 0, 4, 0x80, 0x80, 0x80, 23];
            body.extend_from_slice(&[0x40; 13]);
            body.extend_from_slice(&[5, 0x80, 0x80, 0x80, 2]);
            body.extend_from_slice(specific);
            boxed(b"esds", &body)
        };
        assert_eq!(codec_string(&esds(&[0x11, 0x90])).unwrap(), "mp4a.40.2");
        assert_eq!(codec_string(&esds(&[0x2b, 0x92])).unwrap(), "mp4a.40.5");
        assert_eq!(codec_string(&esds(&[0xf9, 0x46])).unwrap(), "mp4a.40.42");
    }

    #[test]
    fn a_segment_lasts_from_its_first_frame_to_the_end_of_its_last() {
        let mdhd = boxed(b"mdhd", &[[0; 12].as_slice(), &1000_u32.to_be_bytes()].concat());
        let words = |words: &[u32]| words.iter().flat_map(|word| word.to_be_bytes()).collect::<Vec<_>>();
        let span = |traf: &[Vec<u8>]| {
            let moof = boxed(b"moof", &boxed(b"traf", &traf.concat()));
            let segment = [boxed(b"styp", b"msdh"), moof, boxed(b"mdat", &[0; 10])].concat();
            segment_span(&mdhd, &mut Cursor::new(segment))
        };
        let at = |time| boxed(b"tfdt", &words(&[0, time]));
        // A data offset and the first one's flags; then durations and sizes of three samples.
        let each = boxed(b"trun", &words(&[0x305, 3, 0, 0, 100, 7, 200, 7, 300, 7]));
        assert_eq!(span(&[at(4000), each]).unwrap(), 4.0..4.6);
        let all = [boxed(b"tfhd", &words(&[0x8, 1, 40])), at(0), boxed(b"trun", &words(&[0x1, 25, 0]))];
        assert_eq!(span(&all).unwrap(), 0.0..1.0);
        // The second is shown last, the third first of both.
        let shuffled = boxed(b"trun", &words(&[0x0100_0900, 3, 100, 0, 100, 100, 100, 100_u32.wrapping_neg()]));
        assert_eq!(span(&[at(1000), shuffled]).unwrap(), 1.0..1.3);
        let lying = boxed(b"trun", &words(&[0x100, 1_000_000, 0]));
        assert!(span(&[at(0), lying]).is_err());
        assert!(span(&[at(0)]).is_err(), "no samples");
    }

    #[test]
    fn no_bytes_make_it_panic() {
        for bytes in [&b"avcC"[..], b"\0\0\0\0avcC", b"\xff\xff\xff\xffavcC", b"\0\0\0\x09esds\0", b""] {
            assert_eq!(codec_string(bytes), None);
        }
    }
}
