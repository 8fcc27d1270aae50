//! How long a fragmented movie is whose `moov` does not say: by its index, else by its last fragment.

use std::ops::Range;

use super::{
    boxes::{Boxes, find},
    movie::{Movie, MovieTrack, seconds},
};
use crate::probe::source::{Source, Step, optional};

/// Bytes at the end of the file in which the last fragment is looked for: first in few, then in more.
const TAILS: [u64; 2] = [256 << 10, 2 << 20];

/// Samples of one run that are read.
const SAMPLES: u32 = 1 << 16;

/// Seconds.
pub(super) fn duration(source: &Source, movie: &Movie, sidx: Option<Range<u64>>) -> Step<Option<f64>> {
    if let Some(sidx) = sidx
        && let Some(duration) = optional(indexed(source, sidx))?.flatten()
    {
        return Ok(Some(duration));
    }
    for find_last in [by_random_access, from_behind] {
        if let Some(last) = optional(find_last(source, movie))?.flatten()
            && let Some(end) = optional(end_of(source, movie, last))?.flatten()
        {
            return Ok(Some(end));
        }
    }
    Ok(None)
}

/// Frames a second of the first video track, by the first fragment.
pub(super) fn frame_rate(source: &Source, movie: &Movie, moof: Option<Range<u64>>) -> Step<Option<f64>> {
    let video = movie.tracks.iter().find(|track| track.told.picture.is_some());
    let (Some(video), Some(moof)) = (video, moof) else { return Ok(None) };
    let mut boxes = Boxes::new(moof);
    while let Some((kind, body)) = boxes.next(source)? {
        if kind == *b"traf"
            && let Some(run) = Run::read(source, body, movie)?
            && run.track.id == video.id
        {
            let rate = seconds(run.duration, video.timescale).map(|seconds| run.samples as f64 / seconds);
            return Ok(rate.filter(|rate| *rate > 0.0));
        }
    }
    Ok(None)
}

/// By a segment index, if it covers the file to its end.
fn indexed(source: &Source, sidx: Range<u64>) -> Step<Option<f64>> {
    let wide = source.get(sidx.start, 1)?[0] != 0;
    let timescale = source.u32(sidx.start + 8)?;
    let offset = if wide { source.u64(sidx.start + 20)? } else { u64::from(source.u32(sidx.start + 16)?) };
    let at = sidx.start + if wide { 28 } else { 20 };
    let count = u64::from(source.u16(at + 2)?);
    if at + 4 + count * 12 > sidx.end {
        return Ok(None);
    }
    let (mut covered, mut duration) = (sidx.end.saturating_add(offset), 0);
    for entry in source.get(at + 4, count as usize * 12)?.chunks_exact(12) {
        let field = |at: usize| u32::from_be_bytes([entry[at], entry[at + 1], entry[at + 2], entry[at + 3]]);
        covered = covered.saturating_add(u64::from(field(0) & 0x7fff_ffff));
        duration += u64::from(field(4));
    }
    // An index of random accesses may follow.
    let rest = source.size().saturating_sub(covered);
    Ok(if rest <= source.size() / 64 { seconds(duration, timescale) } else { None })
}

/// The last fragment, by the `mfra` at the end of the file.
fn by_random_access(source: &Source, movie: &Movie) -> Step<Option<Range<u64>>> {
    let size = source.size();
    let Some(tail) = size.checked_sub(16) else { return Ok(None) };
    if source.get(tail + 4, 4)? != b"mfro" {
        return Ok(None);
    }
    let Some(mfra) = size.checked_sub(u64::from(source.u32(tail + 12)?)) else { return Ok(None) };
    let Some(body) = find(source, mfra..size, b"mfra")? else { return Ok(None) };
    let mut last = None;
    let mut boxes = Boxes::new(body);
    while let Some((kind, body)) = boxes.next(source)? {
        let id_known = kind == *b"tfra" && {
            let id = source.u32(body.start + 4)?;
            movie.tracks.iter().any(|track| track.id == id)
        };
        if id_known {
            let at = body.start;
            let wide = source.get(at, 1)?[0] == 1;
            let lengths = source.u32(at + 8)?;
            let numbers = (0..3).map(|field| u64::from(lengths >> (2 * field) & 3) + 1).sum::<u64>();
            let (time, count) = (if wide { 8 } else { 4 }, u64::from(source.u32(at + 12)?));
            if count > 0 {
                let entry = at + 16 + (count - 1) * (2 * time + numbers);
                last = last.max(Some(source.number(entry + time, time as usize)?));
            }
        }
    }
    match last {
        Some(moof) if moof < size => find(source, moof..size, b"moof"),
        _ => Ok(None),
    }
}

/// The last fragment, by looking for the beginning of one from the end of the file on: a `moof` begins with an `mfhd`
/// of 16 bytes. By chance these letters do not come together.
fn from_behind(source: &Source, _: &Movie) -> Step<Option<Range<u64>>> {
    for tail in TAILS {
        let (start, bytes) = source.tail(tail)?;
        let found = bytes.windows(16).rposition(|word| &word[4..8] == b"moof" && &word[8..] == b"\0\0\0\x10mfhd");
        if let Some(found) = found {
            return find(source, start + found as u64..source.size(), b"moof");
        }
    }
    Ok(None)
}

/// When a fragment ends, in seconds.
fn end_of(source: &Source, movie: &Movie, moof: Range<u64>) -> Step<Option<f64>> {
    let mut end: Option<f64> = None;
    let mut boxes = Boxes::new(moof);
    while let Some((kind, body)) = boxes.next(source)? {
        if kind == *b"traf"
            && let Some(run) = Run::read(source, body, movie)?
            && let Some(start) = run.start
            && let Some(seconds) = seconds(start.saturating_add(run.duration), run.track.timescale)
        {
            end = Some(end.map_or(seconds, |end| end.max(seconds)));
        }
    }
    Ok(end)
}

/// The samples of a track in a fragment.
struct Run<'a> {
    track: &'a MovieTrack,
    /// When the first is decoded, in time units, if it says.
    start: Option<u64>,
    samples: u64,
    /// In time units.
    duration: u64,
}

impl<'a> Run<'a> {
    fn read(source: &Source, traf: Range<u64>, movie: &'a Movie) -> Step<Option<Self>> {
        let mut run: Option<(Self, u64)> = None;
        let mut boxes = Boxes::new(traf);
        while let Some((kind, body)) = boxes.next(source)? {
            let at = body.start;
            match (&kind, &mut run) {
                (b"tfhd", None) => {
                    let (flags, id) = (source.u32(at)?, source.u32(at + 4)?);
                    let Some(track) = movie.tracks.iter().find(|track| track.id == id) else { return Ok(None) };
                    let before = 8 + if flags & 1 != 0 { 8 } else { 0 } + if flags & 2 != 0 { 4 } else { 0 };
                    let each = if flags & 8 != 0 { source.u32(at + before)? } else { track.sample_duration };
                    run = Some((Self { track, start: None, samples: 0, duration: 0 }, u64::from(each)));
                }
                (b"tfdt", Some((run, _))) => {
                    let wide = source.get(at, 1)?[0] == 1;
                    run.start = Some(source.number(at + 4, if wide { 8 } else { 4 })?);
                }
                (b"trun", Some((run, each))) => {
                    let (samples, duration) = samples(source, body, *each)?;
                    run.samples += samples;
                    run.duration = run.duration.saturating_add(duration);
                }
                _ => {}
            }
        }
        Ok(run.map(|(run, _)| run))
    }
}

/// How many samples a `trun` has, and how long they are together.
fn samples(source: &Source, trun: Range<u64>, each: u64) -> Step<(u64, u64)> {
    let (flags, count) = (source.u32(trun.start)?, source.u32(trun.start + 4)?);
    if flags & 0x100 == 0 {
        return Ok((u64::from(count), each.saturating_mul(u64::from(count))));
    }
    let before = [1, 4].into_iter().filter(|flag| flags & flag != 0).count() as u64 * 4;
    let fields = [0x100, 0x200, 0x400, 0x800].into_iter().filter(|flag| flags & flag != 0).count();
    let count = count.min(SAMPLES) as usize;
    let table = source.get(trun.start + 8 + before, count * fields * 4)?;
    let durations =
        table.chunks_exact(fields * 4).map(|field| u32::from_be_bytes([field[0], field[1], field[2], field[3]]));
    Ok((count as u64, durations.map(u64::from).sum()))
}
