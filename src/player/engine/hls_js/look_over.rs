//! Segments that are looked over before hls.js has them. It swallows one that is damaged, and leaves a hole in the video
//! or asks for it for ever. One that failed to load it fetches again, and then in another rendition.

use std::{cell::RefCell, rc::Rc};

use js_sys::{Array, ArrayBuffer, Function, Object, Proxy, Reflect, Uint8Array};
use reelway_core::playback::segment::{Shape, shape};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

use crate::dom::{property, set_property};

/// The text of the answer that hls.js has in place of a damaged one.
pub(super) const DAMAGED: &str = "damaged";

/// How many times a segment that breaks off is refused. Where nothing better comes, a decoder may make something of it.
const REFUSALS: u32 = 6;

/// By URL and first byte, with how many times each was refused. Few are, so that a list does.
type Refused = Rc<RefCell<Vec<(String, f64, u32)>>>;

/// A class like `base`, hls.js' loader, that takes a damaged segment for one that failed to load.
pub(super) fn loader(base: &Function) -> JsValue {
    let refused = Refused::default();
    let construct = Closure::<dyn Fn(Function, Array) -> JsValue>::new(move |class: Function, args: Array| {
        let loader = Reflect::construct(&class, &args).unwrap_or_default();
        let (own, this, refused) = (property(&loader, "load"), loader.clone(), refused.clone());
        let load = move |context: JsValue, config: JsValue, callbacks: JsValue| {
            if is_clear_cmaf(&property(&context, "frag")) {
                look_over(&callbacks, refused.clone());
            }
            if let Some(load) = own.dyn_ref::<Function>() {
                let _ = load.call3(&this, &context, &config, &callbacks);
            }
        };
        let load = Closure::<dyn Fn(JsValue, JsValue, JsValue)>::new(load);
        set_property(&loader, "load", load.into_js_value());
        loader
    });
    let handler = Object::new();
    set_property(&handler, "construct", construct.into_js_value());
    // A closure of wasm's can't be called with `new`; a proxy of a class can.
    Proxy::new(base, &handler).into()
}

/// Whether its boxes can be seen: it has an init segment, or is one, and is not encrypted as a whole.
fn is_clear_cmaf(segment: &JsValue) -> bool {
    let is_init = property(segment, "sn").as_string().is_some();
    (is_init || property(segment, "initSegment").is_object()) && property(segment, "encrypted").is_falsy()
}

fn look_over(callbacks: &JsValue, refused: Refused) {
    let (this, own) = (callbacks.clone(), property(callbacks, "onSuccess"));
    let on_success = move |response: JsValue, stats: JsValue, context: JsValue, network: JsValue| {
        let url = property(&context, "url").as_string().unwrap_or_default();
        let range = property(&context, "rangeStart").as_f64().unwrap_or_default();
        let damaged = match property(&response, "data").dyn_ref::<ArrayBuffer>().map(shape_of) {
            Some(Shape::Broken) => true,
            Some(Shape::Short) => {
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
        };
        let (callback, arguments) = if damaged {
            let answer = Object::new();
            set_property(&answer, "code", 0);
            set_property(&answer, "text", DAMAGED);
            (property(&this, "onError"), [answer.into(), context, network, stats])
        } else {
            (own.clone(), [response, stats, context, network])
        };
        if let Some(callback) = callback.dyn_ref::<Function>() {
            let _ = callback.apply(&this, &arguments.iter().collect());
        }
    };
    let on_success = Closure::<dyn Fn(JsValue, JsValue, JsValue, JsValue)>::new(on_success);
    set_property(callbacks, "onSuccess", on_success.into_js_value());
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
