//! A page to test on: its document, a film to play, and patience. Its network is the browser's own.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use js_sys::{Array, Promise, Uint8Array};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Document, File, FilePropertyBag};

pub fn document() -> Document {
    web_sys::window().unwrap().document().unwrap()
}

/// Waits for so many milliseconds.
pub async fn pause(span: i32) {
    let pause = Promise::new(&mut |done, _| {
        web_sys::window().unwrap().set_timeout_with_callback_and_timeout_and_arguments_0(&done, span).unwrap();
    });
    JsFuture::from(pause).await.unwrap();
}

/// Whether something is so within ten seconds.
pub async fn comes(so: impl Fn() -> bool) -> bool {
    for _ in 0..1000 {
        if so() {
            return true;
        }
        pause(10).await;
    }
    false
}

/// Waits until something is so, for ten seconds at most.
pub async fn until(what: &str, so: impl Fn() -> bool) {
    assert!(comes(so).await, "never: {what}");
}

/// Four seconds, 160 × 90, without sound.
pub fn film() -> File {
    let bytes = Uint8Array::from(include_bytes!("film.webm").as_slice());
    let kind = FilePropertyBag::new();
    kind.set_type("video/webm");
    File::new_with_u8_array_sequence_and_options(&Array::of1(&bytes), "film.webm", &kind).unwrap()
}
