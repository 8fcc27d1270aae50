//! Carries out what the state machine decides.

use std::{
    cell::{Cell, RefCell},
    ops::Range,
    rc::Rc,
};

use reelway_api::{
    Video,
    json::{self, ToJson},
};
use reelway_core::{
    Millis,
    journal::{Entry, ResumeError},
    upload::{Effect, Event, Id, Memory, Options, Phase, Request, Snapshot, UploadMachine, planner::Wish},
};
use web_sys::{AbortController, File};

use super::{
    TargetSource, Upload, UploadOptions,
    digest::Prepared,
    page::{self, Page},
    source::{Answer, Refusal, Source},
    transport::{self, Outcome},
};
use crate::{
    backend::base_url,
    journal::{Note, PickedFile, Recorder},
    task::{Here, spawn},
    timer::{Clock, Timer},
};

const VERSION: &str = env!("CARGO_PKG_VERSION");

type Listen = Rc<dyn Fn(&Upload)>;
type OnAttempt = Rc<dyn Fn(Range<u64>)>;

pub(super) struct Driver {
    file: RefCell<File>,
    recorder: Rc<Recorder>,
    source: Source,
    clock: Clock,
    machine: RefCell<UploadMachine>,
    running: RefCell<Vec<(Id, AbortController)>>,
    prepared: RefCell<Option<Prepared>>,
    /// The last request ended without an answer.
    doubtful: Cell<bool>,
    timer: RefCell<Option<Timer>>,
    page: RefCell<Option<Page>>,
    shown: RefCell<(Snapshot, Option<u64>)>,
    listeners: RefCell<Vec<(u64, Listen)>>,
    last_listener: Cell<u64>,
    on_attempt: RefCell<Option<OnAttempt>>,
}

impl Driver {
    pub(super) fn new(picked: PickedFile, options: UploadOptions) -> Rc<Self> {
        let endpoint = match &options.target {
            TargetSource::Backend(endpoint) => Some(base_url(endpoint)),
            TargetSource::Fixed(_) | TargetSource::Function(_) => None,
        };
        let recorder = Recorder::new(&picked, endpoint, options.journal);
        let machine = UploadMachine::new(picked.file.size() as u64, settings(&picked.file, &options));
        let source = Source::new(options);
        Self::with(picked.file, source, machine, recorder)
    }

    /// Of an upload that was written down. `None`, if what was written can't be understood.
    pub(super) fn restored(
        file: File,
        options: UploadOptions,
        entry: &Entry,
        recorder: Rc<Recorder>,
    ) -> Option<Rc<Self>> {
        let settings = settings(&file, &options);
        let source = Source::new(options);
        source.restore(entry);
        let mut memory: Memory = json::read(&entry.memory)?;
        memory.target = source.adapt(memory.target);
        let machine = UploadMachine::restore(settings, &memory).ok()?;
        Some(Self::with(file, source, machine, recorder))
    }

    fn with(file: File, source: Source, machine: UploadMachine, recorder: Rc<Recorder>) -> Rc<Self> {
        Rc::new(Self {
            file: RefCell::new(file),
            recorder,
            source,
            clock: Clock::new(),
            shown: RefCell::new((machine.snapshot(), None)),
            machine: RefCell::new(machine),
            running: RefCell::default(),
            prepared: RefCell::new(None),
            doubtful: Cell::new(false),
            timer: RefCell::new(None),
            page: RefCell::new(None),
            listeners: RefCell::new(Vec::new()),
            last_listener: Cell::new(0),
            on_attempt: RefCell::new(None),
        })
    }

    pub(super) fn start(self: &Rc<Self>) {
        if !page::is_online() {
            self.feed(Event::Offline);
        }
        self.feed(Event::Start);
    }

    pub(super) fn file(&self) -> File {
        self.file.borrow().clone()
    }

    /// Takes another `File` of the same file, in place of one that can't be read any more, and goes on with it.
    #[inline(never)]
    pub(super) fn replace_file(self: &Rc<Self>, picked: PickedFile) -> Here<'_, Result<(), ResumeError>> {
        Box::pin(async move {
            self.recorder.replace(&picked).await?;
            self.file.replace(picked.file);
            self.feed(Event::Retry);
            Ok(())
        })
    }

    pub(super) fn now(&self) -> Millis {
        self.clock.now()
    }

    pub(super) fn snapshot(&self) -> Snapshot {
        self.machine.borrow().snapshot()
    }

    pub(super) fn video(&self) -> Option<Video> {
        self.source.video(Video::clone)
    }

    pub(super) fn video_id(&self) -> Option<String> {
        self.source.video(|video| video.id.clone())
    }

    pub(super) fn body(&self) -> String {
        self.source.body()
    }

    /// What happened so far, for a bug report: nothing in it is secret.
    pub(super) fn diagnostics(&self) -> String {
        let machine = self.machine.borrow();
        let Snapshot { phase, progress, error } = machine.snapshot();
        let code = error.map_or("", |error| error.code());
        let agent = page::user_agent();
        let (held, total) = (progress.acknowledged, progress.total);
        format!(
            "Reelway {VERSION}, {agent}\n{} {code}: {held} of {total} bytes\n{}",
            phase.name(),
            machine.log().text()
        )
    }

    pub(super) fn set_on_attempt(&self, listen: OnAttempt) {
        self.on_attempt.replace(Some(listen));
    }

    pub(super) fn subscribe(&self, listen: Listen) -> u64 {
        let id = self.last_listener.get() + 1;
        self.last_listener.set(id);
        self.listeners.borrow_mut().push((id, listen));
        id
    }

    pub(super) fn unsubscribe(&self, id: u64) {
        let mut listeners = self.listeners.borrow_mut();
        let left = listeners.iter().position(|(listener, _)| *listener == id).map(|index| listeners.remove(index));
        // What the listener held may hold subscriptions of its own, which end with it.
        drop(listeners);
        drop(left);
    }

    /// Hands an event to the machine, does what it says, and tells the listeners.
    pub(super) fn feed(self: &Rc<Self>, event: Event) {
        let effects = self.machine.borrow_mut().handle(event, self.clock.now());
        for effect in effects {
            self.perform(effect);
        }
        let snapshot = self.snapshot();
        self.set_timer();
        self.set_page(&snapshot);
        self.notify(snapshot);
    }

    fn perform(self: &Rc<Self>, effect: Effect) {
        match effect {
            Effect::RequestTarget { id, fresh } => {
                let driver = Rc::clone(self);
                spawn(async move {
                    let event = driver.request_target(id, fresh).await;
                    driver.feed(event);
                });
            }
            Effect::Send(id, request) => self.send(id, request),
            Effect::Abort(id) => {
                if let Some(controller) = self.take_running(id) {
                    controller.abort();
                    self.doubtful.set(true);
                }
            }
            Effect::Prepare(bytes, algorithm) => {
                self.prepared.replace(Some(Prepared::begin(&self.file(), bytes, algorithm)));
            }
            Effect::Remember => self.remember(),
            Effect::Farewell(request) => {
                let driver = Rc::clone(self);
                // If this fails the provider lets the upload expire.
                spawn(async move {
                    drop(transport::send(&driver.file(), request, None, false, None, Rc::new(|_| ())).await);
                });
            }
            Effect::Complete { body } => {
                self.recorder.forget();
                self.source.complete(body);
            }
            Effect::Discard => {
                self.recorder.forget();
                self.source.discard();
            }
        }
    }

    fn remember(&self) {
        let Some(mut memory) = self.machine.borrow().memory() else { return };
        self.source.strip(&mut memory.target);
        let video = self.video_id();
        let note =
            Note { memory: memory.to_json(), video, acknowledged: memory.held, expires_at: memory.target.expires_at };
        self.recorder.remember(&self.file(), note, self.clock.now());
    }

    fn take_running(&self, id: Id) -> Option<AbortController> {
        let mut running = self.running.borrow_mut();
        let index = running.iter().position(|(running, _)| *running == id)?;
        Some(running.swap_remove(index).1)
    }

    fn send(self: &Rc<Self>, id: Id, mut request: Request) {
        let Ok(controller) = AbortController::new() else { return };
        let signal = controller.signal();
        self.running.borrow_mut().push((id, controller));
        let prepared = self.prepared.borrow_mut().take_if(|_| request.digest.is_some());
        let driver = Rc::clone(self);
        let attempt = request.body.clone().zip(self.on_attempt.borrow().clone());
        let doubtful = self.doubtful.get();
        spawn(async move {
            request.headers.extend(driver.source.headers_for(&request.url).await);
            if let Some((bytes, told)) = attempt {
                told(bytes);
            }
            let watched = Rc::clone(&driver);
            let on_sent = Rc::new(move |bytes| watched.feed(Event::Sent(id, bytes)));
            let outcome = transport::send(&driver.file(), request, prepared, doubtful, Some(&signal), on_sent).await;
            if driver.take_running(id).is_none() {
                // It was aborted: what came of it says nothing.
                return;
            }
            driver.doubtful.set(!matches!(outcome, Outcome::Reply(_)));
            let event = match outcome {
                Outcome::Reply(reply) => Event::Reply(id, reply),
                Outcome::Lost => Event::Lost(id),
                Outcome::Unreadable => Event::Unreadable(id),
            };
            driver.feed(event);
        });
    }

    async fn request_target(&self, id: Id, fresh: bool) -> Event {
        match self.source.target(&self.file(), fresh).await {
            Ok(Answer::Target(target)) => Event::Target(id, *target),
            Ok(Answer::Confirmed) => Event::Confirmed(id),
            Err(Refusal { error, retry_after }) => Event::TargetFailed { id, error, retry_after },
        }
    }

    /// The timer holds the driver, so that an upload with no handle left goes on; one that waits for nothing has none.
    fn set_timer(self: &Rc<Self>) {
        let timer = self.machine.borrow().next_deadline().map(|deadline| {
            let driver = Rc::clone(self);
            Timer::new(deadline - self.clock.now(), move || driver.feed(Event::Tick))
        });
        self.timer.replace(timer);
    }

    fn set_page(self: &Rc<Self>, snapshot: &Snapshot) {
        let mut page = self.page.borrow_mut();
        if snapshot.phase.is_unfinished() {
            let me = Rc::downgrade(self);
            let page = page.get_or_insert_with(|| {
                Page::new(move |event| {
                    if let Some(driver) = me.upgrade() {
                        driver.feed(event);
                    }
                })
            });
            page.keep_awake(snapshot.phase != Phase::Paused);
        } else {
            page.take();
        }
    }

    fn notify(self: &Rc<Self>, snapshot: Snapshot) {
        let now = (snapshot, self.source.video(|video| video.revision));
        if *self.shown.borrow() == now {
            return;
        }
        self.shown.replace(now);
        let upload = Upload { driver: Rc::clone(self) };
        // A listener may subscribe, unsubscribe or pause: none of that while the list is borrowed.
        let listeners = self.listeners.borrow().clone();
        for (_, listen) in listeners {
            listen(&upload);
        }
    }
}

fn settings(file: &File, options: &UploadOptions) -> Options {
    let defaults = Options::default();
    Options {
        chunks: Wish { max_chunk: options.max_chunk, mobile: page::is_mobile() },
        parallel: options.parallel.unwrap_or(defaults.parallel),
        patience: options.patience.unwrap_or(defaults.patience),
        seed: (js_sys::Math::random() * 2f64.powi(53)) as u64,
        metadata: metadata(file),
    }
}

/// What tus providers are told of the file, in the words of tus-js-client's and Uppy's users.
fn metadata(file: &File) -> Vec<(String, String)> {
    let mut metadata = Vec::new();
    for (key, value) in [("filename", file.name()), ("filetype", file.type_())] {
        if !value.is_empty() {
            metadata.push((key.to_owned(), value));
        }
    }
    metadata
}
