//! Time in the browser: a timer that ends with its owner, and a clock that never goes back.

use std::cell::Cell;

use reelway_core::{Millis, within};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    fn steady() -> f64;
}

/// Calls once, unless it is dropped before.
pub struct Timer {
    handle: Option<i32>,
    _closure: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls `ring` after `delay`. Browsers may be late: up to a minute in a hidden tab, any time after sleep.
    pub fn new(delay: Millis, ring: impl FnOnce() + 'static) -> Self {
        let closure = Closure::once(ring);
        // Past 2^31 ms browsers take a delay for 0.
        let delay = within(delay, 0.0, f64::from(i32::MAX)) as i32;
        let handle = web_sys::window().and_then(|window| {
            let callback = closure.as_ref().unchecked_ref();
            window.set_timeout_with_callback_and_timeout_and_arguments_0(callback, delay).ok()
        });
        Self { handle, _closure: closure }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        if let (Some(handle), Some(window)) = (self.handle, web_sys::window()) {
            window.clear_timeout_with_handle(handle);
        }
    }
}

/// A clock that never goes back and does not stop while the machine sleeps.
///
/// `performance.now()` stops during sleep on some systems and `Date.now()` can be set back, so this one counts the
/// first and adds the second's leaps forward.
pub struct Clock {
    now: Cell<Millis>,
    steady: Cell<Millis>,
    wall: Cell<Millis>,
}

/// Milliseconds: what the wall clock must gain on the steady one to count as a leap rather than as an adjustment.
const LEAP: Millis = 10_000.0;

impl Clock {
    /// A clock that starts at 0.
    pub fn new() -> Self {
        Self { now: Cell::new(0.0), steady: Cell::new(steady()), wall: Cell::new(js_sys::Date::now()) }
    }

    /// Milliseconds since the clock was made.
    pub fn now(&self) -> Millis {
        let (steady, wall) = (steady(), js_sys::Date::now());
        let by_steady = (steady - self.steady.replace(steady)).max(0.0);
        let by_wall = wall - self.wall.replace(wall);
        let passed = if by_wall > by_steady + LEAP { by_wall } else { by_steady };
        self.now.set(self.now.get() + passed);
        self.now.get()
    }
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}
