//! MP4, MOV and their kin (ISO/IEC 14496-12, QuickTime File Format): the boxes at the top of the file.
//!
//! - `boxes`: box after box. `movie`: the `moov` and its tracks. `tables`: frame rates and key frames.
//! - `entry`: sample entries, and with them codecs.
//! - `fragments`: the duration of files whose `moov` does not know it.

mod boxes;
mod entry;
mod fragments;
mod movie;
mod tables;

use std::ops::Range;

use super::{
    Container, Header, Index, ProbeError,
    header::MAX_TRACKS,
    source::{Source, Step, Stop, optional},
};
use boxes::{Boxes, Kind};

/// The boxes that files of this family begin with.
const FIRST: [&Kind; 10] = [b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp", b"uuid", b"moof"];

/// So many boxes behind the `moov` are looked at, to see whether the file is whole. A fragmented file has thousands.
const BEHIND: usize = 16;

pub(super) fn begins(start: &[u8]) -> bool {
    start.get(4..8).is_some_and(|kind| FIRST.iter().any(|first| *first == kind))
}

pub(super) fn read(source: &Source) -> Step<Header> {
    let top = Top::read(source)?;
    let movie = movie::read(source, top.moov)?;
    let index = match (movie.fragmented, top.media_first) {
        (true, _) => Index::Throughout,
        (false, true) => Index::Last,
        (false, false) => Index::First,
    };
    let (mut duration, mut rate) = (movie.duration, None);
    if movie.fragmented {
        rate = optional(fragments::frame_rate(source, &movie, top.moof))?.flatten();
        duration = match movie.fragments_duration {
            Some(duration) => Some(duration),
            None => fragments::duration(source, &movie, top.sidx)?.or(duration),
        };
    }
    let key_frames = movie.key_frames;
    let mut tracks: Vec<_> = movie.tracks.into_iter().take(MAX_TRACKS).map(|track| track.told).collect();
    for picture in tracks.iter_mut().filter_map(|track| track.picture.as_mut()) {
        picture.frame_rate = picture.frame_rate.or(rate);
    }
    let container = if top.quicktime { Container::QuickTime } else { Container::Mp4 };
    Ok(Header { container, index, duration, key_frames, tracks })
}

/// Where things are at the top of the file.
struct Top {
    quicktime: bool,
    moov: Range<u64>,
    /// Whether an `mdat` comes before the `moov`.
    media_first: bool,
    sidx: Option<Range<u64>>,
    /// The first.
    moof: Option<Range<u64>>,
}

impl Top {
    fn read(source: &Source) -> Step<Self> {
        let mut boxes = Boxes::new(0..source.size());
        // Without `ftyp` it is from before there was one: QuickTime.
        let (mut quicktime, mut media_first, mut picture) = (true, false, false);
        let (mut moov, mut sidx, mut moof) = (None, None, None);
        let mut behind = 0;
        while let Some((kind, body)) = boxes.next(source)? {
            match &kind {
                b"ftyp" => quicktime = body.end - body.start >= 4 && source.get(body.start, 4)? == b"qt  ",
                b"moov" if moov.is_none() => moov = Some(body),
                b"mdat" => media_first |= moov.is_none(),
                b"sidx" => sidx = sidx.or(Some(body)),
                b"moof" => moof = moof.or(Some(body)),
                // HEIC and AVIF: pictures in the same boxes, which have no `moov`.
                b"meta" => picture = true,
                _ => {}
            }
            if moov.is_some() {
                behind += 1;
                if behind > BEHIND {
                    break;
                }
            }
        }
        let fail = |error| Err(Stop::Fail(error));
        match moov {
            // A player can't do without the part that is missing.
            _ if boxes.cut_off() => fail(ProbeError::Truncated),
            Some(moov) => Ok(Self { quicktime, moov, media_first, sidx, moof }),
            None if picture => fail(ProbeError::NotAVideo("a picture in HEIF or AVIF")),
            // A segment of a stream has fragments only: its `moov` is in another file.
            None if moof.is_some() => fail(ProbeError::Corrupt),
            None => fail(ProbeError::Truncated),
        }
    }
}
