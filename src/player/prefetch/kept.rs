//! A response that is on its way, or there and kept until someone takes it. Its bytes stay in JavaScript's memory.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Promise, Reflect, Uint8Array};
use reelway_core::Millis;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};
use web_sys::{AbortSignal, Headers, RequestInit, Response};

use super::notify::Notify;
use crate::{
    dom::{call_method, number, property, window},
    globals,
    timer::steady,
};

/// A response.
pub(crate) struct Kept {
    /// Absolute.
    pub(super) url: String,
    /// The first byte, and the first that no longer belongs to it; `None`: all of the file.
    pub(super) range: Option<(f64, f64)>,
    state: RefCell<State>,
    notify: Notify,
}

#[derive(Default)]
struct State {
    chunks: Vec<Uint8Array>,
    /// Whether all of it came.
    end: Option<bool>,
    /// After redirects.
    url: String,
    times: Times,
}

/// When it came, on the page's clock, and how much.
#[derive(Clone, Copy, Default)]
pub(crate) struct Times {
    pub(crate) asked: Millis,
    /// The answer's head.
    pub(crate) first: Millis,
    /// The last byte so far.
    pub(crate) last: Millis,
    /// Bytes.
    pub(crate) loaded: f64,
}

impl Times {
    /// Bits per second between head and last byte; `None` where it was too little to tell.
    pub(crate) fn bandwidth(&self) -> Option<f64> {
        let seconds = (self.last - self.first) / 1000.0;
        (self.loaded > 50_000.0 && seconds > 0.02).then(|| self.loaded * 8.0 / seconds)
    }
}

impl Kept {
    /// Asks for it, with the credentials and the CORS mode that hls.js would use.
    pub(super) fn fetch(url: String, range: Option<(f64, f64)>, signal: &AbortSignal) -> Rc<Self> {
        let times = Times { asked: steady(), ..Times::default() };
        let state = RefCell::new(State { times, ..State::default() });
        let kept = Rc::new(Self { url, range, state, notify: Notify::default() });
        let (pumped, asked) = (kept.clone(), request(&kept.url, range, signal));
        spawn_local(async move {
            let whole = pumped.pump(asked).await.is_some();
            pumped.state.borrow_mut().end = Some(whole);
            pumped.notify.wake();
        });
        kept
    }

    async fn pump(&self, asked: Promise) -> Option<()> {
        let response: Response = JsFuture::from(asked).await.ok()?.unchecked_into();
        // A server that knows no ranges would send all of the file.
        if response.status() != if self.range.is_some() { 206 } else { 200 } {
            return None;
        }
        {
            let mut state = self.state.borrow_mut();
            state.url = response.url();
            state.times.first = steady();
        }
        let reader = call_method(&property(&response, "body"), "getReader")?;
        loop {
            let read: Promise = call_method(&reader, "read")?.dyn_into().ok()?;
            let read = JsFuture::from(read).await.ok()?;
            if property(&read, "done").is_truthy() {
                return Some(());
            }
            let chunk: Uint8Array = property(&read, "value").dyn_into().ok()?;
            let mut state = self.state.borrow_mut();
            state.times.loaded += f64::from(chunk.length());
            state.times.last = steady();
            state.chunks.push(chunk);
            drop(state);
            self.notify.wake();
        }
    }

    /// The n-th piece of it, when it has come; `Ok(None)` after the last.
    ///
    /// # Errors
    /// It did not come whole.
    pub(crate) async fn chunk(&self, index: usize) -> Result<Option<Uint8Array>, ()> {
        let state = &self.state;
        self.notify
            .until(|| {
                let state = state.borrow();
                match (state.chunks.get(index), state.end) {
                    (Some(chunk), _) => Some(Ok(Some(chunk.clone()))),
                    (None, Some(true)) => Some(Ok(None)),
                    (None, Some(false)) => Some(Err(())),
                    (None, None) => None,
                }
            })
            .await
    }

    /// All of it, when it has come; `None` if it did not come whole.
    pub(crate) async fn whole(&self) -> Option<Uint8Array> {
        self.whole_unless(|| false).await
    }

    /// As [`Kept::whole`], but `None` too when it was woken by [`Kept::wake`] and is no longer wanted.
    pub(super) async fn whole_unless(&self, unwanted: impl Fn() -> bool) -> Option<Uint8Array> {
        let state = &self.state;
        let end = || state.borrow().end.or_else(|| unwanted().then_some(false));
        if !self.notify.until(end).await {
            return None;
        }
        let state = state.borrow();
        let whole = Uint8Array::new_with_length(state.times.loaded as u32);
        let mut at = 0;
        for chunk in &state.chunks {
            whole.set(chunk, at);
            at += chunk.length();
        }
        Some(whole)
    }

    /// Whoever waits for it asks whether it is still wanted.
    pub(super) fn wake(&self) {
        self.notify.wake();
    }

    /// All of it as text.
    pub(super) async fn text(&self) -> Option<String> {
        String::from_utf8(self.whole().await?.to_vec()).ok()
    }

    /// Whether it failed.
    pub(super) fn failed(&self) -> bool {
        self.state.borrow().end == Some(false)
    }

    /// The URL after redirects, against which a playlist's are resolved.
    pub(super) fn final_url(&self) -> String {
        self.state.borrow().url.clone()
    }

    pub(crate) fn times(&self) -> Times {
        self.state.borrow().times
    }
}

fn request(url: &str, range: Option<(f64, f64)>, signal: &AbortSignal) -> Promise {
    if range.is_none()
        && let Some(early) = early(url)
    {
        return early;
    }
    let init = RequestInit::new();
    init.set_signal(Some(signal));
    if let Some((start, end)) = range
        && let Ok(headers) = Headers::new()
    {
        let _ = headers.set("Range", &["bytes=", &number(start), "-", &number(end - 1.0)].concat());
        init.set_headers(&headers);
    }
    globals::fetch(url, &init)
}

/// What the page has asked for itself, before there was any wasm: `globalThis.reelwayEngines.early`, an object with a
/// promise of a `Response` for each absolute URL. Each is taken once.
fn early(url: &str) -> Option<Promise> {
    let early = property(&property(&window(), "reelwayEngines"), "early");
    let promise = property(&early, url).dyn_into().ok()?;
    let _ = Reflect::delete_property(&early.into(), &JsValue::from_str(url));
    Some(promise)
}
