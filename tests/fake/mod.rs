//! The network that the tests run on, and patience.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod journal;

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

#[wasm_bindgen(module = "/tests/fake/network.js")]
extern "C" {
    pub fn reset(changes_to_the_target: &str);
    pub fn next(answer: &str);
    pub fn requests() -> String;
    pub fn screen() -> String;
    pub fn sleeps(span: f64);
    pub fn bytes() -> Uint8Array;
    pub fn event(json: &str);
    pub fn event_on(index: i32, json: &str);
    pub fn open_streams() -> u32;
    pub fn keys() -> String;
    pub fn breaks(ready_state: u32);
    pub fn asks_before_closing() -> bool;
    pub fn happens(name: &str);
    pub fn move_files();
    pub fn reset_files();
    pub fn stall_files();
    pub fn digest(bytes: &[u8]) -> Promise;
}

#[wasm_bindgen(module = "/tests/fake/film.js")]
extern "C" {
    pub fn film_by_recorder(milliseconds: u32) -> Promise;
}

/// Waits until something is so, for ten seconds at most.
pub async fn until(what: &str, so: impl Fn() -> bool) {
    for _ in 0..1000 {
        if so() {
            return;
        }
        let pause = Promise::new(&mut |done, _| {
            web_sys::window().unwrap().set_timeout_with_callback_and_timeout_and_arguments_0(&done, 10).unwrap();
        });
        JsFuture::from(pause).await.unwrap();
    }
    panic!("never: {what}\n{}", requests());
}
