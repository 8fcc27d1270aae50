//! The words of a language.

use js_sys::{JSON, Object};
use wasm_bindgen::{JsCast, JsValue};

use crate::dom::property;

/// The words of a language, or a page's own: templates by their keys. The default has none, so that all is English.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Language(Option<JsValue>);

/// What was to be a language is no JSON object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("A language is a JSON object of texts by their keys.")]
pub struct BadLanguage;

impl BadLanguage {
    /// Stable: programs may match on it.
    pub const fn code(self) -> &'static str {
        "bad_language"
    }
}

impl Language {
    /// Reads the JSON of a language: `{"play": "Abspielen", …}`.
    ///
    /// # Errors
    ///
    /// [`BadLanguage`] if it is no JSON, or no object.
    pub fn parse(json: &str) -> Result<Self, BadLanguage> {
        let object = JSON::parse(json).ok().and_then(|value| value.dyn_into::<Object>().ok());
        object.map(|object| Self(Some(object.into()))).ok_or(BadLanguage)
    }

    /// The text under a key, if the language has one.
    pub(super) fn find(&self, key: &str) -> Option<String> {
        property(self.0.as_ref()?, key).as_string()
    }
}

/// A plain object. What is none has no words.
impl From<JsValue> for Language {
    fn from(object: JsValue) -> Self {
        Self(object.is_object().then_some(object))
    }
}
