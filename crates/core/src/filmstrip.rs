//! A storyboard of a file that only the browser has: which pictures to take of it, in which order, and where they go.
//!
//! The pictures are tiles on one sheet. They come one after the other, spread over the whole file at first and then
//! between those, so that a person can scrub long before the last one is there.

use crate::storyboard::{Crop, Rect, Storyboard, Tile, Unit};

/// At most so many tiles: each costs a seek.
const MOST: usize = 48;

/// At least so many, of a file of a second.
const LEAST: usize = 6;

/// Tiles a second of a short file.
const RATE: f64 = 2.0;

/// Pixels: the longer side of a tile.
const SIDE: f64 = 192.0;

/// So many tiles, spread over the file, are enough to scrub by.
const COARSE: usize = 4;

/// Seconds after a key frame: headers are a few frames off, and one that is missed by a frame costs as much as the last
/// one before it.
const AFTER: f64 = 0.1;

/// Tiles in a row of the sheet.
const COLUMNS: u32 = 8;

/// Which tiles there are to be, and which there are already.
#[derive(Clone, Debug, PartialEq)]
pub struct Filmstrip {
    duration: f64,
    tile: (u32, u32),
    /// In the order in which they are to be drawn: each tile's number, and the moment that it shows.
    order: Vec<(usize, f64)>,
    /// How many of them are.
    drawn: usize,
}

impl Filmstrip {
    /// A strip of a video of so many seconds, so many pixels wide and high as shown. The video's first picture comes
    /// first, for it costs no seek, and then the tile for the moment `at_rest`, in seconds, which is shown while nobody
    /// scrubs. `key_frames`, in seconds and rising, as far as they are known, are cheaper to show than what is between
    /// them: tiles that have one show it, and come before those that have none.
    /// `None` if there is nothing to take pictures of.
    pub fn plan(duration: f64, width: u32, height: u32, at_rest: f64, key_frames: &[f64]) -> Option<Self> {
        if !(duration > 0.0 && duration.is_finite() && width > 0 && height > 0) {
            return None;
        }
        let scale = (SIDE / f64::from(width.max(height))).min(1.0);
        let side = |pixels: u32| ((f64::from(pixels) * scale).round() as u32).max(1);
        let count = ((duration * RATE).ceil().min(MOST as f64) as usize).max(LEAST);
        let strip = Self { duration, tile: (side(width), side(height)), order: Vec::new(), drawn: 0 };
        let mut order = vec![0];
        order.extend(Some(strip.index_at(at_rest, count)).filter(|index| *index > 0));
        // Every so-manieth, then those halfway between, and so on.
        let mut stride = count.next_power_of_two();
        while stride >= 1 {
            let pass = (0..count).step_by(stride).filter(|index| !order.contains(index)).collect::<Vec<_>>();
            order.extend(pass);
            stride /= 2;
        }
        let each = duration / count as f64;
        let key = |index: usize| {
            let (start, end) = (index as f64 * each, (index + 1) as f64 * each);
            let after = key_frames.partition_point(|key| key + AFTER < start);
            key_frames.get(after).map(|key| key + AFTER).filter(|time| *time < end && *time >= start)
        };
        // Else the middle of what the tile stands for: the very end has no picture in many files.
        let middle = |index: usize| (index as f64 + 0.5) * each;
        let cheap = order[1..].iter().filter_map(|index| Some((*index, key(*index)?)));
        let dear = order[1..].iter().filter(|index| key(**index).is_none()).map(|index| (*index, middle(*index)));
        Some(Self { order: [(0, 0.0)].into_iter().chain(cheap).chain(dear).collect(), ..strip })
    }

    fn index_at(&self, time: f64, count: usize) -> usize {
        // `as` takes what is no number, or less than 0, for 0.
        ((time / self.duration * count as f64) as usize).min(count - 1)
    }

    /// Pixels: width and height of the sheet.
    pub fn sheet_size(&self) -> (u32, u32) {
        let rows = (self.order.len() as u32).div_ceil(COLUMNS);
        (self.tile.0 * COLUMNS, self.tile.1 * rows)
    }

    /// The moment of the next tile, in seconds within the video, and its place on the sheet. `None`: all are drawn.
    /// The first tile's moment is 0.
    pub fn next(&self) -> Option<(f64, Rect)> {
        let (index, time) = *self.order.get(self.drawn)?;
        Some((time, self.place(index)))
    }

    /// The tile of [`next`](Self::next) is drawn.
    pub fn advance(&mut self) {
        self.drawn = (self.drawn + 1).min(self.order.len());
    }

    /// How many tiles are drawn.
    pub fn drawn(&self) -> usize {
        self.drawn
    }

    /// Enough tiles are drawn to find one's way through the video.
    pub fn is_scrubbable(&self) -> bool {
        self.drawn >= COARSE.min(self.order.len())
    }

    /// Seconds.
    pub fn duration(&self) -> f64 {
        self.duration
    }

    /// What there is so far. `url` stands for the sheet. Between the tiles that are drawn each lasts until the next.
    pub fn storyboard(&self, url: impl Into<String>) -> Storyboard {
        let mut drawn: Vec<_> = self.order[..self.drawn].iter().map(|(index, _)| *index).collect();
        drawn.sort_unstable();
        let each = self.duration / self.order.len() as f64;
        let start = |index: usize| index as f64 * each;
        let ends = drawn.iter().skip(1).map(|index| start(*index)).chain([self.duration]);
        let tiles = drawn.iter().zip(ends).map(|(index, end)| {
            let Rect { x, y, width, height } = self.place(*index);
            let [x, y, width, height] = [x, y, width, height].map(f64::from);
            Tile { start: start(*index), end, sheet: 0, crop: Some(Crop { x, y, width, height, unit: Unit::Pixel }) }
        });
        Storyboard { tiles: tiles.collect(), sheets: vec![url.into()], duration: Some(self.duration) }
    }

    fn place(&self, index: usize) -> Rect {
        let (index, (width, height)) = (index as u32, self.tile);
        Rect { x: index % COLUMNS * width, y: index / COLUMNS * height, width, height }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_first_tiles_are_spread_over_the_whole_video() {
        let mut strip = Filmstrip::plan(40.0, 1920, 1080, 3.0, &[]).unwrap();
        assert!(!strip.is_scrubbable());

        let mut times = Vec::new();
        while !strip.is_scrubbable() {
            times.push(strip.next().unwrap().0);
            strip.advance();
        }

        let near = [0.0, 3.0, 27.0, 13.0];
        assert_eq!(times.len(), near.len());
        for (time, near) in times.iter().zip(near) {
            assert!((time - near).abs() < 1.0, "{times:?}");
        }
    }

    #[test]
    fn tiles_with_a_key_frame_show_it_and_come_first() {
        let mut strip = Filmstrip::plan(30.0, 854, 480, 3.0, &[0.0, 10.4, 11.9, 15.75, 23.0]).unwrap();

        let mut times = Vec::new();
        while let Some((time, _)) = strip.next() {
            times.push(time);
            strip.advance();
        }

        let mut first = times[..5].to_vec();
        first.sort_by(f64::total_cmp);
        assert_eq!(first, [0.0, 10.5, 12.0, 15.85, 23.1]);
        assert!((times[5] - 3.0).abs() < 0.5, "{times:?}");
    }

    #[test]
    fn a_tile_stands_for_its_moment_until_a_nearer_one_is_there() {
        let mut strip = Filmstrip::plan(6.0, 640, 480, 0.0, &[]).unwrap();
        assert_eq!(strip.storyboard("s").tiles, []);
        strip.advance();
        strip.advance();
        let board = strip.storyboard("sheet:1");
        let spans: Vec<_> = board.tiles.iter().map(|tile| (tile.start, tile.end)).collect();
        assert_eq!(spans, [(0.0, 4.0), (4.0, 6.0)]);
        assert_eq!((board.sheets, board.duration), (vec!["sheet:1".to_owned()], Some(6.0)));
    }

    #[test]
    fn tiles_have_the_shape_of_the_video() {
        for (size, sheet, duration) in [
            ((1920, 1080), (192 * 8, 108 * 6), 1e6),
            ((1080, 1920), (108 * 8, 192 * 6), 30.0),
            ((64, 36), (64 * 8, 36), 0.1),
            ((9000, 1), (192 * 8, 1), 1.0),
        ] {
            assert_eq!(Filmstrip::plan(duration, size.0, size.1, 0.0, &[]).unwrap().sheet_size(), sheet);
        }
        for (duration, width, height) in
            [(0.0, 9, 9), (-1.0, 9, 9), (f64::NAN, 9, 9), (f64::INFINITY, 9, 9), (1.0, 0, 9), (1.0, 9, 0)]
        {
            assert_eq!(Filmstrip::plan(duration, width, height, 0.0, &[]), None);
        }
    }

    proptest! {
        #[test]
        fn each_tile_is_drawn_once_within_the_video_and_the_sheet(
            duration in 1e-3f64..1e6, width in 1u32..10_000, height in 1u32..10_000, first in -1.0f64..1e6,
            mut key_frames in prop::collection::vec(-1.0f64..1e6, 0..40),
        ) {
            key_frames.sort_by(f64::total_cmp);
            let mut strip = Filmstrip::plan(duration, width, height, first, &key_frames).unwrap();
            let (across, down) = strip.sheet_size();
            let mut places = Vec::new();
            while let Some((time, rect)) = strip.next() {
                prop_assert!(time >= 0.0 && time < duration);
                prop_assert!(rect.x + rect.width <= across && rect.y + rect.height <= down);
                prop_assert!(!places.contains(&(rect.x, rect.y)));
                places.push((rect.x, rect.y));
                strip.advance();
                let board = strip.storyboard("");
                prop_assert_eq!(board.tiles.len(), strip.drawn());
                // The tile of a moment is the one that was drawn for it.
                prop_assert_eq!(board.tile_at(time).unwrap().rect(across, down), rect);
            }
            prop_assert!(places.len() <= MOST && strip.is_scrubbable());
        }
    }
}
