//! From text to [`Json`].

use super::Json;

/// How deep arrays and objects may lie in each other: what nobody means would use up the stack.
const DEEPEST: u32 = 128;

pub(super) fn parse(text: &str) -> Option<Json> {
    let mut parser = Parser { text, at: 0 };
    let json = parser.value(DEEPEST)?;
    parser.space();
    (parser.at == text.len()).then_some(json)
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn peek(&self) -> u8 {
        // 0 is nowhere in JSON.
        self.text.as_bytes().get(self.at).copied().unwrap_or(0)
    }

    fn next(&mut self) -> u8 {
        let byte = self.peek();
        self.at += 1;
        byte
    }

    fn eat(&mut self, byte: u8) -> bool {
        let found = self.peek() == byte;
        self.at += usize::from(found);
        found
    }

    fn space(&mut self) {
        while matches!(self.peek(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    fn word(&mut self, word: &str, json: Json) -> Option<Json> {
        let found = self.text.as_bytes().get(self.at..)?.starts_with(word.as_bytes());
        self.at += word.len();
        found.then_some(json)
    }

    fn value(&mut self, depth: u32) -> Option<Json> {
        self.space();
        match self.peek() {
            b'n' => self.word("null", Json::Null),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            b'"' => self.string().map(Json::Text),
            b'[' => self.list(depth.checked_sub(1)?),
            b'{' => self.object(depth.checked_sub(1)?),
            _ => self.number(),
        }
    }

    fn list(&mut self, depth: u32) -> Option<Json> {
        let mut list = Vec::new();
        self.at += 1;
        self.space();
        if !self.eat(b']') {
            loop {
                list.push(self.value(depth)?);
                self.space();
                match self.next() {
                    b',' => {}
                    b']' => break,
                    _ => return None,
                }
            }
        }
        Some(Json::List(list))
    }

    fn object(&mut self, depth: u32) -> Option<Json> {
        let mut fields = Vec::new();
        self.at += 1;
        self.space();
        if !self.eat(b'}') {
            loop {
                self.space();
                let name = self.string()?;
                self.space();
                if !self.eat(b':') {
                    return None;
                }
                fields.push((name, self.value(depth)?));
                self.space();
                match self.next() {
                    b',' => {}
                    b'}' => break,
                    _ => return None,
                }
            }
        }
        Some(Json::Object(fields))
    }

    fn string(&mut self) -> Option<String> {
        if !self.eat(b'"') {
            return None;
        }
        let mut string = String::new();
        loop {
            let start = self.at;
            while !matches!(self.peek(), b'"' | b'\\' | 0..0x20) {
                self.at += 1;
            }
            string.push_str(self.text.get(start..self.at)?);
            match self.next() {
                b'"' => return Some(string),
                b'\\' => string.push(self.escaped()?),
                _ => return None,
            }
        }
    }

    fn escaped(&mut self) -> Option<char> {
        let byte = self.next();
        Some(match byte {
            b'"' | b'\\' | b'/' => char::from(byte),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let unit = self.hex()?;
                if !(0xd800..0xdc00).contains(&unit) {
                    // None of the second half of a pair without the first.
                    return char::from_u32(unit);
                }
                let paired = self.eat(b'\\') && self.eat(b'u');
                let low = self.hex().filter(|low| paired && (0xdc00..0xe000).contains(low))?;
                return char::from_u32(0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00));
            }
            _ => return None,
        })
    }

    fn hex(&mut self) -> Option<u32> {
        let mut unit = 0;
        for _ in 0..4 {
            unit = unit << 4 | char::from(self.next()).to_digit(16)?;
        }
        Some(unit)
    }

    fn number(&mut self) -> Option<Json> {
        let negative = self.eat(b'-');
        let mut digits = Digits { value: 0, dropped: 0, count: 0 };
        let zero = self.peek() == b'0';
        self.digits(&mut digits);
        if digits.count == 0 || (zero && digits.count > 1) {
            return None;
        }
        let whole = digits.dropped == 0;
        let mut exponent = digits.dropped;
        let mut plain = true;
        if self.eat(b'.') {
            plain = false;
            let (count, dropped) = (digits.count, digits.dropped);
            self.digits(&mut digits);
            let further = digits.count - count;
            if further == 0 {
                return None;
            }
            exponent -= further - (digits.dropped - dropped);
        }
        if self.eat(b'e') || self.eat(b'E') {
            plain = false;
            let down = self.eat(b'-');
            if !down {
                self.eat(b'+');
            }
            let mut power = Digits { value: 0, dropped: 0, count: 0 };
            self.digits(&mut power);
            if power.count == 0 {
                return None;
            }
            let power = power.value.min(9_999) as i32;
            exponent += if down { -power } else { power };
        }
        if plain && whole && !negative {
            return Some(Json::Whole(digits.value));
        }
        let value = scale(digits.value as f64, exponent);
        value.is_finite().then(|| Json::Number(if negative { -value } else { value }))
    }

    fn digits(&mut self, digits: &mut Digits) {
        while self.peek().is_ascii_digit() {
            let digit = u64::from(self.next() - b'0');
            digits.count += 1;
            // More than fit change nothing that counts.
            match digits.value.checked_mul(10).and_then(|value| value.checked_add(digit)) {
                Some(value) if digits.dropped == 0 => digits.value = value,
                _ => digits.dropped += 1,
            }
        }
    }
}

/// Digits in a row.
struct Digits {
    value: u64,
    dropped: i32,
    count: i32,
}

/// `value` times ten to the power of `exponent`: exact for all numbers of up to fifteen digits and twenty-two places, and
/// to the last bit or two for others. Rust's own way takes ten kilobytes of tables.
fn scale(mut value: f64, exponent: i32) -> f64 {
    let mut left = exponent.unsigned_abs();
    while left > 0 && value != 0.0 && value.is_finite() {
        let step = left.min(22);
        let power = (0..step).fold(1.0, |power, _| power * 10.0);
        value = if exponent < 0 { value / power } else { value * power };
        left -= step;
    }
    value
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    fn same(json: &Json, value: &Value) -> bool {
        match (json, value) {
            (Json::Null, Value::Null) => true,
            (Json::Bool(a), Value::Bool(b)) => a == b,
            (Json::Whole(a), Value::Number(b)) => Some(*a) == b.as_u64(),
            (Json::Number(a), Value::Number(b)) => Some(*a) == b.as_f64() && b.as_u64().is_none(),
            (Json::Text(a), Value::String(b)) => a == b,
            (Json::List(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
            (Json::Object(a), Value::Object(b)) => {
                a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
            }
            _ => false,
        }
    }

    #[test]
    fn it_reads_what_serde_reads_and_nothing_else() {
        for text in [
            "null",
            " true ",
            "false",
            "tru",
            "nulll",
            "",
            " ",
            "0",
            "-0",
            "00",
            "01",
            "-",
            "7",
            "-7",
            "1.5",
            "1.",
            ".5",
            "1e3",
            "1E+3",
            "1e-3",
            "1e",
            "1e+",
            "12.345678",
            "0.1",
            "1e400",
            "1e-400",
            "0e999",
            "123456789.125",
            "18446744073709551615",
            "18446744073709551616",
            "9007199254740993",
            "3.141592653589793",
            "+1",
            "0x1",
            r#""""#,
            r#""a\"\\\/\b\f\n\r\t""#,
            r#""\u00e9\ud83d\ude00""#,
            r#""\ud83d""#,
            r#""\ude00""#,
            r#""\ud83dx""#,
            r#""\ud83d\n""#,
            r#""\u12g4""#,
            r#""\x""#,
            r#""open"#,
            "\"line\nbreak\"",
            "\"\u{0}\"",
            r#""höhe 😀""#,
            r#""\"#,
            "[]",
            "[ ]",
            "[1]",
            "[1,]",
            "[,1]",
            "[1 2]",
            "[[],[[]]]",
            "[",
            "]",
            "{}",
            "{ }",
            r#"{"a":1}"#,
            r#"{"a":1,}"#,
            r#"{"a"}"#,
            r#"{"a":}"#,
            r#"{a:1}"#,
            r#"{"a":{"b":[null,true,"c"]} , "d" : -1.25}"#,
            "{}x",
            "1 2",
            "// no",
        ] {
            match (parse(text), serde_json::from_str::<Value>(text)) {
                (Some(json), Ok(value)) => assert!(same(&json, &value), "{text}: {json:?}, {value:?}"),
                (None, Err(_)) => {}
                (json, value) => panic!("{text}: {json:?}, {value:?}"),
            }
        }
    }

    #[test]
    fn what_is_nested_too_deeply_is_refused() {
        let nested = |depth: usize| "[".repeat(depth) + &"]".repeat(depth);

        assert!(parse(&nested(100)).is_some());
        assert!(parse(&nested(100_000)).is_none());
    }
}
