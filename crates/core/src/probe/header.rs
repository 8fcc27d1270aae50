//! What a header says.

/// What a file is made of, as its header says. Nothing of it is proven: a header may lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Header {
    /// The container.
    pub container: Container,
    /// Where a player finds what it needs to begin.
    pub index: Index,
    /// Seconds. `None` if the header does not say, as in recordings that a browser made.
    pub duration: Option<f64>,
    /// Seconds, rising: some of the moments at which the video can be entered without decoding what is before them. They
    /// may be a few frames off. Empty where the header does not list them.
    pub key_frames: Vec<f64>,
    /// In the file's order. At most [`MAX_TRACKS`]; others are left out.
    pub tracks: Vec<Track>,
}

/// A container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    /// ISO base media: MP4, M4V, 3GP.
    Mp4,
    /// Apple's own form of it.
    QuickTime,
    /// Matroska.
    Matroska,
    /// Matroska's form for the web.
    WebM,
}

impl Container {
    /// A word for logs and pages.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Mp4 => "MP4",
            Self::QuickTime => "MOV",
            Self::Matroska => "MKV",
            Self::WebM => "WebM",
        }
    }
}

/// Where a player finds what it needs to begin.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    /// Before the media: it plays while it is still being fetched ("fast start").
    First,
    /// After the media.
    Last,
    /// In pieces between the media: a fragmented MP4, or Matroska's clusters.
    Throughout,
}

/// A stream.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    /// What it carries.
    pub kind: Kind,
    /// As in RFC 6381 (`avc1.640028`, `mp4a.40.2`) where the header says enough, else the container's own name for the
    /// codec. Empty if it has none.
    pub codec: String,
    /// Of a video track, if the header says.
    pub picture: Option<Picture>,
}

/// What a track carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Pictures.
    Video,
    /// Sound.
    Audio,
    /// Subtitles, time codes, a camera's measurements.
    Other,
}

/// The picture of a video track.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Picture {
    /// Pixels, as coded, less what the container crops. Not 0.
    pub width: u32,
    /// Pixels, as coded. Not 0.
    pub height: u32,
    /// Width : height of a pixel, in lowest terms. Neither is 0.
    pub sample_aspect: (u32, u32),
    /// Degrees by which it is to be turned clockwise: 0, 90, 180 or 270.
    pub rotation: u16,
    /// Frames a second, on average.
    pub frame_rate: Option<f64>,
}

impl Picture {
    /// Width and height as shown: with square pixels, and turned.
    pub fn display(&self) -> (u32, u32) {
        let (across, down) = (u64::from(self.sample_aspect.0), u64::from(self.sample_aspect.1).max(1));
        let wide = (u64::from(self.width) * across + down / 2) / down;
        let (width, height) = (u32::try_from(wide).unwrap_or(u32::MAX).max(1), self.height);
        if self.rotation.is_multiple_of(180) { (width, height) } else { (height, width) }
    }
}

impl Header {
    /// The first video track with a picture of known size, else the first at all.
    pub fn video(&self) -> Option<&Track> {
        let mut videos = self.tracks.iter().filter(|track| track.kind == Kind::Video);
        videos.clone().find(|track| track.picture.is_some()).or_else(|| videos.next())
    }

    /// The first audio track.
    pub fn audio(&self) -> Option<&Track> {
        self.tracks.iter().find(|track| track.kind == Kind::Audio)
    }

    /// Whether there is a picture.
    pub fn has_video(&self) -> bool {
        self.video().is_some()
    }

    /// Whether there is sound.
    pub fn has_audio(&self) -> bool {
        self.audio().is_some()
    }

    /// Width and height of the video as shown, in pixels.
    pub fn display(&self) -> Option<(u32, u32)> {
        self.video()?.picture.map(|picture| picture.display())
    }
}

/// No more key frames than this are told of: what is left of a longer list is spread over the whole video.
const MAX_KEY_FRAMES: usize = 512;

/// Every second of them, every third, …, so that not too many are left.
pub(super) fn thin(moments: Vec<f64>) -> Vec<f64> {
    let step = moments.len().div_ceil(MAX_KEY_FRAMES).max(1);
    moments.into_iter().step_by(step).collect()
}

/// No more tracks than this are told of.
pub const MAX_TRACKS: usize = 64;

/// A ratio in lowest terms. 1 : 1 for what no pixel is shaped like.
pub(super) fn ratio(width: u64, height: u64) -> (u32, u32) {
    let (mut a, mut b) = (width, height);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let (width, height) = (width / a.max(1), height / a.max(1));
    match (u32::try_from(width), u32::try_from(height)) {
        (Ok(w), Ok(h)) if w > 0 && h > 0 && width / height < 100 && height / width < 100 => (w, h),
        _ => (1, 1),
    }
}
