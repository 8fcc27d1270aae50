//! What is made of signals: one type for all that can be read, and functions that can be copied.

use std::rc::Rc;

use super::{Memo, RwSignal, StoredValue, untrack};

/// Something to read: a signal, a memo, a function of them, or a constant.
pub struct Signal<T>(Kind<T>);

enum Kind<T> {
    Signal(RwSignal<T>),
    Memo(Memo<T>),
    Derived(StoredValue<Rc<dyn Fn() -> T>>),
}

impl<T> Clone for Signal<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Signal<T> {}

impl<T> Clone for Kind<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Kind<T> {}

impl<T: Clone + 'static> Signal<T> {
    /// A function of other signals, which is called whenever this is read.
    pub fn derive(value: impl Fn() -> T + 'static) -> Self {
        let value: Rc<dyn Fn() -> T> = Rc::new(value);
        Self(Kind::Derived(StoredValue::new(value)))
    }

    /// A constant.
    pub fn stored(value: T) -> Self {
        Self(Kind::Signal(RwSignal::new(value)))
    }

    /// A copy; follows it.
    pub fn get(&self) -> T {
        match self.0 {
            Kind::Signal(signal) => signal.get(),
            Kind::Memo(memo) => memo.get(),
            Kind::Derived(value) => value.get_value()(),
        }
    }

    /// A copy.
    pub fn get_untracked(&self) -> T {
        untrack(|| self.get())
    }

    /// A copy; `None` if its owner is gone.
    pub fn try_get_untracked(&self) -> Option<T> {
        match self.0 {
            Kind::Signal(signal) => signal.try_get_untracked(),
            Kind::Memo(memo) => memo.try_get_untracked(),
            Kind::Derived(value) => value.try_get_value().map(|value| untrack(|| value())),
        }
    }

    /// Reads it, and follows it.
    pub fn with<U>(&self, read: impl FnOnce(&T) -> U) -> U {
        match self.0 {
            Kind::Signal(signal) => signal.with(read),
            Kind::Memo(memo) => memo.with(read),
            Kind::Derived(value) => read(&value.get_value()()),
        }
    }
}

impl<T> From<RwSignal<T>> for Signal<T> {
    fn from(signal: RwSignal<T>) -> Self {
        Self(Kind::Signal(signal))
    }
}

impl<T> From<Memo<T>> for Signal<T> {
    fn from(memo: Memo<T>) -> Self {
        Self(Kind::Memo(memo))
    }
}

impl<T: Clone + Default + 'static> Default for Signal<T> {
    fn default() -> Self {
        Self::stored(T::default())
    }
}

/// A function that can be copied.
pub struct Callback<A>(StoredValue<Rc<dyn Fn(A)>>);

impl<A> Clone for Callback<A> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<A> Copy for Callback<A> {}

impl<A: 'static> Callback<A> {
    /// Of this function.
    pub fn new(call: impl Fn(A) + 'static) -> Self {
        let call: Rc<dyn Fn(A)> = Rc::new(call);
        Self(StoredValue::new(call))
    }

    /// Calls it.
    pub fn run(&self, argument: A) {
        self.0.get_value()(argument);
    }
}
