//! Keeps an engine going: does what the [ladder](reelway_core::playback::recovery) says when something fails, and feeds
//! it when the [watchdog](reelway_core::playback::watchdog) sees that nothing moves, which is in `watch`.

mod watch;

use std::{
    cell::{Cell, OnceCell, RefCell},
    rc::{Rc, Weak},
};

use reelway_core::{
    Millis,
    playback::{
        PlaybackError,
        recovery::{Fault, LONGEST_WAIT, Ladder, Scene, Step},
        watchdog::Watchdog,
    },
};
use web_sys::HtmlVideoElement;

use super::{Engine, EngineEvent, Life, Mend, Place, Report, Source, Supply, bare};
use crate::{
    dom::window,
    listener::Listener,
    player::token::Renewer,
    timer::{Clock, Timer},
};

/// An engine that is kept going.
pub struct Guarded(Rc<Guard>);

struct Guard {
    engine: OnceCell<Box<dyn Engine>>,
    video: HtmlVideoElement,
    report: Report,
    renewer: Option<Renewer>,
    clock: Clock,
    ladder: RefCell<Ladder>,
    watchdog: RefCell<Watchdog>,
    phase: Cell<Phase>,
    /// Seconds: where it was told to start.
    start: Cell<f64>,
    renditions: Cell<usize>,
    /// There is to be a picture.
    picture: Cell<bool>,
    /// Nothing arrives but what the engine fetches, so that silence means something even before the first frame.
    fetches: bool,
    moved_at: Cell<Millis>,
    step: RefCell<Option<Timer>>,
    tick: RefCell<Option<Timer>>,
    listeners: OnceCell<Vec<Listener>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Not loaded, or given up.
    Stopped,
    /// The engine is at work.
    Running,
    /// A step is about to be done.
    Stepping,
    /// What is buffered plays, and no more is fetched.
    PlayingOut,
}

impl Guarded {
    /// Makes the engine of the source, and keeps it going once it is loaded.
    pub fn new(source: &Source, video: &HtmlVideoElement, supply: &Supply, report: Report) -> Self {
        let is_file = matches!(source, Source::File(_));
        let guard = Rc::new_cyclic(|me: &Weak<Guard>| {
            let renewer = match source {
                Source::Hls(url) => supply.refresh.clone().map(|refresh| {
                    let guard = me.clone();
                    Renewer::new(refresh, url, supply.life, move |url| {
                        if let Some(guard) = guard.upgrade() {
                            guard.engine().renew(url, None);
                        }
                    })
                }),
                Source::File(_) => None,
            };
            let clock = Clock::new();
            Guard {
                engine: OnceCell::new(),
                video: video.clone(),
                report,
                renewer,
                ladder: RefCell::new(Ladder::new(clock.now(), js_sys::Math::random().to_bits())),
                clock,
                watchdog: RefCell::default(),
                phase: Cell::new(Phase::Stopped),
                start: Cell::default(),
                renditions: Cell::default(),
                picture: Cell::new(is_file),
                fetches: !is_file && !super::native::is_preferred(video),
                moved_at: Cell::default(),
                step: RefCell::default(),
                tick: RefCell::default(),
                listeners: OnceCell::new(),
            }
        });
        let me = Rc::downgrade(&guard);
        let engine = bare(
            source,
            video,
            &supply.hls,
            Rc::new(move |event| {
                if let Some(guard) = me.upgrade() {
                    guard.hear(event);
                }
            }),
        );
        let _ = guard.engine.set(engine);
        guard.listen();
        Self(guard)
    }
}

impl Engine for Guarded {
    fn load(&self, start: f64) {
        let guard = &self.0;
        guard.ladder.borrow_mut().restart(guard.clock.now());
        guard.begin(start);
        (guard.report)(EngineEvent::Offline(!is_online()));
    }

    fn set_level(&self, level: Option<usize>) {
        self.0.ladder.borrow_mut().chosen();
        self.0.engine().set_level(level);
    }

    fn set_audio(&self, track: usize) {
        self.0.engine().set_audio(track);
    }

    fn renew(&self, url: &str, life: Option<Life>) {
        self.0.engine().renew(url, life);
        if let Some(renewer) = &self.0.renewer {
            renewer.learn(url, life);
        }
    }

    fn stop(&self) {
        self.0.halt();
    }

    fn bytes(&self) -> f64 {
        self.0.engine().bytes()
    }
}

impl Guard {
    fn engine(&self) -> &dyn Engine {
        // Set before anybody can hear of it.
        self.engine.get().map_or(&Nothing, Box::as_ref)
    }

    fn begin(self: &Rc<Self>, start: f64) {
        self.start.set(start);
        self.phase.set(Phase::Running);
        *self.watchdog.borrow_mut() = Watchdog::default();
        self.moved_at.set(self.clock.now());
        self.step.take();
        self.engine().load(start);
        self.watch();
    }

    fn halt(&self) {
        self.phase.set(Phase::Stopped);
        self.step.take();
        self.tick.take();
        self.engine().stop();
    }

    /// Seconds: where it is, or is to be.
    fn position(&self) -> f64 {
        if self.video.ready_state() > 0 { self.video.current_time() } else { self.start.get() }
    }

    fn hear(self: &Rc<Self>, event: EngineEvent) {
        match &event {
            EngineEvent::Fault(fault, place) => return self.on_fault(*fault, *place),
            EngineEvent::Dodged(fault, place) => return self.on_dodged(*fault, *place),
            EngineEvent::Fetched(next) => return self.fetches(*next),
            // Who empties the element knows no more where it was.
            EngineEvent::Interrupting => self.start.set(self.position()),
            EngineEvent::Flowing => self.ladder.borrow_mut().flowed(),
            EngineEvent::Levels(levels) => {
                self.renditions.set(levels.len());
                if levels.iter().any(|level| level.width > 0) {
                    self.picture.set(true);
                }
            }
            EngineEvent::Failed(_) => self.halt_soon(),
            _ => {}
        }
        (self.report)(event);
    }

    fn on_fault(self: &Rc<Self>, fault: Fault, place: Option<Place>) {
        // What fails while a step is about to be done, failed before it.
        if !matches!(self.phase.get(), Phase::Running | Phase::PlayingOut) {
            return;
        }
        let scene = Scene {
            now: self.clock.now(),
            online: is_online(),
            fine: self.is_fine(),
            rendition: place.map(|place| place.rendition),
            stretch: place.and_then(|place| place.stretch),
            renditions: self.renditions.get(),
            renewable: self.renewer.is_some(),
        };
        let step = self.ladder.borrow_mut().fault(fault, scene);
        self.take(step, fault.error());
    }

    fn on_dodged(self: &Rc<Self>, fault: Fault, Place { rendition, stretch }: Place) {
        (self.report)(EngineEvent::Retrying(fault.error(), Step::Avoid(rendition).code()));
        let renditions = self.renditions.get();
        let spoilt = stretch.is_some_and(|stretch| self.ladder.borrow_mut().dodged(rendition, stretch, renditions));
        if spoilt && self.phase.get() == Phase::Running {
            self.take(Step::Avoid(rendition), fault.error());
        }
    }

    fn fetches(&self, next: f64) {
        if self.ladder.borrow_mut().fetches(next) {
            self.engine().allow();
        }
    }

    fn is_fine(&self) -> bool {
        let video = &self.video;
        let enough = if video.paused() && !video.seeking() { 2 } else { 3 };
        video.error().is_none() && (video.ended() || video.ready_state() >= enough)
    }

    fn take(self: &Rc<Self>, step: Step, cause: PlaybackError) {
        let wait = match step {
            Step::PlayOut => return self.phase.set(Phase::PlayingOut),
            Step::Tell(error) => return self.tell(error),
            Step::Retry(wait) => wait,
            Step::AwaitOnline => LONGEST_WAIT,
            _ => 0.0,
        };
        self.phase.set(Phase::Stepping);
        (self.report)(match step {
            Step::AwaitOnline => EngineEvent::Offline(true),
            _ => EngineEvent::Retrying(cause, step.code()),
        });
        let me = Rc::downgrade(self);
        // Never at once: the engine is in the middle of saying what failed.
        self.step.replace(Some(Timer::new(wait, move || {
            if let Some(guard) = me.upgrade() {
                guard.act(step);
            }
        })));
    }

    fn act(self: &Rc<Self>, step: Step) {
        let now = self.clock.now();
        self.watchdog.borrow_mut().pat(now);
        let position = self.position();
        let rough = matches!(step, Step::Flush | Step::Reattach(_)) || self.video.error().is_some();
        if rough || step != Step::Renew && !self.engine().is_mendable() {
            (self.report)(EngineEvent::Interrupting);
            self.start.set(position);
        }
        self.phase.set(Phase::Running);
        match step {
            Step::Avoid(rendition) => {
                self.ladder.borrow_mut().removed(rendition);
                self.engine().mend(Mend::Avoid(rendition), position);
            }
            Step::Detour(rendition) => self.engine().mend(Mend::Detour(rendition), position),
            Step::Flush => self.engine().mend(Mend::Flush, position),
            Step::Reattach(at) => self.begin(at.unwrap_or(position)),
            Step::Renew => self.renew(),
            _ => self.engine().mend(Mend::Retry, position),
        }
        self.watch();
    }

    fn renew(self: &Rc<Self>) {
        let Some(renewer) = &self.renewer else { return };
        self.phase.set(Phase::Stepping);
        let me = Rc::downgrade(self);
        renewer.ask(move |answer| {
            let Some(guard) = me.upgrade().filter(|guard| guard.phase.get() == Phase::Stepping) else { return };
            guard.phase.set(Phase::Running);
            match answer {
                Ok(()) => guard.engine().mend(Mend::Retry, guard.position()),
                Err(fault) => guard.on_fault(fault, None),
            }
        });
    }

    fn tell(self: &Rc<Self>, error: PlaybackError) {
        self.halt_soon();
        (self.report)(EngineEvent::Interrupting);
        (self.report)(EngineEvent::Failed(error));
    }

    /// Not now: the engine is in the middle of saying what failed.
    fn halt_soon(self: &Rc<Self>) {
        self.phase.set(Phase::Stopped);
        self.tick.take();
        let me = Rc::downgrade(self);
        self.step.replace(Some(Timer::new(0.0, move || {
            if let Some(guard) = me.upgrade() {
                guard.halt();
            }
        })));
    }
}

/// What the browser believes. It may be wrong both ways.
fn is_online() -> bool {
    window().navigator().on_line()
}

/// Stands in while there is no engine.
struct Nothing;

impl Engine for Nothing {
    fn load(&self, _: f64) {}

    fn set_level(&self, _: Option<usize>) {}

    fn set_audio(&self, _: usize) {}

    fn stop(&self) {}
}
