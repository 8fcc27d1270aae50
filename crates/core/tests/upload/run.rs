//! Drives the machine against a provider in memory, with as many requests at once as it likes, on a clock of its own.

use std::collections::VecDeque;

use reelway_core::upload::{Effect, Event, Id, Memory, Options, Phase, Request, UploadError, UploadMachine};

use crate::{
    fault::{Act, Fault, Turn},
    providers::{Answer, Provider},
};

/// How it ended, and what was seen on the way.
pub struct Run {
    pub machine: UploadMachine,
    pub provider: Provider,
    pub completed: bool,
    pub discarded: bool,
    options: Options,
    turns: std::vec::IntoIter<Turn>,
    now: f64,
    flying: Vec<Flying>,
    /// The provider takes several requests at once.
    several: bool,
    effects: VecDeque<Effect>,
    performing: bool,
    faults: u64,
    /// Answers that hid how much is held.
    silences: u64,
    /// Bytes that were stopped since something went wrong beside them.
    extra: u64,
    seen: f64,
    acknowledged: u64,
    not_before: f64,
    memory: Option<Memory>,
}

/// A request on its way, whose answer comes at `at`, or never.
struct Flying {
    id: Id,
    at: Option<f64>,
    answer: Answer,
    bytes: u64,
    beside: bool,
    healthy: bool,
}

impl Run {
    pub fn new(provider: Provider, turns: Vec<Turn>, patience: u32) -> Self {
        let size = provider.file.len() as u64;
        let options = Options { patience, seed: size, parallel: 3, ..Options::default() };
        Self {
            machine: UploadMachine::new(size, options.clone()),
            completed: false,
            discarded: false,
            options,
            turns: turns.into_iter(),
            now: 0.0,
            flying: Vec::new(),
            several: provider.parallel > 1,
            provider,
            effects: VecDeque::new(),
            performing: false,
            faults: 0,
            silences: 0,
            extra: 0,
            seen: 0.0,
            acknowledged: 0,
            not_before: 0.0,
            memory: None,
        }
    }

    /// Runs to an end that only a user could change.
    pub fn finish(mut self) -> Self {
        self.tell(Event::Start);
        for _ in 0..200_000 {
            let next = self.flying.iter().enumerate().filter_map(|(index, flying)| Some((flying.at?, index)));
            let next = next.min_by(|a, b| a.0.total_cmp(&b.0));
            match (next, self.machine.next_deadline()) {
                (Some((at, index)), deadline) if deadline.is_none_or(|deadline| at <= deadline) => {
                    self.now = self.now.max(at);
                    let flying = self.flying.remove(index);
                    self.hear(flying);
                }
                (_, Some(deadline)) => {
                    self.now = self.now.max(deadline);
                    self.tell(Event::Tick);
                }
                (None, None) if self.machine.snapshot().phase == Phase::Paused => {
                    self.not_before = 0.0;
                    self.tell(Event::Resume);
                }
                (None, None) => return self,
                (Some(_), None) => unreachable!("a request without a deadline"),
            }
        }
        panic!("no end: {:?}\n{}", self.machine.snapshot(), self.machine.log().text());
    }

    fn hear(&mut self, Flying { id, answer, bytes, healthy, .. }: Flying) {
        self.silences += u64::from(answer.silent);
        // An expiry meets all that is on its way to the same place.
        if healthy && answer.reply.as_ref().is_some_and(|reply| matches!(reply.status, 403 | 404)) {
            self.extra += bytes;
        }
        match answer.reply {
            Some(reply) => {
                if let Some(after) = reply.retry_after {
                    self.not_before = self.now + after;
                }
                self.tell(Event::Reply(id, reply));
            }
            None => self.tell(Event::Lost(id)),
        }
    }

    fn tell(&mut self, event: Event) {
        let effects = self.machine.handle(event, self.now);
        self.watch();
        self.effects.extend(effects);
        // What comes of an effect while it is performed has to wait for those before it.
        if !std::mem::replace(&mut self.performing, true) {
            while let Some(effect) = self.effects.pop_front() {
                self.perform(effect);
            }
            self.performing = false;
        }
    }

    /// What holds at every moment.
    fn watch(&mut self) {
        let snapshot = self.machine.snapshot();
        let progress = snapshot.progress;
        assert!(snapshot.fraction() >= self.seen && progress.acknowledged >= self.acknowledged, "progress went back");
        assert!(progress.acknowledged + progress.in_flight <= progress.total, "{progress:?}");
        let most = self.provider.most + self.provider.lost;
        assert!(progress.acknowledged <= most, "more acknowledged than was ever held");
        assert!((snapshot.fraction() < 1.0) == (snapshot.phase != Phase::Done), "{snapshot:?}");
        assert!(progress.rate.is_none_or(|rate| rate.is_finite() && rate > 0.0));
        (self.seen, self.acknowledged) = (snapshot.fraction(), progress.acknowledged);
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::RequestTarget { id, fresh } => match self.provider.target(fresh) {
                Some(target) => self.tell(Event::Target(id, target)),
                None => self.tell(Event::Confirmed(id)),
            },
            Effect::Send(id, request) => self.send(id, &request),
            Effect::Abort(id) => {
                // A question to the back end is answered at once here, and a file may have been moved meanwhile.
                if let Some(index) = self.flying.iter().position(|flying| flying.id == id) {
                    let stopped = self.flying.remove(index);
                    // A fault that stops everything costs what was on its way beside it.
                    self.extra += if stopped.beside || self.several && stopped.healthy { stopped.bytes } else { 0 };
                }
            }
            Effect::Remember => self.memory = self.machine.memory(),
            Effect::Prepare(..) => {}
            Effect::Farewell(request) => self.provider.farewell(&request),
            Effect::Complete { .. } => self.completed = true,
            Effect::Discard => self.discarded = true,
        }
    }

    /// A request meets its turn.
    fn send(&mut self, id: Id, request: &Request) {
        assert!(self.flying.len() < 3, "more requests at once than allowed");
        assert!(self.now >= self.not_before, "before the time that the server had named");
        let turn = self.turns.next().unwrap_or(Turn { fault: None, act: None, latency: 100.0 });
        self.faults += u64::from(turn.fault.is_some());
        let answer = self.provider.answer(request, turn.fault.as_ref());
        let hangs = matches!(turn.fault, Some(Fault::Stall(_)));
        let at = (!hangs).then_some(self.now + turn.latency);
        let bytes = request.body.as_ref().map_or(0, |bytes| bytes.end - bytes.start);
        let (beside, healthy) = (!self.flying.is_empty(), turn.fault.is_none());
        self.flying.push(Flying { id, at, answer, bytes, beside, healthy });
        if let Some(act) = turn.act {
            // Whatever is on its way then may have to be sent again.
            self.faults += self.flying.len() as u64;
            self.act(id, &act);
        }
    }

    fn act(&mut self, id: Id, act: &Act) {
        match act {
            Act::Pause => self.tell(Event::Pause),
            Act::Offline => self.tell(Event::Offline),
            Act::Online => self.tell(Event::Online),
            Act::Foreground => self.tell(Event::Foreground),
            Act::Retry => {
                self.not_before = 0.0;
                self.tell(Event::Retry);
            }
            Act::Cancel => self.tell(Event::Cancel),
            Act::Sleep => {
                self.now += 7_200_000.0;
                self.tell(Event::Tick);
            }
            Act::MoveTheFile => {
                if let Some(index) = self.flying.iter().position(|flying| flying.id == id) {
                    self.flying.remove(index);
                    self.tell(Event::Unreadable(id));
                }
            }
            Act::Reload => self.reload(),
        }
    }

    /// The page goes away in mid-request, and another one goes on with what was written down.
    fn reload(&mut self) {
        self.flying.clear();
        self.effects.clear();
        self.not_before = 0.0;
        // Whoever did not send the bytes can't know what is too much to claim.
        self.provider.most = self.provider.file.len() as u64;
        let Some(memory) = &self.memory else {
            // Nothing was written down: the user begins anew.
            let size = self.provider.file.len() as u64;
            self.machine = UploadMachine::new(size, self.options.clone());
            (self.seen, self.acknowledged) = (0.0, 0);
            return self.tell(Event::Start);
        };
        let json = serde_json::to_string(memory).unwrap();
        self.machine = UploadMachine::restore(self.options.clone(), &serde_json::from_str(&json).unwrap()).unwrap();
        assert!(self.machine.snapshot().progress.acknowledged <= self.acknowledged);
        self.acknowledged = self.machine.snapshot().progress.acknowledged;
        self.seen = 0.0;
        self.tell(Event::Start);
    }

    pub fn error(&self) -> Option<UploadError> {
        self.machine.snapshot().error
    }

    /// What holds for every end.
    pub fn check(&self) {
        let phase = self.machine.snapshot().phase;
        assert_eq!(self.completed, phase == Phase::Done);
        match phase {
            Phase::Done => {
                assert!(
                    self.provider.object().is_some_and(|object| *object == self.provider.file),
                    "not the file's bytes"
                );
            }
            Phase::Failed => assert!(self.error().is_some()),
            Phase::Cancelled => assert!(self.discarded && self.error().is_none()),
            other => panic!("{other:?} is no end"),
        }
        let size = self.provider.file.len() as u64;
        let most = size + (self.faults + self.silences) * self.provider.longest + self.extra + self.provider.lost;
        let sent = self.provider.sent;
        assert!(sent <= most, "{sent} bytes sent, {most} allowed\n{}", self.machine.log().text());
    }

    /// Whether a silence could have been the end of it.
    pub fn was_silent(&self) -> bool {
        self.silences > 0
    }
}
