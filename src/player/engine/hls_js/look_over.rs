//! Segments that are looked over before hls.js has them. It swallows one that is damaged, and leaves a hole in the video
//! or asks for it for ever. One that failed to load it fetches again, and then in another rendition.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Array, ArrayBuffer, Function, Object, Uint8Array};
use reelway_core::playback::segment::{Shape, shape};
use wasm_bindgen::{JsCast, JsValue};

use crate::{
    dom::{property, set_property},
    player::hook::{Hook, class_like},
};

/// The text of the answer that hls.js has in place of a damaged one.
pub(super) const DAMAGED: &str = "damaged";

/// How many times a segment that breaks off is refused. Where nothing better comes, a decoder may make something of it.
const REFUSALS: u32 = 6;

/// By URL and first byte, with how many times each was refused. Few are, so that a list does.
type Refused = Rc<RefCell<Vec<(String, f64, u32)>>>;

/// A class like `base`, hls.js' loader, that takes a damaged segment for one that failed to load.
pub(super) fn loader(base: &Function) -> JsValue {
    let refused = Refused::default();
    let on_success = Hook::new(move |own, callbacks, args| {
        let [response, stats, context, network] = [args.get(0), args.get(1), args.get(2), args.get(3)];
        let on_error = property(&callbacks, "onError");
        match on_error.dyn_ref::<Function>().filter(|_| is_refused(&refused, &response, &context)) {
            Some(on_error) => {
                let answer = Object::new();
                set_property(&answer, "code", 0);
                set_property(&answer, "text", DAMAGED);
                let _ = on_error.apply(&callbacks, &Array::of4(&answer, &context, &network, &stats));
            }
            None => drop(own.apply(&callbacks, &args)),
        }
    });
    let load = Hook::new(move |own, this, args| {
        if is_clear_cmaf(&property(&args.get(0), "frag")) {
            on_success.put_before(&args.get(2), "onSuccess");
        }
        let _ = own.apply(&this, &args);
    });
    class_like(base, move |loader| load.put_before(loader, "load"))
}

/// Whether its boxes can be seen: it has an init segment, or is one, and is not encrypted as a whole.
fn is_clear_cmaf(segment: &JsValue) -> bool {
    let is_init = property(segment, "sn").as_string().is_some();
    (is_init || property(segment, "initSegment").is_object()) && property(segment, "encrypted").is_falsy()
}

/// Whether this one is damaged, and not refused too often already.
fn is_refused(refused: &Refused, response: &JsValue, context: &JsValue) -> bool {
    match property(response, "data").dyn_ref::<ArrayBuffer>().map(shape_of) {
        Some(Shape::Broken) => true,
        Some(Shape::Short) => {
            let url = property(context, "url").as_string().unwrap_or_default();
            let range = property(context, "rangeStart").as_f64().unwrap_or_default();
            let mut refused = refused.borrow_mut();
            let known = refused.iter().position(|(of, at, _)| *of == url && *at == range);
            let known = known.unwrap_or_else(|| {
                refused.push((url, range, 0));
                refused.len() - 1
            });
            refused[known].2 += 1;
            refused[known].2 <= REFUSALS
        }
        _ => false,
    }
}

/// The bytes stay where they are: a few of each box are read.
pub(super) fn shape_of(bytes: &ArrayBuffer) -> Shape {
    let length = bytes.byte_length();
    shape(length.into(), |at| {
        let mut head = [0; 16];
        // `shape` asks for places within the bytes alone.
        let at = at as u32;
        let there = (length - at).min(16);
        let place = Uint8Array::new_with_byte_offset_and_length(bytes, at, there);
        place.copy_to(&mut head[..there as usize]);
        head
    })
}
