//! Waiting for a condition that browser callbacks bring about.

use std::{
    cell::RefCell,
    future::poll_fn,
    task::{Poll, Waker},
};

/// Wakes whoever waits.
#[derive(Default)]
pub(crate) struct Notify(RefCell<Vec<Waker>>);

impl Notify {
    /// Whoever waits looks at its condition again.
    pub(crate) fn wake(&self) {
        for waker in self.0.take() {
            waker.wake();
        }
    }

    /// Waits until there is an answer. It looks once now, and then each time that it is woken.
    pub(crate) async fn until<T>(&self, look: impl Fn() -> Option<T>) -> T {
        poll_fn(|context| match look() {
            Some(answer) => Poll::Ready(answer),
            None => {
                self.0.borrow_mut().push(context.waker().clone());
                Poll::Pending
            }
        })
        .await
    }
}
