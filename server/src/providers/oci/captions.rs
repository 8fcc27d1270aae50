//! Captions from a transcription. Pure.

/// Where the captions of a video lie in this server's store, in the video's folder.
pub const PATH: &str = "captions.vtt";

/// The object that captions are made of: WebVTT before SubRip.
pub fn choose<'a>(objects: &[&'a str]) -> Option<&'a str> {
    let ending = |ending: &str| objects.iter().copied().find(|name| name.to_ascii_lowercase().ends_with(ending));
    ending(".vtt").or_else(|| ending(".srt"))
}

/// The transcription as WebVTT. `None`: it is neither WebVTT nor SubRip, or has no cue.
pub fn vtt(object: &str, bytes: &[u8]) -> Option<String> {
    let text =
        std::str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}').replace("\r\n", "\n").replace('\r', "\n");
    if !text.contains("-->") {
        return None;
    }
    if object.to_ascii_lowercase().ends_with(".vtt") {
        return text.starts_with("WEBVTT").then_some(text);
    }
    let lines = text.lines().map(|line| {
        // SubRip writes 00:00:01,500 where WebVTT writes 00:00:01.500.
        if line.contains("-->") { line.replace(',', ".") } else { line.to_owned() }
    });
    Some(format!("WEBVTT\n\n{}\n", lines.collect::<Vec<_>>().join("\n").trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subrip_becomes_webvtt() {
        let srt = "\u{feff}1\r\n00:00:01,500 --> 00:00:02,000\r\nOne, two\r\n\r\n2\r\n00:00:03,000 --> 00:00:04,000\r\nThree\r\n";
        let vtt = "WEBVTT\n\n1\n00:00:01.500 --> 00:00:02.000\nOne, two\n\n2\n00:00:03.000 --> 00:00:04.000\nThree\n";
        assert_eq!(super::vtt("a.SRT", srt.as_bytes()).as_deref(), Some(vtt));
        assert_eq!(super::vtt("a.vtt", vtt.as_bytes()).as_deref(), Some(vtt));
        assert_eq!(super::vtt("a.vtt", srt.as_bytes()), None);
        assert_eq!(super::vtt("a.srt", b"nothing is said"), None);
    }

    #[test]
    fn the_better_form_is_taken() {
        assert_eq!(choose(&["t/a.json", "t/a.srt", "t/a.vtt"]), Some("t/a.vtt"));
        assert_eq!(choose(&["t/a.json", "t/a.srt"]), Some("t/a.srt"));
        assert_eq!(choose(&["t/a.json"]), None);
    }
}
