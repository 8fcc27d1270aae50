//! Writes the master playlist (RFC 8216 §4.3.4).

use std::fmt::Write;

use serde::{Deserialize, Serialize};

use super::playlist::BitRate;

/// Bits per second that the rendition which players start with should not pass.
const START_BELOW: u64 = 2_500_000;

/// A video rendition that is published.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rendition {
    /// Its folder's name.
    pub name: String,
    /// Pixels, as shown.
    pub width: u32,
    /// Pixels, as shown.
    pub height: u32,
    /// Frames per second.
    pub frame_rate: f64,
    /// RFC 6381: `avc1.64001f`.
    pub codec: String,
    /// As measured.
    pub bit_rate: BitRate,
}

/// The sound, which all renditions share.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Track {
    /// Its folder's name.
    pub name: String,
    /// RFC 6381: `mp4a.40.2`.
    pub codec: String,
    /// Channels.
    pub channels: u32,
    /// As measured.
    pub bit_rate: BitRate,
}

/// The master playlist. The rendition to start with comes first, for that is where players start: the best that a
/// modest connection carries. The others follow from the best down.
pub fn write(renditions: &[Rendition], sound: Option<&Track>) -> String {
    let mut sorted: Vec<_> = renditions.iter().collect();
    sorted.sort_by_key(|rendition| std::cmp::Reverse((rendition.height.min(rendition.width), rendition.bit_rate.peak)));
    let start = sorted.iter().position(|rendition| rendition.bit_rate.peak <= START_BELOW);
    if let Some(start) = start.or(sorted.len().checked_sub(1)) {
        sorted[..=start].rotate_right(1);
    }
    let mut text = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n".to_owned();
    if let Some(Track { name, channels, .. }) = sound {
        let _ = writeln!(
            text,
            "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Audio\",DEFAULT=YES,AUTOSELECT=YES,\
             CHANNELS=\"{channels}\",URI=\"{name}/index.m3u8\""
        );
    }
    for Rendition { name, width, height, frame_rate, codec, bit_rate, .. } in sorted {
        let (mut codecs, mut rate, mut group) = (codec.clone(), *bit_rate, "");
        if let Some(sound) = sound {
            codecs = format!("{codec},{}", sound.codec);
            rate.peak += sound.bit_rate.peak;
            rate.average += sound.bit_rate.average;
            group = ",AUDIO=\"audio\"";
        }
        // Writing to a String never fails.
        let _ = writeln!(
            text,
            "#EXT-X-STREAM-INF:BANDWIDTH={},AVERAGE-BANDWIDTH={},CODECS=\"{codecs}\",RESOLUTION={width}x{height},\
             FRAME-RATE={frame_rate:.3}{group}\n{name}/index.m3u8",
            rate.peak, rate.average
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rendition(height: u32, peak: u64) -> Rendition {
        Rendition {
            name: format!("v{height}"),
            width: height * 16 / 9,
            height,
            frame_rate: 30_000.0 / 1001.0,
            codec: "avc1.64001f".into(),
            bit_rate: BitRate { peak, average: peak / 2 },
        }
    }

    #[test]
    fn what_players_need_to_choose_is_said_of_each_rendition() {
        let sound = Track {
            name: "audio".into(),
            codec: "mp4a.40.2".into(),
            channels: 2,
            bit_rate: BitRate { peak: 130_000, average: 128_000 },
        };
        let expected = "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n\
            #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Audio\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\",\
            URI=\"audio/index.m3u8\"\n\
            #EXT-X-STREAM-INF:BANDWIDTH=1130000,AVERAGE-BANDWIDTH=628000,CODECS=\"avc1.64001f,mp4a.40.2\",\
            RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO=\"audio\"\nv720/index.m3u8\n";
        assert_eq!(write(&[rendition(720, 1_000_000)], Some(&sound)), expected);
        let silent = write(&[rendition(720, 1_000_000)], None);
        assert!(!silent.contains("AUDIO") && silent.contains("CODECS=\"avc1.64001f\""), "{silent}");
    }

    #[test]
    fn the_first_is_the_best_that_a_modest_connection_carries() {
        let order = |rates: [u64; 3]| {
            let [high, middle, low] = rates;
            let text = write(&[rendition(240, low), rendition(1080, high), rendition(480, middle)], None);
            text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(order([5_000_000, 1_400_000, 400_000]), "v480/index.m3u8 v1080/index.m3u8 v240/index.m3u8");
        assert_eq!(order([2_000_000, 1_400_000, 400_000]), "v1080/index.m3u8 v480/index.m3u8 v240/index.m3u8");
        assert_eq!(order([50_000_000, 14_000_000, 4_000_000]), "v240/index.m3u8 v1080/index.m3u8 v480/index.m3u8");
    }
}
