//! The bandwidth of the last visit, in the page's own storage: what a player starts with.

use std::cell::Cell;

use js_sys::Date;
use reelway_core::hls::bandwidth;
use web_sys::Storage;

use crate::dom::window;

/// The key in `localStorage`. Its value is bits per second and the time they were measured.
const KEY: &str = "reelway-bandwidth";

thread_local! {
    static REMEMBERED: Cell<bool> = const { Cell::new(true) };
}

/// Whether players of this page note the bandwidth that they measure, and start with what was noted: they do unless told
/// otherwise. `false` also forgets it.
pub fn set_remembered(remembered: bool) {
    REMEMBERED.set(remembered);
    if let Some(storage) = storage().filter(|_| !remembered) {
        let _ = storage.remove_item(KEY);
    }
}

/// Bits per second, if they were measured in the last days.
pub(crate) fn recall() -> Option<f64> {
    let note = storage().filter(|_| REMEMBERED.get())?.get_item(KEY).ok()??;
    bandwidth::recall(&note, Date::now())
}

/// Notes it for the next visit.
pub(crate) fn note(bits_per_second: f64) {
    if let Some((storage, note)) =
        storage().filter(|_| REMEMBERED.get()).zip(bandwidth::note(bits_per_second, Date::now()))
    {
        let _ = storage.set_item(KEY, &note);
    }
}

/// `None` where the page may keep nothing.
fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}
