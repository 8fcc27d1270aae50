//! The signals of [`reelway_core::signals`], in a page: effects run in a microtask.

use std::{cell::RefCell, marker::PhantomData};

pub use reelway_core::signals::{
    ArcRwSignal, Callback, Memo, Owner, RwSignal, Signal, StoredValue, memo, on_cleanup, untrack,
};
use reelway_core::signals::{on_waiting, run_waiting};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::Element;

use crate::globals::queue_microtask;

/// Runs in the next microtask, and again whenever a signal changes that it reads.
pub fn effect(run: impl FnMut() + 'static) {
    on_waiting(wake);
    reelway_core::signals::effect(run);
}

/// Runs now, and again whenever a signal changes that it reads.
pub fn now_and_again(run: impl FnMut() + 'static) {
    on_waiting(wake);
    reelway_core::signals::now_and_again(run);
}

/// Makes something that belongs to the owner that runs: where none does, to that of Leptos.
#[cfg(feature = "uploader")]
pub(crate) fn owned<T>(make: impl FnOnce() -> T) -> T {
    #[cfg(feature = "components")]
    if Owner::current().is_nobody() {
        return super::bridge::owned_by_leptos(make);
    }
    make()
}

fn wake() {
    thread_local! {
        static RUN: RefCell<Option<Closure<dyn FnMut()>>> = const { RefCell::new(None) };
    }
    RUN.with_borrow_mut(|run| {
        let run = run.get_or_insert_with(|| Closure::new(run_waiting));
        queue_microtask(run.as_ref().unchecked_ref());
    });
}

/// An element, once it is made. `T` is its class.
pub struct NodeRef<T>(RwSignal<Option<Element>>, PhantomData<fn() -> T>);

impl<T> Clone for NodeRef<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for NodeRef<T> {}

impl<T: JsCast> Default for NodeRef<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: JsCast> NodeRef<T> {
    /// One that is to be filled.
    pub fn new() -> Self {
        Self(RwSignal::new(None), PhantomData)
    }

    /// This is the element.
    pub fn load(&self, element: &Element) {
        self.0.set(Some(element.clone()));
    }

    /// The element; follows it.
    pub fn get(&self) -> Option<T> {
        self.0.get().map(JsCast::unchecked_into)
    }

    /// The element.
    pub fn get_untracked(&self) -> Option<T> {
        self.0.get_untracked().map(JsCast::unchecked_into)
    }

    /// The element; `Some(None)` if it is not made yet, `None` if its owner is gone.
    pub fn try_get_untracked(&self) -> Option<Option<T>> {
        Some(self.0.try_get_untracked()?.map(JsCast::unchecked_into))
    }
}
