//! What a player starts with, and what it fetches for it.

use super::{
    master::{Master, Variant},
    media::{Media, Place, Segment},
};

/// The share of a remembered bandwidth that a rendition may take: connections vary.
const SHARE: f64 = 0.8;

/// Who watches.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Viewer {
    /// Bits per second, if known from before.
    pub bandwidth: Option<f64>,
    /// The longer side of the player in device pixels; 0 while it has no size.
    pub pixels: f64,
}

/// What to start with.
#[derive(Clone, Debug, PartialEq)]
pub struct Choice<'a> {
    /// The rendition's media playlist first, then that of the sound if it is apart.
    pub tracks: Vec<Track<'a>>,
    /// Each track's type is known, so that its bytes can be shown without an engine that looks into them.
    pub known: bool,
}

/// A media playlist, and what a source buffer for it must take.
#[derive(Clone, Debug, PartialEq)]
pub struct Track<'a> {
    /// As written.
    pub uri: &'a str,
    /// What is in it.
    pub kind: Kind,
    /// RFC 6381; empty if not known.
    pub codecs: String,
}

/// What is in a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The picture.
    Video,
    /// The sound.
    Audio,
    /// Both.
    Muxed,
}

impl Kind {
    /// The MIME type without parameters.
    pub const fn container(self) -> &'static str {
        match self {
            Self::Audio => "audio/mp4",
            Self::Video | Self::Muxed => "video/mp4",
        }
    }
}

impl Track<'_> {
    /// What `MediaSource.isTypeSupported` and `addSourceBuffer` take.
    pub fn mime(&self) -> String {
        [self.kind.container(), "; codecs=\"", &self.codecs, "\""].concat()
    }
}

/// Chooses the rendition to start with: with a bandwidth, the best that it carries with some room to spare; without,
/// the first of the playlist, as all players do (RFC 8216 leaves it open, Apple's authoring rules ask for it). In either
/// case none that has more pixels than the player can show. `supported` answers for MIME types with codecs.
pub fn choose<'a>(master: &Master<'a>, viewer: Viewer, supported: &dyn Fn(&str) -> bool) -> Option<Choice<'a>> {
    let playable: Vec<_> = master
        .variants
        .iter()
        .filter_map(|variant| Some((variant, tracks(master, variant)?)))
        .filter(|(_, choice)| !choice.known || choice.tracks.iter().all(|track| supported(&track.mime())))
        .collect();
    let side = |variant: &Variant<'_>| variant.width.max(variant.height);
    let enough = |variant: &Variant<'_>| viewer.pixels > 0.0 && side(variant) >= viewer.pixels;
    let cap = playable.iter().filter(|(one, _)| enough(one)).map(|(one, _)| side(one)).fold(f64::INFINITY, f64::min);
    let limit = match viewer.bandwidth {
        Some(bandwidth) => bandwidth * SHARE,
        None => playable.first()?.0.bandwidth,
    };
    let mut best: Option<(&Variant<'_>, Choice<'a>)> = None;
    for (variant, choice) in playable.into_iter().filter(|(variant, _)| side(variant) <= cap) {
        let better = best.as_ref().is_none_or(|(best, _)| {
            if best.bandwidth > limit {
                variant.bandwidth < best.bandwidth
            } else {
                variant.bandwidth > best.bandwidth && variant.bandwidth <= limit
            }
        });
        if better {
            best = Some((variant, choice));
        }
    }
    best.map(|(_, choice)| choice)
}

/// The tracks of a variant. `None` where it has no picture.
fn tracks<'a>(master: &Master<'a>, variant: &Variant<'a>) -> Option<Choice<'a>> {
    let (mut pictures, mut sounds, mut strange) = (Vec::new(), Vec::new(), false);
    for codec in variant.codecs.split(',').map(|codec| codec.trim_matches(' ')).filter(|codec| !codec.is_empty()) {
        match codec.get(..4).unwrap_or(codec) {
            "avc1" | "avc3" | "hvc1" | "hev1" | "vp08" | "vp09" | "av01" | "dvh1" | "dvhe" => pictures.push(codec),
            "mp4a" | "ac-3" | "ec-3" => sounds.push(codec),
            // MSE wants these as the registry of MP4 writes them, and playlists have them in capitals.
            "opus" | "Opus" => sounds.push("opus"),
            "flac" | "fLaC" => sounds.push("flac"),
            _ => strange = true,
        }
    }
    if pictures.is_empty() && !sounds.is_empty() {
        return None;
    }
    let mut group = master.audio.iter().filter(|audio| !variant.audio.is_empty() && audio.group == variant.audio);
    let apart = group.clone().find(|audio| audio.default).or_else(|| group.next()).and_then(|audio| audio.uri);
    let known = !strange && !master.odd && pictures.len() == 1 && sounds.len() <= 1;
    let codecs = |of: &[&str]| of.join(",");
    let picture = |kind, codecs| Track { uri: variant.uri, kind, codecs };
    Some(match apart {
        Some(uri) => {
            let sound = Track { uri, kind: Kind::Audio, codecs: codecs(&sounds) };
            Choice { known: known && !sounds.is_empty(), tracks: vec![picture(Kind::Video, codecs(&pictures)), sound] }
        }
        None => {
            let kind = if sounds.is_empty() { Kind::Video } else { Kind::Muxed };
            pictures.append(&mut sounds);
            Choice { known, tracks: vec![picture(kind, codecs(&pictures))] }
        }
    })
}

/// What to fetch of a track.
#[derive(Clone, Debug, PartialEq)]
pub struct Start<'a> {
    /// The init segment.
    pub init: Option<Place<'a>>,
    /// The segment that holds the position, and those after it.
    pub segments: Vec<Segment<'a>>,
    /// A source buffer can take the bytes as they come: fMP4, not encrypted, on one timeline, and complete.
    pub streamable: bool,
}

/// The segment that holds `position`, in seconds, and as many more as it takes to have at least `ahead` seconds of video
/// from there.
pub fn start<'a>(media: &Media<'a>, position: f64, ahead: f64) -> Start<'a> {
    let first = media.at(position);
    let wanted = |segment: &&Segment<'a>| segment.start < position + ahead;
    let (one, others) = media.segments.get(first..).and_then(|rest| rest.split_first()).unzip();
    let segments: Vec<_> = one.into_iter().chain(others.into_iter().flatten().take_while(wanted)).copied().collect();
    let init = segments.first().and_then(|segment| segment.init);
    let plain = |segment: &Segment<'_>| !segment.encrypted && segment.continuity == 0 && segment.init == init;
    Start {
        streamable: media.ended && !media.odd && init.is_some() && segments.iter().all(plain),
        init: init.and_then(|init| media.inits.get(init)).copied(),
        segments,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MASTER: &str = "#EXTM3U\n\
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"de\",URI=\"de.m3u8\"\n\
        #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"en\",DEFAULT=YES,URI=\"en.m3u8\"\n\
        #EXT-X-STREAM-INF:BANDWIDTH=1400000,RESOLUTION=854x480,CODECS=\"avc1.64001e,mp4a.40.2\",AUDIO=\"a\"\n480\n\
        #EXT-X-STREAM-INF:BANDWIDTH=5000000,RESOLUTION=1920x1080,CODECS=\"avc1.640028,mp4a.40.2\",AUDIO=\"a\"\n1080\n\
        #EXT-X-STREAM-INF:BANDWIDTH=2800000,RESOLUTION=1280x720,CODECS=\"avc1.64001f,mp4a.40.2\",AUDIO=\"a\"\n720\n\
        #EXT-X-STREAM-INF:BANDWIDTH=400000,RESOLUTION=426x240,CODECS=\"avc1.640015,mp4a.40.2\",AUDIO=\"a\"\n240\n\
        #EXT-X-STREAM-INF:BANDWIDTH=130000,CODECS=\"mp4a.40.2\",AUDIO=\"a\"\nsound\n";

    fn chosen(bandwidth: Option<f64>, pixels: f64) -> String {
        let master = Master::parse(MASTER).unwrap();
        choose(&master, Viewer { bandwidth, pixels }, &|_| true).unwrap().tracks[0].uri.to_owned()
    }

    #[test]
    fn the_rendition_follows_bandwidth_and_size() {
        for (bandwidth, pixels, expected) in [
            (None, 0.0, "480"),
            (None, 1920.0, "480"),
            (None, 300.0, "240"),
            (Some(20_000_000.0), 0.0, "1080"),
            (Some(20_000_000.0), 4000.0, "1080"),
            (Some(20_000_000.0), 1280.0, "720"),
            (Some(20_000_000.0), 1281.0, "1080"),
            (Some(3_600_000.0), 1920.0, "720"),
            (Some(3_000_000.0), 1920.0, "480"),
            (Some(1000.0), 1920.0, "240"),
            (Some(f64::NAN), f64::NAN, "480"),
        ] {
            assert_eq!(chosen(bandwidth, pixels), expected, "{bandwidth:?} {pixels}");
        }
    }

    #[test]
    fn what_the_browser_cannot_decode_is_not_chosen() {
        let master = Master::parse(MASTER).unwrap();
        let viewer = Viewer { bandwidth: Some(9e9), pixels: 0.0 };
        let choice = choose(&master, viewer, &|mime| !mime.contains("640028")).unwrap();
        assert_eq!(choice.tracks[0].uri, "720");
        assert_eq!(choose(&master, viewer, &|mime| mime.starts_with("video")), None);
    }

    #[test]
    fn tracks_as_source_buffers_take_them() {
        let told = |text: &str| {
            let master = Master::parse(text).unwrap();
            let choice = choose(&master, Viewer::default(), &|_| true).unwrap();
            let tracks: Vec<_> = choice.tracks.iter().map(|track| [track.uri, &track.mime()].join(" ")).collect();
            (tracks.join(" | "), choice.known)
        };
        let line = |attributes: &str| format!("#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1{attributes}\nv\n");
        let sound = "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",URI=\"s\"\n";
        let within = "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\"\n";
        for (text, tracks, known) in [
            (
                MASTER.to_owned(),
                "480 video/mp4; codecs=\"avc1.64001e\" | en.m3u8 audio/mp4; codecs=\"mp4a.40.2\"",
                true,
            ),
            (line(",CODECS=\"avc1.64001e, mp4a.40.2\""), "v video/mp4; codecs=\"avc1.64001e,mp4a.40.2\"", true),
            (line(",CODECS=\"avc1.64001e\""), "v video/mp4; codecs=\"avc1.64001e\"", true),
            (line(""), "v video/mp4; codecs=\"\"", false),
            (line(",CODECS=\"avc1.64001e,stpp.ttml.im1t\""), "v video/mp4; codecs=\"avc1.64001e\"", false),
            (
                line(",CODECS=\"avc1.64001e,mp4a.40.2,ec-3\""),
                "v video/mp4; codecs=\"avc1.64001e,mp4a.40.2,ec-3\"",
                false,
            ),
            (
                line(",CODECS=\"vp09.00.51.08,Opus\",AUDIO=\"a\"") + sound,
                "v video/mp4; codecs=\"vp09.00.51.08\" | s audio/mp4; codecs=\"opus\"",
                true,
            ),
            (
                line(",CODECS=\"avc1.64001e\",AUDIO=\"a\"") + sound,
                "v video/mp4; codecs=\"avc1.64001e\" | s audio/mp4; codecs=\"\"",
                false,
            ),
            (
                line(",CODECS=\"avc1.64001e,mp4a.40.2\",AUDIO=\"a\"") + within,
                "v video/mp4; codecs=\"avc1.64001e,mp4a.40.2\"",
                true,
            ),
            (
                line(",CODECS=\"avc1.64001e\"") + "#EXT-X-DEFINE:NAME=\"a\",VALUE=\"b\"",
                "v video/mp4; codecs=\"avc1.64001e\"",
                false,
            ),
        ] {
            assert_eq!(told(&text), (tracks.to_owned(), known), "{text}");
        }
    }

    #[test]
    fn the_start_is_the_segment_that_holds_the_position() {
        let text = "#EXTM3U\n#EXT-X-MAP:URI=\"i\"\n#EXTINF:4,\n0\n#EXTINF:4,\n1\n#EXTINF:4,\n2\n#EXT-X-ENDLIST";
        let media = Media::parse(text).unwrap();
        let uris = |position, ahead| {
            let start = start(&media, position, ahead);
            assert!(start.streamable && start.init.is_some());
            start.segments.iter().map(|segment| segment.place.uri).collect::<Vec<_>>()
        };
        assert_eq!(uris(0.0, 0.0), ["0"]);
        assert_eq!(uris(0.0, 4.0), ["0"]);
        assert_eq!(uris(5.0, 0.0), ["1"]);
        assert_eq!(uris(5.0, 4.0), ["1", "2"]);
        assert_eq!(uris(99.0, 4.0), ["2"]);
        assert_eq!(uris(0.0, 100.0), ["0", "1", "2"]);
    }

    #[test]
    fn what_a_source_buffer_cannot_take_as_it_comes() {
        let streamable = |text: &str| start(&Media::parse(text).unwrap(), 0.0, 8.0).streamable;
        let body = "#EXTINF:4,\n0\n#EXTINF:4,\n1\n";
        let map = "#EXT-X-MAP:URI=\"i\"\n";
        let end = "#EXT-X-ENDLIST";
        assert!(streamable(&["#EXTM3U\n", map, body, end].concat()));
        for text in [
            ["#EXTM3U\n", map, body, ""].concat(),
            ["#EXTM3U\n", "", body, end].concat(),
            ["#EXTM3U\n#EXT-X-KEY:METHOD=AES-128,URI=\"k\"\n", map, body, end].concat(),
            ["#EXTM3U\n#EXT-X-GAP\n", map, body, end].concat(),
            ["#EXTM3U\n#EXT-X-DISCONTINUITY\n", map, body, end].concat(),
            ["#EXTM3U\n", map, body, "#EXT-X-MAP:URI=\"j\"\n#EXTINF:1,\n2\n", end].concat().replace("4,", "1,"),
        ] {
            assert!(!streamable(&text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_choice_can_be_played_and_nothing_panics(
            variants in prop::collection::vec((0u32..9_000_000, 0u32..4000, prop::sample::select(vec!["avc1.1", "avc1.2,mp4a", "mp4a", "x", ""])), 1..8),
            bandwidth in prop::option::of(any::<f64>()),
            pixels in any::<f64>(),
        ) {
            let text = variants.iter().enumerate().fold("#EXTM3U\n".to_owned(), |text, (index, (rate, width, codecs))| {
                text + &format!("#EXT-X-STREAM-INF:BANDWIDTH={rate},RESOLUTION={width}x9,CODECS=\"{codecs}\"\n{index}\n")
            });
            let master = Master::parse(&text).unwrap();
            let supported = |mime: &str| !mime.contains("avc1.2");
            let chosen = choose(&master, Viewer { bandwidth, pixels }, &supported);
            let any = variants.iter().any(|(_, _, codecs)| ["avc1.1", "x", ""].contains(codecs));
            prop_assert_eq!(chosen.is_some(), any);
            if let Some(choice) = chosen {
                prop_assert!(!choice.known || choice.tracks.iter().all(|track| supported(&track.mime())));
            }
        }
    }
}
