//! Matroska and WebM (RFC 9559, over EBML, RFC 8794): what stands before the first cluster, or where it says.
//!
//! - `element`: element after element. `track`: tracks, and with them codecs.
//! - `recording`: the duration of files whose header does not know it.

mod element;
mod recording;
mod track;

use std::ops::Range;

use super::{
    Container, Header, Index, ProbeError,
    header::{MAX_TRACKS, thin},
    source::{Source, Step, Stop, optional},
};
use element::{Elements, float, unsigned};

const EBML: u32 = 0x1a45_dfa3;
const DOC_TYPE: u32 = 0x4282;
const SEGMENT: u32 = 0x1853_8067;
const SEEK_HEAD: u32 = 0x114d_9b74;
const SEEK: u32 = 0x4dbb;
const SEEK_ID: u32 = 0x53ab;
const SEEK_POSITION: u32 = 0x53ac;
const INFO: u32 = 0x1549_a966;
const TIMESTAMP_SCALE: u32 = 0x2a_d7b1;
const DURATION: u32 = 0x4489;
const TRACKS: u32 = 0x1654_ae6b;
const TRACK_ENTRY: u32 = 0xae;
const CUES: u32 = 0x1c53_bb6b;
const CUE_POINT: u32 = 0xbb;
const CUE_TIME: u32 = 0xb3;
const CLUSTER: u32 = 0x1f43_b675;

/// So many elements of the segment are passed on the way to the tracks. Few writers put clusters before them.
const PASSED: usize = 1000;

pub(super) fn begins(start: &[u8]) -> bool {
    start.starts_with(&EBML.to_be_bytes())
}

pub(super) fn read(source: &Source) -> Step<Header> {
    let mut elements = Elements::new(0..source.size());
    let (mut container, mut segment) = (Container::Matroska, None);
    while segment.is_none() {
        let Some(element) = elements.next(source)? else { return Err(Stop::Fail(ProbeError::Corrupt)) };
        match element.id {
            EBML => container = doc_type(source, element.body)?,
            SEGMENT => segment = Some(element.body),
            _ => {}
        }
    }
    let segment = segment.unwrap_or_default();
    let places = Places::read(source, &segment)?;
    let Some(tracks_at) = places.tracks else { return Err(Stop::Fail(ProbeError::Corrupt)) };
    let mut tracks = Vec::new();
    let mut entries = Elements::new(tracks_at);
    while let Some(entry) = entries.next(source)? {
        if entry.id == TRACK_ENTRY && tracks.len() < MAX_TRACKS {
            tracks.push(track::read(source, entry.body)?);
        }
    }
    let info = match places.info {
        Some(info) => Info::read(source, info)?,
        None => Info::default(),
    };
    let duration = match info.duration {
        Some(ticks) => Some(info.seconds(ticks)),
        None => optional(recording::duration(source))?.flatten().map(|ticks| info.seconds(ticks as f64)),
    };
    let duration = duration.filter(|duration| duration.is_finite() && *duration > 0.0);
    let key_frames = match places.cues {
        Some(cues) => optional(cue_times(source, cues))?.unwrap_or_default(),
        None => Vec::new(),
    };
    let key_frames = thin(key_frames.into_iter().map(|ticks| info.seconds(ticks as f64)).collect());
    Ok(Header { container, index: Index::Throughout, duration, key_frames, tracks })
}

fn doc_type(source: &Source, header: Range<u64>) -> Step<Container> {
    let mut elements = Elements::new(header);
    while let Some(element) = elements.next(source)? {
        if element.id == DOC_TYPE && source.get(element.body.start, element.len().min(4))? == b"webm" {
            return Ok(Container::WebM);
        }
    }
    Ok(Container::Matroska)
}

/// Where the parts of a segment are.
#[derive(Default)]
struct Places {
    info: Option<Range<u64>>,
    tracks: Option<Range<u64>>,
    cues: Option<Range<u64>>,
}

impl Places {
    fn read(source: &Source, segment: &Range<u64>) -> Step<Self> {
        let mut places = Self::default();
        let mut sought = Vec::new();
        let mut elements = Elements::new(segment.clone());
        for _ in 0..PASSED {
            let Some(element) = elements.next(source)? else { break };
            match element.id {
                INFO => places.info = Some(element.body),
                TRACKS => places.tracks = Some(element.body),
                SEEK_HEAD => sought.extend(seek_head(source, element.body)?),
                // What has not come by now is where the seek head says. A cluster of unknown size can't be passed.
                CLUSTER if places.tracks.is_some() || !sought.is_empty() || element.endless => break,
                _ => {}
            }
            if places.tracks.is_some() && places.info.is_some() {
                break;
            }
        }
        for (id, position) in sought {
            let place = match id {
                INFO => &mut places.info,
                TRACKS => &mut places.tracks,
                CUES => &mut places.cues,
                _ => continue,
            };
            if place.is_none() {
                let at = segment.start.saturating_add(position).min(source.size());
                let found = optional(Elements::new(at..source.size()).next(source))?.flatten();
                *place = found.filter(|element| element.id == id).map(|element| element.body);
            }
        }
        Ok(places)
    }
}

/// What is where, in bytes from the beginning of the segment's content. At most eight places.
fn seek_head(source: &Source, body: Range<u64>) -> Step<Vec<(u32, u64)>> {
    let mut places = Vec::new();
    let mut seeks = Elements::new(body);
    while let Some(seek) = seeks.next(source)? {
        if seek.id != SEEK || places.len() >= 8 {
            continue;
        }
        let (mut id, mut position) = (0, None);
        let mut elements = Elements::new(seek.body);
        while let Some(element) = elements.next(source)? {
            match element.id {
                SEEK_ID => id = unsigned(source, &element)? as u32,
                SEEK_POSITION => position = Some(unsigned(source, &element)?),
                _ => {}
            }
        }
        places.extend(position.map(|position| (id, position)));
    }
    Ok(places)
}

/// Bytes of cues that are read.
const CUES_READ: usize = 128 << 10;

/// When clusters begin that start with a key frame, in ticks.
fn cue_times(source: &Source, cues: Range<u64>) -> Step<Vec<u64>> {
    let len = usize::try_from(cues.end - cues.start).unwrap_or(usize::MAX);
    let mut times = Vec::new();
    if len > CUES_READ {
        return Ok(times);
    }
    // All in one read.
    source.get(cues.start, len)?;
    let mut points = Elements::new(cues);
    while let Some(point) = points.next(source)? {
        if point.id == CUE_POINT
            && let Some(first) = Elements::new(point.body).next(source)?
            && first.id == CUE_TIME
        {
            let time = unsigned(source, &first)?;
            if times.last().is_none_or(|last| *last < time) {
                times.push(time);
            }
        }
    }
    Ok(times)
}

#[derive(Default)]
struct Info {
    /// Nanoseconds in a tick.
    scale: Option<u64>,
    /// Ticks.
    duration: Option<f64>,
}

impl Info {
    fn read(source: &Source, body: Range<u64>) -> Step<Self> {
        let mut info = Self::default();
        let mut elements = Elements::new(body);
        while let Some(element) = elements.next(source)? {
            match element.id {
                TIMESTAMP_SCALE => info.scale = Some(unsigned(source, &element)?),
                DURATION => info.duration = Some(float(source, &element)?).filter(|ticks| *ticks > 0.0),
                _ => {}
            }
        }
        Ok(info)
    }

    fn seconds(&self, ticks: f64) -> f64 {
        ticks * self.scale.unwrap_or(1_000_000) as f64 / 1e9
    }
}
