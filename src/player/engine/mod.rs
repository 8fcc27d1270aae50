//! Engines: what turns a source into something that a `<video>` element plays.
//!
//! - [`hls_js`]: hls.js, imported when it is first needed. The usual one.
//! - [`native`]: the browser's own HLS.
//! - [`file`]: a file on the user's machine, before any server has it.
//! - [`recovery`]: when an engine mends itself, and when it gives up.

pub mod file;
pub mod hls_js;
pub mod native;
pub mod recovery;

use std::rc::Rc;

use web_sys::{File, HtmlVideoElement};

pub use hls_js::HlsJsSource;

/// What to play.
#[derive(Clone, PartialEq)]
pub enum Source {
    /// The URL of an HLS master playlist.
    Hls(String),
    /// A file that the user has chosen. It plays if the browser can decode it.
    File(File),
}

/// A rendition that can be chosen by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Bits per second, at the peak.
    pub bitrate: u32,
}

/// A sound track that can be chosen by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioTrack {
    /// As the stream names it, to be shown; may be empty.
    pub name: String,
    /// A BCP 47 tag; may be empty.
    pub language: String,
}

/// What an engine reports.
#[derive(Clone, Debug, PartialEq)]
pub enum EngineEvent {
    /// The renditions are known, lowest first.
    Levels(Vec<Level>),
    /// This rendition, an index into the levels, is on screen now.
    LevelShown(usize),
    /// The sound tracks are known.
    AudioTracks(Vec<AudioTrack>),
    /// This sound track, an index into them, is heard now.
    AudioShown(usize),
    /// A request failed and is being tried again: nothing is lost yet.
    Retrying,
    /// Data flows again.
    Flowing,
    /// Nothing goes on without the user. The engine has stopped; [`Engine::load`] starts it anew.
    Failed(PlaybackError),
}

/// Why a video can't be played, or not any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlaybackError {
    /// hls.js itself could not be fetched.
    #[error("the playback engine could not be loaded")]
    EngineUnavailable,
    /// No Media Source Extensions here, and no HLS of the browser's own.
    #[error("this browser has no Media Source Extensions")]
    BrowserUnsupported,
    /// The stream is fine, but this browser has no decoder for it.
    #[error("this browser can't decode the codecs of this video")]
    CodecUnsupported,
    /// The server says that there is no such stream.
    #[error("the stream is gone")]
    Gone,
    /// The server says that this user may not see the stream.
    #[error("access to the stream was refused")]
    Refused,
    /// The connection broke, and trying again did not help.
    #[error("the stream could not be fetched")]
    Network,
    /// The media is damaged, or the decoder gave up on it.
    #[error("the media could not be decoded")]
    Media,
}

impl PlaybackError {
    /// A stable code for programs.
    pub const fn code(self) -> &'static str {
        match self {
            Self::EngineUnavailable => "engine_unavailable",
            Self::BrowserUnsupported => "browser_unsupported",
            Self::CodecUnsupported => "codec_unsupported",
            Self::Gone => "gone",
            Self::Refused => "refused",
            Self::Network => "network",
            Self::Media => "media",
        }
    }

    /// Whether the return of the network may mend it.
    pub const fn is_network(self) -> bool {
        matches!(self, Self::Network | Self::EngineUnavailable)
    }
}

/// Where an engine sends its reports.
pub type Report = Rc<dyn Fn(EngineEvent)>;

/// Feeds one `<video>` element. Dropping it lets go of the element and of every request.
pub trait Engine {
    /// Starts, or starts anew after a failure, at this position in seconds.
    fn load(&self, start: f64);

    /// Plays only this rendition, an index into [`EngineEvent::Levels`], from the next segment on; `None` lets the
    /// engine choose. Engines with nothing to choose do nothing.
    fn set_level(&self, level: Option<usize>);

    /// Plays this sound track, an index into [`EngineEvent::AudioTracks`]. Engines with nothing to choose do nothing.
    fn set_audio(&self, track: usize);
}

/// The engine that fits the source and the browser, bound to the element. It does nothing until [`Engine::load`].
pub fn create(source: &Source, video: &HtmlVideoElement, hls: &HlsJsSource, report: Report) -> Box<dyn Engine> {
    match source {
        Source::File(file) => Box::new(file::FileEngine::new(file, video, report)),
        Source::Hls(url) if native::is_preferred(video) => Box::new(native::NativeEngine::new(url, video, report)),
        Source::Hls(url) => Box::new(hls_js::HlsJsEngine::new(url, video, hls.clone(), report)),
    }
}
