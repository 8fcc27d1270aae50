//! What the journal's tests share: files, and a page that is gone.

use js_sys::{Array, Promise, Uint8Array};
use reelway::{Upload, UploadOptions, journal::PickedFile};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::File;

use super::{next, requests, reset, until};

#[wasm_bindgen(module = "/tests/fake/journal.js")]
extern "C" {
    pub fn clear() -> Promise;
    pub fn entries() -> Promise;
    pub fn change(changes: &str) -> Promise;
    pub fn without_database(how: &str);
    pub fn elsewhere(id: &str) -> Promise;
    pub fn elsewhere_ends();
    pub fn insecure(so: bool);
    pub fn handle(bytes: &[u8], name: &str) -> Promise;
    pub fn user_answers(answer: &str);
    pub fn asked() -> u32;
    pub fn reset_permission();
}

pub async fn js(promise: Promise) -> JsValue {
    JsFuture::from(promise).await.unwrap()
}

pub fn content(size: usize) -> Vec<u8> {
    (0..size).map(|i| (i * 31 % 251) as u8).collect()
}

pub fn file(content: &[u8], name: &str) -> File {
    let parts = Array::of1(&Uint8Array::from(content));
    File::new_with_u8_array_sequence(&parts, name).unwrap()
}

/// In chunks of at most 1000 bytes.
pub fn options() -> UploadOptions {
    UploadOptions { max_chunk: Some(1000), ..UploadOptions::default() }
}

pub async fn begin() {
    js(clear()).await;
    reset("{}");
}

pub async fn written(what: &str) {
    for _ in 0..500 {
        if js(entries()).await.as_string().unwrap().contains(what) {
            return;
        }
        pause(10).await;
    }
    panic!("never written: {what}, but {:?}", js(entries()).await);
}

pub async fn pause(span: i32) {
    let promise = Promise::new(&mut |done, _| {
        web_sys::window().unwrap().set_timeout_with_callback_and_timeout_and_arguments_0(&done, span).unwrap();
    });
    js(promise).await;
}

/// The first chunk of 2500 bytes arrives, then the tab is closed.
pub async fn interrupted(picked: impl Into<PickedFile>, options: UploadOptions) {
    next(r#"{"to":"PUT"}"#);
    next(r#"{"to":"PUT","status":"hang","keep":false}"#);
    let upload = Upload::start(picked, options);
    until("the second chunk", || requests().contains("bytes 1000-1999")).await;
    written(r#""acknowledged":"#).await;
    close_tab(upload).await;
}

/// What is left of an upload in a page that is gone: nothing but what was written down.
pub async fn close_tab(upload: Upload) {
    upload.pause();
    drop(upload);
    until("the page's end", || requests().ends_with("aborted")).await;
    pause(1).await;
}
