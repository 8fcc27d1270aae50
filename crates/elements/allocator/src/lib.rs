//! What every wasm module has once, however many of the others it is made of: its allocator, and how a panic reaches the
//! page.

use std::cell::RefCell;

use js_sys::{Function, JsString};
use wasm_bindgen::prelude::*;

/// Smaller than the standard library's by a kilobyte of what is downloaded.
#[global_allocator]
static ALLOCATOR: rlsf::SmallGlobalTlsf = rlsf::SmallGlobalTlsf::new();

thread_local! {
    static HOOK: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Calls `hook` with a sentence when the module panics. After that none of its functions may be called any more: what it
/// had in hand stays half done. A later hook takes the place of an earlier one.
#[wasm_bindgen(js_name = setPanicHook)]
pub fn set_panic_hook(hook: Function) {
    let is_first = HOOK.with_borrow_mut(|known| known.replace(hook)).is_none();
    if is_first {
        std::panic::set_hook(Box::new(|info| tell(&info.to_string())));
    }
}

fn tell(message: &str) {
    // A panic may come at any moment, also while the hook is being changed.
    let hook = HOOK.try_with(|hook| hook.try_borrow().ok().and_then(|hook| hook.clone())).ok().flatten();
    if let Some(hook) = hook {
        let _ = hook.call1(&JsValue::UNDEFINED, &JsString::from(message));
    }
}
