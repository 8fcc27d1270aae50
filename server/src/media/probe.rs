//! What a file is made of, as ffprobe tells it.

use std::path::Path;

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
    /// The text streams that can become WebVTT.
    pub texts: Vec<Text>,
}

/// A text stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Text {
    /// Its number in the file.
    pub index: usize,
    /// As the container has it: `eng`, `de`, or nothing.
    pub language: String,
    /// What the container calls it; may be empty.
    pub title: String,
    /// Whether it is for those who don't hear.
    pub hearing_impaired: bool,
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

    /// `30000/1001`. None where either is 0.
    pub(super) fn parse(text: &str) -> Option<Self> {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

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
