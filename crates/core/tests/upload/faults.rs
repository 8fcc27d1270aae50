//! Whatever goes wrong, in whatever order: the provider's bytes are the file's, or the outcome is a typed error.

use proptest::prelude::*;
use reelway_core::upload::{Effect, Event, Id, Options, Phase, Request, UploadError, UploadMachine};

use crate::provider::{Fault, Provider, QUANTUM};

/// What a user, a browser or a laptop's lid does while a request is on its way.
#[derive(Clone, Debug)]
enum Act {
    Pause,
    Offline,
    Online,
    Foreground,
    Retry,
    Sleep,
    Cancel,
    MoveTheFile,
}

/// What meets one request.
#[derive(Clone, Debug)]
struct Turn {
    fault: Option<Fault>,
    act: Option<Act>,
    latency: f64,
}

fn fault() -> impl Strategy<Value = Fault> {
    let bytes = || 0u64..3000;
    prop_oneof![
        bytes().prop_map(Fault::Partial),
        Just(Fault::NoRange),
        Just(Fault::NothingKept),
        Just(Fault::NotFinal),
        bytes().prop_map(Fault::Reset),
        bytes().prop_map(Fault::Stall),
        prop::sample::select(vec![408, 409, 412, 413, 425, 429, 500, 502, 503, 504]).prop_map(Fault::Status),
        prop::sample::select(vec![500, 503]).prop_map(Fault::StatusAfter),
        (0u32..200).prop_map(Fault::TooMany),
        prop::sample::select(vec![401, 403, 404, 410]).prop_map(Fault::Expired),
        Just(Fault::Digest),
        bytes().prop_map(Fault::Loses),
        (1u64..5000).prop_map(Fault::Boasts),
        Just(Fault::FalseSuccess),
    ]
}

/// Acts after which the upload can still succeed.
fn harmless() -> impl Strategy<Value = Act> {
    prop_oneof![
        Just(Act::Pause),
        Just(Act::Offline),
        Just(Act::Online),
        Just(Act::Foreground),
        Just(Act::Retry),
        Just(Act::Sleep),
    ]
}

fn turn(act: impl Strategy<Value = Act>) -> impl Strategy<Value = Turn> {
    (prop::option::weighted(0.7, fault()), prop::option::weighted(0.15, act), 1.0f64..4000.0)
        .prop_map(|(fault, act, latency)| Turn { fault, act, latency })
}

/// How it ended, and what was seen on the way.
struct Run {
    machine: UploadMachine,
    provider: Provider,
    turns: std::vec::IntoIter<Turn>,
    now: f64,
    running: Option<(Id, Request)>,
    effects: Vec<Effect>,
    faults: u64,
    /// Chunks that were taken without a word on how much is held.
    silences: u64,
    /// An offset was seen.
    shown: bool,
    extra: u64,
    completed: bool,
    discarded: bool,
    seen: f64,
    acknowledged: u64,
    not_before: f64,
}

impl Run {
    fn new(provider: Provider, turns: Vec<Turn>, patience: u32) -> Self {
        let size = provider.file.len() as u64;
        let machine = UploadMachine::new(size, Options { patience, seed: size, max_chunk: None });
        Self {
            machine,
            provider,
            turns: turns.into_iter(),
            now: 0.0,
            running: None,
            effects: Vec::new(),
            faults: 0,
            silences: 0,
            shown: false,
            extra: 0,
            completed: false,
            discarded: false,
            seen: 0.0,
            acknowledged: 0,
            not_before: 0.0,
        }
    }

    /// Runs to an end that only a user could change.
    fn finish(mut self) -> Self {
        self.tell(Event::Start);
        for _ in 0..20_000 {
            if let Some(effect) = (!self.effects.is_empty()).then(|| self.effects.remove(0)) {
                self.perform(effect);
            } else if let Some((id, request)) = self.running.clone() {
                self.meet(id, &request);
            } else if let Some(deadline) = self.machine.next_deadline() {
                self.now = self.now.max(deadline);
                self.tell(Event::Tick);
            } else if self.machine.snapshot().phase == Phase::Paused {
                self.not_before = 0.0;
                self.tell(Event::Resume);
            } else {
                return self;
            }
        }
        panic!("no end: {:?}", self.machine.snapshot());
    }

    fn tell(&mut self, event: Event) {
        let effects = self.machine.handle(event, self.now);
        self.effects.extend(effects);
        let snapshot = self.machine.snapshot();
        let progress = snapshot.progress;
        assert!(snapshot.fraction() >= self.seen && progress.acknowledged >= self.acknowledged, "progress went back");
        assert!(progress.acknowledged + progress.in_flight <= progress.total);
        assert!(progress.acknowledged <= self.provider.most, "more acknowledged than was ever held");
        assert!((snapshot.fraction() < 1.0) == (snapshot.phase != Phase::Done), "{snapshot:?}");
        assert!(progress.rate.is_none_or(|rate| rate.is_finite() && rate > 0.0));
        (self.seen, self.acknowledged) = (snapshot.fraction(), progress.acknowledged);
    }

    fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::RequestTarget { id, .. } => {
                let target = self.provider.target();
                self.tell(Event::Target(id, target));
            }
            Effect::Send(id, request) => {
                assert!(self.running.is_none(), "two requests at once");
                assert!(self.now >= self.not_before, "before the time that the server had named");
                self.running = Some((id, request));
            }
            Effect::Abort(id) => {
                let (running, _) = self.running.take().unwrap();
                assert_eq!(running, id);
            }
            Effect::Complete { .. } => self.completed = true,
            Effect::Discard => self.discarded = true,
        }
    }

    /// A request meets its turn.
    fn meet(&mut self, id: Id, request: &Request) {
        let turn = self.turns.next().unwrap_or(Turn { fault: None, act: None, latency: 100.0 });
        self.faults += u64::from(turn.fault.is_some()) + u64::from(turn.act.is_some());
        self.extra += turn.fault.as_ref().map_or(0, Fault::cost);
        let reply = self.provider.answer(request, turn.fault.as_ref());
        if let Some(act) = turn.act {
            self.act(id, &act);
        }
        // The act may have ended the request; what the provider kept of it, it kept.
        let until = self.now + turn.latency;
        let hangs = matches!(turn.fault, Some(Fault::Stall(_)));
        while self.effects.is_empty() && self.running.is_some() {
            let deadline = self.machine.next_deadline().unwrap();
            if deadline < until || hangs {
                self.now = self.now.max(deadline);
                self.tell(Event::Tick);
            } else {
                self.now = until;
                self.running = None;
                match reply {
                    Some(reply) => {
                        let shows = reply.header("range").is_some();
                        // An offset past the file's end is no offset.
                        self.shown |= shows && !matches!(turn.fault, Some(Fault::Boasts(_)));
                        self.silences += u64::from(reply.status == 308 && !shows && request.body.is_some());
                        self.not_before = reply.retry_after.map_or(0.0, |after| self.now + after);
                        self.tell(Event::Reply(id, reply));
                    }
                    None => self.tell(Event::Lost(id)),
                }
                return;
            }
        }
    }

    fn act(&mut self, id: Id, act: &Act) {
        match act {
            Act::Pause => self.tell(Event::Pause),
            Act::Offline => self.tell(Event::Offline),
            Act::Online => self.tell(Event::Online),
            Act::Foreground => self.tell(Event::Foreground),
            Act::Retry => self.tell(Event::Retry),
            Act::Cancel => self.tell(Event::Cancel),
            Act::Sleep => {
                self.now += 7_200_000.0;
                self.tell(Event::Tick);
            }
            Act::MoveTheFile => {
                self.running = None;
                self.tell(Event::Unreadable(id));
            }
        }
    }

    fn error(&self) -> Option<UploadError> {
        self.machine.snapshot().error
    }

    /// What holds for every end.
    fn check(&self) {
        let phase = self.machine.snapshot().phase;
        assert_eq!(self.completed, phase == Phase::Done);
        match phase {
            Phase::Done => assert_eq!(self.provider.held, self.provider.file, "a success without the bytes"),
            Phase::Failed => assert!(self.error().is_some()),
            Phase::Cancelled => assert!(self.discarded && self.error().is_none()),
            other => panic!("{other:?} is no end"),
        }
        let size = self.provider.file.len() as u64;
        let most = size + (self.faults + self.silences) * self.provider.longest + self.extra;
        assert!(self.provider.sent <= most, "{} bytes sent, {most} allowed", self.provider.sent);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_may_pass_passes(
        size in 1u64..40_000,
        max_chunk in 1u64..40,
        turns in prop::collection::vec(turn(harmless()), 0..60),
    ) {
        let provider = Provider::new(size, max_chunk * QUANTUM, false);
        let run = Run::new(provider, turns, 100).finish();
        run.check();
        if !run.completed {
            // A provider that has kept nothing, three times, can't be told from one whose offsets can't be seen.
            prop_assert_eq!(run.error(), Some(UploadError::RangeHidden));
            prop_assert!(size > max_chunk * QUANTUM && run.silences >= 3 && !run.shown);
        }
    }

    #[test]
    fn the_end_is_the_file_or_a_typed_error(
        size in 0u64..40_000,
        max_chunk in 1u64..40,
        patience in 0u32..8,
        turns in prop::collection::vec(
            turn(prop_oneof![8 => harmless(), 1 => Just(Act::Cancel), 1 => Just(Act::MoveTheFile)]),
            0..60,
        ),
    ) {
        let provider = Provider::new(size, max_chunk * QUANTUM, false);
        Run::new(provider, turns, patience).finish().check();
    }

    #[test]
    fn hidden_offsets_are_no_excuse(
        size in 1u64..20_000,
        max_chunk in 1u64..100,
        turns in prop::collection::vec(turn(harmless()), 0..20),
    ) {
        let provider = Provider::new(size, max_chunk * QUANTUM, true);
        let run = Run::new(provider, turns, 100).finish();
        run.check();
        if !run.completed {
            prop_assert_eq!(run.error(), Some(UploadError::RangeHidden));
            prop_assert!(size > max_chunk * QUANTUM, "one request would have done");
        }
    }
}

/// 1,000 unless `PROPTEST_CASES` says otherwise.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(1000)
}
