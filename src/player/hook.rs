//! What wasm does in place of a method of an object of JavaScript's. The object is given at each call and held by nobody
//! here: what wasm holds is never collected, and if that held the method in turn, neither would ever go.

use js_sys::{Array, Function, Object, Proxy, Reflect};
use wasm_bindgen::{JsCast, JsValue, closure::Closure};

use crate::dom::{property, set_property};

/// What is done in place of a method, for as many objects as there are.
pub(crate) struct Hook(Object);

impl Hook {
    /// `act` has the method itself, the object that it was called on, and the arguments.
    pub fn new(act: impl Fn(Function, JsValue, Array) + 'static) -> Self {
        let handler = Object::new();
        let apply = Closure::<dyn Fn(Function, JsValue, Array)>::new(act);
        // Collected with the last function that it stands before.
        set_property(&handler, "apply", apply.into_js_value());
        Self(handler)
    }

    /// From now on it is done where this method of the object is called.
    pub fn put_before(&self, object: &JsValue, method: &str) {
        if let Some(own) = property(object, method).dyn_ref::<Function>() {
            set_property(object, method, Proxy::new(own, &self.0));
        }
    }
}

/// A class like `base`, each of whose objects `made` sees first. A closure of wasm's can't be called with `new`; a proxy of
/// a class can.
pub(crate) fn class_like(base: &Function, made: impl Fn(&JsValue) + 'static) -> JsValue {
    let construct = Closure::<dyn Fn(Function, Array) -> JsValue>::new(move |class: Function, args: Array| {
        let object = Reflect::construct(&class, &args).unwrap_or_default();
        made(&object);
        object
    });
    let handler = Object::new();
    set_property(&handler, "construct", construct.into_js_value());
    Proxy::new(base, &handler).into()
}
