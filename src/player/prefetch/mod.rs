//! The start of a stream, fetched before its engine has arrived: master and media playlists, init segments and the
//! segment that holds the position, in parallel as far as they are known. Each response is kept until the engine asks
//! for it, given once, and dropped after half a minute.
//!
//! - `kept`: a response. `loader`: hands responses to hls.js.
//! - `notify`: waiting for a condition.
//!
//! What to fetch is `reelway_core::hls`' to say.

mod kept;
mod loader;
mod notify;

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::Function;
use reelway_core::{
    Millis,
    hls::{
        Master, Media,
        media::{Place, Segment},
        plan::{self, Kind, Viewer},
    },
};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;
use web_sys::{AbortController, Url};

pub(crate) use self::{kept::Kept, notify::Notify};
use crate::{
    dom::{page_url, property, window},
    player::bandwidth,
    timer::Timer,
};

/// How long responses are kept for an engine that does not come.
const KEEP: Millis = 30_000.0;

/// Seconds of video that are to be there before the engine must go on by itself. Segments may be shorter.
const AHEAD: f64 = 4.0;

/// Whose start is fetched.
#[derive(Clone, Copy, Debug, Default)]
pub struct Aim {
    /// Seconds: where it is to start.
    pub position: f64,
    /// The longer side of the player in device pixels, which caps the rendition; 0 while that is not known.
    pub pixels: f64,
}

/// Fetches the start of the stream whose master playlist is at this URL, for the player that will be mounted for it. May
/// be called as soon as the URL is known, and again: then it does nothing. After half a minute without a player the
/// bytes are dropped.
pub fn prefetch(url: &str, aim: Aim) {
    // Where there is none, the browser plays HLS by itself and asks for all of it by itself.
    if !property(&window(), "MediaSource").is_undefined() {
        drop(Session::join(url, aim));
    }
}

/// Forgets what was fetched for a player that will not come, and stops what is on its way.
pub fn forget(url: &str) {
    drop(take(&absolute(url, &page_url())));
}

thread_local! {
    /// Those that no player has claimed.
    static WAITING: RefCell<Vec<Rc<Session>>> = const { RefCell::new(Vec::new()) };
}

fn take(url: &str) -> Option<Rc<Session>> {
    WAITING.with_borrow_mut(|waiting| {
        let index = waiting.iter().position(|session| session.url == url)?;
        Some(waiting.swap_remove(index))
    })
}

/// The start of one stream. Dropping it stops what is on its way.
pub(crate) struct Session {
    /// Absolute.
    pub(crate) url: String,
    aim: Cell<Aim>,
    controller: Option<AbortController>,
    kept: RefCell<Vec<Rc<Kept>>>,
    plan: RefCell<Option<Option<Rc<Plan>>>>,
    notify: Notify,
    timer: RefCell<Option<Timer>>,
}

/// What was found in the playlists.
pub(crate) struct Plan {
    /// Of the rendition's media playlist, absolute, as the engine will see it.
    pub(crate) level: String,
    /// Seconds.
    pub(crate) duration: f64,
    /// Seconds: where it starts.
    pub(crate) position: f64,
    /// Picture first.
    pub(crate) tracks: Vec<Track>,
    /// Source buffers can take the bytes as they come.
    pub(crate) streamable: bool,
}

/// One source buffer's start.
pub(crate) struct Track {
    pub(crate) kind: Kind,
    pub(crate) codecs: String,
    pub(crate) mime: String,
    pub(crate) init: Option<Rc<Kept>>,
    pub(crate) segments: Vec<Piece>,
}

/// A segment.
pub(crate) struct Piece {
    /// Seconds.
    pub(crate) start: f64,
    url: String,
    range: Option<(f64, f64)>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Session {
    /// The session of this stream for a player: the one that waits for it, or a new one.
    pub(crate) fn claim(url: &str, aim: Aim) -> Rc<Self> {
        let session = Self::join(url, aim);
        drop(take(&session.url));
        session.aim.set(aim);
        session
    }

    fn join(url: &str, aim: Aim) -> Rc<Self> {
        let url = absolute(url, &page_url());
        let known = WAITING.with_borrow(|all| all.iter().find(|session| session.url == url).cloned());
        if let Some(session) = known {
            return session;
        }
        let session = Rc::new(Self {
            url,
            aim: Cell::new(aim),
            controller: AbortController::new().ok(),
            kept: RefCell::default(),
            plan: RefCell::default(),
            notify: Notify::default(),
            timer: RefCell::default(),
        });
        WAITING.with_borrow_mut(|waiting| waiting.push(session.clone()));
        let late = Rc::downgrade(&session);
        *session.timer.borrow_mut() = Some(Timer::new(KEEP, move || {
            if let Some(session) = late.upgrade() {
                session.kept.take();
                drop(take(&session.url));
            }
        }));
        let running = Rc::downgrade(&session);
        let master = session.fetch(&session.url, None);
        spawn_local(async move {
            let plan = Self::look(&running, master).await;
            if let Some(session) = running.upgrade() {
                *session.plan.borrow_mut() = Some(plan.map(Rc::new));
                session.notify.wake();
            }
        });
        session
    }

    /// What was found, once the playlists are there; `None` if nothing was that helps. What it names is on its way then.
    pub(crate) async fn plan(&self) -> Option<Rc<Plan>> {
        self.notify.until(|| self.plan.borrow().clone()).await
    }

    /// What was found so far.
    pub(crate) fn planned(&self) -> Option<Rc<Plan>> {
        self.plan.borrow().clone().flatten()
    }

    /// The response for a request of the engine's, if it is kept; it is no longer kept then.
    fn give(&self, url: &str, range: Option<(f64, f64)>) -> Option<Rc<Kept>> {
        let mut kept = self.kept.borrow_mut();
        let index = kept.iter().position(|kept| kept.url == url && kept.range == range)?;
        Some(kept.swap_remove(index)).filter(|kept| !kept.failed())
    }

    /// Asks for it, unless it is kept.
    fn fetch(&self, url: &str, range: Option<(f64, f64)>) -> Option<Rc<Kept>> {
        let mut all = self.kept.borrow_mut();
        if let Some(known) = all.iter().find(|kept| kept.url == url && kept.range == range) {
            return Some(known.clone());
        }
        let kept = Kept::fetch(url.to_owned(), range, &self.controller.as_ref()?.signal());
        all.push(kept.clone());
        Some(kept)
    }

    /// Stops what is on its way. What is there stays kept.
    pub(crate) fn stop(&self) {
        if let Some(controller) = &self.controller {
            controller.abort();
        }
    }

    /// Bits per second, measured by the largest response that is kept.
    pub(crate) fn bandwidth(&self) -> Option<f64> {
        let kept = self.kept.borrow();
        let times = kept.iter().map(|kept| kept.times()).reduce(|a, b| if b.loaded > a.loaded { b } else { a });
        times?.bandwidth()
    }

    /// Asks for a segment of the plan.
    pub(crate) fn segment(&self, piece: &Piece) -> Option<Rc<Kept>> {
        self.fetch(&piece.url, piece.range)
    }

    /// Follows the playlists. Between them it holds no session, so that one that is no longer wanted ends.
    async fn look(session: &std::rc::Weak<Self>, master: Option<Rc<Kept>>) -> Option<Plan> {
        let master = master?;
        let text = master.text().await?;
        let base = master.final_url();
        let running = session.upgrade()?;
        let aim = running.aim.get();
        let tracks = match Master::parse(&text) {
            Some(parsed) => {
                let viewer = Viewer { bandwidth: bandwidth::recall(), pixels: aim.pixels };
                let choice = plan::choose(&parsed, viewer, &is_type_supported)?;
                let known = choice.known;
                let with_url = |track: plan::Track<'_>| {
                    (absolute(track.uri, &base), track.mime(), track.kind, track.codecs, known)
                };
                choice.tracks.into_iter().map(with_url).collect()
            }
            None => vec![(base, String::new(), Kind::Muxed, String::new(), false)],
        };
        let playlists: Vec<_> = match Master::parse(&text).is_some() {
            true => tracks.iter().map(|(url, ..)| running.fetch(url, None)).collect(),
            false => vec![Some(master)],
        };
        drop(running);
        let mut found = Plan {
            level: tracks.first()?.0.clone(),
            duration: 0.0,
            position: 0.0,
            tracks: Vec::new(),
            streamable: true,
        };
        for ((_, mime, kind, codecs, known), playlist) in tracks.into_iter().zip(playlists) {
            let playlist = playlist?;
            let text = playlist.text().await?;
            let running = session.upgrade()?;
            let media = Media::parse(&text)?;
            let base = playlist.final_url();
            let first = found.tracks.is_empty();
            if first {
                found.position = running.aim.get().position;
                found.duration = media.duration();
            }
            let start = plan::start(&media, found.position, AHEAD);
            found.streamable &= start.streamable && known;
            let url = |place: &Place<'_>| (absolute(place.uri, &base), place.range);
            let init = start.init.as_ref().map(url).and_then(|(url, range)| running.fetch(&url, range));
            let piece = |segment: &Segment<'_>| {
                let (url, range) = url(&segment.place);
                Piece { start: segment.start, url, range }
            };
            let segments: Vec<_> = start.segments.iter().map(piece).collect();
            if let Some(piece) = segments.first() {
                running.segment(piece);
            }
            found.tracks.push(Track { kind, codecs, mime, init, segments });
        }
        Some(found)
    }
}

/// A URL as a browser writes it in full. Empty if it is none.
fn absolute(url: &str, base: &str) -> String {
    Url::new_with_base(url, base).map(|url| url.href()).unwrap_or_default()
}

fn is_type_supported(mime: &str) -> bool {
    let class = property(&window(), "MediaSource");
    let ask: Option<Function> = property(&class, "isTypeSupported").dyn_into().ok();
    ask.and_then(|ask| ask.call1(&class, &mime.into()).ok()).is_some_and(|answer| answer.is_truthy())
}
