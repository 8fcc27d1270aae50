//! Clicks and taps on the picture.

use crate::components::signals::*;
use reelway_core::taps::{DOUBLE, STEP, Tap, Taps};
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent, PointerEvent};

use super::{
    PlayerHandle,
    actions::{Actions, By},
    controls::Busy,
    handle::closest,
    idle::Idle,
};
use crate::{dom::window, player::keys::Command};

#[derive(Clone, Copy)]
pub(super) struct Picture {
    handle: PlayerHandle,
    actions: Actions,
    idle: Idle,
    busy: Busy,
    /// By a finger or a pen, not by a mouse.
    touched: StoredValue<bool>,
    /// A press while a menu is open closes the menu, and that is all.
    closes_menu: StoredValue<bool>,
    taps: StoredValue<Taps>,
}

impl Picture {
    pub fn new(handle: PlayerHandle, actions: Actions, idle: Idle, busy: Busy) -> Self {
        let taps = StoredValue::new(Taps::default());
        Self {
            handle,
            actions,
            idle,
            busy,
            touched: StoredValue::new(false),
            closes_menu: StoredValue::new(false),
            taps,
        }
    }

    /// Anything in the player is pressed.
    pub fn press(&self, event: &PointerEvent) {
        self.touched.set_value(event.pointer_type() != "mouse");
        self.closes_menu.set_value(self.busy.is_menu_open());
        // A tap on the picture is judged when it ends; one on the controls keeps them.
        if event.target().is_some_and(|target| closest(&target, ".rw-controls")) {
            self.idle.wake();
        }
    }

    /// The picture is clicked or tapped.
    pub fn click(&self, event: &MouseEvent) {
        if self.closes_menu.get_value() {
            self.idle.wake();
        } else if self.touched.get_value() {
            self.tap(event);
        } else {
            self.actions.run(Command::TogglePlay, By::Hand);
        }
    }

    pub fn double_click(&self) {
        if !self.touched.get_value() {
            self.handle.toggle_fullscreen();
        }
    }

    fn tap(&self, event: &MouseEvent) {
        let picture = event.target().and_then(|target| target.dyn_into::<Element>().ok());
        let Some(bounds) = picture.map(|picture| picture.get_bounding_client_rect()) else { return };
        let share = (f64::from(event.client_x()) - bounds.left()) / bounds.width().max(1.0);
        let now = window().performance().map_or(0.0, |clock| clock.now());
        match self.taps.try_update_value(|taps| taps.tap(share, now)) {
            Some(Tap::Seek { forward }) => {
                self.idle.wake();
                self.actions.run(Command::SeekBy(if forward { STEP } else { -STEP }), By::Hand);
            }
            Some(Tap::Middle) => {
                self.idle.wake();
                self.handle.toggle_fullscreen();
            }
            // They come at once, and go only if this is not the first tap of two.
            _ if self.idle.hidden.get_untracked() || self.handle.paused.get_untracked() => self.idle.wake(),
            _ => self.idle.rest_in(DOUBLE),
        }
    }
}
