//! Master playlists: which renditions there are.

use super::lines::{Line, attributes, integer, lines};

/// A master playlist.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Master<'a> {
    /// In the order of the playlist.
    pub variants: Vec<Variant<'a>>,
    /// The sound tracks that are apart from the picture, in the order of the playlist.
    pub audio: Vec<Rendition<'a>>,
    /// It holds what this parser does not know the meaning of: variables, content steering, a place to
    /// start at.
    pub odd: bool,
}

/// A rendition to choose.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Variant<'a> {
    /// Of its media playlist, as written.
    pub uri: &'a str,
    /// Bits per second, at the peak.
    pub bandwidth: f64,
    /// Pixels; 0 if not said.
    pub width: f64,
    /// Pixels; 0 if not said.
    pub height: f64,
    /// RFC 6381, comma-separated; empty if not said.
    pub codecs: &'a str,
    /// The group of sound tracks that goes with it; empty if the sound is within.
    pub audio: &'a str,
}

/// A sound track.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rendition<'a> {
    /// Its group.
    pub group: &'a str,
    /// Of its media playlist, as written; `None`: it is within the variants.
    pub uri: Option<&'a str>,
    /// To be heard unless the user says otherwise.
    pub default: bool,
}

impl<'a> Master<'a> {
    /// Reads a master playlist. `None` where the text is something else, a media playlist for example.
    pub fn parse(text: &'a str) -> Option<Self> {
        let mut master = Self::default();
        let mut next = None;
        for line in lines(text)? {
            match line {
                Line::Tag("-X-STREAM-INF", list) => next = Some(variant(list)),
                Line::Tag("-X-MEDIA", list) => master.audio.extend(sound(list)),
                Line::Tag("-X-DEFINE" | "-X-CONTENT-STEERING" | "-X-START", _) => master.odd = true,
                Line::Tag(..) => {}
                Line::Uri(uri) => {
                    if let Some(variant) = next.take() {
                        master.variants.push(Variant { uri, ..variant });
                    }
                }
            }
        }
        (!master.variants.is_empty()).then_some(master)
    }
}

fn variant(list: &str) -> Variant<'_> {
    let mut variant = Variant::default();
    for (name, value) in attributes(list) {
        match name {
            "BANDWIDTH" => variant.bandwidth = integer(value).unwrap_or_default(),
            "CODECS" => variant.codecs = value,
            "AUDIO" => variant.audio = value,
            "RESOLUTION" => {
                let (width, height) = value.split_once(['x', 'X']).unwrap_or_default();
                if let Some((width, height)) = integer(width).zip(integer(height)) {
                    (variant.width, variant.height) = (width, height);
                }
            }
            _ => {}
        }
    }
    variant
}

fn sound(list: &str) -> Option<Rendition<'_>> {
    let mut rendition = Rendition::default();
    let mut is_sound = false;
    for (name, value) in attributes(list) {
        match name {
            "TYPE" => is_sound = value == "AUDIO",
            "GROUP-ID" => rendition.group = value,
            "URI" => rendition.uri = Some(value),
            "DEFAULT" => rendition.default = value == "YES",
            _ => {}
        }
    }
    is_sound.then_some(rendition)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_our_server_writes() {
        let master = Master::parse(
            "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n\
             #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"audio\",NAME=\"Audio\",DEFAULT=YES,AUTOSELECT=YES,CHANNELS=\"2\",\
             URI=\"audio/index.m3u8\"\n\
             #EXT-X-STREAM-INF:BANDWIDTH=1130000,AVERAGE-BANDWIDTH=628000,CODECS=\"avc1.64001f,mp4a.40.2\",\
             RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO=\"audio\"\nv720/index.m3u8\n\
             #EXT-X-STREAM-INF:BANDWIDTH=400000,CODECS=\"avc1.64001e\",RESOLUTION=426x240,FRAME-RATE=29.970\nv240/index.m3u8\n",
        )
        .unwrap();
        let variant = Variant {
            uri: "v720/index.m3u8",
            bandwidth: 1_130_000.0,
            width: 1280.0,
            height: 720.0,
            codecs: "avc1.64001f,mp4a.40.2",
            audio: "audio",
        };
        assert_eq!(master.variants[0], variant);
        assert_eq!((master.variants[1].uri, master.variants[1].audio), ("v240/index.m3u8", ""));
        assert_eq!(master.audio, [Rendition { group: "audio", uri: Some("audio/index.m3u8"), default: true }]);
        assert!(!master.odd);
    }

    #[test]
    fn other_peoples() {
        let master = Master::parse(
            "#EXTM3U\r\n#EXT-X-INDEPENDENT-SEGMENTS\r\n\
             #EXT-X-MEDIA:TYPE=SUBTITLES,GROUP-ID=\"subs\",NAME=\"English\",URI=\"en.m3u8\"\r\n\
             #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"within\",DEFAULT=NO\r\n\
             #EXT-X-I-FRAME-STREAM-INF:BANDWIDTH=1,URI=\"iframes.m3u8\"\r\n\
             #EXT-X-STREAM-INF:BANDWIDTH=613000,RESOLUTION=640x360,CODECS=\"vp09.00.51.08,Opus\",AUDIO=\"a\"\r\n\
             #EXT-X-UNKNOWN:1\r\n\r\nlow.m3u8\r\n#EXT-X-STREAM-INF:RESOLUTION=odd\r\nlast.m3u8",
        )
        .unwrap();
        let uris: Vec<_> = master.variants.iter().map(|variant| variant.uri).collect();
        assert_eq!(uris, ["low.m3u8", "last.m3u8"]);
        assert_eq!(master.audio, [Rendition { group: "a", uri: None, default: false }]);
        assert_eq!((master.variants[1].bandwidth, master.variants[1].width), (0.0, 0.0));
    }

    #[test]
    fn what_is_no_master_playlist() {
        for text in ["", "nothing", "#EXTM3U", "#EXTM3U\n#EXTINF:4,\n1.ts\n", "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1"]
        {
            assert_eq!(Master::parse(text), None, "{text}");
        }
        assert!(Master::parse("#EXTM3U\n#EXT-X-DEFINE:NAME=\"a\",VALUE=\"b\"\n#EXT-X-STREAM-INF:\na").unwrap().odd);
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "(#EXTM3U\n)?(#EXT-X-STREAM-INF:|#EXT-X-MEDIA:|[A-Z-]{1,9}=|[0-9]{1,20}|[\",x=\r\n ]|\\PC){0,60}") {
            let _ = Master::parse(&text);
        }
    }
}
