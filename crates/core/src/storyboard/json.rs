//! Mux's JSON form of a storyboard, which Reelway's server writes too.
//! <https://docs.mux.com/guides/create-timeline-hover-previews>

use super::{Crop, Sheets, Storyboard, StoryboardError, Tile, Unit};

/// A storyboard as the JSON has it. Whoever has a JSON parser fills it in: the browser has one, and wasm needs no other.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub struct Board {
    /// Of the sheet.
    pub url: String,
    /// Pixels.
    pub tile_width: f64,
    /// Pixels.
    pub tile_height: f64,
    /// Seconds: the video's length.
    #[cfg_attr(test, serde(default))]
    pub duration: Option<f64>,
    /// In any order.
    pub tiles: Vec<Place>,
}

/// Where one tile is, and when.
#[derive(Clone, Debug, Default, PartialEq)]
#[cfg_attr(test, derive(serde::Deserialize))]
pub struct Place {
    /// Seconds.
    pub start: f64,
    /// Pixels from the sheet's left edge.
    pub x: f64,
    /// Pixels from the sheet's top edge.
    pub y: f64,
    /// Of the sheet, if it is another one.
    #[cfg_attr(test, serde(default))]
    pub url: Option<String>,
}

pub(super) fn read(board: &Board, resolve: &dyn Fn(&str) -> String) -> Result<Storyboard, StoryboardError> {
    let (width, height) = (board.tile_width, board.tile_height);
    if !(width > 0.0 && height > 0.0) {
        return Err(StoryboardError::Malformed);
    }
    let mut sheets = Sheets::default();
    let mut tiles = Vec::with_capacity(board.tiles.len());
    for Place { start, x, y, url } in &board.tiles {
        if *start >= 0.0 && *x >= 0.0 && *y >= 0.0 {
            let sheet = sheets.index_of(resolve(url.as_ref().unwrap_or(&board.url)));
            let crop = Some(Crop { x: *x, y: *y, width, height, unit: Unit::Pixel });
            tiles.push(Tile { start: *start, end: f64::INFINITY, sheet, crop });
        }
    }
    Storyboard::assemble(sheets.0, tiles, board.duration.filter(|duration| *duration > 0.0))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Storyboard, StoryboardError> {
        let board: Board = serde_json::from_str(text).map_err(|_| StoryboardError::Malformed)?;
        super::read(&board, &|url| format!("/media/{url}"))
    }

    #[test]
    fn a_tile_lasts_until_the_next_and_the_last_until_the_end() {
        let board = read(
            r#"{"url":"s.jpg","tile_width":256,"tile_height":160,"duration":12.5,
                "tiles":[{"start":0,"x":0,"y":0},{"start":5.5,"x":256,"y":0},{"start":10,"x":0,"y":160}]}"#,
        )
        .unwrap();
        assert_eq!((board.sheets.as_slice(), board.duration), (["/media/s.jpg".to_owned()].as_slice(), Some(12.5)));
        let spans: Vec<_> = board.tiles.iter().map(|tile| (tile.start, tile.end)).collect();
        assert_eq!(spans, [(0.0, 5.5), (5.5, 10.0), (10.0, 12.5)]);
        let crop = Crop { x: 0.0, y: 160.0, width: 256.0, height: 160.0, unit: Unit::Pixel };
        assert_eq!(board.tiles[2].crop, Some(crop));
    }

    #[test]
    fn a_tile_may_be_on_a_sheet_of_its_own() {
        let board = read(
            r#"{"url":"a","tile_width":2,"tile_height":1,"tiles":
                [{"start":0,"x":0,"y":0},{"start":1,"x":0,"y":0,"url":"b"},{"start":2,"x":2,"y":0}]}"#,
        )
        .unwrap();
        assert_eq!(board.sheets, ["/media/a", "/media/b"]);
        assert_eq!(board.tiles.iter().map(|tile| tile.sheet).collect::<Vec<_>>(), [0, 1, 0]);
        assert_eq!(board.tiles[2].end, f64::INFINITY);
    }

    #[test]
    fn what_is_no_storyboard_says_so() {
        let sized = |width: &str, tiles: &str| {
            format!(r#"{{"url":"a","tile_width":{width},"tile_height":1,"duration":9,"tiles":[{tiles}]}}"#)
        };
        let tile = r#"{"start":0,"x":0,"y":0}"#;
        for (text, error) in [
            ("", StoryboardError::Malformed),
            ("WEBVTT", StoryboardError::Malformed),
            ("{}", StoryboardError::Malformed),
            (&sized("0", tile), StoryboardError::Malformed),
            (&sized("-5", tile), StoryboardError::Malformed),
            (&sized("1", ""), StoryboardError::Empty),
            (&sized("1", r#"{"start":-1,"x":0,"y":0}"#), StoryboardError::Empty),
        ] {
            assert_eq!(read(text), Err(error), "{text}");
        }
        assert!(read(&sized("1", tile)).is_ok());
    }

    proptest! {
        #[test]
        fn whatever_the_numbers_the_tiles_are_in_order(
            tiles in prop::collection::vec((-10.0f64..1e9, -10.0f64..1e6, -10.0f64..1e6), 0..20),
            duration in prop::option::of(-1.0f64..1e9),
        ) {
            let tiles: Vec<_> =
                tiles.iter().map(|(start, x, y)| format!(r#"{{"start":{start},"x":{x},"y":{y}}}"#)).collect();
            let duration = duration.map_or("null".into(), |duration| duration.to_string());
            let text = format!(
                r#"{{"url":"a","tile_width":9,"tile_height":9,"duration":{duration},"tiles":[{}]}}"#,
                tiles.join(",")
            );
            if let Ok(board) = read(&text) {
                prop_assert!(board.tiles.iter().all(|tile| tile.start < tile.end));
                prop_assert!(board.tiles.windows(2).all(|pair| pair[0].start < pair[1].start));
                let last = board.tiles.last().unwrap().start;
                prop_assert_eq!(board.tile_at(last).unwrap().start, last);
            }
        }

        #[test]
        fn nothing_panics(text in "\\PC{0,80}") {
            let _ = read(&text);
        }
    }
}
