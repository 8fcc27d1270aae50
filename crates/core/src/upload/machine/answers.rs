//! What the machine makes of the answers of back end and provider.

use std::ops::Range;

use reelway_api::UploadTarget;

use super::{Activity, Standing, Target, UploadMachine};
use crate::{
    Millis,
    upload::{
        Effect, Id, Reply, UploadError,
        ledger::Proof,
        planner::{Limits, Planner},
        protocol::{self, Step},
        verdict::Verdict,
    },
};

/// Chunks taken in silence before giving up on a provider that can't be sent the whole file in one request.
const SILENCE: u32 = 3;

impl UploadMachine {
    /// The step and the start of the request with this id, if it is the one that runs. It no longer does then.
    pub(super) fn take_request(&mut self, of: Id) -> Option<(Step, Millis)> {
        match std::mem::replace(&mut self.activity, Activity::Idle) {
            Activity::Request { id, step, since, .. } if id == of => Some((step, since)),
            other => {
                self.activity = other;
                None
            }
        }
    }

    /// Whether the back end's answer is awaited. It no longer is then. After a pause it still counts.
    fn take_target(&mut self, of: Id) -> bool {
        let awaited = matches!(self.activity, Activity::Target { id, .. } if id == of);
        if awaited {
            self.activity = Activity::Idle;
        }
        awaited
    }

    pub(super) fn on_target(&mut self, id: Id, target: UploadTarget) {
        let awaited = self.take_target(id);
        if self.standing == Standing::Cancelled {
            // The back end made it while the user gave it up.
            return self.effects.push(Effect::Discard);
        }
        if !awaited {
            return;
        }
        let first = !std::mem::replace(&mut self.had_target, true);
        let limits = Limits::of(&target, self.options.max_chunk, self.ledger.size());
        match (protocol::of(target.protocol), limits) {
            (None, _) => self.fail(UploadError::UnknownProtocol),
            (_, Err(error)) => self.fail(error),
            (Some(protocol), Ok(limits)) => {
                match &mut self.planner {
                    Some(planner) => planner.set_limits(limits),
                    None => self.planner = Some(Planner::new(limits)),
                }
                self.target = Some(Target { target, protocol });
                if !first {
                    self.ledger.doubt();
                }
                if self.standing == Standing::Active {
                    self.proceed();
                }
            }
        }
    }

    pub(super) fn on_target_failed(&mut self, id: Id, error: UploadError, retry_after: Option<Millis>) {
        if !self.take_target(id) || self.standing != Standing::Active {
            return;
        }
        match error.retriable() {
            true => self.stumble(error, retry_after),
            false => self.fail(error),
        }
    }

    pub(super) fn on_confirmed(&mut self, id: Id) {
        if !self.take_target(id) || self.standing == Standing::Cancelled {
            return;
        }
        match self.ledger.is_all_sent() {
            true => self.complete(String::new()),
            false => self.fail(UploadError::Unexpected { status: 409 }),
        }
    }

    pub(super) fn on_reply(&mut self, id: Id, reply: &Reply) {
        let Some((step, since)) = self.take_request(id) else { return };
        let Some(Target { target, protocol }) = &self.target else { return };
        let one_request = self.ledger.size() <= target.max_chunk;
        match (protocol.read(&step, self.ledger.size(), reply), step) {
            (Verdict::Complete, _) if self.ledger.is_all_sent() => self.complete(reply.body.clone()),
            (Verdict::Complete, _) => self.stumble(UploadError::Unexpected { status: reply.status }, None),
            (Verdict::Holds { offset }, Step::Chunk(bytes)) => self.on_chunk(&bytes, offset, since, reply.status),
            (Verdict::Holds { offset }, Step::Query) => {
                let proof = self.ledger.prove(offset);
                self.on_offset(proof, offset, reply.status);
            }
            (Verdict::Silent, Step::Chunk(_)) => {
                self.ledger.silent_chunk();
                match self.ledger.silent_chunks() {
                    SILENCE.. if !one_request => self.fail(UploadError::RangeHidden),
                    0 | 1 => self.stumble(UploadError::NoHeadway, None),
                    _ => self.stumble(UploadError::RangeHidden, None),
                }
            }
            (Verdict::Silent, Step::Query) => {
                let proof = self.ledger.silent_query(one_request);
                self.on_offset(proof, 0, reply.status);
            }
            (Verdict::Unclear { error, retry_after }, step) => {
                self.shrink(&step);
                self.stumble(error, retry_after);
            }
            (Verdict::Expired { error }, _) => self.on_expired(error),
            (Verdict::Refused { error }, _) => self.fail(error),
        }
    }

    /// A chunk was answered with an offset.
    fn on_chunk(&mut self, bytes: &Range<u64>, offset: u64, since: Millis, status: u16) {
        let elapsed = self.now - since;
        let proof = self.ledger.prove(offset);
        if proof != Proof::Impossible && offset > bytes.start {
            self.meter.measure(offset.min(bytes.end) - bytes.start, elapsed);
        }
        match (proof, &mut self.planner) {
            (Proof::Forward | Proof::Level, Some(planner)) if offset >= bytes.end => {
                planner.went_through(bytes.end - bytes.start, elapsed);
            }
            (Proof::Forward, Some(planner)) => planner.failed(),
            _ => {}
        }
        match proof {
            Proof::Level if offset == bytes.start => self.stumble(UploadError::NoHeadway, None),
            // All bytes are there, but this was no final answer: only the provider's own can complete the upload.
            Proof::Forward if self.ledger.is_full() => {
                self.headway(offset);
                self.proceed();
            }
            _ => self.on_offset(proof, offset, status),
        }
    }

    /// It is proven, or contradicted, that the provider holds `offset` bytes.
    fn on_offset(&mut self, proof: Proof, offset: u64, status: u16) {
        if proof == Proof::Forward {
            self.headway(offset);
        }
        match proof {
            Proof::Impossible => self.stumble(UploadError::Unexpected { status }, None),
            Proof::Back => self.stumble(UploadError::LostBytes, None),
            _ if self.ledger.is_full() => self.stumble(UploadError::NotConfirmed, None),
            _ => self.proceed(),
        }
    }

    fn headway(&mut self, offset: u64) {
        self.retry.headway();
        self.trouble = None;
        self.meter.acknowledge(offset);
    }

    /// The target no longer works. The first time, a fresh one is asked for at once.
    fn on_expired(&mut self, error: UploadError) {
        self.target = None;
        let first = self.retry.attempts() == 0;
        self.stumble(error, None);
        if first {
            self.cut_wait_short(true);
        }
    }
}
