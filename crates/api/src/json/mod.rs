//! JSON for pages, without serde: what it derives for a type is many times the code of what stands here, and each page
//! that uploads would load it.
//!
//! - [`Json`]: a text that was parsed, once and for all types.
//! - [`FromJson`], [`Fields`]: what reads a type from it. It takes what serde takes.
//! - [`Writer`], [`ToJson`]: the way back, to the byte what serde writes.

mod parse;
mod types;
mod write;

pub use types::target;
pub use write::{ToJson, Writer, list};

/// A value of JSON.
#[derive(Clone, Debug, PartialEq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number without sign, fraction and exponent.
    Whole(u64),
    /// Any other number.
    Number(f64),
    /// A string.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object: its names and values in their order.
    Object(Vec<(String, Json)>),
}

/// A type that can be read from JSON.
pub trait FromJson: Sized {
    /// `None`: that is something else.
    fn from_json(json: &Json) -> Option<Self>;
}

/// Reads a text. `None`: it is no JSON, or something else.
pub fn read<T: FromJson>(text: &str) -> Option<T> {
    T::from_json(&Json::parse(text)?)
}

impl Json {
    /// Reads a text. `None`: it is no JSON, or nested too deeply.
    pub fn parse(text: &str) -> Option<Self> {
        parse::parse(text)
    }

    /// A field of an object. `None` where there is none, or `null`.
    pub fn get(&self, name: &str) -> Option<&Self> {
        let Self::Object(fields) = self else { return None };
        let (_, value) = fields.iter().find(|(known, _)| known == name)?;
        Some(value).filter(|value| **value != Self::Null)
    }

    /// A field that has to be there.
    pub fn field<T: FromJson>(&self, name: &str) -> Option<T> {
        T::from_json(self.get(name)?)
    }

    /// A field that may be absent or `null`. `None` if it is something else than a `T`.
    pub fn option<T: FromJson>(&self, name: &str) -> Option<Option<T>> {
        match self.get(name) {
            Some(value) => T::from_json(value).map(Some),
            None => Some(None),
        }
    }

    /// The text, if it is one.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Reads the fields of an object, and says at the end whether they were all as they have to be. Were each a way out, each
/// would have to drop all those before it.
pub struct Fields<'a> {
    json: &'a Json,
    bad: Option<&'static str>,
}

impl<'a> Fields<'a> {
    /// Those of this object.
    pub const fn of(json: &'a Json) -> Self {
        Self { json, bad: None }
    }

    /// A field that has to be there.
    pub fn field<T: FromJson + Default>(&mut self, name: &'static str) -> T {
        let value = self.json.field(name);
        self.note(name, value.is_some());
        value.unwrap_or_default()
    }

    /// A field that may be absent or `null`.
    pub fn option<T: FromJson>(&mut self, name: &'static str) -> Option<T> {
        let value = self.json.option(name);
        self.note(name, value.is_some());
        value.flatten()
    }

    fn note(&mut self, name: &'static str, good: bool) {
        if !good {
            self.bad.get_or_insert(name);
        }
    }

    /// A field that counts as its type's default where it is absent.
    pub fn or_default<T: FromJson + Default>(&mut self, name: &'static str) -> T {
        self.option(name).unwrap_or_default()
    }

    /// The first that was missing, or something else.
    pub const fn bad(&self) -> Option<&'static str> {
        self.bad
    }

    /// What was made of them. `None`: one of them was missing, or something else.
    pub fn done<T>(self, value: T) -> Option<T> {
        if self.bad.is_none() { Some(value) } else { None }
    }
}

impl FromJson for bool {
    fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::Bool(value) => Some(*value),
            _ => None,
        }
    }
}

impl FromJson for u64 {
    fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::Whole(value) => Some(*value),
            _ => None,
        }
    }
}

impl FromJson for u32 {
    fn from_json(json: &Json) -> Option<Self> {
        u64::from_json(json)?.try_into().ok()
    }
}

impl FromJson for u8 {
    fn from_json(json: &Json) -> Option<Self> {
        u64::from_json(json)?.try_into().ok()
    }
}

impl FromJson for f64 {
    fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::Whole(value) => Some(*value as Self),
            Json::Number(value) => Some(*value),
            _ => None,
        }
    }
}

impl FromJson for String {
    fn from_json(json: &Json) -> Option<Self> {
        json.as_text().map(str::to_owned)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: &Json) -> Option<Self> {
        let Json::List(values) = json else { return None };
        let mut list = Self::new();
        for value in values {
            list.push(T::from_json(value)?);
        }
        Some(list)
    }
}

/// A pair: an array of two.
impl<A: FromJson, B: FromJson> FromJson for (A, B) {
    fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::List(values) => match values.as_slice() {
                [a, b] => Some((A::from_json(a)?, B::from_json(b)?)),
                _ => None,
            },
            _ => None,
        }
    }
}

/// A value or `null`.
impl<T: FromJson> FromJson for Option<T> {
    fn from_json(json: &Json) -> Option<Self> {
        match json {
            Json::Null => Some(None),
            json => T::from_json(json).map(Some),
        }
    }
}
