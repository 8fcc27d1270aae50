//! Sample entries: which codec a track is in, and the shape of its picture.

use std::ops::Range;

use super::boxes::{Boxes, find};
use crate::probe::{
    codec,
    header::Kind,
    source::{Source, Step, optional},
};

#[derive(Default)]
pub(super) struct Entry {
    pub codec: String,
    pub picture: Option<Shape>,
}

pub(super) struct Shape {
    pub width: u32,
    pub height: u32,
    /// Width and height of a pixel.
    pub spacing: (u32, u32),
}

/// Bytes of a visual sample entry before the boxes in it.
const VISUAL: u64 = 78;

/// Bytes of an audio sample entry before the boxes in it.
const AUDIO: u64 = 28;

/// The first entry of an `stsd`.
pub(super) fn read(source: &Source, stsd: Range<u64>, track: Kind) -> Step<Entry> {
    let mut boxes = Boxes::new(stsd.start.saturating_add(8)..stsd.end);
    let Some((name, body)) = boxes.next(source)? else { return Ok(Entry::default()) };
    let plain = codec::plain(&name);
    // An entry that can't be read to its end still names its codec.
    let (codec, picture) = match track {
        Kind::Video => (optional(video(source, &name, body.clone()))?, optional(shape(source, body))?.flatten()),
        Kind::Audio => (optional(audio(source, &name, body))?, None),
        Kind::Other => (None, None),
    };
    Ok(Entry { codec: codec.flatten().unwrap_or(plain), picture })
}

fn shape(source: &Source, entry: Range<u64>) -> Step<Option<Shape>> {
    let (width, height) = (u32::from(source.u16(entry.start + 24)?), u32::from(source.u16(entry.start + 26)?));
    if width == 0 || height == 0 {
        return Ok(None);
    }
    let spacing = match find(source, entry.start + VISUAL..entry.end, b"pasp")? {
        Some(pasp) => (source.u32(pasp.start)?, source.u32(pasp.start + 4)?),
        None => (1, 1),
    };
    Ok(Some(Shape { width, height, spacing }))
}

fn video(source: &Source, name: &[u8; 4], entry: Range<u64>) -> Step<Option<String>> {
    let record: &[u8; 4] = match name {
        b"avc1" | b"avc3" => b"avcC",
        b"hvc1" | b"hev1" => b"hvcC",
        b"vp09" => b"vpcC",
        b"av01" => b"av1C",
        b"vp08" => return Ok(Some("vp8".to_owned())),
        _ => return Ok(None),
    };
    let Some(record) = find(source, entry.start + VISUAL..entry.end, record)? else { return Ok(None) };
    let name = codec::plain(name);
    Ok(Some(match name.as_str() {
        "avc1" | "avc3" => codec::avc(source, record.start, &name)?,
        "vp09" => codec::vp9(source, record.start + 4)?,
        "av01" => codec::av1(source, record.start)?,
        _ => codec::hevc(source, record.start, &name)?,
    }))
}

fn audio(source: &Source, name: &[u8; 4], entry: Range<u64>) -> Step<Option<String>> {
    match name {
        b"mp4a" => {}
        b"Opus" => return Ok(Some("opus".to_owned())),
        b"fLaC" => return Ok(Some("flac".to_owned())),
        b".mp3" => return Ok(Some("mp3".to_owned())),
        _ => return Ok(None),
    }
    // QuickTime's versions 1 and 2 have more fields.
    let more = match source.u16(entry.start + 8)? {
        1 => 16,
        2 => 36,
        _ => 0,
    };
    let mut boxes = Boxes::new(entry.start + AUDIO + more..entry.end);
    while let Some((kind, body)) = boxes.next(source)? {
        match &kind {
            b"esds" => return elementary(source, body),
            // QuickTime wraps it.
            b"wave" => match find(source, body, b"esds")? {
                Some(body) => return elementary(source, body),
                None => continue,
            },
            _ => {}
        }
    }
    Ok(None)
}

/// The codec in an `esds`: an ES_Descriptor in a full box (ISO/IEC 14496-1 § 7.2.6.5).
fn elementary(source: &Source, esds: Range<u64>) -> Step<Option<String>> {
    let Some((3, stream)) = descriptor(source, esds.start.saturating_add(4))? else { return Ok(None) };
    let flags = source.get(stream + 2, 1)?[0];
    let mut at = stream + 3;
    if flags & 0x80 != 0 {
        at += 2;
    }
    if flags & 0x40 != 0 {
        at += 1 + u64::from(source.get(at, 1)?[0]);
    }
    if flags & 0x20 != 0 {
        at += 2;
    }
    let Some((4, config)) = descriptor(source, at)? else { return Ok(None) };
    Ok(match source.get(config, 1)?[0] {
        0x40 => match descriptor(source, config + 13)? {
            Some((5, specific)) => Some(codec::aac(source, specific)?),
            _ => None,
        },
        object => Some(format!("mp4a.{object:02X}")),
    })
}

/// The tag of a descriptor, and where its content begins. Its length takes one to four bytes.
fn descriptor(source: &Source, at: u64) -> Step<Option<(u8, u64)>> {
    let tag = source.get(at, 1)?[0];
    for length in 1..=4 {
        if source.get(at + length, 1)?[0] & 0x80 == 0 {
            return Ok(Some((tag, at + length + 1)));
        }
    }
    Ok(None)
}
