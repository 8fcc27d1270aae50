//! From values to text.

/// A type that can be written as JSON.
pub trait ToJson {
    /// As JSON.
    fn to_json(&self) -> String;
}

/// An object that is being written, field by field.
#[derive(Debug)]
pub struct Writer(String);

impl Default for Writer {
    fn default() -> Self {
        Self("{".to_owned())
    }
}

impl Writer {
    /// A field whose value is JSON already.
    pub fn json(&mut self, name: &str, json: &str) -> &mut Self {
        if self.0.len() > 1 {
            self.0.push(',');
        }
        write_text(&mut self.0, name);
        self.0.push(':');
        self.0.push_str(json);
        self
    }

    /// A text.
    pub fn text(&mut self, name: &str, text: &str) -> &mut Self {
        self.json(name, "");
        write_text(&mut self.0, text);
        self
    }

    /// A number.
    pub fn whole(&mut self, name: &str, number: u64) -> &mut Self {
        self.json(name, &number.to_string())
    }

    /// Yes or no.
    pub fn flag(&mut self, name: &str, flag: bool) -> &mut Self {
        self.json(name, if flag { "true" } else { "false" })
    }

    /// A text or `null`.
    pub fn maybe_text(&mut self, name: &str, text: Option<&str>) -> &mut Self {
        match text {
            Some(text) => self.text(name, text),
            None => self.json(name, "null"),
        }
    }

    /// A number or `null`.
    pub fn maybe_whole(&mut self, name: &str, number: Option<u64>) -> &mut Self {
        match number {
            Some(number) => self.whole(name, number),
            None => self.json(name, "null"),
        }
    }

    /// The object.
    pub fn finish(&mut self) -> String {
        self.0.push('}');
        std::mem::take(&mut self.0)
    }
}

/// An array of what `write` gives for each.
pub fn list<T>(values: &[T], write: impl Fn(&T) -> String) -> String {
    let mut list = "[".to_owned();
    for value in values {
        if list.len() > 1 {
            list.push(',');
        }
        list.push_str(&write(value));
    }
    list.push(']');
    list
}

/// A text in quotes.
impl ToJson for str {
    fn to_json(&self) -> String {
        let mut json = String::new();
        write_text(&mut json, self);
        json
    }
}

fn write_text(json: &mut String, text: &str) {
    json.push('"');
    for character in text.chars() {
        let short = match character {
            '"' | '\\' => character,
            '\u{8}' => 'b',
            '\u{c}' => 'f',
            '\n' => 'n',
            '\r' => 'r',
            '\t' => 't',
            '\0'..' ' => {
                json.push_str(if character < '\u{10}' { "\\u000" } else { "\\u001" });
                json.extend(char::from_digit(u32::from(character) & 15, 16));
                continue;
            }
            _ => {
                json.push(character);
                continue;
            }
        };
        json.push('\\');
        json.push(short);
    }
    json.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_written_as_serde_writes_them() {
        let all: String = (0..0x300).filter_map(char::from_u32).chain("😀\u{2028}".chars()).collect();

        for text in ["", "plain", "\"\\/", &all] {
            assert_eq!(text.to_json(), serde_json::to_string(text).unwrap());
        }
    }

    #[test]
    fn an_object_has_its_fields_in_their_order() {
        let mut writer = Writer::default();
        writer.text("a", "x").whole("b", u64::MAX).flag("c", true).maybe_text("d", None).maybe_whole("e", Some(1));

        assert_eq!(writer.finish(), r#"{"a":"x","b":18446744073709551615,"c":true,"d":null,"e":1}"#);
        assert_eq!(Writer::default().finish(), "{}");
        assert_eq!(list(&[1, 2], u32::to_string), "[1,2]");
    }
}
