//! What is sent next, and how long it may take.

use std::ops::Range;

use super::{Asked, Running, Standing, Target, UploadMachine};
use crate::{
    Millis,
    upload::{
        Effect, Id, UploadError,
        log::What,
        protocol::{Context, Step},
    },
};

/// Milliseconds: a request without a body is given up after so long.
const QUIET: Millis = 30_000.0;
/// Milliseconds that a request whose bytes are watched may stand still, or wait for its answer after the last of them.
const MOVING: Millis = 60_000.0;
/// Bytes a second: no line is taken to be slower than this, so that a chunk has this long at least.
const SLOWEST: f64 = 16_384.0;
/// Bytes: more than this is never read into memory at once.
const MOST_IN_MEMORY: u64 = 64 << 20;

impl UploadMachine {
    /// Does all there is to do now.
    pub(super) fn proceed(&mut self) {
        if self.standing != Standing::Active || self.wait.is_some() || self.asked.is_some() {
            return;
        }
        if self.size == 0 {
            return self.fail(UploadError::EmptyFile);
        }
        if self.target.as_ref().is_none_or(|target| target.expired) {
            let id = self.next_id();
            self.asked = Some(Asked { id, deadline: self.now + QUIET });
            return self.effects.push(Effect::RequestTarget { id, fresh: self.had_target });
        }
        while self.running.len() < self.throttle.limit() {
            let Some(Target { planner, books, .. }) = &mut self.target else { return };
            planner.set_in_memory(self.body.is_copy());
            let running: Vec<&Step> = self.running.iter().map(|running| &running.step).collect();
            match books.next(&running, planner) {
                Some(step) => {
                    let step = self.as_prepared(step);
                    self.send(step);
                }
                // The target lacks a URL for what is to come.
                None if self.running.is_empty() => return self.fail(UploadError::BadTarget),
                None => return,
            }
        }
    }

    /// With the length that a digest was computed for meanwhile.
    pub(super) fn as_prepared(&mut self, step: Step) -> Step {
        match (step, self.prepared.take(), &self.target) {
            (Step::Chunk { lane, bytes, url }, Some(ready), Some(target))
                if ready.start == bytes.start
                    && (ready.end == lane.range.end || target.planner.allows(ready.clone())) =>
            {
                Step::Chunk { lane, bytes: ready, url }
            }
            (step, ..) => step,
        }
    }

    pub(super) fn send(&mut self, step: Step) {
        let id = self.next_id();
        let deadline = self.now + self.time_for(&step);
        let Some(Target { target, protocol, planner, books, .. }) = &mut self.target else { return };
        let context = Context { target, size: self.size, metadata: &self.options.metadata };
        let mut request = protocol.request(&context, &step);
        let short = |bytes: &Range<u64>| bytes.end - bytes.start <= MOST_IN_MEMORY;
        request.copy = self.body.is_copy() && request.body.as_ref().is_some_and(short);
        books.sending(&step);
        let mut ahead = None;
        if let Some(bytes) = request.body.clone() {
            if bytes == (0..self.size) {
                planner.has_tried_whole();
            }
            self.log.note(self.now, What::Sent { bytes: bytes.clone(), copy: request.copy });
            ahead = target.digest.zip(Some(planner.chunk(bytes.end, self.size)));
        }
        self.effects.push(Effect::Send(id, request));
        if let Some((digest, next)) = ahead.filter(|(_, next)| next.start < next.end && self.throttle.limit() == 1) {
            self.prepared = Some(next.clone());
            self.effects.push(Effect::Prepare(next, digest));
        }
        self.running.push(Running { id, step, since: self.now, deadline, sent: None });
    }

    /// How long a request may take before it counts as stalled: many times what it should, and longer each time.
    pub(super) fn time_for(&self, step: &Step) -> Millis {
        let bytes = match step {
            Step::Chunk { bytes, .. } | Step::Open { bytes: Some(bytes), .. } => bytes.end - bytes.start,
            _ => 0,
        };
        let each = self.meter.average().map(|rate| rate / self.throttle.limit() as f64);
        let slow = each.map_or(SLOWEST, |rate| (rate / 8.0).max(SLOWEST));
        let expected = QUIET + bytes as f64 * 1000.0 / slow;
        expected * f64::from(1u32 << self.retry.attempts().min(4))
    }

    /// A request moves. That it stalls is seen from now on, however long it is.
    pub(super) fn on_sent(&mut self, id: Id, bytes: u64) {
        let Some(running) = self.running.iter_mut().find(|running| running.id == id) else { return };
        let (before, then) = running.sent.unwrap_or((0, running.since));
        if bytes <= before {
            return;
        }
        running.sent = Some((bytes, self.now));
        running.deadline = self.now + MOVING * f64::from(1u32 << self.retry.attempts().min(4));
        self.meter.measure(bytes - before, self.now - then);
    }

    pub(super) fn next_id(&mut self) -> Id {
        self.last_id += 1;
        Id(self.last_id)
    }
}
