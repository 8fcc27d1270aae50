//! What both kinds of playlist are made of: lines, attribute lists, numbers.

/// A line that counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    /// A tag's name without `#EXT`, and what follows its colon.
    Tag(&'a str, &'a str),
    /// A URI.
    Uri(&'a str),
}

/// The lines that count. `None` where the text is no playlist at all.
pub(super) fn lines(text: &str) -> Option<impl Iterator<Item = Line<'_>>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let rest = text.strip_prefix("#EXTM3U")?;
    Some(rest.split(['\n', '\r']).map(blanks_off).filter_map(|line| {
        if let Some(tag) = line.strip_prefix("#EXT") {
            let (name, value) = tag.split_once(':').unwrap_or((tag, ""));
            Some(Line::Tag(name, value))
        } else if line.is_empty() || line.starts_with('#') {
            None
        } else {
            Some(Line::Uri(line))
        }
    }))
}

/// Without blanks at either end. Playlists know no others, and Rust's own `trim` brings Unicode's tables along.
fn blanks_off(text: &str) -> &str {
    text.trim_matches([' ', '\t'])
}

/// The names and values of an attribute list, quotes off.
pub(super) fn attributes(mut list: &str) -> impl Iterator<Item = (&str, &str)> {
    std::iter::from_fn(move || {
        let (name, rest) = list.split_once('=')?;
        let (value, rest) = match rest.strip_prefix('"') {
            Some(quoted) => {
                let (value, rest) = quoted.split_once('"').unwrap_or((quoted, ""));
                (value, rest.split_once(',').map_or("", |(_, rest)| rest))
            }
            None => rest.split_once(',').unwrap_or((rest, "")),
        };
        list = rest;
        Some((blanks_off(name), value))
    })
}

/// Digits only, and no more of them than a file on earth has bytes.
pub(super) fn integer(text: &str) -> Option<f64> {
    let good = !text.is_empty() && text.len() <= 15 && text.bytes().all(|byte| byte.is_ascii_digit());
    good.then(|| text.bytes().fold(0.0, |sum, byte| sum * 10.0 + f64::from(byte - b'0')))
}

/// Digits, with a fraction if need be. Rust's own parser knows every float there is: for fifteen kilobytes of wasm.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let fraction = fraction.get(..fraction.len().min(9))?;
    let fraction = if fraction.is_empty() { "0" } else { fraction };
    let scale = fraction.bytes().fold(1.0, |scale, _| scale * 10.0);
    Some(integer(whole)? + integer(fraction)? / scale)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_count() {
        let read = |text| lines(text).map(Iterator::collect::<Vec<_>>);
        assert_eq!(
            read("\u{feff}#EXTM3U\r\n\r\n#EXT-X-VERSION:7\n# a comment\n#EXT-X-ENDLIST \n a b.ts\t"),
            Some(vec![Line::Tag("-X-VERSION", "7"), Line::Tag("-X-ENDLIST", ""), Line::Uri("a b.ts")])
        );
        assert_eq!(read("<!doctype html>"), None);
        assert_eq!(read(""), None);
    }

    #[test]
    fn attribute_lists() {
        let read = |list| attributes(list).collect::<Vec<_>>();
        assert_eq!(
            read(r#"BANDWIDTH=1280000, CODECS="avc1.4d401f,mp4a.40.2",RESOLUTION=640x360,NAME="a=b""#),
            [("BANDWIDTH", "1280000"), ("CODECS", "avc1.4d401f,mp4a.40.2"), ("RESOLUTION", "640x360"), ("NAME", "a=b")]
        );
        assert_eq!(read(r#"URI="never closed"#), [("URI", "never closed")]);
        assert_eq!(read("nothing"), []);
    }

    #[test]
    fn numbers() {
        for (text, expected) in [
            ("4", Some(4.0)),
            ("4.", Some(4.0)),
            ("10.01001001001", Some(10.01001001)),
            ("0.033367", Some(0.033367)),
            ("", None),
            (".5", None),
            ("-1", None),
            ("1e3", None),
            ("1.ä", None),
            ("9999999999999999", None),
        ] {
            assert_eq!(decimal(text), expected, "{text}");
        }
    }
}
