//! What the page does while an upload runs: it listens to the network and the user's coming and going, asks before it
//! is closed, and keeps the screen on.

use std::{cell::Cell, rc::Rc};

use js_sys::Promise;
use reelway_core::{find::contains, upload::Event};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;
use web_sys::VisibilityState;

use crate::{
    dom::{property, window},
    listener::Listener,
    task::spawn,
};

// web-sys has these behind an unstable flag, which a library can't set.
#[wasm_bindgen]
extern "C" {
    type WakeLock;
    #[wasm_bindgen(method, catch)]
    fn request(this: &WakeLock, kind: &str) -> Result<Promise, JsValue>;

    type WakeLockSentinel;
    #[wasm_bindgen(method)]
    fn release(this: &WakeLockSentinel) -> Promise;
}

/// Whether the browser says that it has a network.
pub(super) fn is_online() -> bool {
    window().navigator().on_line()
}

/// Whether this is a phone or a tablet, as far as the browser tells: for limits that only such a one needs.
pub(super) fn is_mobile() -> bool {
    let told = property(&property(&window().navigator(), "userAgentData"), "mobile");
    told.as_bool().unwrap_or_else(|| {
        let agent = user_agent();
        ["Mobi", "Android", "iPhone", "iPad"].iter().any(|word| contains(&agent, word))
    })
}

/// What the browser calls itself.
pub(super) fn user_agent() -> String {
    window().navigator().user_agent().unwrap_or_default()
}

/// Ends all of it when it is dropped.
pub(super) struct Page {
    awake: Rc<Awake>,
    _listeners: Vec<Listener>,
}

impl Page {
    pub(super) fn new(feed: impl Fn(Event) + Clone + 'static) -> Self {
        let awake = Rc::new(Awake::default());
        let mut listeners = Vec::new();
        let window = window();
        let (online, offline) = (feed.clone(), feed.clone());
        listeners.push(Listener::new(&window, "online", move |_| online(Event::Online)));
        listeners.push(Listener::new(&window, "offline", move |_| offline(Event::Offline)));
        listeners.push(Listener::new(&window, "beforeunload", |event| event.prevent_default()));
        if let Some(document) = window.document() {
            let (awake, page) = (Rc::clone(&awake), document.clone());
            listeners.push(Listener::new(&document, "visibilitychange", move |_| {
                if page.visibility_state() == VisibilityState::Visible {
                    // Browsers take the lock away from a page that is hidden.
                    awake.lock();
                    feed(Event::Foreground);
                }
            }));
        }
        Self { awake, _listeners: listeners }
    }

    /// Whether the screen is to stay on while the page is visible.
    pub(super) fn keep_awake(&self, wanted: bool) {
        if self.awake.wanted.replace(wanted) != wanted {
            match wanted {
                true => self.awake.lock(),
                false => self.awake.unlock(),
            }
        }
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.keep_awake(false);
    }
}

/// A screen wake lock, where the browser has them and lets the page have one.
#[derive(Default)]
struct Awake {
    wanted: Cell<bool>,
    sentinel: Cell<Option<WakeLockSentinel>>,
}

impl Awake {
    fn lock(self: &Rc<Self>) {
        if !self.wanted.get() {
            return;
        }
        let api = property(&window().navigator(), "wakeLock");
        if !api.is_object() {
            return;
        }
        let Ok(promise) = api.unchecked_into::<WakeLock>().request("screen") else { return };
        let me = Rc::clone(self);
        spawn(async move {
            if let Ok(sentinel) = JsFuture::from(promise).await {
                me.unlock();
                me.sentinel.set(Some(sentinel.unchecked_into()));
                if !me.wanted.get() {
                    me.unlock();
                }
            }
        });
    }

    fn unlock(&self) {
        if let Some(sentinel) = self.sentinel.take() {
            // It may have been taken away already, which is as good.
            let released = sentinel.release();
            spawn(async move { drop(JsFuture::from(released).await) });
        }
    }
}
