//! Pictures of a film: a frame in the size that was asked for, a sheet of tiles.

use std::process::Command;

use anyhow::{Result, bail};
use serde_json::{Value, json};

use crate::film::{Film, output};

/// How a picture fills a box whose shape is not its own.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fit {
    /// Whole, and not larger than the box.
    #[default]
    Preserve,
    /// Out of shape.
    Stretch,
    /// Cut to the box.
    Crop,
    /// Whole, with bars.
    Pad,
}

/// A picture that is asked for.
#[derive(Clone, Debug, Default)]
pub struct Frame {
    /// Seconds. None: the middle.
    pub time: Option<f64>,
    /// Pixels.
    pub width: Option<u32>,
    /// Pixels.
    pub height: Option<u32>,
    /// How it fills the box, if both are given.
    pub fit: Fit,
}

/// The media type of a kind of picture. None: there is no such kind.
pub fn media_type(kind: &str) -> Option<&'static str> {
    match kind {
        "jpg" => Some("image/jpeg"),
        "png" => Some("image/png"),
        "webp" => Some("image/webp"),
        "gif" => Some("image/gif"),
        _ => None,
    }
}

fn encoder(kind: &str) -> [&'static str; 4] {
    match kind {
        "png" => ["-c:v", "png", "-f", "image2pipe"],
        "webp" => ["-c:v", "libwebp", "-f", "webp"],
        "gif" => ["-c:v", "gif", "-f", "gif"],
        _ => ["-c:v", "mjpeg", "-f", "image2pipe"],
    }
}

impl Frame {
    fn filter(&self, film: &Film) -> String {
        let (width, height) = (film.width, film.height);
        match (self.width, self.height, self.fit) {
            (None, None, _) => "null".into(),
            (Some(w), None, _) => format!("scale={w}:{}", proportion(w, height, width)),
            (None, Some(h), _) => format!("scale={}:{h}", proportion(h, width, height)),
            (Some(w), Some(h), Fit::Stretch) => format!("scale={w}:{h}"),
            (Some(w), Some(h), Fit::Preserve) => {
                let by_width = proportion(w, height, width);
                let (w, h) = if by_width <= h { (w, by_width) } else { (proportion(h, width, height), h) };
                format!("scale={w}:{h}")
            }
            (Some(w), Some(h), Fit::Crop) => {
                format!("scale={w}:{h}:force_original_aspect_ratio=increase,crop={w}:{h}")
            }
            (Some(w), Some(h), Fit::Pad) => {
                format!("scale={w}:{h}:force_original_aspect_ratio=decrease,pad={w}:{h}:-1:-1")
            }
        }
    }
}

fn proportion(length: u32, of: u32, to: u32) -> u32 {
    ((f64::from(length) * f64::from(of) / f64::from(to)).round() as u32).max(1)
}

/// A frame as JPEG, PNG or WebP.
///
/// # Errors
/// ffmpeg can't.
pub async fn frame(film: &Film, frame: Frame, kind: &str) -> Result<Vec<u8>> {
    // The last instant has no frame behind it.
    let time = frame.time.unwrap_or(film.duration / 2.0).clamp(0.0, (film.duration - 0.2).max(0.0));
    let mut ffmpeg = quiet();
    // Decoded from the start: ffmpeg 5.1 finds nothing after a seek in HLS of fragmented MP4.
    ffmpeg.arg("-i").arg(film.path()).args(["-ss", &format!("{time:.3}")]);
    ffmpeg.args(["-frames:v", "1", "-vf", &format!("{},setsar=1", frame.filter(film))]).args(encoder(kind)).arg("-");
    run(ffmpeg).await
}

/// An animation as GIF or WebP.
///
/// # Errors
/// ffmpeg can't.
pub async fn animation(film: &Film, start: f64, end: f64, width: u32, fps: u32, kind: &str) -> Result<Vec<u8>> {
    let mut ffmpeg = quiet();
    ffmpeg.arg("-i").arg(film.path());
    ffmpeg.args(["-ss", &format!("{start:.3}"), "-t", &format!("{:.3}", (end - start).max(0.1))]);
    ffmpeg.args(["-vf", &format!("fps={fps},scale={width}:-2"), "-an"]);
    ffmpeg.args(encoder(kind)).arg("-");
    run(ffmpeg).await
}

/// A sheet of tiles, and where they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// Tiles in all.
    pub tiles: u32,
    /// Tiles in a row.
    pub columns: u32,
    /// A tile's pixels.
    pub width: u32,
    /// A tile's pixels.
    pub height: u32,
}

impl Sheet {
    /// As Mux makes it: 50 tiles, or 100 from 15 minutes on, 256 pixels wide, five in a row.
    pub fn of(film: &Film) -> Self {
        let tiles = if film.duration < 900.0 { 50 } else { 100 };
        Self { tiles, columns: 5, width: 256, height: proportion(256, film.height, film.width) }
    }

    fn starts(self, duration: f64) -> impl Iterator<Item = (f64, u32, u32)> {
        (0..self.tiles).map(move |tile| {
            let start = (f64::from(tile) * duration / f64::from(self.tiles) * 1000.0).round() / 1000.0;
            (start, tile % self.columns * self.width, tile / self.columns * self.height)
        })
    }

    /// Mux' JSON.
    pub fn json(self, duration: f64, url: &str) -> Value {
        let tiles: Vec<Value> =
            self.starts(duration).map(|(start, x, y)| json!({ "start": start, "x": x, "y": y })).collect();
        json!({
            "url": url, "tile_width": self.width, "tile_height": self.height, "duration": duration, "tiles": tiles,
        })
    }

    /// WebVTT with a fragment for each tile.
    pub fn vtt(self, duration: f64, url: &str) -> String {
        let starts: Vec<_> = self.starts(duration).collect();
        let mut text = String::from("WEBVTT\n");
        for (index, (start, x, y)) in starts.iter().enumerate() {
            let end = starts.get(index + 1).map_or(duration, |next| next.0);
            let (from, to) = (timestamp(*start), timestamp(end));
            text += &format!("\n{from} --> {to}\n{url}#xywh={x},{y},{},{}\n", self.width, self.height);
        }
        text
    }

    /// The sheet itself.
    ///
    /// # Errors
    /// ffmpeg can't.
    pub async fn picture(self, film: &Film, kind: &str) -> Result<Vec<u8>> {
        let Self { tiles, columns, width, height } = self;
        let filter = format!(
            "fps={tiles}/{}:start_time=0:round=down,scale={width}:{height},setsar=1,tile={columns}x{}",
            film.duration,
            tiles.div_ceil(columns)
        );
        let mut ffmpeg = quiet();
        ffmpeg.arg("-i").arg(film.path()).args(["-vf", &filter, "-frames:v", "1", "-an"]);
        ffmpeg.args(encoder(kind)).arg("-");
        run(ffmpeg).await
    }
}

fn timestamp(seconds: f64) -> String {
    let millis = (seconds * 1000.0).round() as u64;
    let (hours, minutes) = (millis / 3_600_000, millis / 60_000 % 60);
    format!("{hours:02}:{minutes:02}:{:02}.{:03}", millis / 1000 % 60, millis % 1000)
}

fn quiet() -> Command {
    let mut ffmpeg = Command::new("ffmpeg");
    ffmpeg.args(["-nostdin", "-hide_banner", "-loglevel", "error"]);
    ffmpeg
}

async fn run(mut ffmpeg: Command) -> Result<Vec<u8>> {
    let picture = tokio::task::spawn_blocking(move || output(&mut ffmpeg)).await??;
    // ffmpeg is content with a film that has no frame there.
    if picture.is_empty() {
        bail!("the film has no picture there");
    }
    Ok(picture)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sheet_says_where_its_tiles_are() {
        let sheet = Sheet { tiles: 50, columns: 5, width: 256, height: 144 };

        let json = sheet.json(10.0, "u");
        let vtt = sheet.vtt(10.0, "u");

        assert_eq!(json["tiles"][6], json!({ "start": 1.2, "x": 256, "y": 144 }));
        assert!(vtt.contains("00:00:01.200 --> 00:00:01.400\nu#xywh=256,144,256,144\n"), "{vtt}");
        assert!(vtt.contains("00:00:09.800 --> 00:00:10.000\n"), "{vtt}");
    }
}
