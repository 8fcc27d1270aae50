//! Names of languages, as far as the browser knows them.

use js_sys::{Array, JsString, Object};
use wasm_bindgen::{JsValue, prelude::wasm_bindgen};

use crate::dom::{set_property, window};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_namespace = Intl)]
    type DisplayNames;

    #[wasm_bindgen(constructor, js_namespace = Intl, catch)]
    fn new(locales: &JsValue, options: &JsValue) -> Result<DisplayNames, JsValue>;

    #[wasm_bindgen(method, catch)]
    fn of(this: &DisplayNames, code: &str) -> Result<Option<String>, JsValue>;

    #[wasm_bindgen(js_namespace = Intl, js_name = getCanonicalLocales, catch)]
    fn canonical_locales(tag: &str) -> Result<Array, JsValue>;
}

/// Languages that are spoken by most, by BCP 47 tag: what a field for a language may suggest.
pub const COMMON: [&str; 40] = [
    "ar", "bg", "bn", "ca", "cs", "da", "de", "el", "en", "es", "et", "fa", "fi", "fr", "he", "hi", "hr", "hu", "id",
    "it", "ja", "ko", "lt", "lv", "nb", "nl", "pl", "pt", "pt-BR", "ro", "ru", "sk", "sl", "sr", "sv", "th", "tr",
    "uk", "vi", "zh",
];

/// The name of a language (a BCP 47 tag) in the user's own. One that the browser does not know is its tag.
pub fn name(tag: &str) -> Option<String> {
    name_in(None, tag)
}

/// The same in the language of a locale, if there is one.
pub(crate) fn name_in(locale: Option<String>, tag: &str) -> Option<String> {
    let own = || window().navigator().languages().into();
    let name = named(&locale.map_or_else(own, JsValue::from), tag, "code")?;
    let mut letters = name.chars();
    let first = letters.next()?;
    // Some languages write their own name with a small letter. The browser has the tables for this already.
    let first = JsString::from(first.to_string()).to_locale_upper_case(None);
    Some(format!("{}{}", String::from(first), letters.as_str()))
}

/// The tag of a language, from a tag in any spelling (`DE`, `deu`, `pt-br`), or from the name of a [`COMMON`] one: in
/// the user's language, in English, or in its own.
pub fn find(word: &str) -> Option<String> {
    let word = word.trim();
    let tag = canonical_locales(word).ok().and_then(|tags| tags.get(0).as_string());
    let known = tag.filter(|tag| named(&JsValue::from("en"), tag, "none").is_some());
    known.or_else(|| {
        let own = window().navigator().languages();
        let is_called = |tag: &&&str| {
            let ways = [own.as_ref(), &JsValue::from("en"), &JsValue::from(**tag)];
            let word = word.to_lowercase();
            ways.into_iter().filter_map(|way| named(way, tag, "none")).any(|name| name.to_lowercase() == word)
        };
        COMMON.iter().find(is_called).map(|tag| (*tag).to_owned())
    })
}

fn named(locales: &JsValue, tag: &str, fallback: &str) -> Option<String> {
    let options = Object::new();
    set_property(&options, "type", "language");
    set_property(&options, "fallback", fallback);
    DisplayNames::new(locales, &options).ok()?.of(tag).ok()?
}
