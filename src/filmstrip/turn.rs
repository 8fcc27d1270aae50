//! Whose turn it is: many files may be chosen at once, and one decoder is enough work on the side.

use std::{
    cell::{Cell, RefCell},
    collections::VecDeque,
    rc::Rc,
};

use reelway_core::Millis;

use crate::timer::Idle;

/// The first idle moment is waited for so long: the page has just been told of a file, and has its upload to start.
const FIRST: Millis = 100.0;

thread_local! {
    static WAITING: RefCell<VecDeque<Waiting>> = const { RefCell::new(VecDeque::new()) };
    static LAST: Cell<u64> = const { Cell::new(0) };
    static NEXT: RefCell<Option<Idle>> = const { RefCell::new(None) };
}

/// The first of these has its turn.
struct Waiting {
    id: u64,
    run: Rc<dyn Fn()>,
}

/// A place in the line, and then the turn. Dropping it gives either up.
pub(super) struct Turn(u64);

impl Turn {
    /// Calls `run` when the page is idle and all that came before are done.
    pub fn wait(run: impl Fn() + 'static) -> Self {
        let id = LAST.get() + 1;
        LAST.set(id);
        let waiting = WAITING.with_borrow_mut(|line| {
            line.push_back(Waiting { id, run: Rc::new(run) });
            line.len()
        });
        if waiting == 1 {
            call_next();
        }
        Self(id)
    }

    /// Whether anyone waits behind the one whose turn it is.
    pub fn others_wait() -> bool {
        WAITING.with_borrow(|line| line.len() > 1)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let (left, was_first) = WAITING.with_borrow_mut(|line| {
            let place = line.iter().position(|waiting| waiting.id == self.0);
            (place.and_then(|place| line.remove(place)), place == Some(0))
        });
        drop(left);
        if was_first {
            call_next();
        }
    }
}

fn call_next() {
    let idle = Idle::new(FIRST, || {
        let run = WAITING.with_borrow(|line| line.front().map(|first| Rc::clone(&first.run)));
        if let Some(run) = run {
            run();
        }
    });
    NEXT.set(Some(idle));
}
