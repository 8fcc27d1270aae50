//! What a file is made of, as ffprobe tells it.

use std::path::Path;

use serde::Deserialize;

use super::tool::{Bounds, Invocation, Tool, ToolError, open};

/// Bytes of ffprobe's answer: a hostile file has thousands of streams.
const ANSWER: u64 = 4 << 20;
/// Bytes of the list of key frames: 12 hours with one each quarter of a second.
const KEY_FRAMES: u64 = 16 << 20;

/// What a file is made of.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Probe {
    /// The container.
    pub container: Container,
    /// Seconds, where the container says.
    pub duration: Option<f64>,
    /// How many streams there are, of whatever kind.
    pub streams: usize,
    /// Pixels across and down of a picture that was not decoded, for it is over the limit.
    pub oversized: Option<(u32, u32)>,
    /// The first video stream that is not a cover picture.
    pub video: Option<Video>,
    /// The first audio stream in a codec with a name.
    pub audio: Option<Audio>,
}

/// A container, as far as it matters.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Container {
    /// MP4, MOV and their kin.
    Mp4,
    /// Matroska and WebM.
    Matroska,
    /// Any other that is taken.
    #[default]
    Other,
}

/// A video stream.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Video {
    /// Its number in the file.
    pub index: usize,
    /// The codec's name in ffmpeg (`h264`); empty where there is none.
    pub codec: String,
    /// The codec's profile in ffmpeg's words.
    pub profile: String,
    /// The codec's level: 31 is 3.1 for H.264.
    pub level: i32,
    /// How the container names the codec (`avc1`).
    pub tag: String,
    /// Pixels, as stored.
    pub width: u32,
    /// Pixels, as stored.
    pub height: u32,
    /// Width : height of a pixel.
    pub sample_aspect: (u32, u32),
    /// Degrees by which players turn it clockwise: 0, 90, 180 or 270.
    pub rotation: u32,
    /// Whether players turn or mirror it at all.
    pub transformed: bool,
    /// ffmpeg's name of the pixel format; empty where it can't be decoded.
    pub pixels: String,
    /// ffmpeg's name of the transfer characteristic.
    pub transfer: String,
    /// Whether a frame holds two fields.
    pub interlaced: bool,
    /// Frames per second: the lowest rate that all frame times are multiples of, as ffmpeg guesses it.
    pub base_rate: Option<Rate>,
    /// Frames per second, on average.
    pub average_rate: Option<Rate>,
    /// When its first frame is shown, in seconds.
    pub start: f64,
    /// Seconds, where the container says.
    pub duration: Option<f64>,
    /// Whether its first frames are there to be decoded but not to be shown (an edit list cut them).
    pub trimmed: bool,
}

/// An audio stream.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Audio {
    /// Its number in the file.
    pub index: usize,
    /// The codec's name in ffmpeg.
    pub codec: String,
    /// The codec's profile in ffmpeg's words.
    pub profile: String,
    /// Channels.
    pub channels: u32,
    /// Hz.
    pub sample_rate: u32,
    /// When it begins, in seconds.
    pub start: f64,
}

/// A rate as a fraction: 30000/1001 frames per second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// Frames.
    pub numerator: u32,
    /// Seconds. Never 0.
    pub denominator: u32,
}

impl Rate {
    /// A whole number of frames per second.
    pub const fn whole(frames: u32) -> Self {
        Self { numerator: frames, denominator: 1 }
    }

    /// Frames per second.
    pub fn per_second(self) -> f64 {
        f64::from(self.numerator) / f64::from(self.denominator)
    }

    fn parse(text: &str) -> Option<Self> {
        let (numerator, denominator) = text.split_once('/')?;
        let rate = Self { numerator: numerator.parse().ok()?, denominator: denominator.parse().ok()? };
        (rate.numerator > 0 && rate.denominator > 0).then_some(rate)
    }
}

impl Video {
    /// Width and height in pixels as a player shows them: square, and turned.
    pub fn display(&self) -> (f64, f64) {
        let (across, down) = self.sample_aspect;
        let (width, height) = (f64::from(self.width) * f64::from(across) / f64::from(down), f64::from(self.height));
        if self.rotation.is_multiple_of(180) { (width, height) } else { (height, width) }
    }
}

/// Where a video stream's key frames are.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeyFrames {
    /// When the first is shown, in seconds of the container's time.
    pub first: f64,
    /// The longest time without one, in seconds: between two, or between the last and the stream's end.
    pub longest_gap: f64,
}

/// Asks ffprobe.
///
/// # Errors
/// [`ToolError`]; a file that is no media file makes the tool fail.
pub async fn probe(source: &Path, max_pixels: u64, folder: &Path) -> Result<Probe, ToolError> {
    let mut args: Vec<_> = [
        "-hide_banner",
        "-loglevel",
        "error",
        "-print_format",
        "json",
        "-show_format",
        "-show_streams",
        // The first packets tell whether an edit list cuts off the beginning.
        "-show_packets",
        "-read_intervals",
        "%+#8",
    ]
    .map(Into::into)
    .into();
    args.extend(open(source, max_pixels));
    let run = Invocation {
        tool: Tool::Ffprobe,
        args,
        folder: folder.to_owned(),
        bounds: Bounds::default(),
        background: false,
    };
    match run.capture(ANSWER).await {
        Ok(output) => Ok(Probe { oversized: oversized(&output.stderr), ..Probe::parse(&output.stdout) }),
        Err(error) => match error.complaint().and_then(oversized) {
            Some(size) => Ok(Probe { oversized: Some(size), ..Probe::default() }),
            None => Err(error),
        },
    }
}

/// The size of a picture that `-max_pixels` kept from being decoded. ffprobe shows it nowhere else.
fn oversized(complaint: &str) -> Option<(u32, u32)> {
    let (before, _) = complaint.split_once(" exceeds specified max pixel count")?;
    let (width, height) = before.rsplit_once("Picture size ")?.1.split_once('x')?;
    Some((width.parse().ok()?, height.parse().ok()?))
}

/// Lists the key frames. MP4's are found in its index, without reading the rest of the file.
///
/// # Errors
/// [`ToolError`].
pub async fn key_frames(
    source: &Path,
    probe: &Probe,
    max_pixels: u64,
    bounds: Bounds,
    folder: &Path,
) -> Result<Option<KeyFrames>, ToolError> {
    let Some(video) = &probe.video else { return Ok(None) };
    let mut args: Vec<_> =
        ["-nostdin", "-hide_banner", "-loglevel", "error", "-discard:v", "nokey"].map(Into::into).into();
    args.extend(open(source, max_pixels));
    args.extend(["-map".into(), format!("0:{}", video.index).into()]);
    args.extend(["-c", "copy", "-copyts", "-f", "framecrc", "pipe:1"].map(Into::into));
    let run = Invocation { tool: Tool::Ffmpeg, args, folder: folder.to_owned(), bounds, background: false };
    let end = video.duration.map(|duration| video.start + duration).or(probe.duration);
    let list = run.capture(KEY_FRAMES).await?.stdout;
    Ok(KeyFrames::parse(&String::from_utf8_lossy(&list), end))
}

impl KeyFrames {
    /// Reads the output of ffmpeg's `framecrc`. None where there is no key frame.
    fn parse(list: &str, end: Option<f64>) -> Option<Self> {
        let mut tick = 0.0;
        let mut times = Vec::new();
        for line in list.lines() {
            if let Some(base) = line.strip_prefix("#tb 0: ") {
                tick = 1.0 / Rate::parse(base).map(|base| f64::from(base.denominator) / f64::from(base.numerator))?;
            } else if !line.starts_with('#') {
                let mut fields = line.split(',').map(str::trim);
                let (Some(_stream), Some(_dts), Some(pts)) = (fields.next(), fields.next(), fields.next()) else {
                    continue;
                };
                // The demuxer lets a few others through before it knows what to leave out; they carry flags.
                if !line.contains("F=0x0") {
                    times.push(pts.parse::<f64>().ok()? * tick);
                }
            }
        }
        times.sort_by(f64::total_cmp);
        let first = *times.first()?;
        let until_end = end.into_iter().zip(times.last()).map(|(end, last)| end - last);
        let longest_gap = times.windows(2).map(|pair| pair[1] - pair[0]).chain(until_end).fold(0.0, f64::max);
        Some(Self { first, longest_gap })
    }
}

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
    side_data_list: Vec<ReportedSideData>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct ReportedDisposition {
    attached_pic: u8,
    timed_thumbnails: u8,
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
        }
    }
}

impl ReportedStream {
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

    #[test]
    fn a_picture_over_the_limit_is_named_in_the_complaint() {
        let complaint = "[h264 @ 0x56] [IMGUTILS @ 0x7f] Picture size 320x180 exceeds specified max pixel count 20000, \
            see the documentation\n[h264 @ 0x56] get_buffer() failed";
        assert_eq!(oversized(complaint), Some((320, 180)));
        assert_eq!(oversized("moov atom not found"), None);
    }

    #[test]
    fn key_frames_are_told_with_the_longest_gap() {
        let list = "#extradata 0: 43, 0x1f2e0d30\n#tb 0: 1/12288\n#media_type 0: video\n\
            0,      -1024,          0,      512,      816, 0x4495053d\n\
            0,       -512,       2048,      512,      484, 0x5b2febea, F=0x0\n\
            0,     126976,     128000,      512,    82143, 0x9f5a3fe4\n\
            0,     144896,     144896,      512,    88944, 0x57021a7a\n";
        let keys = KeyFrames::parse(list, Some(15.0)).unwrap();
        assert_eq!(keys.first, 0.0);
        assert!((keys.longest_gap - 10.416_667).abs() < 1e-5, "{keys:?}");
        let keys = KeyFrames::parse(list, Some(30.0)).unwrap();
        assert!((keys.longest_gap - 18.208_333).abs() < 1e-5, "the end counts: {keys:?}");
        assert_eq!(KeyFrames::parse("#tb 0: 1/1000\n", Some(1.0)), None);
    }
}
