//! Carries the token of a signed address on: to the URLs in playlists and storyboards.

use axum::body::Bytes;

/// Whether a file of this name has URLs of others in it.
pub fn names_others(path: &str) -> bool {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.ends_with(".m3u8") || matches!(name, "storyboard.vtt" | "storyboard.json")
}

/// The file with the token at each URL. Only files that this server has written come here.
pub fn carry(path: &str, content: &Bytes, token: &str) -> String {
    let text = String::from_utf8_lossy(content);
    if path.ends_with(".m3u8") {
        text.lines().map(|line| playlist_line(line, token) + "\n").collect()
    } else if path.ends_with(".vtt") {
        text.lines().map(|line| line.replacen("#xywh=", &format!("?token={token}#xywh="), 1) + "\n").collect()
    } else {
        // Names of sheets are letters, digits, hyphens and dots: nothing of JSON's needs care.
        text.replace(".webp\"", &format!(".webp?token={token}\""))
    }
}

fn playlist_line(line: &str, token: &str) -> String {
    if !line.starts_with('#') {
        return if line.trim().is_empty() { line.to_owned() } else { format!("{line}?token={token}") };
    }
    // RFC 8216 §4.2: a quoted string holds no quote.
    match line.split_once("URI=\"").and_then(|(before, rest)| Some((before, rest.split_once('"')?))) {
        Some((before, (uri, after))) => format!("{before}URI=\"{uri}?token={token}\"{after}"),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_url_of_a_playlist_gets_the_token_and_nothing_else_does() {
        let text = "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI=\"audio/index.m3u8\",NAME=\"A\"\n#EXT-X-MAP:URI=\"init.mp4\"\n\n\
                    #EXT-X-KEY:METHOD=AES-128,URI=\"/media/v/key\",IV=0x01\n#EXTINF:4.0,\n00000.m4s\n#EXT-X-ENDLIST\n";
        let expected = "#EXTM3U\n#EXT-X-MEDIA:TYPE=AUDIO,URI=\"audio/index.m3u8?token=T\",NAME=\"A\"\n\
                        #EXT-X-MAP:URI=\"init.mp4?token=T\"\n\n\
                        #EXT-X-KEY:METHOD=AES-128,URI=\"/media/v/key?token=T\",IV=0x01\n#EXTINF:4.0,\n00000.m4s?token=T\n\
                        #EXT-X-ENDLIST\n";
        assert_eq!(carry("a/index.m3u8", &Bytes::from_static(text.as_bytes()), "T"), expected);
    }

    #[test]
    fn every_sheet_of_a_storyboard_gets_the_token() {
        let vtt = Bytes::from_static(b"WEBVTT\n\n00:00.000 --> 00:01.000\nsheet-0.webp#xywh=0,0,1,1\n");
        assert!(carry("p/storyboard.vtt", &vtt, "T").contains("\nsheet-0.webp?token=T#xywh=0,0,1,1\n"));
        let json = Bytes::from_static(br#"{"url":"sheet-0.webp","tiles":[{"start":0,"url":"sheet-1.webp"}]}"#);
        let expected = r#"{"url":"sheet-0.webp?token=T","tiles":[{"start":0,"url":"sheet-1.webp?token=T"}]}"#;
        assert_eq!(carry("p/storyboard.json", &json, "T"), expected);
        assert!(!names_others("p/tracks/en.vtt") && names_others("p/storyboard.vtt"));
    }
}
