//! The upload state machine.

mod answers;

use std::ops::Range;

use reelway_api::UploadTarget;

use crate::{
    Millis,
    upload::{
        Effect, Event, Id, Phase, Snapshot, UploadError,
        ledger::Ledger,
        planner::Planner,
        progress::Meter,
        protocol::{Protocol, Step},
        retry::{PATIENCE, Retry},
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

/// What the caller may choose.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// Bytes: no chunk is longer, unless the provider's minimum is. `None` leaves it to the planner.
    pub max_chunk: Option<u64>,
    /// Attempts without headway before giving up.
    pub patience: u32,
    /// Makes the jitter of the waits: any number, different for each upload.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self { max_chunk: None, patience: PATIENCE, seed: 0 }
    }
}

/// Decides what to send, when, and what the answers prove.
///
/// Drive it with [`handle`](Self::handle) and do the effects in their order. Keep one timer, set to
/// [`next_deadline`](Self::next_deadline) after each event, that hands in [`Event::Tick`].
///
/// - The offset moves on proof only. Whatever is unclear leads to the question how much the provider holds.
/// - [`Effect::Complete`] follows only on the provider's own word, to a request that could complete the upload.
/// - At most one request is on its way.
pub struct UploadMachine {
    options: Options,
    ledger: Ledger,
    retry: Retry,
    meter: Meter,
    target: Option<Target>,
    had_target: bool,
    planner: Option<Planner>,
    online: bool,
    standing: Standing,
    activity: Activity,
    trouble: Option<UploadError>,
    last_id: u64,
    now: Millis,
    effects: Vec<Effect>,
}

struct Target {
    target: UploadTarget,
    protocol: &'static dyn Protocol,
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

/// What is going on.
#[derive(Clone, Debug, PartialEq)]
enum Activity {
    Idle,
    /// The back end was asked for a target.
    Target {
        id: Id,
        deadline: Millis,
    },
    /// The provider was sent a request.
    Request {
        id: Id,
        step: Step,
        since: Millis,
        deadline: Millis,
    },
    /// The next attempt comes at `until`; before that, only the user cuts a `firm` wait short.
    Wait {
        until: Millis,
        firm: bool,
    },
}

impl UploadMachine {
    /// An upload of a file of `size` bytes, not started.
    pub fn new(size: u64, options: Options) -> Self {
        Self {
            ledger: Ledger::new(size),
            retry: Retry::new(options.patience, options.seed),
            meter: Meter::new(size),
            target: None,
            had_target: false,
            planner: None,
            online: true,
            standing: Standing::New,
            activity: Activity::Idle,
            trouble: None,
            last_id: 0,
            now: 0.0,
            effects: Vec::new(),
            options,
        }
    }

    /// Takes in what happened and tells what to do. `now` never goes back.
    pub fn handle(&mut self, event: Event, now: Millis) -> Vec<Effect> {
        let asleep = self.next_deadline().is_some_and(|due| now > due + ASLEEP);
        self.now = now;
        match event {
            Event::Start if self.standing == Standing::New => self.activate(),
            Event::Retry if matches!(self.standing, Standing::Failed(_)) => self.activate(),
            Event::Retry => self.cut_wait_short(true),
            Event::Resume if self.standing == Standing::Paused => self.activate(),
            Event::Pause if matches!(self.standing, Standing::New | Standing::Active) => self.pause(),
            Event::Cancel if self.standing != Standing::Done => self.cancel(),
            Event::Online => {
                self.online = true;
                self.cut_wait_short(false);
            }
            Event::Offline => self.online = false,
            Event::Foreground | Event::Tick if asleep => self.wake(),
            Event::Foreground => self.cut_wait_short(false),
            Event::Tick => self.tick(),
            Event::Target(id, target) => self.on_target(id, target),
            Event::TargetFailed { id, error, retry_after } => self.on_target_failed(id, error, retry_after),
            Event::Confirmed(id) => self.on_confirmed(id),
            Event::Reply(id, reply) => self.on_reply(id, &reply),
            Event::Lost(id) => {
                if let Some((step, _)) = self.take_request(id) {
                    self.shrink(&step);
                    self.stumble(UploadError::Network, None);
                }
            }
            Event::Unreadable(id) => {
                if self.take_request(id).is_some() {
                    self.fail(UploadError::FileUnreadable);
                }
            }
            Event::Start | Event::Resume | Event::Pause | Event::Cancel => {}
        }
        if let Activity::Request { step: Step::Chunk(bytes), since, .. } = &self.activity {
            self.meter.in_flight(bytes.start, bytes.end - bytes.start, now - since);
        }
        std::mem::take(&mut self.effects)
    }

    /// When [`Event::Tick`] is due, on the clock of [`handle`](Self::handle). `None`: not before another event.
    pub fn next_deadline(&self) -> Option<Millis> {
        match &self.activity {
            Activity::Idle => None,
            Activity::Target { deadline, .. } | Activity::Request { step: Step::Query, deadline, .. } => {
                Some(*deadline)
            }
            Activity::Request { deadline, .. } => Some(deadline.min(self.now + REFRESH)),
            Activity::Wait { until, .. } => Some(*until),
        }
    }

    /// What a person sees.
    pub fn snapshot(&self) -> Snapshot {
        let phase = self.phase();
        let error = match (&self.standing, &self.activity) {
            (Standing::Failed(error), _) => Some(error.clone()),
            (Standing::Active, Activity::Wait { .. }) => self.trouble.clone(),
            _ => None,
        };
        Snapshot { phase, progress: self.meter.progress(phase == Phase::Uploading), error }
    }

    fn phase(&self) -> Phase {
        match (&self.standing, &self.activity) {
            (Standing::Done, _) => Phase::Done,
            (Standing::Failed(_), _) => Phase::Failed,
            (Standing::Cancelled, _) => Phase::Cancelled,
            (Standing::Paused, _) => Phase::Paused,
            (Standing::Active, Activity::Wait { .. }) if !self.online => Phase::Offline,
            (Standing::Active, Activity::Wait { until, .. }) => Phase::Waiting { retry_at: *until },
            _ if !self.had_target => Phase::Starting,
            _ if self.ledger.is_full() => Phase::Finalising,
            _ => Phase::Uploading,
        }
    }

    /// Starts, resumes, or tries again after a failure.
    fn activate(&mut self) {
        self.standing = Standing::Active;
        self.retry.headway();
        // A target that was asked for before the pause may still be on its way.
        if self.activity == Activity::Idle {
            self.proceed();
        }
    }

    fn pause(&mut self) {
        self.standing = Standing::Paused;
        self.drop_request();
    }

    fn cancel(&mut self) {
        let already = std::mem::replace(&mut self.standing, Standing::Cancelled) == Standing::Cancelled;
        self.drop_request();
        if self.had_target && !already {
            self.effects.push(Effect::Discard);
        }
    }

    /// Aborts what runs, but for the wait for a target: the back end may have made the video by now.
    fn drop_request(&mut self) {
        match self.activity {
            Activity::Target { .. } => return,
            Activity::Request { id, .. } => self.effects.push(Effect::Abort(id)),
            Activity::Idle | Activity::Wait { .. } => {}
        }
        self.activity = Activity::Idle;
        self.ledger.doubt();
    }

    fn cut_wait_short(&mut self, even_if_firm: bool) {
        if let Activity::Wait { firm, .. } = self.activity
            && (even_if_firm || !firm)
        {
            self.proceed();
        }
    }

    /// The clock jumped: whatever was on its way is lost, though no one will say so.
    fn wake(&mut self) {
        match self.activity {
            Activity::Request { .. } => {
                self.drop_request();
                self.proceed();
            }
            _ => self.tick(),
        }
    }

    fn tick(&mut self) {
        match self.activity {
            Activity::Wait { until, .. } if self.now >= until => self.proceed(),
            Activity::Target { id, deadline } | Activity::Request { id, deadline, .. } if self.now >= deadline => {
                self.effects.push(Effect::Abort(id));
                if let Some((step, _)) = self.take_request(id) {
                    self.shrink(&step);
                }
                self.stumble(UploadError::Stalled, None);
            }
            _ => {}
        }
    }

    /// The next chunk is shorter after one that did not go through.
    fn shrink(&mut self, step: &Step) {
        if let (Step::Chunk(_), Some(planner)) = (step, &mut self.planner) {
            planner.failed();
        }
    }

    /// Does the next thing there is to do.
    fn proceed(&mut self) {
        if self.ledger.size() == 0 {
            return self.fail(UploadError::EmptyFile);
        }
        let id = self.next_id();
        let Some(Target { target, protocol }) = &self.target else {
            self.activity = Activity::Target { id, deadline: self.now + QUIET };
            self.effects.push(Effect::RequestTarget { id, fresh: self.had_target });
            return;
        };
        let size = self.ledger.size();
        let step = match (self.ledger.next(), &self.planner) {
            (Some(_), _) if self.ledger.is_whole() => Step::Chunk(0..size),
            (Some(offset), Some(planner)) => Step::Chunk(planner.chunk(offset, size)),
            _ => Step::Query,
        };
        self.effects.push(Effect::Send(id, protocol.request(target, &step, size)));
        let mut deadline = self.now + QUIET;
        if let Step::Chunk(bytes) = &step {
            self.ledger.sending(bytes.end);
            deadline = self.now + self.time_for(bytes);
        }
        self.activity = Activity::Request { id, step, since: self.now, deadline };
    }

    /// How long a chunk may take before it counts as stalled: many times what it should, and longer each time.
    fn time_for(&self, bytes: &Range<u64>) -> Millis {
        let slow = self.meter.average().map_or(SLOWEST, |rate| (rate / 8.0).max(SLOWEST));
        let expected = QUIET + (bytes.end - bytes.start) as f64 * 1000.0 / slow;
        expected * f64::from(1u32 << self.retry.attempts().min(4))
    }

    fn next_id(&mut self) -> Id {
        self.last_id += 1;
        Id(self.last_id)
    }

    /// Something went wrong that may pass: waits, and asks the provider what it holds before anything else.
    fn stumble(&mut self, error: UploadError, retry_after: Option<Millis>) {
        self.activity = Activity::Idle;
        self.ledger.doubt();
        if self.standing != Standing::Active {
            return;
        }
        // Without a network, an attempt that gets no answer says nothing about the next one.
        let unheard = matches!(error, UploadError::Network | UploadError::Stalled);
        let wait = if unheard && !self.online { Some(OFFLINE_WAIT) } else { self.retry.wait(retry_after) };
        match wait {
            Some(wait) => {
                self.trouble = Some(error);
                self.activity = Activity::Wait { until: self.now + wait, firm: retry_after.is_some() };
            }
            None => self.fail(error),
        }
    }

    fn fail(&mut self, error: UploadError) {
        self.activity = Activity::Idle;
        self.ledger.doubt();
        self.standing = Standing::Failed(error);
    }

    fn complete(&mut self, body: String) {
        self.activity = Activity::Idle;
        self.standing = Standing::Done;
        self.meter.acknowledge(self.ledger.size());
        self.effects.push(Effect::Complete { body });
    }
}
