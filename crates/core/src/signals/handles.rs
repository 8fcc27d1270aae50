//! What code holds in its hands: typed names of nodes.

use std::{any::Any, cell::Cell, marker::PhantomData, ops::Deref, rc::Rc};

use super::graph::{Id, dispose_if_there, enqueue, find, freshen, make, make_free, make_running, tell, track};

macro_rules! handle {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        pub struct $name<T>(Id, PhantomData<fn() -> T>);

        impl<T> Clone for $name<T> {
            fn clone(&self) -> Self {
                *self
            }
        }

        impl<T> Copy for $name<T> {}

        impl<T> PartialEq for $name<T> {
            fn eq(&self, other: &Self) -> bool {
                self.0 == other.0
            }
        }
    };
}

handle! {
    /// A value that tells when it changes.
    RwSignal
}
handle! {
    /// A value that is worked out from others, and tells when it differs.
    Memo
}
handle! {
    /// A value that tells nobody.
    StoredValue
}

#[cold]
fn gone() -> ! {
    panic!("a signal is read whose owner is gone")
}

/// Reads the box of a node. Which may be gone: `None`.
fn peek<T: 'static, U>(id: Id, tracked: bool, read: impl FnOnce(&T) -> U) -> Option<U> {
    let node = find(id)?;
    if tracked {
        track(id, &node);
    }
    let value = node.value.borrow();
    value.downcast_ref().map(read)
}

fn poke<T: 'static, U>(id: Id, told: bool, write: impl FnOnce(&mut T) -> U) -> Option<U> {
    let node = find(id)?;
    let done = node.value.borrow_mut().downcast_mut().map(write);
    if told {
        tell(&node);
    }
    done
}

/// Reading, of all that has a value.
macro_rules! readable {
    ($name:ident, $fresh:expr) => {
        impl<T: 'static> $name<T> {
            /// Reads it, and follows it.
            pub fn with<U>(&self, read: impl FnOnce(&T) -> U) -> U {
                self.try_with(read).unwrap_or_else(|| gone())
            }

            /// Reads it, and follows it; `None` if its owner is gone.
            pub fn try_with<U>(&self, read: impl FnOnce(&T) -> U) -> Option<U> {
                $fresh(self.0);
                peek(self.0, true, read)
            }

            /// Reads it.
            pub fn with_untracked<U>(&self, read: impl FnOnce(&T) -> U) -> U {
                $fresh(self.0);
                peek(self.0, false, read).unwrap_or_else(|| gone())
            }

            /// Follows it.
            pub fn track(&self) {
                self.try_with(|_| ());
            }
        }

        impl<T: Clone + 'static> $name<T> {
            /// A copy; follows it.
            pub fn get(&self) -> T {
                self.with(T::clone)
            }

            /// A copy.
            pub fn get_untracked(&self) -> T {
                self.with_untracked(T::clone)
            }

            /// A copy; follows it; `None` if its owner is gone.
            pub fn try_get(&self) -> Option<T> {
                self.try_with(T::clone)
            }

            /// A copy; `None` if its owner is gone.
            pub fn try_get_untracked(&self) -> Option<T> {
                $fresh(self.0);
                peek(self.0, false, T::clone)
            }
        }
    };
}

readable!(RwSignal, |_: Id| ());
readable!(Memo, freshen);

impl<T: 'static> RwSignal<T> {
    /// A signal with this value.
    pub fn new(value: T) -> Self {
        Self(make(Box::new(value)), PhantomData)
    }

    /// Sets it, and tells, even if it is the same.
    pub fn set(&self, value: T) {
        // What was there is dropped afterwards: it may come back here.
        drop(poke(self.0, true, |old| std::mem::replace(old, value)));
    }

    /// Sets it unless its owner is gone: then gives it back.
    pub fn try_set(&self, value: T) -> Option<T> {
        let mut value = Some(value);
        poke(self.0, true, |old| {
            if let Some(value) = value.take() {
                *old = value;
            }
        });
        value
    }

    /// Changes it, and tells.
    pub fn update(&self, change: impl FnOnce(&mut T)) {
        poke(self.0, true, change);
    }

    /// Changes it, and tells if that gives `true`.
    pub fn maybe_update(&self, change: impl FnOnce(&mut T) -> bool) {
        if poke(self.0, false, change) == Some(true)
            && let Some(node) = find(self.0)
        {
            tell(&node);
        }
    }

    /// Changes it, and tells; `None` if its owner is gone.
    pub fn try_update<U>(&self, change: impl FnOnce(&mut T) -> U) -> Option<U> {
        poke(self.0, true, change)
    }

    /// Changes it, and tells nobody.
    pub fn update_untracked(&self, change: impl FnOnce(&mut T)) {
        poke(self.0, false, change);
    }
}

impl<T: Default + 'static> Default for RwSignal<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

/// A signal that belongs to no owner, but to whoever holds it: it is there until the last of its clones is dropped.
pub struct ArcRwSignal<T>(RwSignal<T>, Rc<Held>);

struct Held(Id);

impl Drop for Held {
    fn drop(&mut self) {
        dispose_if_there(self.0);
    }
}

impl<T> Clone for ArcRwSignal<T> {
    fn clone(&self) -> Self {
        Self(self.0, Rc::clone(&self.1))
    }
}

impl<T> Deref for ArcRwSignal<T> {
    type Target = RwSignal<T>;

    fn deref(&self) -> &RwSignal<T> {
        &self.0
    }
}

impl<T: 'static> ArcRwSignal<T> {
    /// A signal with this value.
    pub fn new(value: T) -> Self {
        let id = make_free(Box::new(value));
        Self(RwSignal(id, PhantomData), Rc::new(Held(id)))
    }
}

/// The owner that runs holds it.
impl<T: 'static> From<ArcRwSignal<T>> for RwSignal<T> {
    fn from(signal: ArcRwSignal<T>) -> Self {
        let name = *signal;
        StoredValue::new(signal);
        name
    }
}

impl<T: Default + 'static> Default for ArcRwSignal<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: Default + 'static> Default for StoredValue<T> {
    fn default() -> Self {
        Self::new(T::default())
    }
}

impl<T: 'static> StoredValue<T> {
    /// Keeps a value for as long as its owner is there.
    pub fn new(value: T) -> Self {
        Self(make(Box::new(value)), PhantomData)
    }

    /// The same: all values are of this thread.
    pub fn new_local(value: T) -> Self {
        Self::new(value)
    }

    /// Reads it.
    pub fn with_value<U>(&self, read: impl FnOnce(&T) -> U) -> U {
        self.try_with_value(read).unwrap_or_else(|| gone())
    }

    /// Reads it; `None` if its owner is gone.
    pub fn try_with_value<U>(&self, read: impl FnOnce(&T) -> U) -> Option<U> {
        peek(self.0, false, read)
    }

    /// Changes it.
    pub fn update_value(&self, change: impl FnOnce(&mut T)) {
        poke(self.0, false, change);
    }

    /// Changes it; `None` if its owner is gone.
    pub fn try_update_value<U>(&self, change: impl FnOnce(&mut T) -> U) -> Option<U> {
        poke(self.0, false, change)
    }

    /// Sets it. What was there is dropped afterwards: it may come back here.
    pub fn set_value(&self, value: T) {
        drop(poke(self.0, false, |old| std::mem::replace(old, value)));
    }

    /// The same; gives the value back if its owner is gone.
    pub fn try_set_value(&self, value: T) -> Option<T> {
        let mut value = Some(value);
        let old = poke(self.0, false, |old| value.take().map(|value| std::mem::replace(old, value)));
        drop(old);
        value
    }
}

impl<T: Clone + 'static> StoredValue<T> {
    /// A copy.
    pub fn get_value(&self) -> T {
        self.with_value(T::clone)
    }

    /// A copy; `None` if its owner is gone.
    pub fn try_get_value(&self) -> Option<T> {
        self.try_with_value(T::clone)
    }
}

/// A value that is worked out anew when a signal changes, and tells on only if it differs then.
pub fn memo<T: PartialEq + 'static>(value: impl Fn() -> T + 'static) -> Memo<T> {
    memo_of(Box::new(value))
}

/// Compiled once for each type of value, and not for each function.
fn memo_of<T: PartialEq + 'static>(value: Box<dyn Fn() -> T>) -> Memo<T> {
    // It holds nothing until it is read.
    let id = Rc::new(Cell::new(None::<Id>));
    let own = Rc::clone(&id);
    let run = move || {
        let new = value();
        let Some(node) = own.get().and_then(find) else { return false };
        let mut slot = node.value.borrow_mut();
        if slot.downcast_ref::<T>() == Some(&new) {
            return false;
        }
        let before: Box<dyn Any> = std::mem::replace(&mut *slot, Box::new(new));
        drop(slot);
        drop(before);
        true
    };
    let made = make_running(Box::new(()), Box::new(run), false);
    id.set(Some(made));
    Memo(made, PhantomData)
}

/// Runs with those that wait, and again whenever a signal changes that it reads.
pub fn effect(run: impl FnMut() + 'static) {
    enqueue(running(Box::new(run)));
}

/// Runs now, and again whenever a signal changes that it reads.
pub fn now_and_again(run: impl FnMut() + 'static) {
    freshen(running(Box::new(run)));
}

fn running(mut run: Box<dyn FnMut()>) -> Id {
    let run = move || {
        run();
        false
    };
    make_running(Box::new(()), Box::new(run), true)
}
