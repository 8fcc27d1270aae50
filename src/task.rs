//! Futures that run by themselves. In boxes: for each type of future wasm would have all that runs it once more.

use std::{future::Future, pin::Pin};

use js_sys::Promise;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::{future_to_promise, spawn_local};

/// A future whose code is compiled in this crate, and not once more in each that awaits it: what gives it is no `async fn`,
/// and is not inlined.
pub(crate) type Here<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Runs a future, from the next microtask on.
pub fn spawn(future: impl Future<Output = ()> + 'static) {
    run(Box::pin(future));
}

fn run(future: Pin<Box<dyn Future<Output = ()>>>) {
    spawn_local(future);
}

/// Runs a future, and promises what it gives.
pub fn promise(future: impl Future<Output = Result<JsValue, JsValue>> + 'static) -> Promise {
    run_for(Box::pin(future))
}

fn run_for(future: Pin<Box<dyn Future<Output = Result<JsValue, JsValue>>>>) -> Promise {
    future_to_promise(future)
}
