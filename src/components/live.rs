//! Reactive values of few types, for the sake of size.
//!
//! Leptos compiles its machinery anew for each closure that a view or an effect is made from: hundreds of bytes to
//! kilobytes of wasm each. Behind a `dyn` it is compiled once for each type of value, and here all parts of a view that
//! change are of one. Attributes and listeners are in [`bound`](super::bound).

use std::sync::{Arc, Mutex};

use leptos::{prelude::*, tachys::reactive_graph::SharedReactiveFunction};

pub use super::{
    bound::{Bound, attr, on, prop},
    bridge::inside,
    shown::Shown,
};

/// A part of a view that follows the signals that it reads.
pub fn part(view: impl FnMut() -> AnyView + Send + 'static) -> AnyView {
    let view: SharedReactiveFunction<AnyView> = Arc::new(Mutex::new(view));
    view.into_any()
}

/// A text that follows the signals that it reads.
pub fn text<S: Shown>(text: impl Fn() -> S + Send + 'static) -> AnyView {
    let text: SharedReactiveFunction<String> = Arc::new(Mutex::new(move || text().shown().unwrap_or_default()));
    text.into_any()
}

/// A part of a view that is there while the condition holds.
pub fn when(
    condition: impl Fn() -> bool + Send + Sync + 'static,
    view: impl Fn() -> AnyView + Send + 'static,
) -> AnyView {
    either(condition, view, || ().into_any())
}

/// One part of a view while the condition holds, another while it does not.
pub fn either(
    condition: impl Fn() -> bool + Send + Sync + 'static,
    yes: impl Fn() -> AnyView + Send + 'static,
    no: impl Fn() -> AnyView + Send + 'static,
) -> AnyView {
    fn of(condition: Memo<bool>, yes: View, no: View) -> AnyView {
        part(move || if condition.get() { yes() } else { no() })
    }
    type View = Box<dyn Fn() -> AnyView + Send>;
    of(memo(condition), Box::new(yes), Box::new(no))
}

/// A view for each key, which stays the same for as long as its key is there.
pub fn rows(
    keys: impl Fn() -> Vec<String> + Send + Sync + 'static,
    row: impl Fn(String) -> AnyView + Send + Sync + 'static,
) -> AnyView {
    fn of(
        keys: Box<dyn Fn() -> Vec<String> + Send + Sync>,
        row: Arc<dyn Fn(String) -> AnyView + Send + Sync>,
    ) -> AnyView {
        view! { <For each=keys key=Clone::clone children=move |key| row(key) /> }.into_any()
    }
    of(Box::new(keys), Arc::new(row))
}

/// A value that is worked out anew when a signal changes, and tells on only if it differs then.
pub fn memo<V: PartialEq + Send + Sync + 'static>(value: impl Fn() -> V + Send + Sync + 'static) -> Memo<V> {
    let value: Box<dyn Fn() -> V + Send + Sync> = Box::new(value);
    Memo::new(move |_| value())
}

/// Runs now, and again whenever a signal changes that it reads.
pub fn effect(run: impl FnMut() + 'static) {
    let mut run: Box<dyn FnMut()> = Box::new(run);
    Effect::new(move |_| run());
}

/// An icon: one of [`icons`](super::icons)' paths. What it means is said by the text or the label of the control around
/// it.
pub fn icon(path: &'static str) -> AnyView {
    live_icon(move || path)
}

/// An icon that changes with the signals that `path` reads.
pub fn live_icon(path: impl Fn() -> &'static str + Send + Sync + 'static) -> AnyView {
    view! {
        <svg class="rw-icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
            <path {..attr("d", path)} />
        </svg>
    }
    .into_any()
}
