//! Time in the browser: a timer, an idle moment and the next frame, which end with their owner, and a clock that never
//! goes back.

use std::{cell::Cell, rc::Rc};

use reelway_core::{Millis, within};
use wasm_bindgen::prelude::*;
use web_sys::IdleRequestOptions;

use crate::globals::{
    cancel_animation_frame, cancel_idle_callback, clear_timeout, request_animation_frame, request_idle_callback,
    set_timeout,
};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = performance, js_name = now)]
    /// Milliseconds of a clock that is never set, and stops during sleep on some systems.
    pub fn steady() -> f64;
}

/// Calls once, unless it is dropped before.
pub struct Timer {
    handle: i32,
    _closure: Closure<dyn FnMut()>,
}

impl Timer {
    /// Calls `ring` after `delay`. Browsers may be late: up to a minute in a hidden tab, any time after sleep.
    pub fn new(delay: Millis, ring: impl FnOnce() + 'static) -> Self {
        let closure = Closure::once(ring);
        // Past 2^31 ms browsers take a delay for 0.
        let delay = within(delay, 0.0, f64::from(i32::MAX)) as i32;
        let handle = set_timeout(closure.as_ref().unchecked_ref(), delay);
        Self { handle, _closure: closure }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        clear_timeout(self.handle);
    }
}

/// Calls once when the page has nothing else to do, unless it is dropped before.
pub struct Idle {
    handle: Option<u32>,
    _fallback: Option<Timer>,
    _closure: Option<Closure<dyn FnMut()>>,
}

impl Idle {
    /// Calls `ring` in an idle moment, or after `patience` in any other. Where the browser does not tell when it is idle
    /// (Safari), a moment later.
    pub fn new(patience: Millis, ring: impl FnOnce() + 'static) -> Self {
        let ring = Rc::new(Cell::new(Some(ring)));
        let once = Rc::clone(&ring);
        let closure = Closure::once(move || once.take().map_or((), |ring| ring()));
        let options = IdleRequestOptions::new();
        options.set_timeout(within(patience, 0.0, f64::from(i32::MAX)) as u32);
        let handle = request_idle_callback(closure.as_ref().unchecked_ref(), &options).ok();
        match handle {
            Some(_) => Self { handle, _fallback: None, _closure: Some(closure) },
            None => {
                let timer = Timer::new(BREATH, move || ring.take().map_or((), |ring| ring()));
                Self { handle, _fallback: Some(timer), _closure: None }
            }
        }
    }
}

impl Drop for Idle {
    fn drop(&mut self) {
        if let Some(handle) = self.handle {
            cancel_idle_callback(handle);
        }
    }
}

/// Calls once before the next frame is painted, however often it is asked to until then. Dropping it takes that back.
pub struct NextFrame {
    asked: Rc<Cell<Option<i32>>>,
    closure: Closure<dyn Fn()>,
}

impl NextFrame {
    /// Calls `ring` when it was asked to. It may ask for the frame after that.
    pub fn new(ring: impl Fn() + 'static) -> Self {
        let asked = Rc::new(Cell::new(None));
        let waits = Rc::clone(&asked);
        let closure = Closure::new(move || {
            waits.set(None);
            ring();
        });
        Self { asked, closure }
    }

    /// Asks for a call. `false` if one was asked for already.
    pub fn ask(&self) -> bool {
        if self.asked.get().is_some() {
            return false;
        }
        self.asked.set(Some(request_animation_frame(self.closure.as_ref().unchecked_ref())));
        true
    }
}

impl Drop for NextFrame {
    fn drop(&mut self) {
        if let Some(handle) = self.asked.get() {
            cancel_animation_frame(handle);
        }
    }
}

/// Milliseconds: long enough for a page to paint and to answer a key in between.
const BREATH: Millis = 20.0;

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
