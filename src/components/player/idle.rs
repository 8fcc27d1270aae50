//! When the controls hide.

use leptos::prelude::*;
use reelway_core::Millis;
use web_sys::{Element, Event};

use super::{PlayerHandle, controls::Busy, handle::closest};
use crate::{components::live::memo, dom::window, timer::Timer};
use wasm_bindgen::JsCast;

/// How long nothing moves until the controls hide.
const IDLE: Millis = 2_800.0;
/// A mouse moves hundreds of times a second: the timer is set anew this often at most.
const COARSE: Millis = 200.0;

#[derive(Clone, Copy)]
pub(super) struct Idle {
    resting: RwSignal<bool>,
    /// Something of the controls has the focus, and shows it.
    focused: RwSignal<bool>,
    woken: StoredValue<Millis>,
    timer: StoredValue<Option<Timer>, LocalStorage>,
    /// The controls are hidden.
    pub hidden: Memo<bool>,
}

impl Idle {
    pub fn new(handle: PlayerHandle, busy: Busy) -> Self {
        let (resting, focused) = (RwSignal::new(false), RwSignal::new(false));
        let hidden = memo(move || {
            resting.get()
                && !focused.get()
                && !handle.paused.get()
                && handle.error.get().is_none()
                && !handle.help.get()
                && !busy.get()
        });
        Self { resting, focused, woken: StoredValue::new(0.0), timer: StoredValue::new_local(None), hidden }
    }

    /// Someone is there.
    pub fn wake(&self) {
        let resting = self.resting;
        let now = window().performance().map_or(0.0, |clock| clock.now());
        if !resting.get_untracked() && now - self.woken.get_value() < COARSE {
            return;
        }
        self.woken.set_value(now);
        if resting.get_untracked() {
            resting.set(false);
        }
        self.rest_in(IDLE);
    }

    /// The controls hide after this time, if nothing keeps them.
    pub fn rest_in(&self, delay: Millis) {
        let resting = self.resting;
        self.timer.set_value(Some(Timer::new(delay, move || {
            resting.try_set(true);
        })));
    }

    /// The controls hide now, if nothing keeps them.
    pub fn rest(&self) {
        self.resting.set(true);
    }

    /// The focus has moved, or a key was pressed, which may make it show.
    pub fn follow_focus(&self, event: &Event) {
        let target = if event.type_() == "focusout" { None } else { event.target() };
        let target = target.filter(|target| closest(target, ".rw-controls"));
        let shows = |element: &Element| element.matches(":focus-visible").unwrap_or_default();
        let focused = target.is_some_and(|target| target.dyn_ref().is_some_and(shows));
        if self.focused.get_untracked() != focused {
            self.focused.set(focused);
        }
    }
}
