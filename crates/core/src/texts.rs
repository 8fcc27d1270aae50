//! Sentences in any language: templates with gaps, and what is put into them.

use std::ops::Deref;

/// What is put into a gap of a template.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// As it is.
    Text(String),
    /// A count or a code.
    Number(u64),
    /// Bytes, rounded as people read them.
    Bytes(u64),
    /// Bytes, to the last one.
    EachByte(u64),
    /// Seconds, in words.
    Seconds(f64),
}

/// Values by the names of their gaps.
pub type Values = Vec<(&'static str, Value)>;

/// A sentence for people, in English, and what it was made from: by that another language says the same.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sentence {
    /// In English.
    pub english: String,
    /// What it tells of, by name.
    pub values: Values,
}

impl Deref for Sentence {
    type Target = str;

    fn deref(&self) -> &str {
        &self.english
    }
}

impl From<String> for Sentence {
    fn from(english: String) -> Self {
        Self { english, values: Vec::new() }
    }
}

/// Fills the gaps of a template: `{name}`. `None` if there is no value for one of them. A brace that opens no gap stays.
pub fn fill(template: &str, mut value: impl FnMut(&str) -> Option<String>) -> Option<String> {
    let (mut filled, mut rest) = (String::new(), template);
    while let Some((before, name, after)) = gap(rest) {
        filled.push_str(before);
        filled.push_str(&value(name)?);
        rest = after;
    }
    filled.push_str(rest);
    Some(filled)
}

/// The names of a template's gaps, in their order.
pub fn gaps(template: &str) -> Vec<&str> {
    let (mut names, mut rest) = (Vec::new(), template);
    while let Some((_, name, after)) = gap(rest) {
        names.push(name);
        rest = after;
    }
    names
}

fn gap(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once('{')?;
    let (name, after) = rest.split_once('}')?;
    Some((before, name, after))
}

/// Which way a language is written, by its BCP 47 tag: `rtl` or `ltr`.
pub fn direction(tag: &str) -> &'static str {
    const RIGHT_TO_LEFT: [&str; 10] = ["ar", "ckb", "dv", "fa", "he", "ps", "sd", "ug", "ur", "yi"];
    let language = tag.split(['-', '_']).next().unwrap_or_default();
    if RIGHT_TO_LEFT.iter().any(|other| language.eq_ignore_ascii_case(other)) { "rtl" } else { "ltr" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_by_name() {
        let value = |name: &str| (name != "none").then(|| format!("<{name}>"));
        for (template, filled) in [
            ("Play", Some("Play")),
            ("{a} of {b}", Some("<a> of <b>")),
            ("{b}/{a}{a}", Some("<b>/<a><a>")),
            ("a { b", Some("a { b")),
            ("{none} left", None),
            ("", Some("")),
        ] {
            assert_eq!(fill(template, value).as_deref(), filled, "{template}");
        }
        assert_eq!(fill("{a}", |_| Some("{b}".to_owned())).as_deref(), Some("{b}"), "what is put in has no gaps");
        assert_eq!(gaps("{a} of {b}, {a}"), ["a", "b", "a"]);
    }

    #[test]
    fn some_languages_are_written_from_right_to_left() {
        for (tag, way) in [("ar", "rtl"), ("ar-EG", "rtl"), ("HE", "rtl"), ("de", "ltr"), ("arn", "ltr"), ("", "ltr")] {
            assert_eq!(direction(tag), way, "{tag}");
        }
    }
}
