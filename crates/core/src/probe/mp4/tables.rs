//! Sample tables: how many frames there are, and which are key frames. The long ones, of where each sample is and how
//! large, are passed over.

use std::ops::Range;

use super::{boxes::Boxes, entry, movie::seconds};
use crate::probe::{
    header::{Kind, thin},
    source::{Source, Step},
};

/// What a track's sample tables say.
#[derive(Default)]
pub(super) struct Tables {
    pub entry: entry::Entry,
    samples: u32,
    /// How long each sample is, in time units, if all are as long.
    each: Option<u32>,
    /// `stts` and `stss` of a video: how long samples are, and which are key frames.
    times: Option<Range<u64>>,
    keys: Option<Range<u64>>,
    /// `ctts`: how much later than they are decoded samples are shown.
    offsets: Option<Range<u64>>,
}

impl Tables {
    pub fn read(source: &Source, table: Range<u64>, track: Kind) -> Step<Self> {
        let mut tables = Self::default();
        let mut boxes = Boxes::new(table);
        while let Some((kind, body)) = boxes.next(source)? {
            match &kind {
                b"stsd" => tables.entry = entry::read(source, body, track)?,
                b"stts" if track == Kind::Video => {
                    if source.u32(body.start + 4)? == 1 {
                        tables.each = Some(source.u32(body.start + 12)?);
                    }
                    tables.times = Some(body);
                }
                b"ctts" if track == Kind::Video => tables.offsets = Some(body),
                b"stss" if track == Kind::Video => tables.keys = Some(body),
                b"stsz" | b"stz2" if track == Kind::Video => tables.samples = source.u32(body.start + 8)?,
                _ => {}
            }
        }
        Ok(tables)
    }

    /// Seconds. Empty if there is no list, or too long a one. `cut` is what is not shown, in time units.
    pub fn key_frames(&self, source: &Source, timescale: u32, cut: i64) -> Step<Vec<f64>> {
        let (Some(times), Some(keys)) = (&self.times, &self.keys) else { return Ok(Vec::new()) };
        let mut times = Runs::new(table(source, times, 8)?);
        let mut offsets = Runs::new(match &self.offsets {
            Some(offsets) => table(source, offsets, 8)?,
            None => &[],
        });
        let mut moments = Vec::new();
        for key in table(source, keys, 4)?.chunks_exact(4) {
            let key = u64::from(word(key, 0));
            if !times.reach(key) {
                break;
            }
            let later = if offsets.reach(key) { offsets.value as i32 } else { 0 };
            let decoded = times.sum.saturating_add(key.saturating_sub(times.first).saturating_mul(times.value.into()));
            let shown = decoded as f64 + f64::from(later) - cut as f64;
            moments.push((shown / f64::from(timescale.max(1))).max(0.0));
        }
        Ok(thin(moments))
    }

    pub fn frame_rate(&self, timescale: u32, duration: u64) -> Option<f64> {
        match self.each {
            Some(each) if each > 0 && timescale > 0 => Some(f64::from(timescale) / f64::from(each)),
            _ => seconds(duration, timescale)
                .filter(|_| self.samples > 0)
                .map(|seconds| f64::from(self.samples) / seconds),
        }
    }
}

/// A table of how many samples in a row have the same value.
struct Runs<'a> {
    entries: std::slice::ChunksExact<'a, u8>,
    /// The number of the run's first sample, counted from 1, and how many there are.
    first: u64,
    count: u64,
    value: u32,
    /// Of the values of all samples before.
    sum: u64,
}

impl<'a> Runs<'a> {
    fn new(table: &'a [u8]) -> Self {
        Self { entries: table.chunks_exact(8), first: 1, count: 0, value: 0, sum: 0 }
    }

    /// Goes on to the run that a sample is in. `false` if there is none.
    fn reach(&mut self, sample: u64) -> bool {
        while sample >= self.first + self.count {
            let Some(run) = self.entries.next() else { return false };
            self.sum = self.sum.saturating_add(self.count.saturating_mul(self.value.into()));
            self.first += self.count;
            (self.count, self.value) = (u64::from(word(run, 0)), word(run, 4));
        }
        true
    }
}

/// Bytes of a table that is read through.
const TABLE: usize = 64 << 10;

/// The entries of a table, of so many bytes each. None of a longer one, or one that lies about its length.
fn table<'a>(source: &'a Source, body: &Range<u64>, entry: usize) -> Step<&'a [u8]> {
    let len = source.u32(body.start + 4)? as usize * entry;
    if len > TABLE || body.start + 8 + len as u64 > body.end {
        return Ok(&[]);
    }
    source.get(body.start + 8, len)
}

fn word(entry: &[u8], at: usize) -> u32 {
    entry.get(at..at + 4).map_or(0, |word| u32::from_be_bytes([word[0], word[1], word[2], word[3]]))
}
