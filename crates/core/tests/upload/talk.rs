//! Lets tests read as a dialogue: the machine says, the provider answers, on a clock that only the test moves.

use std::{collections::VecDeque, ops::Range};

use reelway_api::{Protocol, UploadTarget};
use reelway_core::upload::{Effect, Event, Id, Options, Phase, Reply, Request, Snapshot, UploadError, UploadMachine};

pub const MIB: u64 = 1 << 20;

/// A target as a provider with a quantum of 256 KiB gives it.
pub fn target() -> UploadTarget {
    UploadTarget {
        min_chunk: 256 << 10,
        max_chunk: 64 * MIB,
        chunk_multiple: 256 << 10,
        ..UploadTarget::new(Protocol::Resumable, "https://provider/u/1")
    }
}

/// 308, with the first `offset` bytes held.
pub fn holds(offset: u64) -> Reply {
    let headers = vec![("range".into(), format!("bytes=0-{}", offset - 1))];
    Reply { status: 308, headers, ..Reply::default() }
}

/// 308, with no word on how much is held.
pub fn silent() -> Reply {
    Reply { status: 308, ..Reply::default() }
}

/// A status and nothing else.
pub fn status(status: u16) -> Reply {
    Reply { status, ..Reply::default() }
}

/// An error of Reelway's server.
pub fn error(status: u16, code: &str) -> Reply {
    Reply { status, body: format!(r#"{{"error":{{"code":"{code}","message":"Words."}}}}"#), ..Reply::default() }
}

/// The final answer.
pub fn complete() -> Reply {
    Reply { status: 200, body: "the video".into(), ..Reply::default() }
}

pub struct Talk {
    pub machine: UploadMachine,
    pub now: f64,
    size: u64,
    effects: VecDeque<Effect>,
    running: Option<Id>,
}

impl Talk {
    /// A user has chosen a file.
    pub fn about(size: u64) -> Self {
        Self::with(size, Options { seed: 42, ..Options::default() })
    }

    pub fn with(size: u64, options: Options) -> Self {
        let machine = UploadMachine::new(size, options);
        let mut talk = Self { machine, now: 0.0, size, effects: VecDeque::new(), running: None };
        talk.tell(Event::Start);
        talk
    }

    /// The same, with the back end's target given.
    pub fn begun(size: u64) -> Self {
        let mut talk = Self::about(size);
        let id = talk.asks_for_a_target();
        talk.tell(Event::Target(id, target()));
        talk
    }

    pub fn tell(&mut self, event: Event) {
        let effects = self.machine.handle(event, self.now);
        // What is written down, and what is computed ahead, is for other tests.
        self.effects
            .extend(effects.into_iter().filter(|effect| !matches!(effect, Effect::Remember | Effect::Prepare(..))));
    }

    fn next(&mut self) -> Effect {
        let snapshot = self.snapshot();
        self.effects.pop_front().unwrap_or_else(|| panic!("the machine says nothing: {snapshot:?}"))
    }

    pub fn asks_for_a_target(&mut self) -> Id {
        match self.next() {
            Effect::RequestTarget { id, .. } => id,
            other => panic!("{other:?} in place of a request for a target"),
        }
    }

    fn request(&mut self) -> Request {
        match self.next() {
            Effect::Send(id, request) => {
                self.running = Some(id);
                request
            }
            other => panic!("{other:?} in place of a request"),
        }
    }

    /// The machine sends these bytes.
    #[track_caller]
    pub fn sends(&mut self, bytes: Range<u64>) {
        let request = self.request();
        let range = format!("bytes {}-{}/{}", bytes.start, bytes.end - 1, self.size);
        assert!(request.headers.contains(&("content-range".into(), range)), "{request:?} in place of {bytes:?}");
        assert_eq!(request.body, Some(bytes));
    }

    /// The machine sends bytes from there on.
    #[track_caller]
    pub fn sends_something(&mut self) -> u64 {
        self.request().body.expect("a question in place of bytes").start
    }

    /// The machine sends bytes. Whether they are to be read into memory before.
    #[track_caller]
    pub fn sends_from_memory(&mut self) -> bool {
        let request = self.request();
        assert!(request.body.is_some(), "a question in place of bytes");
        request.copy
    }

    /// The machine asks how much the provider holds.
    #[track_caller]
    pub fn asks(&mut self) {
        let request = self.request();
        let range = format!("bytes */{}", self.size);
        assert!(request.headers.contains(&("content-range".into(), range)), "{request:?} in place of a question");
        assert_eq!(request.body, None);
    }

    #[track_caller]
    pub fn aborts(&mut self) {
        let effect = self.next();
        assert_eq!(effect, Effect::Abort(self.running.take().unwrap()));
    }

    #[track_caller]
    pub fn completes(&mut self) {
        assert!(matches!(self.next(), Effect::Complete { .. }));
        assert_eq!((self.phase(), self.snapshot().fraction()), (Phase::Done, 1.0));
        self.says_nothing();
    }

    #[track_caller]
    pub fn discards(&mut self) {
        assert_eq!(self.next(), Effect::Discard);
    }

    #[track_caller]
    pub fn says_nothing(&mut self) {
        assert_eq!(self.effects.pop_front(), None);
    }

    /// The provider answers, half a second after it was asked.
    pub fn hears(&mut self, reply: Reply) {
        self.now += 500.0;
        let id = self.running.take().unwrap();
        self.tell(Event::Reply(id, reply));
    }

    /// The machine sends anything at all and is answered; after that it has time to act.
    pub fn effects_until_reply(&mut self, reply: Reply) {
        self.request();
        self.hears(reply);
        if self.phase() != Phase::Failed {
            self.time_passes();
        }
    }

    /// The request that runs.
    pub fn running(&self) -> Id {
        self.running.unwrap()
    }

    pub fn loses_the_connection(&mut self) {
        self.now += 500.0;
        let id = self.running.take().unwrap();
        self.tell(Event::Lost(id));
    }

    /// The browser says how much of the request has left.
    pub fn has_sent(&mut self, bytes: u64) {
        let id = self.running.unwrap();
        self.tell(Event::Sent(id, bytes));
    }

    pub fn cannot_read_the_file(&mut self) {
        let id = self.running.take().unwrap();
        self.tell(Event::Unreadable(id));
    }

    /// Time passes until the machine does something by itself, however often its timer rings.
    pub fn time_passes(&mut self) {
        while self.effects.is_empty() {
            self.now = self.machine.next_deadline().expect("the machine waits for nothing");
            self.tell(Event::Tick);
        }
    }

    pub fn snapshot(&self) -> Snapshot {
        self.machine.snapshot()
    }

    pub fn phase(&self) -> Phase {
        self.snapshot().phase
    }

    pub fn error(&self) -> Option<UploadError> {
        self.snapshot().error
    }

    #[track_caller]
    pub fn is_waiting_after(&self, code: &str) {
        assert!(matches!(self.phase(), Phase::Waiting { .. }), "{:?}", self.phase());
        assert_eq!(self.error().unwrap().code(), code);
    }

    #[track_caller]
    pub fn has_failed_with(&mut self, code: &str) {
        assert_eq!(self.phase(), Phase::Failed);
        assert_eq!(self.error().unwrap().code(), code);
        self.says_nothing();
        assert_eq!(self.machine.next_deadline(), None);
    }
}
