//! ffprobe's JSON, read with suspicion.

use serde::Deserialize;

use super::probe::{Audio, Container, Probe, Rate, Text, Video};

/// Text streams that are looked at.
const TEXTS: usize = 16;

/// ffprobe's answer. Everything may be missing, and every number may be text.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Report {
    format: ReportedFormat,
    streams: Vec<ReportedStream>,
    packets: Vec<ReportedPacket>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ReportedFormat {
    format_name: String,
    duration: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ReportedStream {
    index: usize,
    codec_type: String,
    codec_name: String,
    profile: serde_json::Value,
    level: i32,
    codec_tag_string: String,
    width: u32,
    height: u32,
    sample_aspect_ratio: String,
    pix_fmt: String,
    color_transfer: String,
    field_order: String,
    r_frame_rate: String,
    avg_frame_rate: String,
    start_time: Option<String>,
    duration: Option<String>,
    channels: u32,
    sample_rate: String,
    disposition: ReportedDisposition,
    tags: ReportedTags,
    side_data_list: Vec<ReportedSideData>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ReportedDisposition {
    attached_pic: u8,
    timed_thumbnails: u8,
    hearing_impaired: u8,
    captions: u8,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ReportedTags {
    language: String,
    title: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ReportedSideData {
    side_data_type: String,
    rotation: Option<f64>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ReportedPacket {
    stream_index: Option<usize>,
    flags: String,
}

impl Probe {
    /// Reads ffprobe's JSON. What can't be read is as if it were not there.
    pub fn parse(json: &[u8]) -> Self {
        let report: Report = serde_json::from_slice(json).unwrap_or_default();
        let formats: Vec<_> = report.format.format_name.split(',').collect();
        let container = if formats.contains(&"mp4") {
            Container::Mp4
        } else if formats.contains(&"matroska") {
            Container::Matroska
        } else {
            Container::Other
        };
        let is_picture = |s: &ReportedStream| s.disposition.attached_pic != 0 || s.disposition.timed_thumbnails != 0;
        let video = report.streams.iter().find(|s| s.codec_type == "video" && !is_picture(s));
        let audio = report.streams.iter().find(|s| s.codec_type == "audio" && named(&s.codec_name) && s.channels > 0);
        Self {
            container,
            duration: report.format.duration.as_deref().and_then(seconds),
            streams: report.streams.len(),
            oversized: None,
            video: video.map(|stream| stream.video(&report.packets)),
            audio: audio.map(ReportedStream::audio),
            texts: report.streams.iter().filter_map(ReportedStream::text).take(TEXTS).collect(),
        }
    }
}

impl ReportedStream {
    /// Pictures of text can't become text, and the styles of others would be lost.
    fn text(&self) -> Option<Text> {
        let takes =
            self.codec_type == "subtitle" && ["mov_text", "subrip", "webvtt"].contains(&self.codec_name.as_str());
        takes.then(|| Text {
            index: self.index,
            language: self.tags.language.clone(),
            title: self.tags.title.clone(),
            hearing_impaired: self.disposition.hearing_impaired != 0 || self.disposition.captions != 0,
        })
    }

    fn video(&self, packets: &[ReportedPacket]) -> Video {
        let matrix = self.side_data_list.iter().find(|data| data.side_data_type == "Display Matrix");
        // ffmpeg counts anticlockwise. Turns between the quarters round to the nearest.
        let quarters = matrix.and_then(|data| data.rotation).map_or(0.0, |turn| (-turn / 90.0).round());
        let first = packets.iter().find(|packet| packet.stream_index == Some(self.index));
        Video {
            index: self.index,
            codec: if named(&self.codec_name) { self.codec_name.clone() } else { String::new() },
            profile: self.profile.as_str().unwrap_or_default().to_owned(),
            level: self.level,
            tag: self.codec_tag_string.clone(),
            width: self.width,
            height: self.height,
            sample_aspect: ratio(&self.sample_aspect_ratio).unwrap_or((1, 1)),
            rotation: (quarters.rem_euclid(4.0) as u32) * 90,
            transformed: matrix.is_some(),
            pixels: self.pix_fmt.clone(),
            transfer: self.color_transfer.clone(),
            interlaced: ["tt", "bb", "tb", "bt"].contains(&self.field_order.as_str()),
            base_rate: Rate::parse(&self.r_frame_rate),
            average_rate: Rate::parse(&self.avg_frame_rate),
            start: self.start_time.as_deref().and_then(number).unwrap_or(0.0),
            duration: self.duration.as_deref().and_then(seconds),
            trimmed: first.is_some_and(|packet| packet.flags.contains('D')),
        }
    }

    fn audio(&self) -> Audio {
        Audio {
            index: self.index,
            codec: self.codec_name.clone(),
            profile: self.profile.as_str().unwrap_or_default().to_owned(),
            channels: self.channels,
            sample_rate: self.sample_rate.parse().unwrap_or(0),
            start: self.start_time.as_deref().and_then(number).unwrap_or(0.0),
        }
    }
}

fn named(codec: &str) -> bool {
    !matches!(codec, "" | "none" | "unknown")
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}

fn seconds(text: &str) -> Option<f64> {
    number(text).filter(|seconds| *seconds > 0.0)
}

/// A pixel's shape. Those beyond 1 : 16 are slips of the muxer.
fn ratio(text: &str) -> Option<(u32, u32)> {
    let (across, down) = text.split_once(':')?;
    let (across, down): (u32, u32) = (across.parse().ok()?, down.parse().ok()?);
    let sane = across > 0 && down > 0 && across / down < 16 && down / across < 16;
    sane.then_some((across, down))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const PHONE: &str = r#"{
        "packets": [{"stream_index": 1, "flags": "KD"}, {"stream_index": 0, "flags": "K_"}],
        "streams": [
            {"index": 0, "codec_type": "video", "codec_name": "h264", "profile": "High", "level": 31,
             "codec_tag_string": "avc1", "width": 1280, "height": 720, "pix_fmt": "yuv420p",
             "field_order": "progressive", "r_frame_rate": "30/1", "avg_frame_rate": "4500/299",
             "start_time": "0.000000", "duration": "0.466667",
             "side_data_list": [{"side_data_type": "Display Matrix", "rotation": -90}]},
            {"index": 1, "codec_type": "audio", "codec_name": "aac", "profile": "LC", "channels": 1,
             "sample_rate": "44100", "start_time": "-0.021"},
            {"index": 2, "codec_type": "data"}],
        "format": {"format_name": "mov,mp4,m4a,3gp,3g2,mj2", "duration": "0.466667"}}"#;

    #[test]
    fn a_phones_video_is_turned() {
        let probe = Probe::parse(PHONE.as_bytes());
        assert_eq!((probe.container, probe.duration, probe.streams), (Container::Mp4, Some(0.466_667), 3));
        let video = probe.video.unwrap();
        assert_eq!((video.rotation, video.transformed, video.display()), (90, true, (720.0, 1280.0)));
        assert_eq!(video.average_rate, Some(Rate { numerator: 4500, denominator: 299 }));
        assert!(!video.trimmed, "the flag on the sound's first packet is not the picture's");
        assert_eq!(probe.audio.unwrap().start, -0.021);
    }

    #[test]
    fn a_cover_picture_is_no_video() {
        let json = r#"{"streams": [{"index": 0, "codec_type": "audio", "codec_name": "aac", "channels": 2},
            {"index": 1, "codec_type": "video", "codec_name": "mjpeg", "disposition": {"attached_pic": 1}}]}"#;
        let probe = Probe::parse(json.as_bytes());
        assert!(probe.video.is_none() && probe.audio.is_some());
    }

    #[test]
    fn pixels_that_are_not_square_widen_the_picture() {
        let shape = |ratio: &str| {
            let json = format!(
                r#"{{"streams":[{{"codec_type":"video","width":1280,"height":1080,"sample_aspect_ratio":"{ratio}"}}]}}"#
            );
            Probe::parse(json.as_bytes()).video.unwrap().display()
        };
        assert_eq!(shape("3:2"), (1920.0, 1080.0));
        for meaningless in ["0:1", "N/A", "1:0", "900:1", ""] {
            assert_eq!(shape(meaningless), (1280.0, 1080.0), "{meaningless}");
        }
    }

    #[test]
    fn nothing_that_ffprobe_says_is_relied_on() {
        for json in ["", "{}", "[]", r#"{"streams":[{"width":-1}]}"#, r#"{"format":{"duration":"N/A"}}"#] {
            assert_eq!(Probe::parse(json.as_bytes()), Probe::default(), "{json}");
        }
    }
}
