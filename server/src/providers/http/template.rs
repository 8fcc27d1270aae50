//! Templates: text with placeholders, as the paths, headers, bodies and URLs of a map are written.
//!
//! `{name}` stands for a value. `{name?}` may be absent: it is left out, and in a body its whole entry is. What stands
//! in `[…]` is left out as a whole where a value in it is absent. `{name|filter}` gives another form of the value:
//! `base64`, `text` (a string even where a number would do) or `raw` (not percent-encoded). A doubled brace or bracket
//! stands for itself.

use std::collections::BTreeMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;

/// What may stand in a URL as it is: RFC 3986's unreserved characters. All else of a value is percent-encoded.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The values that placeholders stand for, by name.
pub type Scope = BTreeMap<String, Value>;

/// Where a text goes, and so how its values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Values are percent-encoded.
    Url,
    /// Values hold no control characters, or the template can't be filled in.
    Header,
    /// Values stand as they are.
    Text,
}

/// A template, read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template(Vec<Part>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Value(Placeholder),
    Group(Vec<Part>),
}

/// One placeholder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placeholder {
    /// The value's name.
    pub name: String,
    /// Byte offset of its brace in the template.
    pub at: usize,
    optional: bool,
    filter: Option<Filter>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Filter {
    Base64,
    Text,
    Raw,
}

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Malformed {
    /// Byte offset in the template.
    pub at: usize,
    /// What to do about it.
    pub message: String,
}

/// Why a template could not be filled in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfilled {
    /// There is no such value now.
    #[error("there is no {0}")]
    Missing(String),
    /// The value does not go into a header.
    #[error("{0} holds what no header may")]
    Unsendable(String),
    /// The template can't be read. Validation finds that first.
    #[error(transparent)]
    Malformed(#[from] Malformed),
}

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// Where a brace or bracket has no partner, or a placeholder is none.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let mut reader = Reader { text, at: 0 };
        let parts = reader.parts(false)?;
        Ok(Self(parts))
    }

    /// All placeholders.
    pub fn placeholders(&self) -> Vec<&Placeholder> {
        fn collect<'a>(parts: &'a [Part], found: &mut Vec<&'a Placeholder>) {
            for part in parts {
                match part {
                    Part::Text(_) => {}
                    Part::Value(placeholder) => found.push(placeholder),
                    Part::Group(parts) => collect(parts, found),
                }
            }
        }
        let mut found = Vec::new();
        collect(&self.0, &mut found);
        found
    }

    /// The text with all values in their places.
    ///
    /// # Errors
    /// Where a value is missing, or does not go there.
    pub fn fill(&self, scope: &Scope, place: Place) -> Result<String, Unfilled> {
        let mut out = String::new();
        fill(&self.0, scope, place, &mut out)?;
        Ok(out)
    }

    /// The value, with its type, where the template is one placeholder and nothing else; a text otherwise. `None`: it
    /// is optional and absent.
    fn value(&self, scope: &Scope) -> Result<Option<Value>, Unfilled> {
        match self.0.as_slice() {
            [Part::Value(placeholder)] => match (scope.get(&placeholder.name), placeholder.filter) {
                (None | Some(Value::Null), _) if placeholder.optional => Ok(None),
                (None | Some(Value::Null), _) => Err(Unfilled::Missing(placeholder.name.clone())),
                (Some(value), None | Some(Filter::Raw)) => Ok(Some(value.clone())),
                (Some(_), Some(_)) => self.fill(scope, Place::Text).map(|text| Some(text.into())),
            },
            [Part::Group(_)] => {
                Ok(Some(self.fill(scope, Place::Text)?).filter(|text| !text.is_empty()).map(Into::into))
            }
            _ => self.fill(scope, Place::Text).map(|text| Some(text.into())),
        }
    }
}

/// Fills in a body: every string of it is a template. A string that is one placeholder becomes the value with its
/// type; entries whose value is absent are left out. `None`: all of it is absent.
///
/// # Errors
/// Where a value is missing.
pub fn fill_body(body: &Value, scope: &Scope) -> Result<Option<Value>, Unfilled> {
    Ok(Some(match body {
        Value::String(text) => return Template::parse(text)?.value(scope),
        Value::Array(items) => {
            let filled = items.iter().filter_map(|item| fill_body(item, scope).transpose());
            Value::Array(filled.collect::<Result<_, _>>()?)
        }
        Value::Object(entries) => {
            let filled = entries
                .iter()
                .filter_map(|(key, value)| fill_body(value, scope).transpose().map(|value| Ok((key.clone(), value?))));
            Value::Object(filled.collect::<Result<_, Unfilled>>()?)
        }
        other => other.clone(),
    }))
}

/// A scalar as text. Nothing else has one.
pub fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(yes) => Some(yes.to_string()),
        _ => None,
    }
}

fn fill(parts: &[Part], scope: &Scope, place: Place, out: &mut String) -> Result<(), Unfilled> {
    for part in parts {
        match part {
            Part::Text(text) => out.push_str(text),
            Part::Group(parts) => {
                let mut inner = String::new();
                match fill(parts, scope, place, &mut inner) {
                    Ok(()) => out.push_str(&inner),
                    Err(Unfilled::Missing(_)) => {}
                    Err(other) => return Err(other),
                }
            }
            Part::Value(placeholder) => {
                let Some(text) = scope.get(&placeholder.name).and_then(text_of) else {
                    if placeholder.optional {
                        continue;
                    }
                    return Err(Unfilled::Missing(placeholder.name.clone()));
                };
                let text = if placeholder.filter == Some(Filter::Base64) { STANDARD.encode(text) } else { text };
                match place {
                    Place::Url if placeholder.filter != Some(Filter::Raw) => {
                        out.extend(utf8_percent_encode(&text, RESERVED));
                    }
                    Place::Header if text.chars().any(|c| !(' '..='~').contains(&c)) => {
                        return Err(Unfilled::Unsendable(placeholder.name.clone()));
                    }
                    _ => out.push_str(&text),
                }
            }
        }
    }
    Ok(())
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
}

impl Reader<'_> {
    fn parts(&mut self, in_group: bool) -> Result<Vec<Part>, Malformed> {
        let begin = self.at.saturating_sub(1);
        let mut parts = Vec::new();
        let mut literal = String::new();
        while let Some(c) = self.text[self.at..].chars().next() {
            let doubled = self.text[self.at + c.len_utf8()..].starts_with(c);
            if "{}[]".contains(c) && doubled {
                literal.push(c);
                self.at += 2;
                continue;
            }
            let at = self.at;
            self.at += c.len_utf8();
            let part = match c {
                '{' => Part::Value(self.placeholder(at)?),
                '[' if in_group => return Err(malformed(at, "a group can't hold another one")),
                '[' => Part::Group(self.parts(true)?),
                ']' if in_group => {
                    push_text(&mut parts, &mut literal);
                    return Ok(parts);
                }
                '}' | ']' => {
                    return Err(malformed(at, &format!("\"{c}\" closes nothing; write it twice to mean itself")));
                }
                c => {
                    literal.push(c);
                    continue;
                }
            };
            push_text(&mut parts, &mut literal);
            parts.push(part);
        }
        if in_group {
            return Err(malformed(begin, "\"[\" is never closed; write it twice to mean itself"));
        }
        push_text(&mut parts, &mut literal);
        Ok(parts)
    }

    fn placeholder(&mut self, at: usize) -> Result<Placeholder, Malformed> {
        let rest = &self.text[self.at..];
        let end =
            rest.find('}').ok_or_else(|| malformed(at, "\"{\" is never closed; write it twice to mean itself"))?;
        self.at += end + 1;
        let (name, filter) = match rest[..end].split_once('|') {
            None => (&rest[..end], None),
            Some((name, "base64")) => (name, Some(Filter::Base64)),
            Some((name, "text")) => (name, Some(Filter::Text)),
            Some((name, "raw")) => (name, Some(Filter::Raw)),
            Some((_, other)) => {
                return Err(malformed(at, &format!("\"{other}\" is no filter: base64, text and raw are")));
            }
        };
        let optional = name.ends_with('?');
        let name = name.trim_end_matches('?');
        if !is_name(name) {
            return Err(malformed(at, &format!("\"{name}\" is no name: it has lower-case letters, digits and _")));
        }
        Ok(Placeholder { name: name.to_owned(), at, optional, filter })
    }
}

/// Whether a value may have this name.
pub fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
}

fn push_text(parts: &mut Vec<Part>, literal: &mut String) {
    if !literal.is_empty() {
        parts.push(Part::Text(std::mem::take(literal)));
    }
}

fn malformed(at: usize, message: &str) -> Malformed {
    Malformed { at, message: message.to_owned() }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn scope() -> Scope {
        let Value::Object(values) = json!({
            "id": "a/b c?", "n": 7, "seconds": 1.5, "yes": true, "base": "https://api.example", "empty": "",
            "umlaut": "é", "evil": "x\r\nSet-Cookie: y", "list": ["a"], "null": null,
        }) else {
            unreachable!()
        };
        values.into_iter().collect()
    }

    fn filled(template: &str, place: Place) -> Result<String, Unfilled> {
        Template::parse(template).unwrap().fill(&scope(), place)
    }

    #[test]
    fn values_are_encoded_for_their_place() {
        for (template, place, text) in [
            ("/v/{id}/x", Place::Url, "/v/a%2Fb%20c%3F/x"),
            ("{base|raw}/{n}", Place::Url, "https://api.example/7"),
            ("{umlaut}", Place::Url, "%C3%A9"),
            ("{id}", Place::Header, "a/b c?"),
            ("{id|base64}", Place::Header, "YS9iIGM/"),
            ("{umlaut|base64}", Place::Header, "w6k="),
            ("{evil}", Place::Url, "x%0D%0ASet-Cookie%3A%20y"),
            ("a{{b}}[[c]]", Place::Text, "a{b}[c]"),
            ("x[?t={n}]", Place::Url, "x?t=7"),
            ("x[?t={none}]y", Place::Url, "xy"),
            ("x[?t={null}]y", Place::Url, "xy"),
            ("x{none?}y", Place::Url, "xy"),
            ("[,signed{empty}]", Place::Header, ",signed"),
            ("{seconds}{yes}", Place::Text, "1.5true"),
        ] {
            assert_eq!(filled(template, place).unwrap(), text, "{template}");
        }
        assert_eq!(filled("{none}", Place::Url), Err(Unfilled::Missing("none".into())));
        assert_eq!(filled("{list}", Place::Url), Err(Unfilled::Missing("list".into())));
        assert_eq!(filled("{evil}", Place::Header), Err(Unfilled::Unsendable("evil".into())));
        assert_eq!(filled("[{umlaut}]", Place::Header), Err(Unfilled::Unsendable("umlaut".into())));
    }

    #[test]
    fn what_is_no_template_is_refused_with_its_place() {
        for (template, at) in [
            ("ab{c", 2),
            ("a}", 1),
            ("a]", 1),
            ("x[a", 1),
            ("[a[b]]", 2),
            ("{A}", 0),
            ("é{}", 2),
            ("{a|rot13}", 0),
            ("{a b}", 0),
        ] {
            assert_eq!(Template::parse(template).unwrap_err().at, at, "{template}");
        }
    }

    #[test]
    fn a_body_keeps_types_and_loses_what_is_absent() {
        let body = json!({
            "n": "{n}", "text": "{n|text}", "mixed": "n{n}", "gone": "{none?}", "yes": "{yes}", "list": "{list}",
            "items": ["{n}", "{none?}", "fixed"], "deep": {"gone": "{none?}", "kept": 5, "null": null}, "opt": "[a{none}]",
        });
        let filled = fill_body(&body, &scope()).unwrap().unwrap();
        assert_eq!(
            filled,
            json!({
                "n": 7, "text": "7", "mixed": "n7", "yes": true, "list": ["a"],
                "items": [7, "fixed"], "deep": {"kept": 5, "null": null},
            })
        );
        assert_eq!(fill_body(&json!({"a": "{none}"}), &scope()), Err(Unfilled::Missing("none".into())));
    }

    proptest! {
        #[test]
        fn no_value_leaves_its_place_in_a_url(value in ".*") {
            let scope = Scope::from([("id".to_owned(), Value::from(value.clone()))]);
            let url = Template::parse("/v/{id}").unwrap().fill(&scope, Place::Url).unwrap();
            let rest = url.strip_prefix("/v/").unwrap();
            prop_assert!(rest.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~%".contains(&b)));
            let back = percent_encoding::percent_decode_str(rest).decode_utf8().unwrap();
            prop_assert_eq!(back, value);
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "[a{}\\[\\]|?é]*") {
            let _ = Template::parse(&text);
        }
    }
}
