//! Event listeners that end with their owner.

use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Event, EventTarget};

/// Listens until it is dropped.
pub struct Listener {
    target: EventTarget,
    name: &'static str,
    closure: Closure<dyn Fn(Event)>,
    capture: bool,
}

impl Listener {
    /// Calls `listen` for each event of this name at `target`.
    pub fn new(target: &EventTarget, name: &'static str, listen: impl Fn(Event) + 'static) -> Self {
        Self::add(target, name, Closure::new(listen), false)
    }

    /// As [`new`](Self::new), and for those on the way to what is in `target`: there are some that come from nowhere else.
    pub fn capturing(target: &EventTarget, name: &'static str, listen: impl Fn(Event) + 'static) -> Self {
        Self::add(target, name, Closure::new(listen), true)
    }

    fn add(target: &EventTarget, name: &'static str, closure: Closure<dyn Fn(Event)>, capture: bool) -> Self {
        let callback = closure.as_ref().unchecked_ref();
        // It throws on no target that takes listeners at all.
        let _ = target.add_event_listener_with_callback_and_bool(name, callback, capture);
        Self { target: target.clone(), name, closure, capture }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.target.remove_event_listener_with_callback_and_bool(
            self.name,
            self.closure.as_ref().unchecked_ref(),
            self.capture,
        );
    }
}
