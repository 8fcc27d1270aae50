//! When the controls hide.

use crate::components::signals::*;
use reelway_core::Millis;
use web_sys::HtmlElement;

use super::{PlayerHandle, controls::Busy};
use crate::{dom::window, timer::Timer};

/// How long nothing moves until the controls hide.
const IDLE: Millis = 2_800.0;
/// A mouse moves hundreds of times a second: the timer is set anew this often at most.
const COARSE: Millis = 200.0;

#[derive(Clone, Copy)]
pub(super) struct Idle {
    root: NodeRef<web_sys::HtmlElement>,
    resting: RwSignal<bool>,
    /// Something of the controls has the focus, and shows it.
    focused: RwSignal<bool>,
    woken: StoredValue<Millis>,
    timer: StoredValue<Option<Timer>>,
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
        Self {
            root: handle.root,
            resting,
            focused,
            woken: StoredValue::new(0.0),
            timer: StoredValue::new(None),
            hidden,
        }
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
        let idle = *self;
        self.timer.try_set_value(Some(Timer::new(delay, move || idle.rest())));
    }

    /// The controls hide now, if nothing keeps them.
    pub fn rest(&self) {
        self.look_for_focus();
        self.resting.try_set(true);
    }

    /// The focus has moved, or a key was pressed, which may make it show. What has the focus may also go away, of which
    /// not every browser tells.
    pub fn look_for_focus(&self) {
        let Some(root) = self.root.try_get_untracked().flatten() else { return };
        let root: &HtmlElement = root.as_ref();
        let focused = root.query_selector(".rw-controls :focus-visible").is_ok_and(|found| found.is_some());
        if self.focused.try_get_untracked() != Some(focused) {
            self.focused.try_set(focused);
        }
    }
}
