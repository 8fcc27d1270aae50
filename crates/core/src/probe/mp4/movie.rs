//! The `moov`: how long the movie is, and its tracks.

use std::ops::Range;

use super::{
    boxes::{Boxes, find},
    tables::Tables,
};
use crate::probe::{
    header::{Kind, MAX_TRACKS, Picture, Track, ratio},
    source::{Source, Step, optional},
};

#[derive(Default)]
pub(super) struct Movie {
    /// Seconds, as the movie header says.
    pub duration: Option<f64>,
    /// Whether its samples are described by `moof`s.
    pub fragmented: bool,
    /// Seconds, with all fragments, as `mehd` says.
    pub fragments_duration: Option<f64>,
    /// Seconds, of the first video track.
    pub key_frames: Vec<f64>,
    pub tracks: Vec<MovieTrack>,
}

pub(super) struct MovieTrack {
    pub told: Track,
    pub id: u32,
    /// Time units a second.
    pub timescale: u32,
    /// In its time units, of a fragment's sample that does not say its own. 0 if unknown.
    pub sample_duration: u32,
}

pub(super) fn read(source: &Source, moov: Range<u64>) -> Step<Movie> {
    let mut movie = Movie::default();
    let (mut timescale, mut extended) = (0, None);
    let mut boxes = Boxes::new(moov);
    while let Some((kind, body)) = boxes.next(source)? {
        match &kind {
            b"mvhd" => {
                let (scale, duration) = times(source, body.start)?;
                timescale = scale;
                movie.duration = seconds(duration, scale);
            }
            b"trak" if movie.tracks.len() < MAX_TRACKS => {
                if let Some((track, key_frames)) = track(source, body)? {
                    if movie.key_frames.is_empty() {
                        movie.key_frames = key_frames;
                    }
                    movie.tracks.push(track);
                }
            }
            b"mvex" => extended = Some(body),
            _ => {}
        }
    }
    if let Some(mvex) = extended {
        movie.fragmented = true;
        optional(extend(source, mvex, timescale, &mut movie))?;
    }
    Ok(movie)
}

/// A timescale and a duration, as the headers of movie and media have them.
fn times(source: &Source, at: u64) -> Step<(u32, u64)> {
    match source.get(at, 1)?[0] {
        1 => Ok((source.u32(at + 20)?, source.u64(at + 24)?)),
        _ => Ok((source.u32(at + 12)?, long(source.u32(at + 16)?))),
    }
}

/// All bits set is "unknown".
fn long(duration: u32) -> u64 {
    if duration == u32::MAX { u64::MAX } else { u64::from(duration) }
}

pub(super) fn seconds(duration: u64, timescale: u32) -> Option<f64> {
    (duration > 0 && duration < u64::MAX && timescale > 0).then(|| duration as f64 / f64::from(timescale))
}

/// What a movie in fragments says of all of them.
fn extend(source: &Source, mvex: Range<u64>, timescale: u32, movie: &mut Movie) -> Step<()> {
    let mut boxes = Boxes::new(mvex);
    while let Some((kind, body)) = boxes.next(source)? {
        match &kind {
            b"mehd" => {
                let at = body.start;
                let wide = source.get(at, 1)?[0] == 1;
                let duration = if wide { source.u64(at + 4)? } else { long(source.u32(at + 4)?) };
                movie.fragments_duration = seconds(duration, timescale);
            }
            b"trex" => {
                let id = source.u32(body.start + 4)?;
                if let Some(track) = movie.tracks.iter_mut().find(|track| track.id == id) {
                    track.sample_duration = source.u32(body.start + 12)?;
                }
            }
            _ => {}
        }
    }
    Ok(())
}

/// A track, and where its key frames are. `None` for a track without a media header or a handler: no player does anything with it.
fn track(source: &Source, trak: Range<u64>) -> Step<Option<(MovieTrack, Vec<f64>)>> {
    let (mut id, mut rotation, mut media, mut cut) = (0, 0, None, 0);
    let mut boxes = Boxes::new(trak);
    while let Some((kind, body)) = boxes.next(source)? {
        match &kind {
            b"tkhd" => {
                let wide = source.get(body.start, 1)?[0] == 1;
                id = source.u32(body.start + if wide { 20 } else { 12 })?;
                rotation = turned(source, body.start + if wide { 52 } else { 40 })?;
            }
            b"mdia" => media = Some(body),
            b"edts" => cut = optional(edited(source, body))?.unwrap_or(0),
            _ => {}
        }
    }
    let Some(media) = media else { return Ok(None) };
    let (mut head, mut handler, mut info) = (None, None, None);
    let mut boxes = Boxes::new(media);
    while let Some((kind, body)) = boxes.next(source)? {
        match &kind {
            b"mdhd" => head = Some(times(source, body.start)?),
            b"hdlr" => handler = Some(source.u32(body.start + 8)?.to_be_bytes()),
            b"minf" => info = Some(body),
            _ => {}
        }
    }
    let (Some((timescale, duration)), Some(handler)) = (head, handler) else { return Ok(None) };
    let kind = match &handler {
        b"vide" => Kind::Video,
        b"soun" => Kind::Audio,
        _ => Kind::Other,
    };
    let table = match info {
        Some(info) => find(source, info, b"stbl")?,
        None => None,
    };
    let tables = match table {
        Some(table) => Tables::read(source, table, kind)?,
        None => Tables::default(),
    };
    let frame_rate = tables.frame_rate(timescale, duration);
    let key_frames = optional(tables.key_frames(source, timescale, cut))?.unwrap_or_default();
    let picture = tables.entry.picture.map(|shape| Picture {
        width: shape.width,
        height: shape.height,
        sample_aspect: ratio(u64::from(shape.spacing.0), u64::from(shape.spacing.1)),
        rotation,
        frame_rate,
    });
    let told = Track { kind, codec: tables.entry.codec, picture };
    Ok(Some((MovieTrack { told, id, timescale, sample_duration: 0 }, key_frames)))
}

/// How much of the track's beginning is not shown, in its time units: encoders write frames in another order than that
/// in which they are shown, which begins later.
fn edited(source: &Source, edts: Range<u64>) -> Step<i64> {
    let Some(list) = find(source, edts, b"elst")? else { return Ok(0) };
    let wide = source.get(list.start, 1)?[0] == 1;
    let begin = if wide { source.u64(list.start + 16)? as i64 } else { (source.u32(list.start + 12)? as i32).into() };
    Ok(begin.max(0))
}

/// Degrees clockwise, from a transformation matrix: its first row says where "to the right" points.
fn turned(source: &Source, at: u64) -> Step<u16> {
    let (right, down) = (i64::from(source.u32(at)? as i32), i64::from(source.u32(at + 4)? as i32));
    Ok(match (right.abs() >= down.abs(), right >= 0, down > 0) {
        (true, true, _) => 0,
        (true, false, _) => 180,
        (false, _, true) => 90,
        (false, _, false) => 270,
    })
}
