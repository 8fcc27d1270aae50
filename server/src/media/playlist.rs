//! Reads the media playlists that ffmpeg writes, and measures the segments they name (RFC 8216).

use std::{fmt::Write, ops::Range};

/// A media playlist.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MediaPlaylist {
    /// The init segment's name.
    pub init: String,
    /// The segments, in order.
    pub segments: Vec<Segment>,
    /// Seconds that no segment is longer than, rounded.
    pub target_duration: f64,
}

/// A segment.
#[derive(Clone, Debug, PartialEq)]
pub struct Segment {
    /// Its name.
    pub name: String,
    /// Seconds.
    pub duration: f64,
    /// What its encryption began with (AES-128); `None`: it is not encrypted.
    pub iv: Option<[u8; 16]>,
}

/// Bits per second.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct BitRate {
    /// `BANDWIDTH`: the highest over any run of segments that lasts 0.5 to 1.5 target durations (RFC 8216 §4.1).
    pub peak: u64,
    /// `AVERAGE-BANDWIDTH`: over all of it.
    pub average: u64,
}

impl MediaPlaylist {
    /// Reads a playlist. None where it is not one that ffmpeg finished writing.
    pub fn parse(text: &str) -> Option<Self> {
        let mut playlist = Self::default();
        let mut duration = None;
        let mut ended = false;
        let mut iv = None;
        for line in text.lines().map(str::trim) {
            if let Some(value) = line.strip_prefix("#EXTINF:") {
                duration = Some(value.trim_end_matches(',').parse().ok()?);
            } else if let Some(value) = line.strip_prefix("#EXT-X-MAP:URI=\"") {
                playlist.init = value.split('"').next()?.to_owned();
            } else if let Some(value) = line.strip_prefix("#EXT-X-TARGETDURATION:") {
                playlist.target_duration = value.parse().ok()?;
            } else if let Some((_, value)) =
                line.split_once("#EXT-X-KEY:METHOD=AES-128,").and_then(|_| line.split_once("IV=0x"))
            {
                iv = Some(u128::from_str_radix(value, 16).ok()?.to_be_bytes());
            } else if line == "#EXT-X-ENDLIST" {
                ended = true;
            } else if !line.is_empty() && !line.starts_with('#') {
                playlist.segments.push(Segment { name: line.to_owned(), duration: duration.take()?, iv });
            }
        }
        (ended && !playlist.init.is_empty() && !playlist.segments.is_empty()).then_some(playlist)
    }

    /// The playlist as players read it (RFC 8216). `independent` where every segment starts with a key frame; `key` is
    /// where the key of encrypted segments is.
    pub fn to_text(&self, independent: bool, key: &str) -> String {
        let mut text = format!(
            "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:{}\n#EXT-X-PLAYLIST-TYPE:VOD\n",
            self.target_duration
        );
        if independent {
            text.push_str("#EXT-X-INDEPENDENT-SEGMENTS\n");
        }
        // Writing to a String never fails.
        let _ = writeln!(text, "#EXT-X-MAP:URI=\"{}\"", self.init);
        for Segment { name, duration, iv } in &self.segments {
            if let Some(iv) = iv {
                let iv = u128::from_be_bytes(*iv);
                let _ = writeln!(text, "#EXT-X-KEY:METHOD=AES-128,URI=\"{key}\",IV=0x{iv:032x}");
            }
            let _ = writeln!(text, "#EXTINF:{duration:.6},\n{name}");
        }
        text.push_str("#EXT-X-ENDLIST\n");
        text
    }

    /// Sets the segments' durations by when their frames are shown, in seconds: each lasts until the next begins.
    /// ffmpeg adds up what the container claims of each frame, and is wrong where that is.
    pub fn correct(&mut self, spans: &[Range<f64>]) {
        let starts_of_next = spans.iter().skip(1).map(|next| next.start);
        let ends = starts_of_next.chain(spans.last().map(|last| last.end));
        for ((segment, span), end) in self.segments.iter_mut().zip(spans).zip(ends) {
            segment.duration = (end - span.start).max(0.0);
        }
        let longest = self.segments.iter().map(|segment| segment.duration).fold(1.0, f64::max);
        self.target_duration = longest.round();
    }

    /// Seconds in all.
    pub fn duration(&self) -> f64 {
        self.segments.iter().map(|segment| segment.duration).sum()
    }

    /// Measures the bit rate, given the segments' sizes in bytes.
    pub fn bit_rate(&self, sizes: &[u64]) -> BitRate {
        let segments: Vec<_> =
            self.segments.iter().map(|segment| segment.duration).zip(sizes.iter().copied()).collect();
        let rate =
            |bytes: u64, seconds: f64| if seconds > 0.0 { (bytes as f64 * 8.0 / seconds).ceil() as u64 } else { 0 };
        let average = rate(segments.iter().map(|(_, bytes)| bytes).sum(), self.duration());
        let mut peak = average;
        for first in 0..segments.len() {
            let (mut seconds, mut bytes) = (0.0, 0);
            for (duration, size) in &segments[first..] {
                (seconds, bytes) = (seconds + duration, bytes + size);
                if seconds > self.target_duration * 1.5 {
                    break;
                }
                if seconds >= self.target_duration * 0.5 {
                    peak = peak.max(rate(bytes, seconds));
                }
            }
        }
        BitRate { peak, average }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const TEXT: &str = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXT-X-PLAYLIST-TYPE:VOD\n\
        #EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF:4.000000,\n00000.m4s\n#EXTINF:4.000000,\n00001.m4s\n\
        #EXTINF:0.040000,\n00002.m4s\n#EXT-X-ENDLIST\n";

    #[test]
    fn segments_are_listed_in_order() {
        let playlist = MediaPlaylist::parse(TEXT).unwrap();
        assert_eq!(playlist.init, "init.mp4");
        let names: Vec<_> = playlist.segments.iter().map(|segment| segment.name.as_str()).collect();
        assert_eq!(names, ["00000.m4s", "00001.m4s", "00002.m4s"]);
        assert!((playlist.duration() - 8.04).abs() < 1e-9);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut playlist = MediaPlaylist::parse(TEXT).unwrap();
        playlist.correct(&[0.0..10.3, 10.437_5..11.0, 11.5..13.0]);
        assert_eq!(playlist.target_duration, 10.0);
        let text = playlist.to_text(true, "");
        assert!(text.contains("#EXTINF:10.437500,\n00000.m4s\n") && text.contains("INDEPENDENT"), "{text}");
        assert_eq!(MediaPlaylist::parse(&text), Some(playlist));
    }

    #[test]
    fn each_encrypted_segment_says_what_it_began_with() {
        let mut playlist = MediaPlaylist::parse(TEXT).unwrap();
        for (n, segment) in playlist.segments.iter_mut().enumerate() {
            segment.iv = Some([n as u8; 16]);
        }
        let text = playlist.to_text(true, "/key");
        let line =
            format!("#EXT-X-KEY:METHOD=AES-128,URI=\"/key\",IV=0x{}\n#EXTINF:4.000000,\n00001.m4s\n", "01".repeat(16));
        assert!(text.contains(&line), "{text}");
        assert!(text.find("#EXT-X-MAP") < text.find("#EXT-X-KEY"), "the init segment is not encrypted");
        assert_eq!(MediaPlaylist::parse(&text), Some(playlist));
    }

    #[test]
    fn a_playlist_that_was_not_finished_is_none() {
        assert_eq!(MediaPlaylist::parse(TEXT.strip_suffix("#EXT-X-ENDLIST\n").unwrap()), None);
        assert_eq!(MediaPlaylist::parse(""), None);
        assert_eq!(MediaPlaylist::parse("#EXTM3U\nsegment-without-duration\n#EXT-X-ENDLIST"), None);
    }

    #[test]
    fn the_peak_is_that_of_a_run_near_the_target_duration() {
        let playlist = MediaPlaylist::parse(TEXT).unwrap();
        // The last segment's 40 ms hold one large frame: alone they are no peak.
        let rate = playlist.bit_rate(&[1_000_000, 500_000, 20_000]);
        assert_eq!(rate, BitRate { peak: 2_000_000, average: 1_512_438 });
        let single = MediaPlaylist { segments: playlist.segments[2..].to_vec(), ..playlist };
        assert_eq!(single.bit_rate(&[5_000]), BitRate { peak: 1_000_000, average: 1_000_000 });
    }
}
