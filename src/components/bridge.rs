//! Between the signals of [`signals`](super::signals) and those of Leptos.
//!
//! What Leptos' own effects, memos and views read of the components' signals, they follow. The other way it is
//! [`follow`].

use std::rc::Rc;

use leptos::{prelude::*, reactive::graph::Observer};
use reelway_core::signals::{Abroad, on_abroad};
use web_sys::Element;

use super::{bound::Bound, html::View, live, signals};

struct Told(ArcTrigger);

impl Abroad for Told {
    fn track(&self) {
        if Observer::get().is_some() {
            self.0.track();
        }
    }

    fn tell(&self) {
        self.0.notify();
    }
}

/// From here on Leptos hears of changes.
pub(crate) fn tell_leptos() {
    on_abroad(|| Observer::get().map(|_| Rc::new(Told(ArcTrigger::new())) as Rc<dyn Abroad>));
}

/// Makes something that goes with Leptos' owner.
pub(crate) fn owned_by_leptos<T>(make: impl FnOnce() -> T) -> T {
    owner().with(make)
}

/// An owner that goes with Leptos'.
pub(crate) fn owner() -> signals::Owner {
    let owner = signals::Owner::root();
    on_cleanup(move || owner.dispose());
    owner
}

/// What signals of Leptos say, as one of the components' own.
pub(crate) fn follow<T: Clone + 'static>(value: impl Fn() -> T + 'static) -> signals::Signal<T> {
    let own = signals::RwSignal::new(untrack(&value));
    live::effect(move || {
        own.try_set(value());
    });
    own.into()
}

/// What is done once to an element that Leptos makes, for markup of [`html!`](super::html):
/// `<div {..once(|element| …)}></div>`.
pub(crate) fn once(act: impl FnOnce(&Element) + 'static) -> Bound {
    let act: Box<dyn FnOnce(&Element)> = Box::new(act);
    let act = StoredValue::new_local(Some(act));
    Bound::new(move |element| {
        if let Some(act) = act.try_update_value(Option::take).flatten() {
            // What is read meanwhile does not concern the view that the element is a part of.
            untrack(|| act(element));
        }
        Box::new(())
    })
}

/// Markup of [`html!`](super::html) as the content of an element: `<div {..inside(view)}></div>`.
pub fn inside(view: View) -> Bound {
    once(move |element| view.mount(element, None))
}
