//! The API's types for JavaScript, and back: for pages in Rust that work with scripts.

use serde::{Serialize, de::DeserializeOwned};
use serde_wasm_bindgen::{Error, Serializer};
use wasm_bindgen::JsValue;

/// A value as the HTTP API would tell it: objects, arrays, texts and numbers.
///
/// # Errors
/// It has no such form.
pub fn to<T: Serialize>(value: &T) -> Result<JsValue, Error> {
    value.serialize(&Serializer::json_compatible())
}

/// A value of the HTTP API.
///
/// # Errors
/// A part of it is missing, or of another type: the message names it.
pub fn from<T: DeserializeOwned>(value: JsValue) -> Result<T, Error> {
    serde_wasm_bindgen::from_value(value)
}
