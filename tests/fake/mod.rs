//! The network that the tests run on, and patience.

#![allow(dead_code, reason = "each test binary uses a part of it")]

pub mod journal;
pub mod page;

use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::*;

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
    assert!(page::comes(so).await, "never: {what}\n{}", requests());
}
