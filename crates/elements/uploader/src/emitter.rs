//! Events for the page. Each is sent in a microtask of its own making: a listener may do anything, also take the whole
//! element away, and nothing here is in the middle of something then.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};

use js_sys::{Function, JsString, Object};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

/// Sends events, in their order, until it is closed.
#[derive(Clone)]
pub struct Emitter(Rc<Inner>);

struct Inner {
    emit: Function,
    waiting: RefCell<VecDeque<(&'static str, Object)>>,
    is_sending: Cell<bool>,
    is_closed: Cell<bool>,
}

impl Emitter {
    /// `emit` is called with the name of each event and its detail.
    pub fn new(emit: Function) -> Self {
        Self(Rc::new(Inner {
            emit,
            waiting: RefCell::default(),
            is_sending: Cell::new(false),
            is_closed: Cell::new(false),
        }))
    }

    /// Sends an event soon.
    pub fn send(&self, name: &'static str, detail: Object) {
        let inner = &self.0;
        if inner.is_closed.get() {
            return;
        }
        inner.waiting.borrow_mut().push_back((name, detail));
        if inner.is_sending.replace(true) {
            return;
        }
        let inner = Rc::clone(inner);
        spawn_local(async move {
            // Not borrowed while a listener runs.
            let next = || inner.waiting.borrow_mut().pop_front();
            while let Some((name, detail)) = next() {
                // A listener that throws is the page's affair: JavaScript has reported it.
                let _ = inner.emit.call2(&JsValue::UNDEFINED, &JsString::from(name), &detail);
            }
            inner.is_sending.set(false);
        });
    }

    /// Sends no more, not even what waits.
    pub fn close(&self) {
        self.0.is_closed.set(true);
        self.0.waiting.borrow_mut().clear();
    }
}
