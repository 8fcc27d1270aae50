//! Asks for fresh playback URLs: before a token runs out, when the page comes back, and when a request was refused.

use std::{
    cell::RefCell,
    future::Future,
    pin::Pin,
    rc::{Rc, Weak},
};

use js_sys::{Date, Function, Promise};
use reelway_api::Playback;
use reelway_core::playback::{
    recovery::{Fault, Part},
    token::{self, Life, Renewal},
};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{JsFuture, spawn_local};

use crate::{
    backend::{Backend, BackendError},
    dom::property,
    timer::Timer,
};

/// Whom to ask for fresh URLs of a stream whose token runs out.
#[derive(Clone)]
pub struct Refresh(Rc<dyn Fn() -> Answer>);

type Answer = Pin<Box<dyn Future<Output = Result<Playback, BackendError>>>>;

impl Refresh {
    /// `ask` is called whenever fresh URLs are wanted, never twice at a time. Poster and storyboard are the page's to
    /// use; the player takes the playlist's URL and `expires_at`.
    pub fn new<F: Future<Output = Result<Playback, BackendError>> + 'static>(ask: impl Fn() -> F + 'static) -> Self {
        Self(Rc::new(move || Box::pin(ask())))
    }

    /// The same with a function of JavaScript, which gives a promise of an object with `hls` and, if that is known,
    /// `expires_at`. It fails with an object that has the answer's HTTP `status`, if there was one.
    pub fn by_function(ask: Function) -> Self {
        Self::new(move || {
            let given = ask.call0(&JsValue::NULL).map(|given| Promise::resolve(&given));
            async move {
                let answer = match given {
                    Ok(promise) => JsFuture::from(promise).await,
                    Err(thrown) => Err(thrown),
                };
                let hls = |answer: &JsValue| property(answer, "hls").as_string();
                match answer {
                    Ok(answer) => Ok(Playback {
                        hls: hls(&answer).ok_or(BackendError::Network)?,
                        expires_at: property(&answer, "expires_at").as_f64().map(|expires| expires as u64),
                        ..Playback::default()
                    }),
                    Err(error) => Err(match property(&error, "status").as_f64() {
                        Some(status) => BackendError::Unreadable { status: status as u16 },
                        None => BackendError::Network,
                    }),
                }
            }
        })
    }

    /// Asks a Reelway server how to play this video, and tells of the answer too.
    pub fn of_video(backend: Backend, id: String, fresh: impl Fn(&Playback) + Clone + 'static) -> Self {
        Self::new(move || {
            let (backend, id, fresh) = (backend.clone(), id.clone(), fresh.clone());
            async move {
                let playback = backend.playback(&id).await?;
                fresh(&playback);
                Ok(playback)
            }
        })
    }
}

/// When the URLs of this answer run out.
pub fn life_of(playback: &Playback) -> Option<Life> {
    let told = playback.expires_at.map(|expires| Life { issued: None, expires: expires as f64 });
    told.or_else(|| token::life(&playback.hls))
}

/// Keeps the URL of one stream fresh, until it is dropped.
pub(super) struct Renewer(Rc<Shared>);

struct Shared {
    refresh: Refresh,
    fresh: Box<dyn Fn(&str)>,
    renewal: RefCell<Renewal>,
    timer: RefCell<Option<Timer>>,
    /// Those who wait for the answer.
    waiting: RefCell<Vec<Waiting>>,
}

type Waiting = Box<dyn FnOnce(Result<(), Fault>)>;

impl Renewer {
    /// `fresh` gets each fresh URL.
    pub fn new(refresh: Refresh, url: &str, life: Option<Life>, fresh: impl Fn(&str) + 'static) -> Self {
        let renewer = Self(Rc::new(Shared {
            refresh,
            fresh: Box::new(fresh),
            renewal: RefCell::new(Renewal::new(js_sys::Math::random().to_bits())),
            timer: RefCell::default(),
            waiting: RefCell::default(),
        }));
        renewer.learn(url, life);
        renewer
    }

    /// A URL that is fresh at this moment, and its life if that is known from elsewhere.
    pub fn learn(&self, url: &str, life: Option<Life>) {
        self.0.renewal.borrow_mut().learn(life.or_else(|| token::life(url)), Date::now());
        self.arm();
    }

    /// Sets the clock, or asks if it is time: timers are late after sleep.
    pub fn arm(&self) {
        self.0.arm();
    }

    /// Asks now, or joins a question that is under way.
    pub fn ask(&self, then: impl FnOnce(Result<(), Fault>) + 'static) {
        self.0.waiting.borrow_mut().push(Box::new(then));
        self.0.ask();
    }
}

impl Shared {
    fn arm(self: &Rc<Self>) {
        let wait = self.renewal.borrow().wait(Date::now());
        let me = Rc::downgrade(self);
        self.timer.replace(wait.map(|wait| Timer::new(wait, move || Self::ring(&me))));
    }

    fn ring(me: &Weak<Self>) {
        let Some(shared) = me.upgrade() else { return };
        // Spans of weeks are cut short by browsers.
        if shared.renewal.borrow().wait(Date::now()) == Some(0.0) { shared.ask() } else { shared.arm() }
    }

    fn ask(self: &Rc<Self>) {
        if !self.renewal.borrow_mut().begin() {
            return;
        }
        let (answer, me) = ((self.refresh.0)(), Rc::downgrade(self));
        spawn_local(async move {
            let answer = answer.await;
            let Some(shared) = me.upgrade() else { return };
            shared.renewal.borrow_mut().end(answer.is_ok(), Date::now());
            let told = match answer {
                Ok(playback) => {
                    shared.renewal.borrow_mut().learn(life_of(&playback), Date::now());
                    (shared.fresh)(&playback.hls);
                    Ok(())
                }
                Err(error) => Err(fault_of(&error)),
            };
            shared.arm();
            for then in shared.waiting.take() {
                then(told);
            }
        });
    }
}

const fn fault_of(error: &BackendError) -> Fault {
    let status = match error {
        BackendError::Server { status, .. } | BackendError::Unreadable { status } => Some(*status),
        BackendError::Network | BackendError::NoTicket { .. } => None,
    };
    Fault::Request { part: Part::Master, status }
}
