//! The pictures beside the time slider: how many there are, where they stand in their sheets, and the two files
//! that tell players so, WebVTT and JSON in Mux's form.

use std::fmt::Write;

use serde::Serialize;

/// Seconds of video up to which there is a tile for each second.
const DENSE: f64 = 100.0;
/// Tiles at most.
const MOST_TILES: f64 = 200.0;
/// Pixels of a tile's longer side.
const TILE: f64 = 256.0;
/// Pixels of a sheet's sides, at most.
const SHEET: u32 = 1280;

/// The layout of a storyboard.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Seconds of video.
    pub duration: f64,
    /// Tiles, at least one.
    pub tiles: u32,
    /// Pixels of each tile.
    pub width: u32,
    /// Pixels of each tile.
    pub height: u32,
    /// Tiles side by side in a sheet.
    pub columns: u32,
    /// Rows in a sheet.
    pub rows: u32,
}

/// How many tiles a video of so many seconds has: one for each second up to 100, then ever fewer for each, towards 200.
pub fn tile_count(duration: f64) -> u32 {
    let tiles = if duration <= DENSE { duration.ceil() } else { (MOST_TILES - DENSE * DENSE / duration).floor() };
    (tiles as u32).max(1)
}

impl Layout {
    /// Lays out the tiles of a video whose picture is shown at so many pixels.
    pub fn new(duration: f64, width: u32, height: u32) -> Self {
        let tiles = tile_count(duration);
        let (across, down) = (f64::from(width.max(1)), f64::from(height.max(1)));
        let scale = (TILE / across.max(down)).min(1.0);
        // Even, so that no tile shares a colour sample with its neighbour.
        let even = |pixels: f64| ((pixels / 2.0).round() as u32).max(1) * 2;
        let (width, height) = (even(across * scale), even(down * scale));
        let columns = (SHEET / width).clamp(1, tiles);
        let rows = (SHEET / height).clamp(1, tiles.div_ceil(columns));
        Self { duration, tiles, width, height, columns, rows }
    }

    /// Seconds that each tile stands for.
    pub fn interval(&self) -> f64 {
        // The last second of a short video is seldom a whole one.
        if self.duration <= DENSE { 1.0 } else { self.duration / f64::from(self.tiles) }
    }

    /// Tiles in a full sheet.
    pub const fn per_sheet(&self) -> u32 {
        self.columns * self.rows
    }

    /// Sheets, the last of which may be partly empty.
    pub const fn sheets(&self) -> u32 {
        self.tiles.div_ceil(self.per_sheet())
    }

    /// A sheet's name.
    pub fn sheet_name(sheet: u32) -> String {
        format!("sheet-{sheet}.webp")
    }

    /// When a tile's interval begins, in seconds.
    fn start(&self, tile: u32) -> f64 {
        f64::from(tile) * self.interval()
    }

    /// The sheet of a tile, and its place there in pixels.
    const fn place(&self, tile: u32) -> (u32, u32, u32) {
        let (sheet, within) = (tile / self.per_sheet(), tile % self.per_sheet());
        (sheet, within % self.columns * self.width, within / self.columns * self.height)
    }

    /// The storyboard as WebVTT, with spatial media fragments.
    pub fn to_vtt(&self) -> String {
        let mut text = "WEBVTT\n".to_owned();
        for tile in 0..self.tiles {
            let end = if tile + 1 == self.tiles { self.duration } else { self.start(tile + 1) };
            let (sheet, x, y) = self.place(tile);
            // Writing to a String never fails.
            let _ = write!(
                text,
                "\n{} --> {}\n{}#xywh={x},{y},{},{}\n",
                timestamp(self.start(tile)),
                timestamp(end),
                Self::sheet_name(sheet),
                self.width,
                self.height
            );
        }
        text
    }

    /// The storyboard as JSON in Mux's form. Where there is more than one sheet, each tile names its own.
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Storyboard {
            url: String,
            tile_width: u32,
            tile_height: u32,
            duration: f64,
            tiles: Vec<Tile>,
        }
        #[derive(Serialize)]
        struct Tile {
            start: f64,
            x: u32,
            y: u32,
            #[serde(skip_serializing_if = "Option::is_none")]
            url: Option<String>,
        }
        let tiles = (0..self.tiles).map(|tile| {
            let (sheet, x, y) = self.place(tile);
            let url = (self.sheets() > 1).then(|| Self::sheet_name(sheet));
            Tile { start: millis(self.start(tile)) as f64 / 1000.0, x, y, url }
        });
        let storyboard = Storyboard {
            url: Self::sheet_name(0),
            tile_width: self.width,
            tile_height: self.height,
            duration: self.duration,
            tiles: tiles.collect(),
        };
        serde_json::to_string(&storyboard).unwrap_or_default()
    }
}

fn millis(seconds: f64) -> u64 {
    (seconds * 1000.0).round() as u64
}

/// `01:02:03.004`
fn timestamp(seconds: f64) -> String {
    let millis = millis(seconds);
    let (seconds, minutes, hours) = (millis / 1000 % 60, millis / 60_000 % 60, millis / 3_600_000);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{:03}", millis % 1000)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn tiles_thin_out_beyond_a_hundred_seconds() {
        for (duration, tiles) in [
            (0.0, 1),
            (0.467, 1),
            (1.0, 1),
            (1.001, 2),
            (30.0, 30),
            (99.5, 100),
            (100.0, 100),
            (101.0, 100),
            (200.0, 150),
            (1000.0, 190),
            (43_200.0, 199),
            (1e9, 199),
        ] {
            assert_eq!(tile_count(duration), tiles, "{duration} s");
        }
        let counts: Vec<_> = (1..10_000).map(|seconds| tile_count(f64::from(seconds))).collect();
        assert!(counts.is_sorted());
    }

    #[test]
    fn tiles_keep_the_pictures_shape_and_sheets_their_size() {
        for (width, height, tile, grid) in [
            (854, 480, (256, 144), (5, 6)),
            (480, 854, (144, 256), (8, 4)),
            (1920, 800, (256, 106), (5, 6)),
            (160, 120, (160, 120), (8, 4)),
            (2, 2, (2, 2), (30, 1)),
            (4096, 16, (256, 2), (5, 6)),
        ] {
            let layout = Layout::new(30.0, width, height);
            assert_eq!((layout.width, layout.height), tile, "{width} × {height}");
            assert_eq!((layout.columns, layout.rows), grid, "{width} × {height}");
        }
        let long = Layout::new(7200.0, 1920, 1080);
        assert_eq!((long.tiles, long.columns, long.rows, long.sheets()), (198, 5, 8, 5));
    }

    #[test]
    fn cues_cover_the_video_without_a_gap() {
        let layout = Layout::new(2.5, 854, 480);
        assert_eq!(
            layout.to_vtt(),
            "WEBVTT\n\n\
             00:00:00.000 --> 00:00:01.000\nsheet-0.webp#xywh=0,0,256,144\n\n\
             00:00:01.000 --> 00:00:02.000\nsheet-0.webp#xywh=256,0,256,144\n\n\
             00:00:02.000 --> 00:00:02.500\nsheet-0.webp#xywh=512,0,256,144\n"
        );
        assert_eq!(
            layout.to_json(),
            r#"{"url":"sheet-0.webp","tile_width":256,"tile_height":144,"duration":2.5,"tiles":[{"start":0.0,"x":0,"y":0},{"start":1.0,"x":256,"y":0},{"start":2.0,"x":512,"y":0}]}"#
        );
    }

    #[test]
    fn the_core_reads_what_is_written() {
        let layout = Layout::new(3_725.5, 1920, 1080);
        let (vtt, json) = (layout.to_vtt(), layout.to_json());
        assert!(vtt.contains("01:02:0") && vtt.trim_end().contains("--> 01:02:05.500"), "{vtt}");
        assert_eq!(vtt.matches("sheet-4.webp").count(), (layout.tiles - 160) as usize);
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["tiles"][160]["url"], "sheet-4.webp");
        assert_eq!(value["tiles"].as_array().unwrap().len(), layout.tiles as usize);
    }
}
