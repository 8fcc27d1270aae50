//! One writer for each upload. A newcomer takes over: the connection before it may be dead without anybody knowing.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use tokio::sync::OwnedMutexGuard;
use tokio_util::sync::CancellationToken;

/// Who holds which upload.
#[derive(Clone, Debug, Default)]
pub struct Leases {
    slots: Arc<Mutex<HashMap<String, Slot>>>,
}

#[derive(Debug, Default)]
struct Slot {
    turn: Arc<tokio::sync::Mutex<()>>,
    newest: CancellationToken,
    users: usize,
}

/// The right to write an upload's file, until it is dropped.
#[derive(Debug)]
pub struct Lease {
    _turn: OwnedMutexGuard<()>,
    place: Place,
}

/// A place in the queue, which is at most two long: all but the newest are asked to go.
#[derive(Debug)]
struct Place {
    leases: Leases,
    key: String,
    overtaken: CancellationToken,
}

impl Leases {
    /// Asks whoever has the upload to let go, and waits until it has. `None`: somebody newer has come meanwhile.
    pub async fn take(&self, key: &str) -> Option<Lease> {
        let (place, turn) = {
            let mut slots = self.slots.lock().unwrap_or_else(PoisonError::into_inner);
            let slot = slots.entry(key.to_owned()).or_default();
            slot.newest.cancel();
            slot.newest = CancellationToken::new();
            slot.users += 1;
            let overtaken = slot.newest.clone();
            (Place { leases: self.clone(), key: key.to_owned(), overtaken }, slot.turn.clone())
        };
        let turn = turn.lock_owned().await;
        (!place.overtaken.is_cancelled()).then_some(Lease { _turn: turn, place })
    }
}

impl Lease {
    /// Returns once somebody else wants the upload. The lease is to be dropped then, soon.
    pub async fn overtaken(&self) {
        self.place.overtaken.cancelled().await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut slots = self.leases.slots.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = slots.get_mut(&self.key) {
            slot.users -= 1;
            if slot.users == 0 {
                slots.remove(&self.key);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[tokio::test]
    async fn the_newest_gets_it_once_the_holder_has_let_go() {
        let leases = Leases::default();
        let first = leases.take("a").await.unwrap();
        let (second, third) = (leases.take("a"), leases.take("a"));
        let story = async {
            first.overtaken().await;
            drop(first);
        };
        let (second, third, ()) = tokio::join!(second, third, story);
        assert!(second.is_none(), "overtaken while it waited");
        drop(third.unwrap());
        assert!(leases.slots.lock().unwrap().is_empty(), "nothing is left behind");
    }

    #[tokio::test]
    async fn uploads_do_not_wait_for_one_another() {
        let leases = Leases::default();
        let _a = leases.take("a").await.unwrap();
        leases.take("b").await.unwrap();
    }
}
