//! Whose turn it is, and how far all files are together.

use reelway_core::upload::queue::{Order, Totals};
use wasm_bindgen_futures::{JsFuture, spawn_local};

use super::{items::Item, queue::Uploads, state::Stage, strings};
use crate::{Upload, dom::clipboard};

impl Uploads {
    /// How far all files are.
    pub fn totals(&self) -> Totals {
        self.totals.get()
    }

    /// Holds back every file that is being sent or would be.
    pub fn pause_all(&self) {
        self.queue.update_value(|queue| queue.hold(true));
        self.each(|item| {
            let upload = item.running.borrow().upload.clone();
            if let Some(upload) = upload.filter(|_| item.stage().takes_a_place()) {
                upload.pause();
            }
        });
    }

    /// Goes on with every file that is held back, as their turn comes.
    pub fn resume_all(&self) {
        self.queue.update_value(|queue| queue.hold(false));
        self.each(|item| {
            if item.stage() == Stage::Paused {
                self.move_to(item, Stage::Queued);
            }
        });
        self.pump();
    }

    fn each(&self, act: impl Fn(&Item)) {
        self.items.get_untracked().iter().for_each(act);
    }

    /// Sends a file before the others that wait for their turn.
    pub(super) fn put_first(&self, item: &Item) {
        let moved = self.queue.try_update_value(|queue| queue.put_first(item.key));
        if moved == Some(true) {
            let order: Vec<u32> = self.queue.with_value(|queue| queue.keys().collect());
            let place = |item: &Item| order.iter().position(|key| *key == item.key);
            self.items.update(|items| items.sort_by_key(place));
            self.announcement.set(strings::goes_next(self.texts, &item.file.name()));
        }
    }

    /// Starts those whose turn it is, and shares out the requests.
    pub(super) fn pump(&self) {
        if self.choosing.try_get_value() == Some(true) {
            return;
        }
        let Some(items) = self.items.try_get_untracked() else { return };
        let orders = self.queue.try_update_value(|queue| {
            for item in &items {
                item.state.with_untracked(|state| queue.report(item.key, state.stage.turn(), state.progress));
            }
            queue.orders()
        });
        let item = |key: u32| items.iter().find(|item| item.key == key);
        for order in orders.unwrap_or_default() {
            match order {
                Order::Start(key) => item(key).into_iter().for_each(|item| self.start(item)),
                Order::Share(key, share) => {
                    let upload = item(key).and_then(|item| item.running.borrow().upload.clone());
                    upload.into_iter().for_each(|upload| upload.set_share(share));
                }
            }
        }
        self.show_totals();
    }

    /// Takes in how far one file is.
    pub(super) fn count(&self, item: &Item) {
        self.queue.try_update_value(|queue| {
            item.state.with_untracked(|state| queue.report(item.key, state.stage.turn(), state.progress));
        });
        self.show_totals();
    }

    fn show_totals(&self) {
        let Some(totals) = self.queue.try_with_value(|queue| queue.totals()) else { return };
        if self.totals.try_get_untracked().is_some_and(|shown| shown != totals) {
            self.totals.set(totals);
        }
    }

    /// For a bug report.
    pub(super) fn copy_details(&self, upload: &Upload) {
        let (announcement, texts) = (self.announcement, self.texts);
        let Some(copied) = clipboard().map(|clipboard| clipboard.write_text(&upload.diagnostics())) else { return };
        spawn_local(async move {
            let words = match JsFuture::from(copied).await {
                Ok(_) => strings::COPIED,
                Err(_) => strings::NOT_COPIED,
            };
            announcement.try_set(texts.get(words));
        });
    }
}
