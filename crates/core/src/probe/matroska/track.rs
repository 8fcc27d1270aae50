//! Tracks: their codec, and the shape of their picture.

use std::ops::Range;

use super::element::{Element, Elements, float, unsigned};
use crate::probe::{
    codec,
    header::{Kind, Picture, Track, ratio},
    source::{Source, Step, optional},
};

const TRACK_TYPE: u32 = 0x83;
const CODEC_ID: u32 = 0x86;
const CODEC_PRIVATE: u32 = 0x63a2;
const DEFAULT_DURATION: u32 = 0x23_e383;
const VIDEO: u32 = 0xe0;
const PIXEL_WIDTH: u32 = 0xb0;
const PIXEL_HEIGHT: u32 = 0xba;
const CROP_BOTTOM: u32 = 0x54aa;
const CROP_TOP: u32 = 0x54bb;
const CROP_LEFT: u32 = 0x54cc;
const CROP_RIGHT: u32 = 0x54dd;
const DISPLAY_WIDTH: u32 = 0x54b0;
const DISPLAY_HEIGHT: u32 = 0x54ba;
const DISPLAY_UNIT: u32 = 0x54b2;
const PROJECTION: u32 = 0x7670;
const POSE_ROLL: u32 = 0x7675;

pub(super) fn read(source: &Source, entry: Range<u64>) -> Step<Track> {
    let (mut kind, mut name, mut private) = (Kind::Other, String::new(), None);
    let (mut each, mut picture) = (0, None);
    let mut elements = Elements::new(entry);
    while let Some(element) = elements.next(source)? {
        match element.id {
            TRACK_TYPE => {
                kind = match unsigned(source, &element)? {
                    1 => Kind::Video,
                    2 => Kind::Audio,
                    _ => Kind::Other,
                }
            }
            CODEC_ID => name = codec::plain(source.get(element.body.start, element.len().min(64))?),
            CODEC_PRIVATE => private = Some(element),
            DEFAULT_DURATION => each = unsigned(source, &element)?,
            VIDEO => picture = video(source, element.body)?,
            _ => {}
        }
    }
    let picture = picture
        .filter(|_| kind == Kind::Video)
        .map(|picture| Picture { frame_rate: (each > 0).then(|| 1e9 / each as f64), ..picture });
    let codec = optional(codec_of(source, &name, private))?.flatten().unwrap_or(name);
    Ok(Track { kind, codec, picture })
}

fn codec_of(source: &Source, name: &str, private: Option<Element>) -> Step<Option<String>> {
    // What CodecPrivate has is what MP4 has in a box of its own. A track may be set up without.
    let private = private.filter(|private| private.len() > 0).map(|private| private.body.start);
    Ok(Some(match (name, private) {
        ("V_MPEG4/ISO/AVC", Some(record)) => codec::avc(source, record, "avc1")?,
        ("V_MPEGH/ISO/HEVC", Some(record)) => codec::hevc(source, record, "hvc1")?,
        ("V_AV1", Some(record)) => codec::av1(source, record)?,
        ("A_AAC", Some(config)) => codec::aac(source, config)?,
        ("V_AV1", None) => "av01".to_owned(),
        ("V_VP8", _) => "vp8".to_owned(),
        ("V_VP9", _) => "vp9".to_owned(),
        ("A_AAC", None) => "mp4a.40.2".to_owned(),
        ("A_OPUS", _) => "opus".to_owned(),
        ("A_VORBIS", _) => "vorbis".to_owned(),
        ("A_FLAC", _) => "flac".to_owned(),
        ("A_MPEG/L3", _) => "mp3".to_owned(),
        ("A_AC3", _) => "ac-3".to_owned(),
        ("A_EAC3", _) => "ec-3".to_owned(),
        _ => return Ok(None),
    }))
}

fn video(source: &Source, body: Range<u64>) -> Step<Option<Picture>> {
    let (mut width, mut height, mut crop_across, mut crop_down) = (0, 0, 0u64, 0u64);
    let (mut display_width, mut display_height, mut unit, mut roll) = (0, 0, 0, 0.0);
    let mut elements = Elements::new(body);
    while let Some(element) = elements.next(source)? {
        let value = unsigned(source, &element)?;
        match element.id {
            PIXEL_WIDTH => width = value,
            PIXEL_HEIGHT => height = value,
            CROP_LEFT | CROP_RIGHT => crop_across = crop_across.saturating_add(value),
            CROP_TOP | CROP_BOTTOM => crop_down = crop_down.saturating_add(value),
            DISPLAY_WIDTH => display_width = value,
            DISPLAY_HEIGHT => display_height = value,
            DISPLAY_UNIT => unit = value,
            PROJECTION => roll = rolled(source, element.body)?,
            _ => {}
        }
    }
    let narrowed = |size: u64, crop: u64| u32::try_from(size.saturating_sub(crop)).ok().filter(|size| *size > 0);
    let (Some(width), Some(height)) = (narrowed(width, crop_across), narrowed(height, crop_down)) else {
        return Ok(None);
    };
    // Units 0 to 3 are pixels, centimetres, inches and a ratio: all tell the shape. 4 is "unknown". A pixel's shape is
    // that of the whole, divided by the numbers of pixels.
    let known = unit <= 3 && display_width > 0 && display_height > 0;
    let sample_aspect = if known {
        ratio(display_width.saturating_mul(u64::from(height)), display_height.saturating_mul(u64::from(width)))
    } else {
        (1, 1)
    };
    Ok(Some(Picture { width, height, sample_aspect, rotation: quarters(roll), frame_rate: None }))
}

/// Degrees, counter-clockwise.
fn rolled(source: &Source, projection: Range<u64>) -> Step<f64> {
    let mut elements = Elements::new(projection);
    while let Some(element) = elements.next(source)? {
        if element.id == POSE_ROLL {
            return float(source, &element);
        }
    }
    Ok(0.0)
}

/// Degrees clockwise, to the next quarter of a turn.
fn quarters(roll: f64) -> u16 {
    let quarters = (-roll / 90.0).round();
    // `as` takes what is no number for 0.
    (quarters as i64).rem_euclid(4) as u16 * 90
}
