//! Scrubbing in the browser: what pointers and keys do to the time slider. What comes of it is decided in
//! [`reelway_core::scrub`].
//!
//! Pointers may send a thousand events a second. Each only leaves its place here; one look at it for each frame that is
//! painted does the rest.

use crate::components::signals::*;
use reelway_core::{
    Millis,
    scrub::{Point, Scrub, Track},
};
use wasm_bindgen::JsCast;
use web_sys::{Event, HtmlElement, KeyboardEvent, PointerEvent, ResizeObserver};

use super::handle::PlayerHandle;
use crate::{
    dom::window,
    listener::Listener,
    player::keys,
    timer::{NextFrame, Timer},
};

/// The preview of a key press stays this long after the last one.
const KEY_PREVIEW: Millis = 3_000.0;

/// What is done to a player's time slider.
#[derive(Clone, Copy)]
pub(super) struct Scrubbing {
    handle: PlayerHandle,
    pub(super) slider: NodeRef<web_sys::HtmlElement>,
    scrub: RwSignal<Scrub>,
    shell: StoredValue<Shell>,
}

/// What only a browser has.
#[derive(Default)]
struct Shell {
    /// Where the slider is, until it may be elsewhere: to ask the browser may cost a layout of the page.
    track: Option<Track>,
    /// The pointer that holds the slider.
    pointer: Option<i32>,
    /// Where a pointer is that nobody has looked at yet, and whether it is a mouse.
    moved: Option<(Point, bool)>,
    frame: Option<NextFrame>,
    forget: Option<Timer>,
    _watch: Option<Watch>,
}

/// Tells when the slider may have moved.
struct Watch {
    observer: ResizeObserver,
    _closure: wasm_bindgen::closure::Closure<dyn Fn()>,
    _listeners: [Listener; 2],
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

impl Scrubbing {
    pub fn new(handle: PlayerHandle) -> Self {
        let me = Self {
            handle,
            slider: NodeRef::new(),
            scrub: RwSignal::default(),
            shell: StoredValue::new(Shell::default()),
        };
        let frame = NextFrame::new(move || me.on_frame());
        me.shell.update_value(|shell| shell.frame = Some(frame));
        effect(move || {
            let watch = me.slider.get().and_then(|slider| me.watch(slider.as_ref()));
            me.shell.update_value(|shell| shell._watch = watch);
        });
        effect(move || {
            if handle.pending.get().is_none() {
                me.scrub.maybe_update(|scrub| scrub.settle());
            }
        });
        me
    }

    /// Where the slider is held, in seconds.
    pub fn held(&self) -> Option<f64> {
        self.scrub.with(Scrub::held)
    }

    /// Where a key has brought it: what a screen reader is to say. A pointer's way there is nothing to say.
    pub fn keyed(&self) -> Option<f64> {
        self.scrub.with(Scrub::keyed)
    }

    /// The time to show a preview of.
    pub fn preview(&self) -> Option<f64> {
        let pending = self.handle.pending.get();
        self.scrub.with(|scrub| scrub.preview(pending))
    }

    /// Whether the preview covers the picture.
    pub fn is_full(&self) -> bool {
        let pending = self.handle.pending.get();
        self.scrub.with(|scrub| scrub.is_full(pending))
    }

    fn duration(&self) -> f64 {
        self.handle.duration.get_untracked()
    }

    fn watch(&self, slider: &HtmlElement) -> Option<Watch> {
        let me = *self;
        let forget = move || me.shell.try_update_value(|shell| shell.track = None).unwrap_or_default();
        let closure = wasm_bindgen::closure::Closure::<dyn Fn()>::new(forget);
        let observer = ResizeObserver::new(closure.as_ref().unchecked_ref()).ok()?;
        observer.observe(slider);
        let scroll = Listener::capturing(&window(), "scroll", move |_| forget());
        let resize = Listener::new(&window(), "resize", move |_| forget());
        Some(Watch { observer, _closure: closure, _listeners: [scroll, resize] })
    }

    fn measure(&self) -> Option<Track> {
        let element: HtmlElement = self.slider.get_untracked()?;
        let bounds = element.get_bounding_client_rect();
        let middle = bounds.top() + bounds.height() / 2.0;
        let track = Some(Track { left: bounds.left(), width: bounds.width(), middle });
        self.shell.update_value(|shell| shell.track = track);
        track
    }

    fn track(&self) -> Option<Track> {
        self.shell.with_value(|shell| shell.track).or_else(|| self.measure())
    }

    pub fn on_enter(&self, _: PointerEvent) {
        self.shell.update_value(|shell| shell.track = None);
    }

    pub fn on_down(&self, event: PointerEvent) {
        let held = self.shell.with_value(|shell| shell.pointer.is_some());
        if event.button() != 0 || held || self.duration() == 0.0 {
            return;
        }
        let Some(track) = self.measure() else { return };
        if let Some(element) = self.slider.get_untracked() {
            // The drag goes on outside of the slider. Fails only for a pointer that is gone already.
            let _ = element.set_pointer_capture(event.pointer_id());
        }
        self.shell.update_value(|shell| {
            shell.pointer = Some(event.pointer_id());
            shell.moved = None;
        });
        let fine = event.pointer_type() != "mouse";
        self.scrub.update(|scrub| scrub.press(point_of(&event), track, self.duration(), fine));
    }

    pub fn on_move(&self, event: PointerEvent) {
        let mouse = event.pointer_type() == "mouse";
        let asked = self.shell.try_update_value(|shell| {
            // A second finger has no say, and one that holds nothing shows nothing.
            let mine = shell.pointer.map_or(mouse, |pointer| pointer == event.pointer_id());
            if mine {
                shell.moved = Some((point_of(&event), mouse));
            }
            mine && shell.frame.as_ref().is_some_and(NextFrame::ask)
        });
        // The first one of a frame is looked at in time for that frame.
        if asked == Some(true) {
            self.look();
        }
    }

    fn on_frame(&self) {
        let asked = self
            .shell
            .try_update_value(|shell| shell.moved.is_some() && shell.frame.as_ref().is_some_and(NextFrame::ask));
        if asked == Some(true) {
            self.look();
        }
    }

    fn look(&self) {
        let moved = self.shell.try_update_value(|shell| shell.moved.take()).flatten();
        let (Some((point, mouse)), Some(track)) = (moved, self.track()) else { return };
        let duration = self.duration();
        if duration == 0.0 {
            return;
        }
        self.scrub.update(|scrub| {
            scrub.drag(point, track, duration);
            if mouse {
                scrub.hover(point, track, duration);
            }
        });
    }

    pub fn on_up(&self, event: PointerEvent) {
        if !self.let_go_of(&event) {
            return;
        }
        self.shell.update_value(|shell| shell.moved = Some((point_of(&event), event.pointer_type() == "mouse")));
        self.look();
        let sought = self.scrub.try_update(Scrub::lift).flatten();
        self.seek(sought);
    }

    /// The browser has taken the pointer for itself, or the system has.
    pub fn on_lost(&self, event: PointerEvent) {
        if self.let_go_of(&event) {
            self.scrub.maybe_update(Scrub::cancel);
        }
    }

    fn let_go_of(&self, event: &PointerEvent) -> bool {
        let id = event.pointer_id();
        self.shell.try_update_value(|shell| shell.pointer.take_if(|pointer| *pointer == id).is_some()).unwrap_or(false)
    }

    pub fn on_leave(&self, _: Event) {
        self.shell.update_value(|shell| shell.moved = None);
        self.scrub.update(Scrub::leave);
    }

    pub fn on_key_down(&self, event: KeyboardEvent) {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let taken = match event.key().as_str() {
            "Escape" => self.scrub.try_update(Scrub::cancel) == Some(true),
            key => self.slide(key),
        };
        if taken {
            event.prevent_default();
            event.stop_propagation();
        }
    }

    fn slide(&self, key: &str) -> bool {
        let handle = self.handle;
        let from = self.scrub.with_untracked(Scrub::held).or_else(|| handle.pending.get_untracked());
        let from = from.unwrap_or_else(|| handle.time.get_untracked());
        let Some(target) = keys::slide(key, from, self.duration()) else { return false };
        self.scrub.update(|scrub| scrub.hold(target));
        let scrub = self.scrub;
        let forget = Timer::new(KEY_PREVIEW, move || scrub.update(Scrub::forget_key));
        self.shell.update_value(|shell| shell.forget = Some(forget));
        true
    }

    /// A key that is held down moves the preview; the one seek comes when it is let go.
    pub fn on_key_up(&self, event: KeyboardEvent) {
        if keys::slide(&event.key(), 0.0, 0.0).is_some() {
            self.let_go_of_key();
        }
    }

    pub fn on_blur(&self, _: Event) {
        self.let_go_of_key();
        self.scrub.update(Scrub::forget_key);
    }

    fn let_go_of_key(&self) {
        let sought = self.scrub.try_update(Scrub::let_go_of_key).flatten();
        self.seek(sought);
    }

    fn seek(&self, sought: Option<f64>) {
        if let Some(time) = sought {
            self.handle.seek(time);
        }
    }
}

fn point_of(event: &PointerEvent) -> Point {
    Point { x: f64::from(event.client_x()), y: f64::from(event.client_y()) }
}
