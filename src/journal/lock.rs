//! Web Locks: what one tab works on, no other does. Browsers have them in secure contexts only; elsewhere every lock is
//! free, and the provider's word on what it holds keeps two tabs from harm.

use js_sys::{Array, Function, Promise};
use wasm_bindgen::prelude::*;
use wasm_bindgen_futures::JsFuture;

use crate::dom::{property, set_property, window};

// web-sys has these behind an unstable flag, which a library can't set.
#[wasm_bindgen]
extern "C" {
    type LockManager;
    #[wasm_bindgen(method, catch)]
    fn request(this: &LockManager, name: &str, options: &JsValue, callback: &JsValue) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn query(this: &LockManager) -> Result<Promise, JsValue>;
}

const PREFIX: &str = "reelway-upload-";

/// The right to work on an upload, until this is dropped or the page goes away.
pub(super) struct Lock {
    release: Option<Function>,
}

impl Lock {
    /// Takes the lock of an upload, if no one has it.
    pub(super) async fn take(id: &str) -> Option<Self> {
        Self::request(id, true).await
    }

    /// Waits until no one has it.
    pub(super) async fn wait(id: &str) -> Option<Self> {
        Self::request(id, false).await
    }

    async fn request(id: &str, if_available: bool) -> Option<Self> {
        let Some(manager) = manager() else { return Some(Self { release: None }) };
        let options = js_sys::Object::new();
        set_property(&options, "ifAvailable", if_available);
        let mut release = None;
        // The lock is held until this is resolved.
        let held = Promise::new(&mut |resolve, _| release = Some(resolve));
        let mut ended = None;
        let granted = Promise::new(&mut |resolve, _| {
            let held = held.clone();
            let callback = Closure::once_into_js(move |lock: JsValue| -> JsValue {
                let _ = resolve.call1(&JsValue::NULL, &(!lock.is_null()).into());
                if lock.is_null() { JsValue::UNDEFINED } else { held.into() }
            });
            ended = manager.request(&format!("{PREFIX}{id}"), &options, &callback).ok();
        });
        // Where locks are refused, as to sandboxed pages, there is nothing to wait for.
        let ended = ended.unwrap_or_else(|| Promise::resolve(&JsValue::UNDEFINED));
        let answer = JsFuture::from(Promise::race(&Array::of2(&granted, &ended))).await;
        match answer.map(|granted| granted.as_bool()) {
            Ok(Some(false)) => None,
            _ => Some(Self { release }),
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            let _ = release.call0(&JsValue::NULL);
        }
    }
}

/// The ids of the uploads that some tab works on, this one included.
pub(super) async fn held() -> Vec<String> {
    let Some(asked) = manager().and_then(|manager| manager.query().ok()) else { return Vec::new() };
    let Ok(answer) = JsFuture::from(asked).await else { return Vec::new() };
    let Ok(held) = property(&answer, "held").dyn_into::<Array>() else { return Vec::new() };
    let mut ids = Vec::new();
    for index in 0..held.length() {
        let name = property(&held.get(index), "name").as_string().unwrap_or_default();
        ids.extend(name.strip_prefix(PREFIX).map(str::to_owned));
    }
    ids
}

fn manager() -> Option<LockManager> {
    Some(property(&window().navigator(), "locks")).filter(JsValue::is_object).map(JsCast::unchecked_into)
}
