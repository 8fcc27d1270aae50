//! What the machine makes of the answers of back end and provider.

use reelway_api::{Protocol, UploadTarget};

use super::{BEGINNINGS, Running, Standing, Target, UploadMachine};
use crate::{
    Millis,
    upload::{
        Effect, Id, Reply, UploadError,
        books::{Books, Expiry, Outcome},
        log::{What, step_name},
        memory::Progressed,
        planner::{Limits, Planner},
        protocol::{self, Context, Step},
        throttle::Throttle,
        verdict::Verdict,
    },
};

impl UploadMachine {
    /// The request with this id, if it still runs. It no longer does then.
    fn take(&mut self, id: Id) -> Option<Running> {
        let index = self.running.iter().position(|running| running.id == id)?;
        Some(self.running.remove(index))
    }

    /// Whether the back end's answer is awaited. It no longer is then. After a pause it still counts.
    fn take_asked(&mut self, id: Id) -> bool {
        self.asked.take_if(|asked| asked.id == id).is_some()
    }

    pub(super) fn on_target(&mut self, id: Id, target: UploadTarget) {
        let awaited = self.take_asked(id);
        if self.standing == Standing::Cancelled {
            // The back end made it while the user gave it up.
            return self.effects.push(Effect::Discard);
        }
        if !awaited {
            return;
        }
        let fresh = std::mem::replace(&mut self.had_target, true);
        self.note(What::Target { protocol: target.protocol, fresh });
        match self.understand(target, None) {
            Ok(target) => {
                self.adopt(target);
                self.effects.push(Effect::Remember);
                self.proceed();
            }
            Err(error) => self.fail(error),
        }
    }

    /// What there is to know of a target before anything is sent to it.
    pub(super) fn understand(&self, target: UploadTarget, memory: Option<&Progressed>) -> Result<Target, UploadError> {
        let protocol = protocol::of(target.protocol).ok_or(UploadError::UnknownProtocol)?;
        if target.protocol == Protocol::S3Multipart && target.multipart.is_none() {
            return Err(UploadError::BadTarget);
        }
        let traits = protocol.traits(&target);
        let mut planner = Planner::new(Limits::of(&target, traits.shape, self.options.chunks, self.size)?);
        if traits.asks && !traits.opens {
            planner.try_whole(&target, traits.shape, self.options.chunks, self.size);
        }
        let books = Books::new(&target, traits, &planner, self.size, memory);
        Ok(Target { target, protocol, planner, books, expired: false })
    }

    /// Goes on with a target, and with what is known from the one before, if it was of the same kind.
    pub(super) fn adopt(&mut self, mut new: Target) {
        self.throttle = Throttle::new(new.target.parallel.min(self.options.parallel));
        if let Some(old) = self.target.take().filter(|old| old.target.protocol == new.target.protocol) {
            new.books = old.books;
            new.books.renew(&new.target);
            new.planner.take_over(&old.planner);
        }
        let reached = new.books.reached();
        self.target = Some(new);
        self.begin_anew(reached);
    }

    pub(super) fn on_target_failed(&mut self, id: Id, error: UploadError, retry_after: Option<Millis>) {
        if !self.take_asked(id) || self.standing != Standing::Active {
            return;
        }
        match error.retriable() {
            true => self.stumble(error, retry_after),
            false => self.fail(error),
        }
    }

    pub(super) fn on_confirmed(&mut self, id: Id) {
        if !self.take_asked(id) || self.standing == Standing::Cancelled {
            return;
        }
        match self.target.as_ref().is_some_and(|target| target.books.may_be_complete()) {
            true => self.complete(String::new()),
            false => self.fail(UploadError::Unexpected { status: 409 }),
        }
    }

    pub(super) fn on_lost(&mut self, id: Id) {
        let Some(Running { step, .. }) = self.take(id) else { return };
        self.unanswered(&step, false);
        self.stumble(UploadError::Network, None);
    }

    pub(super) fn on_unreadable(&mut self, id: Id) {
        let Some(Running { step, .. }) = self.take(id) else { return };
        self.lose(&step);
        self.shrink(&step);
        // A browser may be able to read what it can't send.
        if !self.body.unreadable() {
            return self.fail(UploadError::FileUnreadable);
        }
        self.stumble(UploadError::FileUnreadable, None);
        self.cut_wait_short(true);
    }

    pub(super) fn on_reply(&mut self, id: Id, reply: &Reply) {
        let Some(Running { step, since, .. }) = self.take(id) else { return };
        let Some(Target { target, protocol, books, .. }) = &mut self.target else { return };
        let took = self.now - since;
        let context = Context { target, size: self.size, metadata: &self.options.metadata };
        match protocol.read(&context, &step, reply) {
            Verdict::Complete if books.may_be_complete() => {
                self.note_answer(&step, took, reply.status);
                self.complete(reply.body.clone());
            }
            Verdict::Complete => {
                books.lost(&step);
                self.stumble(UploadError::Unexpected { status: reply.status }, None);
            }
            Verdict::Unclear { error, retry_after } => {
                books.lost(&step);
                self.shrink(&step);
                if matches!(reply.status, 429 | 503) {
                    self.throttle.ease();
                }
                self.stumble(error, retry_after);
            }
            Verdict::Expired { error } => {
                books.lost(&step);
                self.on_expired(&step, error);
            }
            Verdict::Refused { error } => {
                books.lost(&step);
                self.fail(error);
            }
            verdict => {
                let (before, reached) = (books.held(), books.reached());
                let outcome = books.learn(&step, verdict, reply.status);
                let gained = books.held().saturating_sub(before).max(books.reached().saturating_sub(reached));
                self.note_answer(&step, took, reply.status);
                self.measure(&step, gained, took);
                self.act_on(&step, outcome);
            }
        }
        self.proceed();
    }

    /// What got across tells how long the next chunk is to be.
    fn measure(&mut self, step: &Step, gained: u64, took: Millis) {
        let (Step::Chunk { bytes, .. }, Some(target)) = (step, &mut self.target) else { return };
        let len = bytes.end - bytes.start;
        if gained >= len {
            target.planner.went_through(len, took);
            self.throttle.went_through();
            self.body.arrived();
        } else if gained > 0 {
            target.planner.failed();
            self.prepared = None;
        }
        if gained > 0 {
            let at_once = self.running.iter().filter(|other| matches!(other.step, Step::Chunk { .. })).count() + 1;
            self.meter.measure(gained.min(len) * at_once as u64, took);
        }
    }

    fn act_on(&mut self, step: &Step, outcome: Outcome) {
        match outcome {
            Outcome::Headway => {
                let Some(Target { books, .. }) = &self.target else { return };
                let reached = books.reached();
                if books.held() > self.meter.progress(false).acknowledged {
                    self.beginnings = 0;
                }
                self.meter.acknowledge(books.held(), reached);
                if reached > self.furthest {
                    self.furthest = reached;
                    self.retry.headway();
                    self.trouble = None;
                }
                self.effects.push(Effect::Remember);
            }
            Outcome::Known => {
                if matches!(step, Step::Open { .. } | Step::List { .. }) {
                    self.effects.push(Effect::Remember);
                }
            }
            Outcome::Trouble(error) => self.stumble(error, None),
            Outcome::Hopeless(error) => self.fail(error),
        }
    }

    /// The URL no longer works. The first time, another one is asked for at once.
    fn on_expired(&mut self, step: &Step, error: UploadError) {
        // The provider may have said when to come back, to another request.
        let first = self.retry.attempts() == 0 && self.wait.is_none();
        let Some(target) = &mut self.target else { return };
        let expiry = target.books.expired(step);
        target.expired |= expiry == Expiry::Target;
        let reached = target.books.reached();
        match expiry {
            Expiry::Replace => self.begin_anew(reached),
            Expiry::Reopen => {
                self.abort_all();
                self.begin_anew(reached);
            }
            Expiry::Target => self.abort_all(),
        }
        if self.beginnings > BEGINNINGS {
            return self.fail(error);
        }
        self.stumble(error, None);
        if first {
            self.cut_wait_short(true);
        }
    }

    /// The provider may have less than it had.
    fn begin_anew(&mut self, reached: u64) {
        if reached < self.furthest {
            self.beginnings += 1;
        }
        self.furthest = reached;
    }

    fn note_answer(&mut self, step: &Step, took: Millis, status: u16) {
        let what = match step {
            Step::Chunk { bytes, .. } => What::Arrived { bytes: bytes.clone(), took, status },
            _ => What::Answered { step: step_name(step), took, status },
        };
        self.note(what);
    }
}
