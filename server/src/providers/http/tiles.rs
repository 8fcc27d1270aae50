//! A storyboard of single pictures, for services that make them to order and no sheets. Pure.

use std::fmt::Write;

use super::{
    links::{LinkError, Links},
    map::{Policy, Tiles},
    template::Scope,
};

/// A stretch of a video, in seconds, and the moment whose picture stands for it.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Tile {
    start: f64,
    end: f64,
    shown: u64,
}

/// The tiles of a video that is so many seconds long.
fn tiles(tiles: &Tiles, duration: f64) -> impl Iterator<Item = Tile> + use<> {
    let interval = f64::from(tiles.interval.max(1));
    let step = (duration / f64::from(tiles.most.max(1)) / interval).ceil().max(1.0) * interval;
    // A remainder that nobody can point at is no tile of its own.
    let count = (duration / step - 0.01).ceil().max(1.0) as u64;
    (0..count).map(move |index| {
        let start = index as f64 * step;
        let end = if index + 1 == count { duration } else { start + step };
        // Services take whole seconds, all of them. From its middle, a picture is never far from where the pointer is.
        Tile { start, end, shown: ((start + end) / 2.0) as u64 }
    })
}

impl Links<'_> {
    /// The storyboard of the video with these values, as WebVTT. `None`: the map describes none, or its length is unknown.
    ///
    /// # Errors
    /// Where there are no URLs.
    pub fn storyboard(&self, policy: Policy, scope: &Scope, duration: f64) -> Result<Option<String>, LinkError> {
        let playback = &self.map.playback;
        let (Some(described), Some(poster)) = (&playback.tiles, &playback.poster) else { return Ok(None) };
        if !(duration.is_finite() && duration > 0.0) {
            return Ok(None);
        }
        let mut scope = scope.clone();
        scope.insert("height".to_owned(), described.height.into());
        scope.extend(described.fit.clone().map(|fit| ("fit".to_owned(), fit.into())));
        let mut text = "WEBVTT\n".to_owned();
        let mut token = None;
        for Tile { start, end, shown } in tiles(described, duration) {
            scope.insert("time".to_owned(), shown.into());
            let url = self.url_with(poster, policy, &scope, &mut token)?;
            let _ = write!(text, "\n{} --> {}\n{url}\n", stamp(start), stamp(end));
        }
        Ok(Some(text))
    }
}

/// `hh:mm:ss.ttt`
fn stamp(seconds: f64) -> String {
    let millis = (seconds * 1000.0).round() as u64;
    let (hours, minutes) = (millis / 3_600_000, millis / 60_000 % 60);
    format!("{hours:02}:{minutes:02}:{:02}.{:03}", millis / 1000 % 60, millis % 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERY: Tiles = Tiles { interval: 2, most: 100, height: 180, fit: None };

    #[test]
    fn tiles_cover_a_video_of_any_length_and_are_no_more_than_they_may() {
        for duration in [0.04, 1.0, 1.99, 2.0, 2.001, 6.0, 11.97, 200.0, 201.0, 7200.0, 36_000.5] {
            let made: Vec<Tile> = tiles(&EVERY, duration).collect();
            assert!(!made.is_empty() && made.len() <= 100, "{duration}: {}", made.len());
            assert_eq!((made[0].start, made[made.len() - 1].end), (0.0, duration));
            for pair in made.windows(2) {
                assert_eq!(pair[0].end, pair[1].start, "{duration}");
            }
            for tile in made {
                let shown = tile.shown as f64;
                assert!(tile.start <= shown && (shown < tile.end || tile.end < 1.0), "{duration}: {tile:?}");
            }
        }
    }

    #[test]
    fn a_long_video_has_longer_tiles() {
        let made: Vec<Tile> = tiles(&EVERY, 7200.0).collect();
        assert_eq!((made.len(), made[1].start, made[1].shown), (100, 72.0, 108));
        let made: Vec<Tile> = tiles(&EVERY, 6.0).collect();
        assert_eq!(made.iter().map(|tile| tile.shown).collect::<Vec<_>>(), [1, 3, 5]);
    }
}
