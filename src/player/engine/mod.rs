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

pub use hls_js::{Cmcd, HlsJsSource};
pub use reelway_core::playback::PlaybackError;

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
