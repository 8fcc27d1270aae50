//! The upload state machine.
//!
//! - here: what the user and the clock do, and what is sent next.
//! - [`answers`]: what back end and provider say.
//! - [`view`]: what is seen from outside.

mod answers;
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
        protocol::{Context, Protocol, Step},
        retry::{PATIENCE, Retry},
        throttle::Throttle,
    },
};

/// Milliseconds: a request without a body is given up after so long.
const QUIET: Millis = 30_000.0;
/// Bytes a second: no line is taken to be slower than this, so that a chunk has this long at least.
const SLOWEST: f64 = 16_384.0;
/// Milliseconds: how often the estimate of what is in flight is brought up to date.
const REFRESH: Millis = 250.0;
/// Milliseconds: a timer that is so late was not throttled (browsers stop at a minute): the machine was asleep.
const ASLEEP: Millis = 120_000.0;
/// Milliseconds between attempts while the browser says that there is no network, which may be wrong.
const OFFLINE_WAIT: Millis = 30_000.0;
/// Bytes: more than this is never read into memory at once.
const MOST_IN_MEMORY: u64 = 64 << 20;
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
        let refresh = self.running.iter().any(|running| matches!(running.step, Step::Chunk { .. }));
        let asked = self.asked.map(|asked| asked.deadline);
        let wait = self.wait.map(|wait| wait.until);
        let requests = self.running.iter().map(|running| running.deadline);
        let refresh = refresh.then_some(self.now + REFRESH);
        requests.chain(asked).chain(wait).chain(refresh).reduce(f64::min)
    }

    /// Starts, resumes, or tries again after a failure.
    fn activate(&mut self, word: &'static str) {
        self.note(What::Event(word));
        if matches!(self.standing, Standing::Failed(UploadError::FileUnreadable)) {
            // The file may be another handle to the same bytes.
            self.body.begin_again();
        }
        self.standing = Standing::Active;
        self.retry.headway();
        self.wait = None;
        self.proceed();
    }

    fn pause(&mut self) {
        self.note(What::Event("pause"));
        self.standing = Standing::Paused;
        self.stop();
    }

    fn cancel(&mut self) {
        if std::mem::replace(&mut self.standing, Standing::Cancelled) == Standing::Cancelled {
            return;
        }
        self.note(What::Event("cancel"));
        self.stop();
        if let Some(Target { target, protocol, books, .. }) = &self.target {
            let farewells = books.urls().into_iter().filter_map(|url| protocol.farewell(target, &url));
            self.effects.extend(farewells.map(Effect::Farewell));
        }
        if self.had_target {
            self.effects.push(Effect::Discard);
        }
    }

    /// Aborts what runs, but for the wait for a target: the back end may have made the video by now.
    fn stop(&mut self) {
        self.abort_all();
        self.wait = None;
    }

    fn abort_all(&mut self) {
        for Running { id, step, .. } in std::mem::take(&mut self.running) {
            self.effects.push(Effect::Abort(id));
            self.lose(&step);
        }
    }

    /// Nobody will say what became of a step.
    fn lose(&mut self, step: &Step) {
        if let Some(target) = &mut self.target {
            target.books.lost(step);
        }
    }

    fn cut_wait_short(&mut self, even_if_firm: bool) {
        if self.wait.is_some_and(|wait| even_if_firm || !wait.firm) {
            self.wait = None;
            self.proceed();
        }
    }

    /// The clock jumped: whatever was on its way is lost, though no one will say so.
    fn wake(&mut self) {
        self.note(What::Event("wake"));
        if self.running.is_empty() {
            return self.tick();
        }
        self.stop();
        self.proceed();
    }

    fn tick(&mut self) {
        if self.wait.is_some_and(|wait| self.now >= wait.until) {
            self.wait = None;
            self.proceed();
        }
        if let Some(Asked { id, .. }) = self.asked.take_if(|asked| self.now >= asked.deadline) {
            self.effects.push(Effect::Abort(id));
            self.stumble(UploadError::Stalled, None);
        }
        let now = self.now;
        let late: Vec<Running> = self.running.extract_if(.., |running| now >= running.deadline).collect();
        for Running { id, step, .. } in &late {
            self.effects.push(Effect::Abort(*id));
            self.unanswered(step, true);
        }
        if !late.is_empty() {
            self.stumble(UploadError::Stalled, None);
        }
    }

    /// A request ended without an answer.
    fn unanswered(&mut self, step: &Step, stalled: bool) {
        self.lose(step);
        self.shrink(step);
        if matches!(step, Step::Chunk { .. }) && self.online {
            self.body.unanswered(stalled);
        }
    }

    /// The next chunk is shorter after one that did not go through.
    fn shrink(&mut self, step: &Step) {
        if let (Step::Chunk { .. }, Some(target)) = (step, &mut self.target) {
            target.planner.failed();
        }
        self.prepared = None;
    }

    /// Does all there is to do now.
    fn proceed(&mut self) {
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
    fn as_prepared(&mut self, step: Step) -> Step {
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

    fn send(&mut self, step: Step) {
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
            self.log.note(self.now, What::Sent { bytes: bytes.clone(), copy: request.copy });
            ahead = target.digest.zip(Some(planner.chunk(bytes.end, self.size)));
        }
        self.effects.push(Effect::Send(id, request));
        if let Some((digest, next)) = ahead.filter(|(_, next)| next.start < next.end && self.throttle.limit() == 1) {
            self.prepared = Some(next.clone());
            self.effects.push(Effect::Prepare(next, digest));
        }
        self.running.push(Running { id, step, since: self.now, deadline });
    }

    /// How long a request may take before it counts as stalled: many times what it should, and longer each time.
    fn time_for(&self, step: &Step) -> Millis {
        let bytes = match step {
            Step::Chunk { bytes, .. } | Step::Open { bytes: Some(bytes), .. } => bytes.end - bytes.start,
            _ => 0,
        };
        let each = self.meter.average().map(|rate| rate / self.throttle.limit() as f64);
        let slow = each.map_or(SLOWEST, |rate| (rate / 8.0).max(SLOWEST));
        let expected = QUIET + bytes as f64 * 1000.0 / slow;
        expected * f64::from(1u32 << self.retry.attempts().min(4))
    }

    fn next_id(&mut self) -> Id {
        self.last_id += 1;
        Id(self.last_id)
    }

    /// Something went wrong that may pass: waits before anything else is sent. What is on its way goes on.
    fn stumble(&mut self, error: UploadError, retry_after: Option<Millis>) {
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

    fn fail(&mut self, error: UploadError) {
        self.stop();
        self.log.note(self.now, log::trouble(&error, None));
        self.standing = Standing::Failed(error);
    }

    fn complete(&mut self, body: String) {
        self.stop();
        self.note(What::Event("done"));
        self.standing = Standing::Done;
        self.meter.acknowledge(self.size, self.size);
        self.effects.push(Effect::Complete { body });
    }

    fn note(&mut self, what: What) {
        self.log.note(self.now, what);
    }
}
