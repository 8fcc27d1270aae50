//! Captions that somebody brings, WebVTT or SubRip, made into WebVTT that every browser reads the same.
//!
//! The file is a stranger's. What comes out has cues only: their times, known settings, and their text. Style sheets, regions
//! and comments are left out, and so is every line that can't be told from one of them.

use std::fmt::Write;

use thiserror::Error;

/// Bytes of a file. Ten hours of talk are less than one million.
pub const MAX_BYTES: usize = 2 << 20;
/// Cues of a file.
const MAX_CUES: usize = 50_000;
/// Bytes of a cue's text.
const MAX_TEXT: usize = 4_000;

/// Why a file gives no captions.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum CaptionsError {
    /// It is longer than any captions.
    #[error("The file has more than {MAX_BYTES} bytes: captions are shorter.")]
    TooLarge,
    /// It is not UTF-8.
    #[error("The file is not text in UTF-8. Save it with that encoding.")]
    NotText,
    /// It is neither WebVTT nor SubRip.
    #[error("The file is neither WebVTT (.vtt) nor SubRip (.srt): it has no line like 00:00:01.000 --> 00:00:02.000.")]
    NotCaptions,
    /// A line with an arrow has no times that can be read.
    #[error("Line {line} has no times that can be read. They are like 00:00:01.000 --> 00:00:02.000.")]
    BadTimes {
        /// The line's number, from 1.
        line: usize,
    },
    /// There are more cues than any video has.
    #[error("The file has more than {MAX_CUES} cues.")]
    TooManyCues,
}

/// Captions, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Captions {
    cues: Vec<Cue>,
}

#[derive(Clone, Debug, PartialEq)]
struct Cue {
    /// Milliseconds.
    start: u64,
    end: u64,
    settings: String,
    text: String,
}

impl Captions {
    /// Reads a file.
    ///
    /// # Errors
    /// Why it gives no captions.
    pub fn parse(bytes: &[u8]) -> Result<Self, CaptionsError> {
        if bytes.len() > MAX_BYTES {
            return Err(CaptionsError::TooLarge);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| CaptionsError::NotText)?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
        if text.contains('\0') {
            return Err(CaptionsError::NotText);
        }
        let is_vtt =
            text.strip_prefix("WEBVTT").is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\n']));
        let mut cues = Vec::new();
        let mut lines = text.lines().enumerate().peekable();
        while let Some((index, line)) = lines.next() {
            let Some((start, rest)) = line.split_once("-->") else { continue };
            let times = read_time(start).zip(rest.split_whitespace().next().and_then(read_time));
            let (start, end) = times.ok_or(CaptionsError::BadTimes { line: index + 1 })?;
            let settings = if is_vtt { settings(rest) } else { String::new() };
            let mut text = String::new();
            // A cue ends with an empty line; one that forgets it ends where the next begins.
            while let Some((_, line)) = lines.next_if(|(_, line)| !line.trim().is_empty() && !line.contains("-->")) {
                if text.len() + line.len() < MAX_TEXT {
                    text.push_str(&if is_vtt { line.trim_end().to_owned() } else { from_subrip(line.trim_end()) });
                    text.push('\n');
                }
            }
            let forgotten = lines.peek().is_some_and(|(_, line)| line.contains("-->"));
            if forgotten && !is_vtt {
                drop_last_number(&mut text);
            }
            if cues.len() == MAX_CUES {
                return Err(CaptionsError::TooManyCues);
            }
            // What is never shown is left out.
            if end > start && !text.trim().is_empty() {
                cues.push(Cue { start, end, settings, text });
            }
        }
        if cues.is_empty() { Err(CaptionsError::NotCaptions) } else { Ok(Self { cues }) }
    }

    /// Moves all cues by so many seconds. What would be over before the beginning goes.
    #[must_use]
    pub fn shifted(mut self, seconds: f64) -> Self {
        let by = (seconds * 1000.0).round() as i64;
        for cue in &mut self.cues {
            cue.start = cue.start.saturating_add_signed(by);
            cue.end = cue.end.saturating_add_signed(by);
        }
        self.cues.retain(|cue| cue.end > cue.start);
        self
    }

    /// How many cues there are.
    pub fn cues(&self) -> usize {
        self.cues.len()
    }

    /// As WebVTT.
    pub fn to_vtt(&self) -> String {
        let mut vtt = "WEBVTT\n".to_owned();
        for Cue { start, end, settings, text } in &self.cues {
            // Writing to a String never fails.
            let _ = write!(vtt, "\n{} --> {}{settings}\n{text}", time(*start), time(*end));
        }
        vtt
    }
}

/// SubRip numbers its cues: without an empty line before it, the number of the next looks like text.
fn drop_last_number(text: &mut String) {
    let without = text.trim_end().rsplit_once('\n').map_or((0, text.trim_end()), |(rest, last)| (rest.len() + 1, last));
    if !without.1.is_empty() && without.1.bytes().all(|byte| byte.is_ascii_digit()) {
        text.truncate(without.0);
    }
}

/// `hh:mm:ss.ttt`, hours left out or not, comma or dot, in milliseconds.
fn read_time(text: &str) -> Option<u64> {
    let text = text.trim();
    let (whole, fraction) = text.split_once(['.', ',']).unwrap_or((text, "0"));
    let number = |text: &str| {
        let digits = !text.is_empty() && text.len() <= 6 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u64>().ok())?
    };
    let parts: Vec<_> = whole.split(':').map(number).collect::<Option<_>>()?;
    let seconds = match parts[..] {
        [minutes, seconds] if seconds < 60 => minutes * 60 + seconds,
        [hours, minutes, seconds] if minutes < 60 && seconds < 60 => (hours * 60 + minutes) * 60 + seconds,
        _ => return None,
    };
    number(fraction)?;
    // Two digits are hundredths.
    let millis = format!("{fraction:0<3}").get(..3)?.parse::<u64>().ok()?;
    Some(seconds * 1000 + millis)
}

fn time(millis: u64) -> String {
    let (seconds, millis) = (millis / 1000, millis % 1000);
    format!("{:02}:{:02}:{:02}.{millis:03}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// The settings that WebVTT knows, after the second time. A region would need its definition, which is left out.
fn settings(rest: &str) -> String {
    let known = |setting: &&str| {
        let Some((name, value)) = setting.split_once(':') else { return false };
        let plain = |c: char| c.is_ascii_alphanumeric() || "-.,%".contains(c);
        ["vertical", "line", "position", "size", "align"].contains(&name)
            && !value.is_empty()
            && value.len() <= 40
            && value.chars().all(plain)
    };
    rest.split_whitespace().skip(1).filter(known).fold(String::new(), |all, setting| all + " " + setting)
}

/// SubRip's line as WebVTT's: bold, italic and underlined stay, other tags go, and what only looks like one is text.
fn from_subrip(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut rest = line;
    while let Some(at) = rest.find(['<', '{', '&']) {
        let (before, after) = rest.split_at(at);
        out.push_str(before);
        let tag = after.find(if after.starts_with('{') { '}' } else { '>' }).and_then(|end| after.get(1..end));
        rest = match (after.as_bytes().first(), tag) {
            // {\an8} and its kin say where.
            (Some(b'{'), Some(tag)) if tag.starts_with('\\') => after.get(tag.len() + 2..).unwrap_or_default(),
            (Some(b'<'), Some(tag)) if is_tag(tag) => {
                if ["b", "i", "u", "/b", "/i", "/u"].contains(&tag.to_ascii_lowercase().as_str()) {
                    let _ = write!(out, "<{}>", tag.to_ascii_lowercase());
                }
                after.get(tag.len() + 2..).unwrap_or_default()
            }
            (first, _) => {
                out.push_str(match first {
                    Some(b'<') => "&lt;",
                    Some(b'&') => "&amp;",
                    _ => "{",
                });
                after.get(1..).unwrap_or_default()
            }
        };
    }
    out.push_str(rest);
    out
}

fn is_tag(tag: &str) -> bool {
    let name = tag.strip_prefix('/').unwrap_or(tag).split(' ').next().unwrap_or_default().to_ascii_lowercase();
    ["b", "i", "u", "s", "font", "span", "em", "strong"].contains(&name.as_str())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use proptest::prelude::*;

    use super::*;

    fn vtt(text: &str) -> String {
        Captions::parse(text.as_bytes()).unwrap().to_vtt()
    }

    #[test]
    fn subrip_becomes_webvtt() {
        let srt = "\u{feff}1\r\n00:00:01,000 --> 00:00:02,500\r\n<i>Hello</i> & <font color=\"red\">you</font>\r\n{\\an8}up <3\r\n\r\n\
                   2\r\n00:01:00,50 --> 01:00:00,000  X1:10\r\nA > B\r\n3\r\n01:00:01,000 --> 01:00:02,000\r\nend";
        let expected = "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\n<i>Hello</i> &amp; you\nup &lt;3\n\n\
                        00:01:00.500 --> 01:00:00.000\nA > B\n\n01:00:01.000 --> 01:00:02.000\nend\n";
        assert_eq!(vtt(srt), expected);
    }

    #[test]
    fn webvtt_keeps_its_cues_and_loses_what_reaches_beyond_them() {
        let text = "WEBVTT - a title\n\nSTYLE\n::cue { background: url(https://evil.example/) }\n\nREGION\nid:a\n\n\
                    NOTE a comment\nof two lines\n\nintro\n00:01.000 --> 00:02.000 align:start region:a line:0% x:<b>\n\
                    <v Anna>Hello\n- there\n\n00:03.000 --> 00:03.000\nnever\n\n1:00:00.000 --> 1:00:01.000\n\n";
        assert_eq!(vtt(text), "WEBVTT\n\n00:00:01.000 --> 00:00:02.000 align:start line:0%\n<v Anna>Hello\n- there\n");
    }

    #[test]
    fn what_gives_no_captions_says_why() {
        let error = |bytes: &[u8]| Captions::parse(bytes).unwrap_err();
        assert_eq!(error(b""), CaptionsError::NotCaptions);
        assert_eq!(error(b"WEBVTT\n"), CaptionsError::NotCaptions);
        assert_eq!(error(b"<html>no</html>"), CaptionsError::NotCaptions);
        assert_eq!(error(&[0xff, 0xfe, b'1', 0]), CaptionsError::NotText);
        assert_eq!(error(b"WEBVTT\0"), CaptionsError::NotText);
        assert_eq!(error(&vec![b'a'; MAX_BYTES + 1]), CaptionsError::TooLarge);
        for line in ["a --> b", "00:00:01,000 -->", "00:99.000 --> 00:01.000", "00:01 --> 99999999999999999999:00"] {
            assert_eq!(error(format!("1\n{line}\nHello").as_bytes()), CaptionsError::BadTimes { line: 2 }, "{line}");
        }
        let many = "\n0:1 --> 0:2\nx\n".repeat(MAX_CUES + 1);
        assert_eq!(error(many.as_bytes()), CaptionsError::TooManyCues);
    }

    #[test]
    fn cues_move_with_the_picture() {
        let captions =
            Captions::parse(b"WEBVTT\n\n00:01.000 --> 00:02.000\na\n\n00:05.000 --> 00:06.000\nb\n").unwrap();
        let moved = captions.shifted(-2.5).to_vtt();
        assert_eq!(moved, "WEBVTT\n\n00:00:02.500 --> 00:00:03.500\nb\n");
    }

    proptest! {
        #[test]
        fn what_comes_out_is_read_again_as_the_same(text in "([0-9:.,<>{}&a-c \\\\\n-]|00:01\\.000 --> 00:02\\.000|WEBVTT){0,60}") {
            if let Ok(captions) = Captions::parse(text.as_bytes()) {
                let vtt = captions.to_vtt();
                let again = Captions::parse(vtt.as_bytes());
                prop_assert_eq!(again.map(|again| again.to_vtt()), Ok(vtt));
            }
        }

        #[test]
        fn no_bytes_make_it_fall(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = Captions::parse(&bytes);
        }
    }
}
