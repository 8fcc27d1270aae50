//! Stands between a `MediaSource` and whoever feeds it: what goes in is put right, and it does not end while a part of
//! it is being replaced.
//!
//! hls.js asks for the end of the stream whenever its last segment is there, also while a change of rendition or of sound
//! track is throwing that segment away, and then ends a stream of which one track is cut short or empty (up to 1.7.4 at
//! least). WebKitGTK passes that end on to its decoder at once, and fails on the first bytes that come after it: "Failed
//! to push buffer" (WebKit bug 313814, mended in 2026; 2.50 has it).

use std::{
    cell::{Cell, RefCell},
    rc::Rc,
};

use js_sys::{Function, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::SourceBuffer;

use super::repair;
use crate::dom::{property, set_property};

/// Seconds: what is cut off by less is not fetched again. hls.js' fragment tracker allows 0.2.
const TOLERANCE: f64 = 0.25;

/// Looks after one `MediaSource`, and lets go of it when dropped.
pub(super) struct Inspector {
    media: JsValue,
    _methods: [Method; 2],
}

/// A source buffer that is looked after.
struct Watched {
    /// Its end was thrown away, and nothing has come since.
    cut: Rc<Cell<bool>>,
    _methods: [Method; 2],
}

impl Inspector {
    /// Looks after this `MediaSource` or `ManagedMediaSource`, which has no buffers yet.
    pub(super) fn of(media: &JsValue) -> Self {
        let buffers = Rc::<RefCell<Vec<Watched>>>::default();
        let all = Rc::clone(&buffers);
        let add = Method::replace(media, "addSourceBuffer", move |original, kind, _| {
            let buffer = original(&kind, &JsValue::UNDEFINED)?;
            all.borrow_mut().push(Watched::new(buffer.unchecked_ref()));
            Ok(buffer)
        });
        let end = Method::replace(media, "endOfStream", move |original, reason, _| {
            if reason.is_undefined() && buffers.borrow().iter().any(|buffer| buffer.cut.get()) {
                return Ok(JsValue::UNDEFINED);
            }
            original(&reason, &JsValue::UNDEFINED)
        });
        Self { media: media.clone(), _methods: [add, end] }
    }

    /// Whether it is this one that is looked after.
    pub(super) fn is_of(&self, media: &JsValue) -> bool {
        self.media == *media
    }
}

impl Watched {
    fn new(buffer: &SourceBuffer) -> Self {
        let cut = Rc::<Cell<bool>>::default();
        let filled = Rc::clone(&cut);
        let append = Method::replace(buffer, "appendBuffer", move |original, bytes, _| {
            if let Some(bytes) = bytes.dyn_ref::<Uint8Array>() {
                repair::fragments(bytes);
            }
            let done = original(&bytes, &JsValue::UNDEFINED)?;
            filled.set(false);
            Ok(done)
        });
        let (emptied, this) = (Rc::clone(&cut), buffer.clone());
        let remove = Method::replace(buffer, "remove", move |original, from, to| {
            let end = end(&this);
            let done = original(&from, &to)?;
            let (from, to) = (from.as_f64().unwrap_or_default(), to.as_f64().unwrap_or_default());
            if from + TOLERANCE < end && end < to + TOLERANCE {
                emptied.set(true);
            }
            Ok(done)
        });
        Self { cut, _methods: [append, remove] }
    }
}

/// Seconds: where what is in it ends.
fn end(buffer: &SourceBuffer) -> f64 {
    let last = |ranges: web_sys::TimeRanges| ranges.end(ranges.length().checked_sub(1)?).ok();
    buffer.buffered().ok().and_then(last).unwrap_or_default()
}

type Replacement = dyn Fn(JsValue, JsValue) -> Result<JsValue, JsValue>;

/// A method of one object that is another for a while.
struct Method {
    object: JsValue,
    name: &'static str,
    _replacement: Closure<Replacement>,
}

impl Method {
    /// `replacement` is given the method as it was, and two arguments.
    fn replace(
        object: &JsValue,
        name: &'static str,
        replacement: impl Fn(
            &dyn Fn(&JsValue, &JsValue) -> Result<JsValue, JsValue>,
            JsValue,
            JsValue,
        ) -> Result<JsValue, JsValue>
        + 'static,
    ) -> Self {
        let (this, original) = (object.clone(), property(object, name));
        let replacement = Closure::<Replacement>::new(move |first, second| {
            let original: &Function = original.unchecked_ref();
            replacement(&|first, second| original.call2(&this, first, second), first, second)
        });
        set_property(object, name, replacement.as_ref().clone());
        Self { object: object.clone(), name, _replacement: replacement }
    }
}

impl Drop for Method {
    fn drop(&mut self) {
        // It was the prototype's, which comes to light again.
        let _ = Reflect::delete_property(self.object.unchecked_ref::<Object>(), &self.name.into());
    }
}
