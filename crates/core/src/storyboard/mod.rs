//! Storyboards: sheets of tiles, one tile for each interval of the video.
//!
//! - `vtt`: thumbnails as WebVTT, with or without `#xywh`.
//! - `json`: Mux's JSON form.
//! - `shelf`: which sheets to fetch, and which to keep decoded.
//!
//! Sizes are read, never assumed: tiles may differ in length, in size and in the sheet they are on.

mod json;
mod shelf;
mod vtt;

use thiserror::Error;

pub use json::{Board, Place};
pub use shelf::{Shelf, Step};

/// What to show for each moment of a video.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Storyboard {
    /// The pictures' URLs, in the order of their first use.
    pub sheets: Vec<String>,
    /// In the order of time.
    pub tiles: Vec<Tile>,
    /// Seconds: the video's length as far as the storyboard knows.
    pub duration: Option<f64>,
}

/// What to show for one interval.
#[derive(Clone, Debug, PartialEq)]
pub struct Tile {
    /// Seconds into the video. Not negative.
    pub start: f64,
    /// Seconds: the first moment that is no longer shown. After `start`; infinite for a last tile of unknown length.
    pub end: f64,
    /// The index into [`Storyboard::sheets`].
    pub sheet: usize,
    /// The part of the sheet. `None`: all of it.
    pub crop: Option<Crop>,
}

/// A part of a picture, as a media fragment names it (<https://www.w3.org/TR/media-frags/#naming-space>).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Crop {
    /// From the left edge.
    pub x: f64,
    /// From the top edge.
    pub y: f64,
    /// More than 0.
    pub width: f64,
    /// More than 0.
    pub height: f64,
    /// What the four are counted in.
    pub unit: Unit,
}

/// What a [`Crop`] is counted in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Unit {
    /// Pixels of the sheet.
    #[default]
    Pixel,
    /// Hundredths of the sheet's width and height.
    Percent,
}

/// A part of a picture in whole pixels, within the picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rect {
    /// From the left edge.
    pub x: u32,
    /// From the top edge.
    pub y: u32,
    /// At least 1, unless the picture has none.
    pub width: u32,
    /// At least 1, unless the picture has none.
    pub height: u32,
}

/// Why there is no storyboard in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum StoryboardError {
    /// It is not in the form.
    #[error("This is not a storyboard. Expected WebVTT with image cues, or Mux's JSON form.")]
    Malformed,
    /// It is in the form and names no usable tile.
    #[error("The storyboard has no tiles.")]
    Empty,
}

impl Storyboard {
    /// Reads thumbnails in WebVTT. Cues that can't be used are passed over. `resolve` makes a cue's URL absolute: it
    /// is relative to the URL that the text came from.
    ///
    /// # Errors
    ///
    /// [`StoryboardError::Malformed`] if it is something else, [`StoryboardError::Empty`] if no cue can be used.
    pub fn from_vtt(text: &str, resolve: &dyn Fn(&str) -> String) -> Result<Self, StoryboardError> {
        vtt::parse(text, resolve)
    }

    /// Takes Mux's JSON form, which was parsed already. `resolve` as for [`from_vtt`](Self::from_vtt).
    ///
    /// # Errors
    ///
    /// [`StoryboardError::Malformed`] if it is something else, [`StoryboardError::Empty`] if it has no usable tile.
    pub fn from_board(board: &Board, resolve: &dyn Fn(&str) -> String) -> Result<Self, StoryboardError> {
        json::read(board, resolve)
    }

    /// The tile for a moment, in seconds: the one whose interval holds it. In a gap and after the end it is the tile
    /// before, and before the first tile the first: while a person scrubs, a near picture is better than none.
    pub fn tile_at(&self, time: f64) -> Option<&Tile> {
        let after = self.tiles.partition_point(|tile| tile.start <= time);
        self.tiles.get(after.saturating_sub(1))
    }

    /// The sheet that is probably wanted after that of this moment, in seconds: the one at the nearer end of it. In the
    /// middle of a sheet that is anyone's guess.
    pub fn next_sheet(&self, time: f64, forward: bool) -> Option<usize> {
        let here = self.tiles.partition_point(|tile| tile.start <= time).saturating_sub(1);
        let sheet = self.tiles.get(here)?.sheet;
        let before = self.tiles.get(..here)?.iter().rev().take_while(|tile| tile.sheet == sheet).count();
        let after = self.tiles.get(here + 1..)?.iter().take_while(|tile| tile.sheet == sheet).count();
        let (previous, next) = (here.checked_sub(before + 1), here + after + 1);
        let previous = previous.and_then(|index| self.tiles.get(index)).map(|tile| tile.sheet);
        let next = self.tiles.get(next).map(|tile| tile.sheet);
        // A third of the sheet is left. One that is a single picture has no ends: there the direction tells.
        let third = (before + after) / 3;
        match (before <= third, after <= third) {
            (true, true) if forward => next.or(previous),
            (true, true) => previous.or(next),
            (true, false) => previous,
            (false, true) => next,
            (false, false) => None,
        }
    }

    /// Brings tiles into the order of time, and gives each an end: that of its cue, or the start of the next tile.
    fn assemble(sheets: Vec<String>, mut tiles: Vec<Tile>, duration: Option<f64>) -> Result<Self, StoryboardError> {
        if tiles.is_empty() {
            return Err(StoryboardError::Empty);
        }
        tiles.sort_by(|a, b| a.start.total_cmp(&b.start));
        tiles.dedup_by(|later, earlier| later.start == earlier.start);
        let mut next = duration.unwrap_or(f64::INFINITY);
        for tile in tiles.iter_mut().rev() {
            let until = if next > tile.start { next } else { f64::INFINITY };
            tile.end = tile.end.min(until);
            next = tile.start;
        }
        Ok(Self { sheets, tiles, duration })
    }
}

impl Tile {
    /// The part of a sheet of this size, in pixels, that is to be drawn.
    pub fn rect(&self, sheet_width: u32, sheet_height: u32) -> Rect {
        let whole = Crop { x: 0.0, y: 0.0, width: 100.0, height: 100.0, unit: Unit::Percent };
        let crop = self.crop.unwrap_or(whole);
        let (x, width) = span(crop.x, crop.width, crop.unit, sheet_width);
        let (y, height) = span(crop.y, crop.height, crop.unit, sheet_height);
        Rect { x, y, width, height }
    }
}

fn span(start: f64, len: f64, unit: Unit, whole: u32) -> (u32, u32) {
    let scale = match unit {
        Unit::Pixel => 1.0,
        Unit::Percent => f64::from(whole) / 100.0,
    };
    // `as` saturates, and takes NaN for 0.
    let first = ((start * scale).round() as u32).min(whole.saturating_sub(1));
    let last = (((start + len) * scale).round() as u32).clamp(first.saturating_add(1).min(whole), whole);
    (first, last - first)
}

/// The sheets in the order of their first use.
#[derive(Default)]
struct Sheets(Vec<String>);

impl Sheets {
    fn index_of(&mut self, url: String) -> usize {
        // A tile is mostly on the sheet of the tile before it.
        match self.0.iter().rposition(|known| *known == url) {
            Some(index) => index,
            None => {
                self.0.push(url);
                self.0.len() - 1
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tile(start: f64, end: f64) -> Tile {
        Tile { start, end, sheet: 0, crop: None }
    }

    #[test]
    fn the_tile_is_the_one_whose_interval_holds_the_time() {
        let tiles = vec![tile(0.0, 2.0), tile(2.0, 3.5), tile(5.0, 6.0)];
        let board = Storyboard { sheets: vec![String::new()], tiles, duration: None };
        for (time, start) in [
            (-1.0, 0.0),
            (0.0, 0.0),
            (1.999, 0.0),
            (2.0, 2.0),
            (3.4, 2.0),
            (4.9, 2.0),
            (5.0, 5.0),
            (1e9, 5.0),
            (f64::INFINITY, 5.0),
            (f64::NAN, 0.0),
        ] {
            assert_eq!(board.tile_at(time).unwrap().start, start, "at {time}");
        }
        assert_eq!(Storyboard::default().tile_at(1.0), None);
    }

    #[test]
    fn the_next_sheet_is_the_one_at_the_nearer_end() {
        let on = |sheet: usize, index: usize| Tile { sheet, ..tile(index as f64, index as f64 + 1.0) };
        let tiles: Vec<_> = (0..27).map(|index| on(index / 9, index)).collect();
        let board = Storyboard { sheets: vec![String::new(); 3], tiles, duration: None };
        for (time, sheet) in [
            (0.0, None),
            (4.0, None),
            (6.0, Some(1)),
            (8.0, Some(1)),
            (9.0, Some(0)),
            (11.0, Some(0)),
            (13.0, None),
            (15.0, Some(2)),
            (18.0, Some(1)),
            (26.0, None),
        ] {
            assert_eq!(board.next_sheet(time, true), sheet, "at {time}");
        }
        let tiles: Vec<_> = (0..3).map(|index| on(index, index)).collect();
        let single = Storyboard { sheets: vec![String::new(); 3], tiles, duration: None };
        assert_eq!((single.next_sheet(1.0, true), single.next_sheet(1.0, false)), (Some(2), Some(0)));
        assert_eq!((single.next_sheet(0.0, false), single.next_sheet(2.0, true)), (Some(1), Some(1)));
        assert_eq!(Storyboard::default().next_sheet(1.0, true), None);
    }

    #[test]
    fn a_rect_stays_within_its_sheet() {
        let crop =
            |x, y, width, height, unit| Tile { crop: Some(Crop { x, y, width, height, unit }), ..tile(0.0, 1.0) };
        let rect = |x, y, width, height| Rect { x, y, width, height };
        for (tile, expected) in [
            (tile(0.0, 1.0), rect(0, 0, 1000, 500)),
            (crop(256.0, 160.0, 256.0, 160.0, Unit::Pixel), rect(256, 160, 256, 160)),
            (crop(900.0, 0.0, 256.0, 160.0, Unit::Pixel), rect(900, 0, 100, 160)),
            (crop(5000.0, 5000.0, 256.0, 160.0, Unit::Pixel), rect(999, 499, 1, 1)),
            (crop(25.0, 50.0, 25.0, 50.0, Unit::Percent), rect(250, 250, 250, 250)),
            (crop(33.3, 0.0, 33.3, 100.0, Unit::Percent), rect(333, 0, 333, 500)),
        ] {
            assert_eq!(tile.rect(1000, 500), expected);
        }
        assert_eq!(tile(0.0, 1.0).rect(0, 0), rect(0, 0, 0, 0));
    }
}
