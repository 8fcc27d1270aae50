//! Media playlists: which segments there are.

use super::lines::{Line, attributes, decimal, integer, lines};

/// A media playlist.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Media<'a> {
    /// In order, without gaps in time.
    pub segments: Vec<Segment<'a>>,
    /// The init segments, in the order of their first use.
    pub inits: Vec<Place<'a>>,
    /// `EXT-X-ENDLIST`: nothing will be added.
    pub ended: bool,
    /// It holds what this parser does not know the meaning of: variables, parts, gaps, skipped segments, a place to
    /// start at, events on the timeline such as breaks for other videos.
    pub odd: bool,
}

/// Where the bytes are.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Place<'a> {
    /// As written.
    pub uri: &'a str,
    /// The first byte, and the first that no longer belongs to it; `None`: all of the file.
    pub range: Option<(f64, f64)>,
}

/// A segment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Segment<'a> {
    /// Where its bytes are.
    pub place: Place<'a>,
    /// Seconds from the start of the playlist.
    pub start: f64,
    /// Seconds.
    pub duration: f64,
    /// The index into [`Media::inits`].
    pub init: Option<usize>,
    /// `EXT-X-KEY` with a method.
    pub encrypted: bool,
    /// Counts `EXT-X-DISCONTINUITY`.
    pub continuity: usize,
}

impl<'a> Media<'a> {
    /// Reads a media playlist. `None` where the text is something else, or has no segments.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut media = Self::default();
        let mut next = Segment::default();
        let mut length = None;
        let mut last: Option<Place<'_>> = None;
        for line in lines(text)? {
            match line {
                Line::Tag("INF", value) => {
                    next.duration = decimal(value.split(',').next().unwrap_or_default()).unwrap_or_default();
                }
                Line::Tag("-X-BYTERANGE", value) => length = range(value),
                Line::Tag("-X-MAP", list) => {
                    let place = map(list);
                    let known = media.inits.iter().position(|init| *init == place);
                    next.init = Some(known.unwrap_or_else(|| {
                        media.inits.push(place);
                        media.inits.len() - 1
                    }));
                }
                Line::Tag("-X-KEY", list) => {
                    next.encrypted = !attributes(list).any(|(name, value)| name == "METHOD" && value == "NONE");
                }
                Line::Tag("-X-DISCONTINUITY", _) => next.continuity += 1,
                Line::Tag("-X-ENDLIST", _) => media.ended = true,
                Line::Tag(
                    "-X-DEFINE" | "-X-GAP" | "-X-SKIP" | "-X-PART" | "-X-START" | "-X-DATERANGE" | "-X-I-FRAMES-ONLY",
                    _,
                ) => media.odd = true,
                Line::Tag("-X-STREAM-INF", _) => return None,
                Line::Tag(..) => {}
                Line::Uri(uri) => {
                    next.place = Place { uri, range: length.take().map(|range| placed(range, uri, last)) };
                    last = Some(next.place);
                    media.segments.push(next);
                    next.start += next.duration;
                    next.duration = 0.0;
                }
            }
        }
        (!media.segments.is_empty()).then_some(media)
    }

    /// Seconds in all.
    pub fn duration(&self) -> f64 {
        self.segments.last().map_or(0.0, |last| last.start + last.duration)
    }

    /// The index of the segment that holds this time, in seconds; the last one past the end.
    pub fn at(&self, time: f64) -> usize {
        self.segments.partition_point(|segment| segment.start <= time).saturating_sub(1)
    }
}

/// Length and, if it is said, offset: `n[@o]`.
fn range(value: &str) -> Option<(f64, Option<f64>)> {
    let (length, offset) = match value.split_once('@') {
        Some((length, offset)) => (length, Some(integer(offset)?)),
        None => (value, None),
    };
    Some((integer(length)?, offset))
}

/// Without an offset the bytes follow those of the segment before, if that is in the same file (RFC 8216 §4.3.2.2).
fn placed((length, offset): (f64, Option<f64>), uri: &str, last: Option<Place<'_>>) -> (f64, f64) {
    let after = last.filter(|last| last.uri == uri).and_then(|last| last.range).map(|(_, end)| end);
    let start = offset.or(after).unwrap_or_default();
    (start, start + length)
}

fn map(list: &str) -> Place<'_> {
    let mut place = Place::default();
    for (name, value) in attributes(list) {
        match name {
            "URI" => place.uri = value,
            "BYTERANGE" => {
                place.range = range(value).map(|(length, offset)| {
                    let start = offset.unwrap_or_default();
                    (start, start + length)
                });
            }
            _ => {}
        }
    }
    place
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn segment<'a>(uri: &'a str, range: Option<(f64, f64)>, start: f64, duration: f64) -> Segment<'a> {
        Segment { place: Place { uri, range }, start, duration, ..Segment::default() }
    }

    #[test]
    fn what_our_server_writes() {
        let media = Media::parse(
            "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:4\n#EXT-X-PLAYLIST-TYPE:VOD\n\
             #EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF:4.000000,\n00000.m4s\n\
             #EXTINF:0.040000,\n00001.m4s\n#EXT-X-ENDLIST\n",
        )
        .unwrap();
        assert_eq!(media.inits, [Place { uri: "init.mp4", range: None }]);
        assert_eq!(
            media.segments,
            [
                Segment { init: Some(0), ..segment("00000.m4s", None, 0.0, 4.0) },
                Segment { init: Some(0), ..segment("00001.m4s", None, 4.0, 0.04) },
            ]
        );
        assert!(media.ended && !media.odd);
        assert_eq!(media.duration(), 4.04);
    }

    #[test]
    fn byte_ranges_follow_each_other_where_no_offset_is_said() {
        let media = Media::parse(
            "#EXTM3U\n#EXT-X-MAP:URI=\"a.mp4\",BYTERANGE=\"791@0\"\n#EXTINF:10.01001001001,\n#EXT-X-BYTERANGE:100@791\n\
             a.mp4\n#EXTINF:10,\n#EXT-X-BYTERANGE:50\na.mp4\n#EXTINF:1,\n#EXT-X-BYTERANGE:7\nb.mp4\n#EXTINF:1,\nc.mp4",
        )
        .unwrap();
        assert_eq!(media.inits[0].range, Some((0.0, 791.0)));
        let ranges: Vec<_> = media.segments.iter().map(|segment| segment.place.range).collect();
        assert_eq!(ranges, [Some((791.0, 891.0)), Some((891.0, 941.0)), Some((0.0, 7.0)), None]);
        assert!(!media.ended);
    }

    #[test]
    fn keys_maps_and_discontinuities_hold_for_what_follows() {
        let media = Media::parse(
            "#EXTM3U\n#EXTINF:2,title, with comma\n1.ts\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n#EXTINF:2\n2.ts\n\
             #EXT-X-KEY:METHOD=NONE\n#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"a\"\n#EXTINF:2,\n3.m4s\n\
             #EXT-X-MAP:URI=\"b\"\n#EXTINF:2,\n4.m4s\n#EXT-X-MAP:URI=\"a\"\n#EXTINF:2,\n5.m4s\n#EXT-X-ENDLIST",
        )
        .unwrap();
        let told: Vec<_> =
            media.segments.iter().map(|one| (one.start, one.encrypted, one.continuity, one.init)).collect();
        assert_eq!(
            told,
            [
                (0.0, false, 0, None),
                (2.0, true, 0, None),
                (4.0, false, 1, Some(0)),
                (6.0, false, 1, Some(1)),
                (8.0, false, 1, Some(0)),
            ]
        );
    }

    #[test]
    fn a_time_is_in_one_segment() {
        let media = Media::parse("#EXTM3U\n#EXTINF:4,\na\n#EXTINF:4,\nb\n#EXTINF:1.5,\nc\n").unwrap();
        for (time, index) in [(-1.0, 0), (0.0, 0), (3.999, 0), (4.0, 1), (8.0, 2), (100.0, 2)] {
            assert_eq!(media.at(time), index, "{time}");
        }
    }

    #[test]
    fn what_is_no_media_playlist() {
        for text in ["", "#EXTM3U", "#EXTINF:4,\na", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\na.m3u8"] {
            assert_eq!(Media::parse(text), None, "{text}");
        }
        assert!(Media::parse("#EXTM3U\n#EXT-X-GAP\n#EXTINF:4,\na").unwrap().odd);
    }

    proptest! {
        #[test]
        fn nothing_panics(
            text in "#EXTM3U\n(#EXTINF:|#EXT-X-BYTERANGE:|#EXT-X-MAP:|#EXT-X-KEY:|URI=|[0-9]{1,20}|[\"@,.=\r\n ]|a\n|\\PC){0,60}",
            time in any::<f64>(),
        ) {
            if let Some(media) = Media::parse(&text) {
                prop_assert!(media.at(time) < media.segments.len());
                for segment in &media.segments {
                    prop_assert!(segment.duration >= 0.0 && segment.start.is_finite());
                    prop_assert!(segment.place.range.is_none_or(|(start, end)| start >= 0.0 && start <= end));
                    prop_assert!(segment.init.is_none_or(|init| init < media.inits.len()));
                }
            }
        }
    }
}
