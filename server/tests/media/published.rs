//! What a player finds of a video.

use std::{
    path::{Path, PathBuf},
    process::Command,
};

use reelway_server::{db::VideoRow, media::playlist::MediaPlaylist};

pub struct Published {
    pub video: VideoRow,
    pub folder: PathBuf,
    pub master: String,
    pub variants: Vec<Variant>,
    pub sound: Option<Track>,
}

pub struct Variant {
    pub attributes: String,
    pub track: Track,
}

pub struct Track {
    pub name: String,
    pub folder: PathBuf,
    pub playlist: MediaPlaylist,
}

impl Published {
    pub fn read(folder: &Path, video: &VideoRow) -> Self {
        let path = folder.join(video.hls.as_ref().unwrap());
        let master = std::fs::read_to_string(&path).unwrap();
        let (mut variants, mut sound) = (Vec::new(), None);
        let mut lines = master.lines();
        while let Some(line) = lines.next() {
            if let Some(attributes) = line.strip_prefix("#EXT-X-STREAM-INF:") {
                let track = Track::read(path.parent().unwrap(), lines.next().unwrap());
                variants.push(Variant { attributes: attributes.to_owned(), track });
            } else if let Some(attributes) = line.strip_prefix("#EXT-X-MEDIA:TYPE=AUDIO,") {
                sound = Some(Track::read(path.parent().unwrap(), &text(attributes, "URI")));
            }
        }
        Self { video: video.clone(), folder: folder.to_owned(), master, variants, sound }
    }

    /// The variants' names, as listed.
    pub fn names(&self) -> Vec<&str> {
        self.variants.iter().map(|variant| variant.track.name.as_str()).collect()
    }

    pub fn variant(&self, name: &str) -> &Variant {
        self.variants.iter().find(|variant| variant.track.name == name).unwrap()
    }

    /// What ought to be true of everything that is published.
    pub fn check(&self) {
        assert!(!self.variants.is_empty());
        for variant in &self.variants {
            let stream = variant.track.stream();
            let resolution = format!("{}x{}", stream.number("width"), stream.number("height"));
            assert_eq!(variant.text("RESOLUTION"), resolution);
            assert_eq!(stream.text("pix_fmt"), "yuv420p");
            assert!(["1:1", "N/A", ""].contains(&stream.text("sample_aspect_ratio").as_str()), "{}", stream.0);
            assert!(!stream.0.to_string().contains("Display Matrix"), "{}", stream.0);
            assert!(variant.text("CODECS").starts_with("avc1."), "{}", variant.attributes);
            assert_eq!(variant.text("CODECS").contains("mp4a.40."), self.sound.is_some());
            variant.track.check();
            // The bandwidth covers every run of segments, and the average lies below it.
            assert!(variant.number("BANDWIDTH") >= variant.number("AVERAGE-BANDWIDTH"));
            let seconds = variant.track.playlist.duration();
            let measured = variant.track.bytes() * 8.0 / seconds;
            let sound = self.sound.as_ref().map_or(0.0, |sound| sound.bytes() * 8.0 / sound.playlist.duration());
            let said = variant.number("AVERAGE-BANDWIDTH");
            assert!((said - measured - sound).abs() < said * 0.02 + 100.0, "{said} {measured} {sound}");
        }
        if let Some(sound) = &self.sound {
            sound.check();
        }
        // Players switch at segments: they must end at the same times.
        let ends = |track: &Track| {
            track.playlist.segments.iter().map(|segment| (segment.duration * 1000.0).round()).collect::<Vec<_>>()
        };
        let first = ends(&self.variants[0].track);
        for variant in &self.variants {
            let theirs = ends(&variant.track);
            assert_eq!(theirs.len(), first.len(), "{}", variant.track.name);
            // The last one ends with the last frame, whose length each encoder guesses.
            for (mine, theirs) in first.iter().zip(&theirs).take(first.len() - 1) {
                assert!((mine - theirs).abs() <= 2.0, "{}: {first:?} {theirs:?}", variant.track.name);
            }
        }
    }
}

impl Variant {
    pub fn text(&self, name: &str) -> String {
        text(&self.attributes, name)
    }

    pub fn number(&self, name: &str) -> f64 {
        self.text(name).parse().unwrap()
    }
}

impl Track {
    fn read(folder: &Path, uri: &str) -> Self {
        let path = folder.join(uri);
        let playlist = MediaPlaylist::parse(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let folder = path.parent().unwrap().to_owned();
        Self { name: folder.file_name().unwrap().to_str().unwrap().to_owned(), folder, playlist }
    }

    fn bytes(&self) -> f64 {
        let size = |name: &String| std::fs::metadata(self.folder.join(name)).unwrap().len() as f64;
        self.playlist.segments.iter().map(|segment| size(&segment.name)).sum()
    }

    /// Init segment and segments as one file.
    pub fn joined(&self) -> tempfile::NamedTempFile {
        let names = std::iter::once(&self.playlist.init).chain(self.playlist.segments.iter().map(|s| &s.name));
        let bytes: Vec<u8> = names.flat_map(|name| std::fs::read(self.folder.join(name)).unwrap()).collect();
        let file = tempfile::Builder::new().suffix(".mp4").tempfile().unwrap();
        std::fs::write(file.path(), bytes).unwrap();
        file
    }

    pub fn stream(&self) -> Stream {
        let file = self.joined();
        Stream::of(file.path())
    }

    /// It decodes to its end, every segment starts with a key frame, and its first frame is shown at 0.
    fn check(&self) {
        let file = self.joined();
        let output = run("ffmpeg", &["-nostdin", "-v", "error", "-xerror", "-i"], file.path(), &["-f", "null", "-"]);
        assert_eq!(output, "", "{} decodes", self.name);
        let longest = self.playlist.segments.iter().map(|segment| segment.duration).fold(0.0, f64::max);
        assert!(longest.round() <= self.playlist.target_duration, "{}", self.name);
        let show = ["-v", "error", "-show_entries", "packet=pts_time,flags", "-of", "csv=p=0"];
        let packets = run("ffprobe", &show, file.path(), &[]);
        let fields = |line: &str| line.split(',').map(str::to_owned).collect::<Vec<_>>();
        let packets: Vec<_> = packets.lines().map(fields).collect();
        let time = |packet: &Vec<String>| packet[0].parse::<f64>().unwrap();
        let first = packets.iter().map(time).fold(f64::MAX, f64::min);
        let keys: Vec<_> = packets.iter().filter(|p| p[1].contains('K')).map(|p| time(p) - first).collect();
        let mut start = 0.0;
        for segment in &self.playlist.segments {
            assert!(keys.iter().any(|key| (key - start).abs() < 0.002), "{}: {start} {keys:?}", self.name);
            start += segment.duration;
        }
        // A frame more or less: the length of the last one is not always written.
        let end = packets.iter().map(time).fold(0.0, f64::max) - first;
        assert!((end - self.playlist.duration()).abs() < 0.15, "{}: {end} {}", self.name, self.playlist.duration());
        // The first segment's base time.
        let bytes = std::fs::read(self.folder.join(&self.playlist.segments[0].name)).unwrap();
        let at = bytes.windows(4).position(|window| window == b"tfdt").unwrap();
        assert!(bytes[at + 8..at + 12].iter().all(|byte| *byte == 0), "{} starts at 0", self.name);
    }
}

/// The first stream of a file, as ffprobe shows it.
pub struct Stream(pub serde_json::Value);

impl Stream {
    pub fn of(file: &Path) -> Self {
        let show = ["-v", "error", "-show_streams", "-print_format", "json"];
        let json: serde_json::Value = serde_json::from_str(&run("ffprobe", &show, file, &[])).unwrap();
        Self(json["streams"][0].clone())
    }

    pub fn text(&self, name: &str) -> String {
        self.0[name].as_str().unwrap_or_default().to_owned()
    }

    pub fn number(&self, name: &str) -> u64 {
        self.0[name].as_u64().unwrap()
    }
}

/// What a tool says to both of its outputs.
pub fn run(program: &str, before: &[&str], file: &Path, after: &[&str]) -> String {
    let output = Command::new(program).args(before).arg(file).args(after).output().unwrap();
    String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned()
}

/// An attribute of an attribute list, with or without quotes.
fn text(attributes: &str, name: &str) -> String {
    let value = attributes.split(&format!("{name}=")).nth(1).unwrap();
    match value.strip_prefix('"') {
        Some(quoted) => quoted.split('"').next().unwrap().to_owned(),
        None => value.split(',').next().unwrap().to_owned(),
    }
}
