//! Hands kept responses to hls.js, as its loader: what is not kept goes to the network as ever.

use std::{
    cell::Cell,
    rc::{Rc, Weak},
};

use js_sys::{Array, Function, Object, Promise};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::{Session, kept::Kept};
use crate::{
    dom::{property, set_property},
    globals,
    player::hook::{Hook, class_like},
    timer::{Timer, steady},
};

/// Milliseconds: a response that takes longer is left to hls.js, which knows how to try again.
const PATIENCE: f64 = 8_000.0;

impl Session {
    /// A class like `base`, hls.js' own loader, that answers from what this session keeps, while it does.
    pub(crate) fn loader(self: &Rc<Self>, base: &Function) -> JsValue {
        let session = Rc::downgrade(self);
        let has_any = {
            let session = session.clone();
            move || session.upgrade().is_some_and(|session| !session.kept.borrow().is_empty())
        };
        let load = Hook::new(move |own, this, args| load(&session, own, this, args));
        let abort = Hook::new(|own, this, args| {
            // As hls.js does with what is on its way in the network.
            set_property(&property(&this, "stats"), "aborted", true);
            let _ = own.apply(&this, &args);
        });
        class_like(base, move |loader| {
            if has_any() {
                load.put_before(loader, "load");
                abort.put_before(loader, "abort");
            }
        })
    }
}

/// Loads what is kept; what is not, or does not come, the loader's own way.
fn load(session: &Weak<Session>, own: Function, this: JsValue, args: Array) {
    let (context, callbacks) = (args.get(0), args.get(2));
    let number = |name| property(&context, name).as_f64().unwrap_or_default();
    let range = Some((number("rangeStart"), number("rangeEnd"))).filter(|(_, end)| *end > 0.0);
    let url = property(&context, "url").as_string().unwrap_or_default();
    let Some(kept) = session.upgrade().and_then(|session| session.give(&url, range)) else {
        let _ = own.apply(&this, &args);
        return;
    };
    let stats = property(&this, "stats");
    set_property(&this, "context", context.clone());
    set_property(&this, "callbacks", callbacks.clone());
    spawn_local(async move {
        let answer = Answer { this, stats, context, callbacks };
        if !answer.give(&kept).await && !answer.is_over() {
            let _ = own.apply(&answer.this, &args);
        }
    });
}

/// Until the next task.
async fn pause() {
    let promise = Promise::new(&mut |resolve, _| {
        globals::set_timeout(&resolve, 0);
    });
    let _ = JsFuture::from(promise).await;
}

/// What hls.js waits for.
struct Answer {
    this: JsValue,
    stats: JsValue,
    context: JsValue,
    callbacks: JsValue,
}

impl Answer {
    /// hls.js looks at a loader that it has destroyed no more, and must not hear from one that it has aborted.
    fn is_over(&self) -> bool {
        property(&self.stats, "aborted").is_truthy() || property(&self.this, "callbacks").is_null()
    }

    /// Answers with the response once it is whole. Gives false if it will not be.
    async fn give(&self, kept: &Rc<Kept>) -> bool {
        let late = Rc::new(Cell::new(false));
        let (rung, waiting) = (late.clone(), kept.clone());
        let _timer = Timer::new(PATIENCE, move || {
            rung.set(true);
            waiting.wake();
        });
        let Some(bytes) = kept.whole_unless(|| late.get()).await else { return false };
        // No loader answers within the same task, and hls.js counts on it.
        pause().await;
        if self.is_over() {
            return true;
        }
        let is_text = property(&self.context, "responseType").as_string().is_none_or(|kind| kind != "arraybuffer");
        let data = match is_text {
            true => String::from_utf8(bytes.to_vec()).map_or(JsValue::NULL, JsValue::from),
            false => bytes.buffer().into(),
        };
        let times = kept.times();
        // As if it had come just now, in the time that it took: its estimate of the bandwidth is built on it.
        let (end, loading) = (steady(), property(&self.stats, "loading"));
        set_property(&loading, "start", end - (times.last - times.asked));
        set_property(&loading, "first", end - (times.last - times.first));
        set_property(&loading, "end", end);
        set_property(&self.stats, "loaded", times.loaded);
        set_property(&self.stats, "total", times.loaded);
        let call = |name, args: &[&JsValue]| {
            if let Some(callback) = property(&self.callbacks, name).dyn_ref::<Function>() {
                let args: Array = args.iter().copied().collect();
                let _ = callback.apply(&self.callbacks, &args);
            }
        };
        let response = Object::new();
        set_property(&response, "url", kept.final_url().as_str());
        set_property(&response, "data", data.clone());
        set_property(&response, "code", 200);
        call("onProgress", &[&self.stats, &self.context, &data, &JsValue::NULL]);
        call("onSuccess", &[&response, &self.stats, &self.context, &JsValue::NULL]);
        true
    }
}
