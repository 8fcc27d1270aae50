//! Reactive values of few types, for the sake of size.
//!
//! Leptos compiles its machinery anew for each closure that a view or an effect is made from: hundreds of bytes to
//! kilobytes of wasm each. Behind a `dyn` it is compiled once for each type of value.

use std::sync::{Arc, Mutex};

use leptos::{prelude::*, tachys::reactive_graph::SharedReactiveFunction};

/// A value of a view (an attribute, a property, a text) that follows the signals that it reads.
pub fn live<V>(value: impl FnMut() -> V + Send + 'static) -> SharedReactiveFunction<V> {
    Arc::new(Mutex::new(value))
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
    let condition = memo(condition);
    live(move || if condition.get() { yes() } else { no() }).into_any()
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

/// What an event does.
pub fn on<E>(handle: impl FnMut(E) + 'static) -> Box<dyn FnMut(E)> {
    Box::new(handle)
}
