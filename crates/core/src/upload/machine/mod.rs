//! The upload state machine.
//!
//! - here: its state, and what becomes of trouble.
//! - `acts`: what the user and the clock do.
//! - `sending`: what is sent next.
//! - `answers`: what back end and provider say.
//! - `view`: what is seen from outside.

mod acts;
mod answers;
mod sending;
mod view;

use std::ops::Range;

use reelway_api::UploadTarget;

use crate::{
    Millis,
    upload::{
        Effect, Event, Id, Memory, UploadError,
        body::BodyMode,
        books::Books,
        log::{self, Log, What},
        planner::{Planner, Wish},
        progress::Meter,
        protocol::{Protocol, Step},
        retry::{PATIENCE, Retry},
        throttle::Throttle,
    },
};

/// Milliseconds: how often the estimate of what is in flight is brought up to date.
const REFRESH: Millis = 250.0;
/// Milliseconds: a timer that is so late was not throttled (browsers stop at a minute): the machine was asleep.
const ASLEEP: Millis = 120_000.0;
/// Milliseconds between attempts while the browser says that there is no network, which may be wrong.
const OFFLINE_WAIT: Millis = 30_000.0;
/// How often in a row an upload may have to begin anew, without getting further than before.
const BEGINNINGS: u32 = 20;

/// What the caller may choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// What is wished for chunks.
    pub chunks: Wish,
    /// Requests of this upload at once, at most, where the provider takes more than one.
    pub parallel: u32,
    /// Attempts without headway before giving up.
    pub patience: u32,
    /// Makes the jitter of the waits: any number, different for each upload.
    pub seed: u64,
    /// What a provider that wants to know is told of the file: `filename` and `filetype`, by tus' custom.
    pub metadata: Vec<(String, String)>,
}

impl Default for Options {
    fn default() -> Self {
        Self { chunks: Wish::default(), parallel: 4, patience: PATIENCE, seed: 0, metadata: Vec::new() }
    }
}

/// Decides what to send, when, and what the answers prove.
///
/// Drive it with [`handle`](Self::handle) and do the effects in their order. Keep one timer, set to
/// [`next_deadline`](Self::next_deadline) after each event, that hands in [`Event::Tick`].
///
/// - What is held moves on proof only. Whatever is unclear leads to the question how much the provider holds.
/// - [`Effect::Complete`] follows only on the provider's own word, to a request that could complete the upload.
/// - As many requests are on their way as the protocol, the provider and the caller allow.
pub struct UploadMachine {
    options: Options,
    size: u64,
    retry: Retry,
    meter: Meter,
    throttle: Throttle,
    target: Option<Target>,
    had_target: bool,
    online: bool,
    standing: Standing,
    /// The back end was asked for a target.
    asked: Option<Asked>,
    running: Vec<Running>,
    wait: Option<Wait>,
    trouble: Option<UploadError>,
    body: BodyMode,
    prepared: Option<Range<u64>>,
    /// Bytes: the most that was ever held or presumed, since the upload last began anew.
    furthest: u64,
    beginnings: u32,
    log: Log,
    last_id: u64,
    now: Millis,
    effects: Vec<Effect>,
}

struct Target {
    target: UploadTarget,
    protocol: &'static dyn Protocol,
    planner: Planner,
    books: Books,
    /// It no longer works: the books are kept for the one that comes.
    expired: bool,
}

/// What the user and the outcome say.
#[derive(Clone, Debug, PartialEq)]
enum Standing {
    New,
    Active,
    Paused,
    Done,
    Failed(UploadError),
    Cancelled,
}

#[derive(Clone, Copy, Debug)]
struct Asked {
    id: Id,
    deadline: Millis,
}

/// A request that is on its way to the provider.
#[derive(Clone, Debug)]
struct Running {
    id: Id,
    step: Step,
    since: Millis,
    deadline: Millis,
    /// Bytes that have left, and when that was said. `None`: the browser does not say.
    sent: Option<(u64, Millis)>,
}

/// The next attempt comes at `until`; before that, only the user cuts a `firm` wait short.
#[derive(Clone, Copy, Debug)]
struct Wait {
    until: Millis,
    firm: bool,
}

impl UploadMachine {
    /// An upload of a file of `size` bytes, not started.
    pub fn new(size: u64, options: Options) -> Self {
        Self {
            size,
            retry: Retry::new(options.patience, options.seed),
            meter: Meter::new(size),
            throttle: Throttle::new(1),
            target: None,
            had_target: false,
            online: true,
            standing: Standing::New,
            asked: None,
            running: Vec::new(),
            wait: None,
            trouble: None,
            body: BodyMode::default(),
            prepared: None,
            furthest: 0,
            beginnings: 0,
            log: Log::default(),
            last_id: 0,
            now: 0.0,
            effects: Vec::new(),
            options,
        }
    }

    /// An upload that another page began, not started. The file must be the same, byte for byte.
    ///
    /// # Errors
    ///
    /// [`UploadError::BadTarget`] or [`UploadError::UnknownProtocol`] if what was written down can't be used: then it
    /// takes a new upload.
    pub fn restore(options: Options, memory: &Memory) -> Result<Self, UploadError> {
        let mut machine = Self::new(memory.size, options);
        let target = machine.understand(memory.target.clone(), Some(&memory.progressed))?;
        machine.meter.acknowledge(memory.held.min(memory.size), 0);
        machine.had_target = true;
        machine.adopt(target);
        machine.note(What::Event("restore"));
        Ok(machine)
    }

    /// Takes in what happened and tells what to do. `now` never goes back.
    pub fn handle(&mut self, event: Event, now: Millis) -> Vec<Effect> {
        let asleep = self.next_deadline().is_some_and(|due| now > due + ASLEEP);
        self.now = now;
        match event {
            Event::Start if self.standing == Standing::New => self.activate("start"),
            Event::Retry if matches!(self.standing, Standing::Failed(_)) => self.activate("retry"),
            Event::Retry => self.cut_wait_short(true),
            Event::Resume if self.standing == Standing::Paused => self.activate("resume"),
            Event::Pause if matches!(self.standing, Standing::New | Standing::Active) => self.pause(),
            Event::Cancel if self.standing != Standing::Done => self.cancel(),
            Event::Online => {
                self.note(What::Event("online"));
                self.online = true;
                self.cut_wait_short(false);
            }
            Event::Offline => {
                self.note(What::Event("offline"));
                self.online = false;
            }
            Event::Foreground | Event::Tick if asleep => self.wake(),
            Event::Foreground => self.cut_wait_short(false),
            Event::Tick => self.tick(),
            Event::Share(share) => {
                self.throttle.set_share(share);
                self.proceed();
            }
            Event::Target(id, target) => self.on_target(id, target),
            Event::TargetFailed { id, error, retry_after } => self.on_target_failed(id, error, retry_after),
            Event::Confirmed(id) => self.on_confirmed(id),
            Event::Sent(id, bytes) => self.on_sent(id, bytes),
            Event::Reply(id, reply) => self.on_reply(id, &reply),
            Event::Lost(id) => self.on_lost(id),
            Event::Unreadable(id) => self.on_unreadable(id),
            Event::Start | Event::Resume | Event::Pause | Event::Cancel => {}
        }
        self.estimate();
        std::mem::take(&mut self.effects)
    }

    /// When [`Event::Tick`] is due, on the clock of [`handle`](Self::handle). `None`: not before another event.
    pub fn next_deadline(&self) -> Option<Millis> {
        let mut next = f64::INFINITY;
        for Running { step, deadline, .. } in &self.running {
            next = next.min(*deadline);
            if matches!(step, Step::Chunk { .. }) {
                next = next.min(self.now + REFRESH);
            }
        }
        next = self.asked.map_or(next, |asked| next.min(asked.deadline));
        next = self.wait.map_or(next, |wait| next.min(wait.until));
        next.is_finite().then_some(next)
    }

    /// A request ended without an answer.
    pub(super) fn unanswered(&mut self, step: &Step, stalled: bool) {
        self.lose(step);
        self.shrink(step);
        if matches!(step, Step::Chunk { .. }) && self.online {
            self.body.unanswered(stalled);
        }
    }

    /// The next chunk is shorter after one that did not go through.
    pub(super) fn shrink(&mut self, step: &Step) {
        if let (Step::Chunk { .. }, Some(target)) = (step, &mut self.target) {
            target.planner.failed();
        }
        self.prepared = None;
    }

    /// Something went wrong that may pass: waits before anything else is sent. What is on its way goes on.
    pub(super) fn stumble(&mut self, error: UploadError, retry_after: Option<Millis>) {
        if self.standing != Standing::Active {
            return;
        }
        // Without a network, an attempt that gets no answer says nothing about the next one.
        let unheard = matches!(error, UploadError::Network | UploadError::Stalled);
        // Requests that fail side by side fail for one reason: it counts once.
        let counted = self.wait.is_some() && retry_after.is_none();
        let wait = match (unheard && !self.online, counted) {
            (_, true) => return,
            (true, _) => Some(OFFLINE_WAIT),
            (false, _) => self.retry.wait(retry_after),
        };
        self.log.note(self.now, log::trouble(&error, wait));
        let Some(wait) = wait else { return self.fail(error) };
        self.trouble = Some(error);
        let until = self.wait.map_or(0.0, |wait| wait.until).max(self.now + wait);
        self.wait = Some(Wait { until, firm: retry_after.is_some() });
    }

    pub(super) fn fail(&mut self, error: UploadError) {
        self.stop();
        self.log.note(self.now, log::trouble(&error, None));
        self.standing = Standing::Failed(error);
    }

    pub(super) fn complete(&mut self, body: String) {
        self.stop();
        self.note(What::Event("done"));
        self.standing = Standing::Done;
        self.meter.acknowledge(self.size, self.size);
        self.effects.push(Effect::Complete { body });
    }

    pub(super) fn note(&mut self, what: What) {
        self.log.note(self.now, what);
    }
}
