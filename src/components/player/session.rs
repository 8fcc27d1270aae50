//! Media Session: the title, the picture and the keys that the system shows for what plays, outside of the page too.

use std::rc::Rc;

use crate::components::signals::*;
use js_sys::{Array, Function, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::HtmlVideoElement;

use super::PlayerHandle;
use crate::{
    dom::{property, set_property, window},
    listener::Listener,
    player::keys::LARGE_STEP,
};

const ACTIONS: [&str; 6] = ["play", "pause", "stop", "seekbackward", "seekforward", "seekto"];

/// What the system shows of one player: of all on the page the one that began to play last. Dropped, it shows nothing
/// of it any more.
pub(super) struct Session {
    shared: Rc<Shared>,
    _listeners: Vec<Listener>,
}

struct Shared {
    /// `navigator.mediaSession`.
    session: JsValue,
    handle: PlayerHandle,
    title: Signal<String>,
    poster: Signal<Option<String>>,
    /// What was last shown of this player. It is the owner while the session still has it: so several modules on a page
    /// need not know of each other.
    shown: std::cell::RefCell<JsValue>,
    act: Closure<dyn FnMut(JsValue)>,
}

impl Session {
    /// Follows the element, where the browser has such a session.
    pub fn follow(
        handle: PlayerHandle,
        video: &HtmlVideoElement,
        title: Signal<String>,
        poster: Signal<Option<String>>,
    ) -> Option<Self> {
        let session = property(&window().navigator(), "mediaSession");
        if !session.is_object() {
            return None;
        }
        let act = Closure::new(move |details: JsValue| act(handle, &details));
        let shared = Rc::new(Shared { session, handle, title, poster, shown: JsValue::NULL.into(), act });
        let on = |name| {
            let shared = shared.clone();
            Listener::new(video, name, move |_| {
                if name == "playing" {
                    shared.claim();
                }
                shared.update();
            })
        };
        let listeners = ["playing", "pause", "seeked", "ratechange", "durationchange"].map(on).into();
        Some(Self { shared, _listeners: listeners })
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let Shared { session, .. } = &*self.shared;
        if self.shared.is_owner() {
            self.shared.handle_actions(&JsValue::NULL);
            set_property(session, "metadata", JsValue::NULL);
            set_property(session, "playbackState", "none");
        }
    }
}

impl Shared {
    fn is_owner(&self) -> bool {
        let shown = self.shown.borrow();
        shown.is_object() && property(&self.session, "metadata") == *shown
    }

    fn claim(&self) {
        let Ok(class) = property(&window(), "MediaMetadata").dyn_into::<Function>() else { return };
        let metadata = Object::new();
        let title = self.title.get_untracked();
        let page = window().document().map(|document| document.title()).unwrap_or_default();
        set_property(&metadata, "title", if title.is_empty() { page } else { title });
        if let Some(poster) = self.poster.get_untracked() {
            let picture = Object::new();
            set_property(&picture, "src", poster);
            set_property(&metadata, "artwork", Array::of1(&picture));
        }
        if let Ok(metadata) = Reflect::construct(&class, &Array::of1(&metadata)) {
            set_property(&self.session, "metadata", &metadata);
            *self.shown.borrow_mut() = metadata;
            self.handle_actions(self.act.as_ref());
        }
    }

    fn handle_actions(&self, act: &JsValue) {
        let Ok(set) = property(&self.session, "setActionHandler").dyn_into::<Function>() else { return };
        for action in ACTIONS {
            // It throws on an action that the browser does not know.
            let _ = set.call2(&self.session, &action.into(), act);
        }
    }

    /// The browser moves the position on by itself: it is told of leaps only.
    fn update(&self) {
        if !self.is_owner() {
            return;
        }
        let paused = self.handle.paused.get_untracked();
        set_property(&self.session, "playbackState", if paused { "paused" } else { "playing" });
        let (Some(video), duration) = (self.handle.element(), self.handle.duration.get_untracked()) else { return };
        if let Ok(set) = property(&self.session, "setPositionState").dyn_into::<Function>()
            && duration > 0.0
        {
            let state = Object::new();
            set_property(&state, "duration", duration);
            set_property(&state, "position", video.current_time().min(duration));
            set_property(&state, "playbackRate", video.playback_rate());
            let _ = set.call1(&self.session, &state);
        }
    }
}

fn act(handle: PlayerHandle, details: &JsValue) {
    let number = |name| property(details, name).as_f64();
    let by = |sign: f64| handle.seek(handle.time.get_untracked() + sign * number("seekOffset").unwrap_or(LARGE_STEP));
    match property(details, "action").as_string().as_deref() {
        Some("play") => handle.play(),
        Some("pause") => handle.pause(),
        Some("stop") => {
            handle.pause();
            handle.seek(0.0);
        }
        Some("seekbackward") => by(-1.0),
        Some("seekforward") => by(1.0),
        Some("seekto") => {
            let Some(time) = number("seekTime") else { return };
            if property(details, "fastSeek").is_truthy() {
                handle.media().fast_seek(time);
            } else {
                handle.seek(time);
            }
        }
        _ => (),
    }
}
