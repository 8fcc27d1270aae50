//! Hands kept responses to hls.js, as its loader: what is not kept goes to the network as ever.

use std::{
    cell::Cell,
    rc::{Rc, Weak},
};

use js_sys::{Array, Function, Object, Promise, Proxy, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::{Session, kept::Kept};
use crate::{
    dom::{property, set_property, window},
    timer::{Timer, steady},
};

/// Milliseconds: a response that takes longer is left to hls.js, which knows how to try again.
const PATIENCE: f64 = 8_000.0;

impl Session {
    /// A class like `base`, hls.js' own loader, that answers from what this session keeps, while it does.
    pub(crate) fn loader(self: &Rc<Self>, base: &Function) -> JsValue {
        let session = Rc::downgrade(self);
        let construct = Closure::<dyn Fn(Function, Array) -> JsValue>::new(move |class: Function, args: Array| {
            let loader = Reflect::construct(&class, &args).unwrap_or_default();
            if session.upgrade().is_some_and(|session| !session.kept.borrow().is_empty()) {
                interpose(&loader, session.clone());
            }
            loader
        });
        let handler = Object::new();
        set_property(&handler, "construct", construct.into_js_value());
        // A closure of wasm's can't be called with `new`; a proxy of a class can.
        Proxy::new(base, &handler).into()
    }
}

/// Gives this one loader a `load` and an `abort` of its own, before those of its class.
fn interpose(loader: &JsValue, session: Weak<Session>) {
    let (own_load, own_abort) = (property(loader, "load"), property(loader, "abort"));
    let aborted = Rc::new(Cell::new(false));
    let (this, ended) = (loader.clone(), aborted.clone());
    let load = move |context: JsValue, config: JsValue, callbacks: JsValue| {
        let number = |name| property(&context, name).as_f64().unwrap_or_default();
        let range = Some((number("rangeStart"), number("rangeEnd"))).filter(|(_, end)| *end > 0.0);
        let url = property(&context, "url").as_string().unwrap_or_default();
        let kept = session.upgrade().and_then(|session| session.give(&url, range));
        let (this, own_load, ended) = (this.clone(), own_load.clone(), ended.clone());
        let from_network = move |this: &JsValue, config: JsValue, context: JsValue, callbacks: JsValue| {
            if let Some(load) = own_load.dyn_ref::<Function>() {
                let _ = load.call3(this, &context, &config, &callbacks);
            }
        };
        let Some(kept) = kept else { return from_network(&this, config, context, callbacks) };
        let stats = property(&this, "stats");
        set_property(&this, "context", context.clone());
        set_property(&this, "callbacks", callbacks.clone());
        spawn_local(async move {
            let answer = Answer { this: this.clone(), stats, context: context.clone(), callbacks: callbacks.clone() };
            let given = answer.give(&kept, &ended).await;
            if !given && !ended.get() && !property(&this, "callbacks").is_null() {
                from_network(&this, config, context, callbacks);
            }
        });
    };
    let this = loader.clone();
    let abort = move || {
        aborted.set(true);
        if let Some(abort) = own_abort.dyn_ref::<Function>() {
            let _ = abort.call0(&this);
        }
    };
    let load = Closure::<dyn Fn(JsValue, JsValue, JsValue)>::new(load);
    set_property(loader, "load", load.into_js_value());
    set_property(loader, "abort", Closure::<dyn Fn()>::new(abort).into_js_value());
}

/// Until the next task.
async fn pause() {
    let promise = Promise::new(&mut |resolve, _| {
        let _ = window().set_timeout_with_callback(&resolve);
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
    /// Answers with the response once it is whole. Gives false if it will not be.
    async fn give(&self, kept: &Rc<Kept>, ended: &Rc<Cell<bool>>) -> bool {
        let late = Rc::new(Cell::new(false));
        let (rung, waiting) = (late.clone(), kept.clone());
        let _timer = Timer::new(PATIENCE, move || {
            rung.set(true);
            waiting.wake();
        });
        let Some(bytes) = kept.whole_unless(|| late.get()).await else { return false };
        // No loader answers within the same task, and hls.js counts on it.
        pause().await;
        // hls.js looks at a loader that it has destroyed no more, and must not hear from one that it has aborted.
        if ended.get() || property(&self.this, "callbacks").is_null() {
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
