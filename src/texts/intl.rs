//! `Intl`, as far as texts need it. What the browser does not know is `None`.

use js_sys::{Array, Object};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::dom::set_property;

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Intl)]
    type NumberFormat;
    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(locale: &str, options: &JsValue) -> Result<NumberFormat, JsValue>;
    #[wasm_bindgen(method)]
    fn format(this: &NumberFormat, value: f64) -> String;

    #[wasm_bindgen(js_namespace = Intl)]
    type ListFormat;
    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(locale: &str, options: &JsValue) -> Result<ListFormat, JsValue>;
    #[wasm_bindgen(method)]
    fn format(this: &ListFormat, list: &Array) -> String;
}

/// A number. All options are texts, which `Intl` reads as numbers where it wants numbers.
pub(super) fn number(locale: &str, value: f64, options: &[(&str, &str)]) -> Option<String> {
    Some(NumberFormat::new(locale, &object(options)).ok()?.format(value))
}

/// Amounts of several units, which are one amount together.
pub(super) fn list(locale: &str, items: impl Iterator<Item = String>) -> Option<String> {
    let items: Array = items.map(JsValue::from).collect();
    Some(ListFormat::new(locale, &object(&[("type", "unit")])).ok()?.format(&items))
}

fn object(options: &[(&str, &str)]) -> Object {
    let object = Object::new();
    for (name, value) in options {
        set_property(&object, name, *value);
    }
    object
}
