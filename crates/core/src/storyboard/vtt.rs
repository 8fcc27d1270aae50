//! Thumbnails as WebVTT: the convention that players share, which no standard describes. A cue's text is the URL of a
//! picture, with a media fragment `#xywh=` if the picture is one of several on a sheet.

use super::{Crop, Sheets, Storyboard, StoryboardError, Tile, Unit};

pub(super) fn parse(text: &str, resolve: &dyn Fn(&str) -> String) -> Result<Storyboard, StoryboardError> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n").replace('\r', "\n");
    let mut sheets = Sheets::default();
    let mut tiles = Vec::new();
    let mut lines = text.split('\n').map(str::trim);
    while let Some(line) = lines.next() {
        if line.starts_with("NOTE") && !line.contains("-->") {
            // A comment ends with its block.
            lines.by_ref().take_while(|line| !line.is_empty()).for_each(drop);
            continue;
        }
        let Some((start, end)) = line.split_once("-->") else { continue };
        let Some(address) = lines.next().filter(|line| !line.is_empty()) else { continue };
        // Settings may follow the end.
        let end = end.split_whitespace().next().unwrap_or_default();
        if let (Some(start), Some(end)) = (seconds(start.trim()), seconds(end))
            && end > start
        {
            let (url, fragment) = address.split_once('#').unwrap_or((address, ""));
            let sheet = sheets.index_of(resolve(url));
            tiles.push(Tile { start, end, sheet, crop: xywh(fragment) });
        }
    }
    if tiles.is_empty() && !text.starts_with("WEBVTT") {
        return Err(StoryboardError::Malformed);
    }
    let duration = tiles.iter().map(|tile| tile.end).reduce(f64::max);
    Storyboard::assemble(sheets.0, tiles, duration)
}

/// `hh:mm:ss.ttt` or `mm:ss.ttt`; hours may have any number of digits.
fn seconds(stamp: &str) -> Option<f64> {
    let (whole, fraction) = stamp.split_once(['.', ',']).unwrap_or((stamp, "0"));
    let mut parts = whole.rsplit(':').map(digits);
    let (s, m, h) = (parts.next()??, parts.next()??, parts.next().unwrap_or(Some(0))?);
    if parts.next().is_some() || fraction.len() > 9 {
        return None;
    }
    let fraction = digits(fraction)? as f64 / 10f64.powi(fraction.len() as i32);
    Some(h as f64 * 3600.0 + m as f64 * 60.0 + s as f64 + fraction)
}

fn digits(text: &str) -> Option<u32> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// The part that a media fragment names: `xywh=[pixel:|percent:]x,y,w,h` among its `&`-separated fields.
fn xywh(fragment: &str) -> Option<Crop> {
    let value = fragment.split('&').find_map(|field| field.strip_prefix("xywh="))?;
    let (unit, numbers) = match value.split_once(':') {
        None => (Unit::Pixel, value),
        Some(("pixel", numbers)) => (Unit::Pixel, numbers),
        Some(("percent", numbers)) => (Unit::Percent, numbers),
        Some(_) => return None,
    };
    let mut numbers = numbers.split(',').map(number);
    let (x, y, width, height) = (numbers.next()??, numbers.next()??, numbers.next()??, numbers.next()??);
    (numbers.next().is_none() && width > 0.0 && height > 0.0).then_some(Crop { x, y, width, height, unit })
}

/// Digits, with a fraction if need be.
fn number(text: &str) -> Option<f64> {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), "0"));
    let short = fraction.get(..9).unwrap_or(fraction);
    Some(f64::from(digits(whole)?) + f64::from(digits(short)?) / 10f64.powi(short.len() as i32))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<Storyboard, StoryboardError> {
        parse(text, &|url| format!("https://host/{url}"))
    }

    fn crop(x: f64, y: f64, width: f64, height: f64) -> Option<Crop> {
        Some(Crop { x, y, width, height, unit: Unit::Pixel })
    }

    #[test]
    fn sheets_of_tiles() {
        let board = read(
            "WEBVTT\n\n00:00:00.000 --> 00:00:05.000\na.webp#xywh=0,0,256,160\n\n\
             00:00:05.000 --> 00:00:10.500\na.webp#xywh=256,0,256,160\n\n\
             00:00:10.500 --> 01:00:00.000\nb.webp#xywh=0,0,200,100\n",
        )
        .unwrap();
        assert_eq!(board.sheets, ["https://host/a.webp", "https://host/b.webp"]);
        assert_eq!(board.duration, Some(3600.0));
        assert_eq!(
            board.tiles,
            [
                Tile { start: 0.0, end: 5.0, sheet: 0, crop: crop(0.0, 0.0, 256.0, 160.0) },
                Tile { start: 5.0, end: 10.5, sheet: 0, crop: crop(256.0, 0.0, 256.0, 160.0) },
                Tile { start: 10.5, end: 3600.0, sheet: 1, crop: crop(0.0, 0.0, 200.0, 100.0) },
            ]
        );
    }

    #[test]
    fn all_that_writers_of_vtt_do() {
        let tiles = |text: &str| read(text).unwrap().tiles;
        let picture = [Tile { start: 1.0, end: 62.5, sheet: 0, crop: None }];
        for text in [
            "WEBVTT\n\n00:01.000 --> 01:02.500\na.jpg",
            "\u{feff}WEBVTT - thumbnails\r\n\r\n00:01.000 --> 01:02.500\r\na.jpg\r\n\r\n",
            "WEBVTT\r\r00:01.000 --> 01:02.500\ra.jpg\r",
            "WEBVTT\nKind: metadata\n\nNOTE by a tool\nof two lines\n\nSTYLE\n::cue {}\n\nthe first\n\
             00:01.000 --> 01:02.500 align:start position:0%\na.jpg\n",
            "WEBVTT\n\nNOTE\n00:07.000\n\n1\n00:00:01,000-->00:01:02,500\na.jpg",
            "00:00:01 --> 00:01:02.5\na.jpg#t=3",
            "WEBVTT\n\n00:00.000 --> 00:01.000\n\n00:01.000 --> 01:02.500\na.jpg",
            "WEBVTT\n\n00:09.000 --> 00:03.000\nbackwards.jpg\n\nx --> y\nb.jpg\n\n00:01.000 --> 01:02.500\na.jpg",
        ] {
            assert_eq!(tiles(text), picture, "{text:?}");
        }
    }

    #[test]
    fn fragments() {
        for (fragment, expected) in [
            ("xywh=1,2,3,4", crop(1.0, 2.0, 3.0, 4.0)),
            ("xywh=pixel:1,2,3,4", crop(1.0, 2.0, 3.0, 4.0)),
            ("t=5&xywh= 1, 2, 3, 4", crop(1.0, 2.0, 3.0, 4.0)),
            ("xywh=percent:0,12.5,50,25", Some(Crop { unit: Unit::Percent, ..crop(0.0, 12.5, 50.0, 25.0).unwrap() })),
            ("xywh=1,2,0,4", None),
            ("xywh=1,2,3", None),
            ("xywh=1,2,3,4,5", None),
            ("xywh=-1,2,3,4", None),
            ("xywh=1e3,2,3,4", None),
            ("xywh=inch:1,2,3,4", None),
            ("", None),
        ] {
            assert_eq!(xywh(fragment), expected, "{fragment}");
        }
    }

    #[test]
    fn cues_out_of_order_and_overlapping_make_one_line() {
        let board = read(
            "WEBVTT\n\n00:05.000 --> 00:10.000\nb.jpg\n\n00:00.000 --> 00:07.000\na.jpg\n\n00:05.000 --> 00:06.000\nc.jpg",
        )
        .unwrap();
        let spans: Vec<_> = board.tiles.iter().map(|tile| (tile.start, tile.end)).collect();
        assert_eq!(spans, [(0.0, 5.0), (5.0, 10.0)]);
    }

    #[test]
    fn what_is_no_storyboard_says_so() {
        for (text, error) in [
            ("", StoryboardError::Malformed),
            ("<!doctype html><p>404</p>", StoryboardError::Malformed),
            ("WEBVTT", StoryboardError::Empty),
            ("WEBVTT\n\n00:01.000 --> 00:02.000\n", StoryboardError::Empty),
        ] {
            assert_eq!(read(text), Err(error), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "(WEBVTT|NOTE|[0-9]{1,12}|[:.,# \n\r-]|-->|xywh=|percent:|\\PC){0,60}") {
            if let Ok(board) = read(&text) {
                for tile in &board.tiles {
                    prop_assert!(tile.start < tile.end);
                    prop_assert!(tile.sheet < board.sheets.len());
                    tile.rect(1920, 1080);
                }
            }
        }
    }
}
