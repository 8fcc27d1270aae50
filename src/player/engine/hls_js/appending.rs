//! What is on its way into the buffer. A browser that chokes on bytes closes the source, and tells nobody which they were.

use std::cell::{Cell, RefCell};

use web_sys::MediaError;

use crate::{player::engine::Place, timer::steady};

/// Milliseconds in which a browser chokes on a segment that it has just said to have taken, on a busy machine too. Of later
/// than that nothing is known: what has played for a minute is not blamed for what somebody else appends.
const A_MOMENT: f64 = 1000.0;

/// Segments of the picture that were handed to the source, in their order: the last that is said to be in its buffer, and
/// those that are not. A browser may say so of one that it chokes on a moment later.
#[derive(Default)]
pub(super) struct Appending {
    under_way: RefCell<Vec<Place>>,
    last: Cell<Option<(Place, f64)>>,
}

impl Appending {
    /// Part of this one is handed over.
    pub fn begins(&self, place: Place) {
        let mut places = self.under_way.borrow_mut();
        if places.last() != Some(&place) {
            places.push(place);
        }
    }

    /// This one is in the buffer, and so are those before it.
    pub fn ends(&self, place: Place) {
        let mut places = self.under_way.borrow_mut();
        if let Some(last) = places.iter().position(|other| *other == place) {
            places.drain(..=last);
        }
        self.last.set(Some((place, steady())));
    }

    /// Another source begins.
    pub fn forget(&self) {
        self.under_way.take();
        self.last.take();
    }

    /// The one that the source has just choked on.
    pub fn culprit(&self) -> Option<Place> {
        let last = || self.last.get().filter(|(_, ended)| steady() - ended < A_MOMENT).map(|(place, _)| place);
        self.under_way.borrow().first().copied().or_else(last)
    }

    /// The same, where the element's error says that it was bytes on their way in, not pictures on their way out.
    pub fn culprit_of(&self, error: &MediaError) -> Option<Place> {
        // Chromium: CHUNK_DEMUXER_ERROR_APPEND_FAILED (media/base/pipeline_status.h).
        // Firefox: NS_ERROR_DOM_MEDIA_DEMUXER_ERR (ErrorList.py). WebKit has no words for it.
        self.culprit().filter(|_| error.message().contains("DEMUXER_ERR"))
    }
}
