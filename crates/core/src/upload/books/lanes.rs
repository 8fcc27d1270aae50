//! The books of uploads that are counted by offsets: one lane for the whole file, or several that are joined at the
//! end. In each lane, one request at a time.

use reelway_api::UploadTarget;

use super::{Expiry, Outcome};
use crate::upload::{
    UploadError,
    ledger::{Ledger, Proof, Silence},
    memory::Progressed,
    planner::Planner,
    protocol::{Lane, Shape, Step, Traits},
    verdict::Verdict,
};

/// Bytes: a lane of fewer is not worth its two more requests, unless the target's chunks are that short.
const WORTH_A_LANE: u64 = 8 << 20;

/// The books.
pub struct Lanes {
    traits: Traits,
    lanes: Vec<LaneBook>,
    /// The header that hides, if offsets can't be seen.
    header: &'static str,
}

struct LaneBook {
    ledger: Ledger,
    /// `None`: it has yet to be opened.
    url: Option<String>,
}

impl Lanes {
    /// Lanes of a file of `size` bytes.
    pub fn new(target: &UploadTarget, traits: Traits, size: u64, memory: Option<&Progressed>) -> Self {
        let starts = memory.map(|memory| memory.lanes.iter().map(|(start, _)| *start).collect::<Vec<u64>>());
        let starts = starts.filter(|starts| starts.first() == Some(&0) && starts.iter().is_sorted());
        let known = starts.is_some();
        let starts = starts.unwrap_or_else(|| cut(target, traits, size));
        let mut lanes = Vec::new();
        for (index, start) in starts.iter().enumerate() {
            let range = *start..starts.get(index + 1).copied().unwrap_or(size);
            let opened = memory.filter(|_| known).and_then(|memory| memory.lanes.get(index)?.1.clone());
            let url = if traits.opens { opened } else { Some(target.url.clone()) };
            // A lane that was never opened holds nothing for sure.
            let ledger = match memory.is_some() && url.is_some() {
                true if traits.asks => Ledger::inherited(range),
                _ => Ledger::new(range),
            };
            lanes.push(LaneBook { ledger, url });
        }
        let traits = Traits { closes: traits.closes && lanes.len() > 1, ..traits };
        let header =
            if traits.opens || target.protocol == reelway_api::Protocol::Tus { "Upload-Offset" } else { "Range" };
        Self { traits, lanes, header }
    }

    pub(super) fn next(&self, running: &[&Step], planner: &Planner) -> Option<Step> {
        if running.iter().any(|step| matches!(step, Step::Close { .. })) {
            return None;
        }
        let busy = |key: u32| running.iter().any(|step| lane_of(step).is_some_and(|lane| lane.key == key));
        let mut all_free = true;
        for (key, lane) in (0u32..).zip(&self.lanes) {
            if busy(key) {
                all_free = false;
            } else if let Some(step) = self.next_of(key, lane, planner) {
                return Some(step);
            }
        }
        (self.traits.closes && all_free && self.is_full()).then(|| Step::Close { urls: self.urls(), parts: Vec::new() })
    }

    fn next_of(&self, key: u32, book: &LaneBook, planner: &Planner) -> Option<Step> {
        let ledger = &book.ledger;
        let lane = Lane { key, range: ledger.range().clone() };
        let end = lane.range.end;
        let Some(url) = book.url.clone() else {
            let bytes = planner.chunk(lane.range.start, end);
            return Some(Step::Open { lane, partial: self.traits.closes, bytes: Some(bytes) });
        };
        match ledger.next() {
            Some(offset) => Some(Step::Chunk { lane, bytes: planner.chunk(offset, end), url }),
            None if ledger.is_full() && self.traits.closes => None,
            None => Some(Step::Query { lane, url }),
        }
    }

    pub(super) fn sending(&mut self, step: &Step) {
        match step {
            Step::Chunk { lane, bytes, .. } | Step::Open { lane, bytes: Some(bytes), .. } => {
                self.with(lane, |book| book.ledger.sending(bytes));
            }
            _ => {}
        }
    }

    pub(super) fn lost(&mut self, step: &Step) {
        let asks = self.traits.asks;
        let Some(lane) = lane_of(step) else { return };
        self.with(lane, |book| match &book.url {
            Some(_) if asks => book.ledger.doubt(),
            Some(_) => book.ledger.restart(),
            // An upload that was perhaps made, no one knows where, is made again.
            None => book.ledger.reopen(),
        });
    }

    pub(super) fn learn(&mut self, step: &Step, verdict: Verdict, status: u16) -> Outcome {
        let unexpected = || Outcome::Trouble(UploadError::Unexpected { status });
        let Some(lane) = lane_of(step).cloned() else { return unexpected() };
        let closes = self.traits.closes;
        let header = self.header;
        let Some(LaneBook { ledger, url }) = self.lanes.get_mut(lane.key as usize) else { return unexpected() };
        match (verdict, step) {
            (Verdict::Opened { url: place, offset }, Step::Open { .. }) => {
                *url = Some(place);
                match offset {
                    Some(offset) => outcome(ledger.prove(offset), ledger, closes, status),
                    None => Outcome::Known,
                }
            }
            (Verdict::Holds { offset }, Step::Chunk { bytes, .. }) => match ledger.prove(offset) {
                Proof::Level if offset == bytes.start => Outcome::Trouble(UploadError::NoHeadway),
                // All bytes are there, but this was no final answer: only the provider's own can complete the upload.
                Proof::Forward => Outcome::Headway,
                proof => outcome(proof, ledger, closes, status),
            },
            (Verdict::Holds { offset }, Step::Query { .. }) => outcome(ledger.prove(offset), ledger, closes, status),
            (Verdict::Silent, Step::Chunk { bytes, .. }) => match ledger.silent_chunk(bytes.end) {
                Silence::Presumed { further: true } => Outcome::Headway,
                Silence::Ask | Silence::Presumed { further: false } => Outcome::Known,
                Silence::Nothing => Outcome::Trouble(UploadError::NoHeadway),
            },
            (Verdict::Silent, Step::Query { .. }) => {
                let blind = ledger.is_blind();
                match header {
                    // Only `Range` can be worked around: bytes that Google's protocol has are ignored when they come
                    // again, while tus refuses them. Nor does its silence mean that nothing is held.
                    "Range" => {}
                    _ if ledger.has_shown() => return Outcome::Trouble(UploadError::NoHeadway),
                    _ => return Outcome::Hopeless(UploadError::OffsetHidden { header }),
                }
                match ledger.silent_query() {
                    Proof::Back => Outcome::Trouble(UploadError::LostBytes),
                    _ if blind => Outcome::Trouble(UploadError::OffsetHidden { header }),
                    _ => Outcome::Known,
                }
            }
            _ => unexpected(),
        }
    }

    pub(super) fn expired(&mut self, step: &Step) -> Expiry {
        match step {
            Step::Chunk { lane, .. } | Step::Query { lane, .. } if self.traits.opens => {
                self.with(lane, |book| {
                    book.url = None;
                    book.ledger.reopen();
                });
                Expiry::Replace
            }
            Step::Close { .. } => {
                // What is to be joined may be gone as well as the place to join it: each upload is asked for first.
                for LaneBook { ledger, .. } in &mut self.lanes {
                    ledger.doubt();
                }
                Expiry::Target
            }
            _ => Expiry::Target,
        }
    }

    pub(super) fn renew(&mut self, target: &UploadTarget) {
        for LaneBook { ledger, url } in &mut self.lanes {
            if !self.traits.opens {
                *url = Some(target.url.clone());
                ledger.renew();
            }
            if !self.traits.asks {
                ledger.restart();
            }
        }
    }

    pub(super) fn held(&self) -> u64 {
        self.lanes.iter().map(|book| book.ledger.held()).sum()
    }

    pub(super) fn reached(&self) -> u64 {
        self.lanes.iter().map(|book| book.ledger.position() - book.ledger.range().start).sum()
    }

    pub(super) fn is_full(&self) -> bool {
        self.lanes.iter().all(|book| book.ledger.position() == book.ledger.range().end)
    }

    pub(super) fn is_all_sent(&self) -> bool {
        self.lanes.iter().all(|book| book.ledger.is_all_sent())
    }

    pub(super) fn urls(&self) -> Vec<String> {
        let mut urls = Vec::new();
        for book in &self.lanes {
            urls.extend(book.url.clone());
        }
        urls
    }

    pub(super) fn memory(&self) -> Progressed {
        let mut lanes = Vec::new();
        for LaneBook { ledger, url } in &self.lanes {
            lanes.push((ledger.range().start, if self.traits.opens { url.clone() } else { None }));
        }
        Progressed { lanes, ..Progressed::default() }
    }

    fn with(&mut self, lane: &Lane, change: impl FnOnce(&mut LaneBook)) {
        if let Some(book) = self.lanes.get_mut(lane.key as usize) {
            change(book);
        }
    }
}

/// What proof amounts to, outside of a chunk's answer.
fn outcome(proof: Proof, ledger: &Ledger, closes: bool, status: u16) -> Outcome {
    match proof {
        Proof::Impossible => Outcome::Trouble(UploadError::Unexpected { status }),
        Proof::Back => Outcome::Trouble(UploadError::LostBytes),
        _ if ledger.is_full() && !closes => Outcome::Trouble(UploadError::NotConfirmed),
        Proof::Forward => Outcome::Headway,
        Proof::Level => Outcome::Known,
    }
}

fn lane_of(step: &Step) -> Option<&Lane> {
    match step {
        Step::Open { lane, .. } | Step::Chunk { lane, .. } | Step::Query { lane, .. } => Some(lane),
        _ => None,
    }
}

/// Where the lanes begin.
fn cut(target: &UploadTarget, traits: Traits, size: u64) -> Vec<u64> {
    let Shape::Offset { lanes } = traits.shape else { return vec![0] };
    let worth = WORTH_A_LANE.min(target.max_chunk).max(target.min_chunk).max(1);
    let count = u64::from(lanes).min(size.div_ceil(worth)).max(1);
    let multiple = target.chunk_multiple.max(1);
    let len = size.div_ceil(count).div_ceil(multiple).saturating_mul(multiple).max(1);
    let mut starts = vec![0];
    while starts.len() < count as usize && starts.len() as u64 * len < size {
        starts.push(starts.len() as u64 * len);
    }
    starts
}
