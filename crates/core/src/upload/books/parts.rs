//! The books of uploads that are made of parts, which arrive whole or not at all, in any order.
//!
//! A part's number is its offset divided by the quantum, plus 1: so a number says where its bytes belong, whoever sent
//! them, and parts may have different lengths, with gaps in the numbers.

use std::ops::Range;

use reelway_api::UploadTarget;

use super::{Expiry, Outcome, numbered::Numbered};
use crate::upload::{
    UploadError,
    memory::Progressed,
    planner::Planner,
    protocol::{Lane, Step, Traits},
    verdict::{Part, Verdict},
};

/// How many URLs are asked for at a time.
const SIGNED_AT_ONCE: usize = 16;
/// How often parts may have to be sent again, because the provider can't put them together.
const ROUNDS: u32 = 30;

/// The books.
pub struct Parts {
    traits: Traits,
    size: u64,
    quantum: u64,
    /// By number.
    kept: Numbered<Kept>,
    /// Bytes: the most that was ever held.
    best: u64,
    /// Where to send, after [`Step::Open`].
    url: Option<String>,
    /// Where to send each part.
    signed: Numbered<String>,
    signs: bool,
    /// The provider's own list is wanted, from after this number on.
    wanted: Option<Option<u32>>,
    /// What has come of the list so far.
    listing: Numbered<Kept>,
    closing: bool,
    rounds: u32,
}

#[derive(Clone, Debug)]
struct Kept {
    len: u64,
    tag: Option<String>,
}

impl Parts {
    /// Parts of a file of `size` bytes, counted in `quantum`.
    pub fn new(target: &UploadTarget, traits: Traits, quantum: u64, size: u64, memory: Option<&Progressed>) -> Self {
        let memory = memory.filter(|memory| memory.quantum > 0);
        let mut parts = Self {
            traits,
            size,
            quantum: memory.map_or(quantum, |memory| memory.quantum).max(1),
            kept: Numbered::default(),
            best: 0,
            url: memory.and_then(|memory| memory.lanes.first()?.1.clone()).filter(|_| traits.opens),
            signed: Numbered::default(),
            signs: false,
            wanted: memory.filter(|_| traits.asks).map(|_| None),
            listing: Numbered::default(),
            closing: memory.is_some(),
            rounds: 0,
        };
        parts.take_urls(target);
        if let Some(memory) = memory.filter(|_| parts.url.is_some() || !traits.opens) {
            for part in &memory.parts {
                if let Some((number, kept)) = parts.entry(part) {
                    parts.kept.insert(number, kept);
                }
            }
        }
        parts
    }

    fn take_urls(&mut self, target: &UploadTarget) {
        let Some(multipart) = &target.multipart else { return };
        self.signs = multipart.sign_url.is_some();
        self.signed.clear();
        self.sign((1u32..).zip(multipart.part_urls.iter().cloned()));
    }

    fn sign(&mut self, urls: impl Iterator<Item = (u32, String)>) {
        for (number, url) in urls {
            self.signed.insert(number, url);
        }
    }

    /// A part that lies where its number says. Any other is nothing of ours: it will be sent over.
    fn entry(&self, part: &Part) -> Option<(u32, Kept)> {
        let start = u64::from(part.number.checked_sub(1)?).checked_mul(self.quantum)?;
        let end = start.checked_add(part.len)?;
        let whole = end == self.size || (end < self.size && part.len.is_multiple_of(self.quantum));
        (part.len > 0 && whole).then(|| (part.number, Kept { len: part.len, tag: part.tag.clone() }))
    }

    pub(super) fn next(&self, running: &[&Step], planner: &Planner) -> Option<Step> {
        if self.traits.opens && self.url.is_none() {
            let lane = Lane { key: 0, range: 0..self.size };
            return running.is_empty().then_some(Step::Open { lane, partial: false, bytes: None });
        }
        if let Some(after) = self.wanted {
            return running.is_empty().then_some(Step::List { after });
        }
        if running.iter().any(|step| matches!(step, Step::Close { .. } | Step::List { .. })) {
            return None;
        }
        let Some(bytes) = self.missing(running, planner) else {
            return (running.is_empty() && self.is_full())
                .then(|| Step::Close { urls: self.url.iter().cloned().collect(), parts: self.list() });
        };
        let number = self.number(bytes.start);
        let url = self.url.clone().or_else(|| self.signed.get(number).cloned());
        match url {
            Some(url) => Some(Step::Chunk { lane: Lane { key: number, range: bytes.clone() }, bytes, url }),
            None if self.signs && !running.iter().any(|step| matches!(step, Step::Sign { .. })) => {
                Some(Step::Sign { parts: self.to_sign(&bytes, planner) })
            }
            None => None,
        }
    }

    /// The first stretch that is neither held nor on its way.
    fn missing(&self, running: &[&Step], planner: &Planner) -> Option<Range<u64>> {
        let mut taken = Vec::new();
        for (number, kept) in self.kept.iter() {
            taken.push(self.range(*number, kept.len));
        }
        for step in running {
            if let Step::Chunk { bytes, .. } = step {
                taken.push(bytes.clone());
            }
        }
        taken.sort_unstable_by_key(|bytes| bytes.start);
        let mut offset = 0;
        for bytes in taken {
            if bytes.start > offset {
                return Some(self.cut(offset, bytes.start, planner));
            }
            offset = offset.max(bytes.end);
        }
        (offset < self.size).then(|| self.cut(offset, self.size, planner))
    }

    /// The part that begins at `offset` and ends at `end` at the latest, on the quantum's grid.
    fn cut(&self, offset: u64, end: u64, planner: &Planner) -> Range<u64> {
        let Range { start, end: wish } = planner.chunk(offset, end);
        if wish == self.size || wish == end {
            return start..wish;
        }
        let len = ((wish - start) / self.quantum).max(1) * self.quantum;
        start..start.saturating_add(len).min(end)
    }

    /// The numbers that will probably be next.
    fn to_sign(&self, first: &Range<u64>, planner: &Planner) -> Vec<u32> {
        let mut numbers = vec![self.number(first.start)];
        let mut offset = first.end;
        while numbers.len() < SIGNED_AT_ONCE && offset < self.size {
            let number = self.number(offset);
            if self.signed.get(number).is_none() && !numbers.contains(&number) {
                numbers.push(number);
            }
            offset = self.cut(offset, self.size, planner).end;
        }
        numbers
    }

    fn number(&self, offset: u64) -> u32 {
        u32::try_from(offset / self.quantum).unwrap_or(u32::MAX - 1) + 1
    }

    fn range(&self, number: u32, len: u64) -> Range<u64> {
        let start = u64::from(number - 1) * self.quantum;
        start..start + len
    }

    fn list(&self) -> Vec<Part> {
        let mut parts = Vec::new();
        for (number, kept) in self.kept.iter() {
            parts.push(Part { number: *number, len: kept.len, tag: kept.tag.clone() });
        }
        parts
    }

    pub(super) fn sending(&mut self, step: &Step) {
        if matches!(step, Step::Close { .. }) {
            self.closing = true;
        }
    }

    pub(super) fn learn(&mut self, step: &Step, verdict: Verdict, status: u16) -> Outcome {
        match (verdict, step) {
            (Verdict::Opened { url, .. }, Step::Open { .. }) => {
                self.url = Some(url);
                Outcome::Known
            }
            (Verdict::Signed { urls }, Step::Sign { parts }) => {
                self.sign(parts.iter().copied().zip(urls));
                Outcome::Known
            }
            (Verdict::Kept { tag }, Step::Chunk { lane, bytes, .. }) => self.keep(lane.key, bytes, tag),
            (Verdict::Listed { parts, more }, Step::List { .. }) => self.listed(&parts, more),
            (Verdict::Incomplete { error }, _) => {
                self.rounds += 1;
                if self.rounds > ROUNDS {
                    return Outcome::Hopeless(UploadError::NotConfirmed);
                }
                match self.traits.asks {
                    true => self.wanted = Some(None),
                    false => self.kept.clear(),
                }
                Outcome::Trouble(error)
            }
            _ => Outcome::Trouble(UploadError::Unexpected { status }),
        }
    }

    fn keep(&mut self, number: u32, bytes: &Range<u64>, tag: Option<String>) -> Outcome {
        // Oracle's parts have no tag that matters; S3's can be looked up in the list.
        if tag.is_none() && !self.traits.opens && !self.traits.asks {
            return Outcome::Hopeless(UploadError::OffsetHidden { header: "ETag" });
        }
        self.kept.insert(number, Kept { len: bytes.end - bytes.start, tag });
        if self.is_full() && self.lacks_tags() {
            self.wanted = Some(None);
        }
        self.headway()
    }

    fn listed(&mut self, parts: &[Part], more: Option<u32>) -> Outcome {
        for part in parts {
            if let Some((number, kept)) = self.entry(part) {
                self.listing.insert(number, kept);
            }
        }
        let further = more.filter(|more| self.wanted != Some(Some(*more)));
        self.wanted = further.map(Some);
        if further.is_some() {
            return Outcome::Known;
        }
        let lacked_tags = self.is_full() && self.lacks_tags();
        self.kept = without_overlap(std::mem::take(&mut self.listing), self.quantum);
        if lacked_tags && self.is_full() && self.lacks_tags() {
            return Outcome::Hopeless(UploadError::OffsetHidden { header: "ETag" });
        }
        self.headway()
    }

    fn lacks_tags(&self) -> bool {
        !self.traits.opens && self.kept.iter().any(|(_, kept)| kept.tag.is_none())
    }

    fn headway(&mut self) -> Outcome {
        let held = self.held();
        if held > self.best {
            self.best = held;
            return Outcome::Headway;
        }
        Outcome::Known
    }

    pub(super) fn expired(&mut self, step: &Step) -> Expiry {
        match step {
            // The URL of a part ends before that of the upload.
            Step::Chunk { .. } if self.signs => {
                self.signed.clear();
                Expiry::Replace
            }
            Step::Chunk { .. } if self.traits.opens => {
                self.reopen();
                Expiry::Reopen
            }
            _ => Expiry::Target,
        }
    }

    /// Begins a new upload at the provider: what the old one held is of no use.
    fn reopen(&mut self) {
        self.url = None;
        self.kept.clear();
        self.best = 0;
        self.closing = false;
    }

    pub(super) fn renew(&mut self, target: &UploadTarget) {
        if self.traits.opens {
            self.reopen();
        }
        self.signed.clear();
        self.take_urls(target);
        if self.traits.asks {
            self.wanted = Some(None);
            self.listing.clear();
        }
    }

    pub(super) fn held(&self) -> u64 {
        self.kept.iter().map(|(_, kept)| kept.len).sum()
    }

    pub(super) fn is_full(&self) -> bool {
        self.held() == self.size
    }

    pub(super) fn may_be_complete(&self) -> bool {
        self.closing
    }

    pub(super) fn url(&self) -> Option<String> {
        self.url.clone().or_else(|| (!self.traits.opens).then(String::new))
    }

    pub(super) fn memory(&self) -> Progressed {
        let lanes = if self.traits.opens { vec![(0, self.url.clone())] } else { Vec::new() };
        Progressed { lanes, quantum: self.quantum, parts: self.list() }
    }
}

/// An attempt that no one heard the end of may have left a part that reaches into the next. It is the list at the end
/// that says what the file is made of, so that either can be left out; the gap, if there is one, is sent again.
fn without_overlap(mut parts: Numbered<Kept>, quantum: u64) -> Numbered<Kept> {
    let mut end = 0;
    parts.retain(|(number, kept)| {
        let start = u64::from(*number - 1) * quantum;
        let apart = start >= end;
        if apart {
            end = start + kept.len;
        }
        apart
    });
    parts
}
