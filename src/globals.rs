//! Functions of the page, called by their names alone.
//!
//! Not by way of `window`: Firefox runs what promises of a page have waited for even after it was left, and `window` is
//! by then the page that came after it. A timer that the old page ends there would be one of the new page, which has the
//! same number.

use js_sys::{Function, Promise};
use wasm_bindgen::prelude::*;
use web_sys::{IdleRequestOptions, RequestInit};

#[wasm_bindgen]
extern "C" {
    /// Calls `callback` after `delay` milliseconds. Gives its number.
    #[wasm_bindgen(js_name = setTimeout)]
    pub fn set_timeout(callback: &Function, delay: i32) -> i32;

    /// Takes that back.
    #[wasm_bindgen(js_name = clearTimeout)]
    pub fn clear_timeout(handle: i32);

    /// Calls `callback` when the page has nothing else to do. Safari has none.
    #[wasm_bindgen(js_name = requestIdleCallback, catch)]
    pub fn request_idle_callback(callback: &Function, options: &IdleRequestOptions) -> Result<u32, JsValue>;

    /// Takes that back.
    #[wasm_bindgen(js_name = cancelIdleCallback)]
    pub fn cancel_idle_callback(handle: u32);

    /// Calls `callback` before the next frame is painted.
    #[wasm_bindgen(js_name = requestAnimationFrame)]
    pub fn request_animation_frame(callback: &Function) -> i32;

    /// Takes that back.
    #[wasm_bindgen(js_name = cancelAnimationFrame)]
    pub fn cancel_animation_frame(handle: i32);

    /// Calls `callback` once what runs now is done.
    #[wasm_bindgen(js_name = queueMicrotask)]
    pub fn queue_microtask(callback: &Function);

    /// Sends a request. Gives a promise of a `Response`.
    #[wasm_bindgen(js_name = fetch)]
    pub fn fetch(url: &str, init: &RequestInit) -> Promise;
}
