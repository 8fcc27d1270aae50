//! The streams, and what each has.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use reelway_e2e::{
    media,
    streams::{SECONDS, Streams},
};

use crate::viewer::Viewer;

/// A stream.
pub struct Case {
    /// What is special about it.
    pub name: &'static str,
    /// The URL of its playlist.
    pub playlist: String,
    /// MIME types: a browser that decodes all of them has to play it.
    pub codecs: &'static [&'static str],
    /// What is to be seen.
    pub picture: Picture,
    /// Lines of two renditions.
    pub renditions: Option<[u32; 2]>,
    /// The name of another sound track.
    pub other_sound: Option<&'static str>,
    /// English captions that name the colour.
    pub has_captions: bool,
}

/// What is to be seen.
#[derive(Clone, Copy)]
pub enum Picture {
    /// As ffmpeg shows this playlist, below the folder of streams.
    As(&'static str),
    /// Red, then green, then blue.
    Colours,
    /// Green.
    Green,
}

const H264: &str = "video/mp4; codecs=\"avc1.42c01e\"";
const H264_MAIN: &str = "video/mp4; codecs=\"avc1.4d401e\"";
const VP9: &str = "video/mp4; codecs=\"vp09.00.51.08\"";
const OPUS: &str = "audio/mp4; codecs=\"opus\"";
const AAC: &str = "audio/mp4; codecs=\"mp4a.40.2\"";

fn of(name: &'static str, playlist: impl Into<String>, codecs: &'static [&'static str], picture: Picture) -> Case {
    Case { name, playlist: playlist.into(), codecs, picture, renditions: None, other_sound: None, has_captions: false }
}

/// All of them: what our own server has packaged at `served`, and encrypted and signed at `guarded`; ffmpeg's, and the real
/// ones where they are at hand, both at `cdn`.
pub fn all(streams: &Streams, cdn: &str, served: String, guarded: String) -> Vec<Case> {
    let bee = Picture::As("1-bee-ts-byterange-aes128/bee.m3u8");
    let at = |path: &str| format!("{cdn}/{path}");
    let mut cases = vec![
        Case { renditions: Some([240, 480]), ..of("our server's CMAF", served, &[H264, AAC], Picture::Colours) },
        Case {
            renditions: Some([240, 480]),
            ..of("our server's CMAF, AES-128, signed", guarded, &[H264, AAC], Picture::Colours)
        },
        Case {
            renditions: Some([180, 360]),
            other_sound: Some("Deutsch"),
            has_captions: true,
            ..of("CMAF with captions and two sound tracks", at("own/master.m3u8"), &[H264, AAC], Picture::Colours)
        },
        of("HEVC", at("hevc/master.m3u8"), &["video/mp4; codecs=\"hvc1.1.6.L63.90\""], Picture::Green),
        of("Dolby Vision", at("unplayable/master.m3u8"), &["video/mp4; codecs=\"dvh1.07.06\""], Picture::Green),
    ];
    if streams.has_real_ones {
        let cmaf = Picture::As("2-cmaf-fmp4-separate-audio/stream_1.m3u8");
        let vp9 = Picture::As("3-vp9-opus-fmp4-byterange-abr/stream.360p.video.vp9.mp4.m3u8");
        cases.extend([
            of("TS, byte ranges", at("1-bee-ts-byterange-aes128/bee.m3u8"), &[H264, AAC], bee),
            of("TS, byte ranges, AES-128", at("1-bee-ts-byterange-aes128/encrypted_bee.m3u8"), &[H264, AAC], bee),
            of("CMAF, sound apart", at("2-cmaf-fmp4-separate-audio/playlist.m3u8"), &[H264_MAIN, AAC], cmaf),
            of("VP9 and Opus, byte ranges", at("3-vp9-opus-fmp4-byterange-abr/both.m3u8"), &[VP9, OPUS], vp9),
        ]);
    }
    cases
}

impl Case {
    /// Waits until the right picture is on the screen, at this time in seconds: WebKitGTK paints what was sought a moment
    /// after it has said that it is there.
    pub async fn shows(&self, viewer: &Viewer, streams: &Streams, time: f64) -> Result<()> {
        let started = Instant::now();
        loop {
            let seen = self.shows_now(viewer, streams, time).await;
            if seen.is_ok() || started.elapsed() > Duration::from_secs(5) {
                return seen;
            }
        }
    }

    async fn shows_now(&self, viewer: &Viewer, streams: &Streams, time: f64) -> Result<()> {
        let colour = match self.picture {
            Picture::As(playlist) => {
                let expected = media::frame(&streams.in_one_file(playlist)?, time)?;
                let shown = viewer.frame().await?;
                let alike = correlation(&shown, &expected);
                ensure!(alike > 0.95, "at {time:.2} s it is not what ffmpeg shows: they are alike by {alike:.2}");
                return Ok(());
            }
            Picture::Green => 1,
            Picture::Colours => (time / SECONDS * 3.0) as usize,
        };
        let pixel = viewer.pixel().await?;
        for (index, value) in pixel.into_iter().enumerate() {
            let is_right = if index == colour { value > 200 } else { value < 60 };
            ensure!(is_right, "at {time:.2} s it shows {pixel:?}");
        }
        Ok(())
    }
}

/// How alike two pictures are, however bright and rich in contrast each is, in which browsers and ffmpeg differ: 1 is
/// the same picture.
fn correlation(a: &[u8], b: &[u8]) -> f64 {
    let mean = |of: &[u8]| of.iter().map(|value| f64::from(*value)).sum::<f64>() / of.len() as f64;
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut both, mut of_a, mut of_b) = (0.0, 0.0, 0.0);
    for (a, b) in a.iter().zip(b) {
        let (a, b) = (f64::from(*a) - mean_a, f64::from(*b) - mean_b);
        both += a * b;
        of_a += a * a;
        of_b += b * b;
    }
    both / (of_a * of_b).sqrt()
}
