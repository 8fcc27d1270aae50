//! The keyboard's focus stays in the uploader when what had it goes away: a row that is removed, a button that is no
//! longer offered. Otherwise whoever works by keyboard begins again at the top of the page.

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use wasm_bindgen_futures::spawn_local;
use web_sys::{Element, FocusEvent, HtmlElement, MutationObserver, MutationObserverInit, Node};

use crate::{dom::property, listener::Listener};

const ROWS: &str = "[part~='item']";

/// Watches over the focus until it is dropped.
pub(super) struct FocusKeeper {
    observer: MutationObserver,
    _observe: Closure<dyn FnMut()>,
    _listeners: [Listener; 2],
}

/// What has the focus: an element, and its row by the row's place in the list.
struct Held {
    element: HtmlElement,
    row: Option<(Element, u32)>,
}

struct Watch {
    root: HtmlElement,
    held: RefCell<Option<Held>>,
    moves: Cell<u32>,
}

impl FocusKeeper {
    /// Of the element around all of an uploader. `None` where the browser can't.
    pub(super) fn new(root: &HtmlElement) -> Option<Self> {
        let watch = Rc::new(Watch { root: root.clone(), held: RefCell::default(), moves: Cell::new(0) });
        let (came, went, changed) = (Rc::clone(&watch), Rc::clone(&watch), Rc::clone(&watch));
        let observe = Closure::<dyn FnMut()>::new(move || changed.look());
        let observer = MutationObserver::new(observe.as_ref().unchecked_ref()).ok()?;
        let what = MutationObserverInit::new();
        what.set_child_list(true);
        what.set_subtree(true);
        what.set_attribute_filter(&js_sys::Array::of1(&JsValue::from_str("hidden")));
        observer.observe_with_options(root, &what).ok()?;
        let listeners = [
            Listener::new(root, "focusin", move |event| came.take(event.unchecked_ref())),
            Listener::new(root, "focusout", move |event| went.leave(event.unchecked_ref())),
        ];
        Some(Self { observer, _observe: observe, _listeners: listeners })
    }
}

impl Drop for FocusKeeper {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

impl Watch {
    fn take(&self, event: &FocusEvent) {
        self.moves.set(self.moves.get().wrapping_add(1));
        let element: Option<HtmlElement> = event.target().and_then(|target| target.dyn_into().ok());
        let held = element.map(|element| {
            let row = element.closest(ROWS).ok().flatten();
            Held { row: row.map(|row| (row.clone(), self.place_of(&row))), element }
        });
        self.held.replace(held);
    }

    /// Some browsers say that an element has lost the focus when they take it out of the page, others do not.
    fn leave(self: &Rc<Self>, event: &FocusEvent) {
        let moves = self.moves.get();
        if event.related_target().is_some() {
            self.held.take();
            return;
        }
        let watch = Rc::clone(self);
        spawn_local(async move {
            // By now what was to be taken out is out: an element that is still there was left by its user.
            let mut held = watch.held.borrow_mut();
            if watch.moves.get() == moves && held.as_ref().is_some_and(|held| is_shown(&held.element)) {
                held.take();
            }
        });
    }

    fn look(&self) {
        let all_is_well = self.held.borrow().as_ref().is_none_or(|held| is_shown(&held.element));
        if all_is_well || !self.root.is_connected() {
            return;
        }
        let Some(held) = self.held.take() else { return };
        // Somebody else may have moved it on purpose.
        let active = property(&self.root.get_root_node(), "activeElement");
        let is_free = active.is_null()
            || active.is_undefined()
            || active
                .dyn_ref::<HtmlElement>()
                .is_some_and(|active| *active == held.element || active.tag_name() == "BODY");
        if is_free {
            self.give_to_neighbour(&held);
        }
    }

    /// To the row that it was in, to the one in that row's place, or to the input.
    fn give_to_neighbour(&self, held: &Held) {
        let row = held.row.as_ref().and_then(|(row, place)| {
            let rows = self.rows();
            let last = rows.len().checked_sub(1)?;
            if row.is_connected() { Some(row.clone()) } else { rows.into_iter().nth((*place as usize).min(last)) }
        });
        let input = || self.root.query_selector("[part~='select']:not(:disabled)").ok().flatten();
        match row.or_else(input) {
            Some(element) => focus(&element),
            None => focus(&self.root),
        }
    }

    fn rows(&self) -> Vec<Element> {
        let Ok(rows) = self.root.query_selector_all(ROWS) else { return Vec::new() };
        (0..rows.length()).filter_map(|index| rows.item(index)?.dyn_into().ok()).collect()
    }

    fn place_of(&self, row: &Element) -> u32 {
        let is_it = |other: &Element| other.is_same_node(Some(row.unchecked_ref::<Node>()));
        self.rows().iter().position(is_it).unwrap_or(0) as u32
    }
}

/// In the page, and not hidden.
fn is_shown(element: &HtmlElement) -> bool {
    element.is_connected() && element.get_client_rects().length() > 0
}

fn focus(element: &Element) {
    let Some(element) = element.dyn_ref::<HtmlElement>() else { return };
    if element.tab_index() < 0 && !element.has_attribute("tabindex") {
        element.set_tab_index(-1);
    }
    let _ = element.focus();
}
