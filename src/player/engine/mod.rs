//! Engines: what turns a source into something that a `<video>` element plays.
//!
//! - [`hls_js`]: hls.js, imported when it is first needed. The usual one.
//! - [`native`]: the browser's own HLS.
//! - [`mod@file`]: a file on the user's machine, before any server has it.
//! - [`recovery`]: keeps any of them going, and sees when one stands still.

pub mod file;
pub mod hls_js;
pub mod native;
pub mod recovery;

use std::rc::Rc;

use web_sys::{File, HtmlVideoElement};

pub use hls_js::{Cmcd, HlsJsSource};
use reelway_core::playback::recovery::{Fault, Stretch};
pub use reelway_core::playback::{PlaybackError, token::Life};

use super::token::Refresh;

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
    /// The start is fetched before the engine has arrived.
    Prefetched,
    /// The renditions are known, lowest first.
    Levels(Vec<Level>),
    /// This rendition, an index into the levels, is on screen now.
    LevelShown(usize),
    /// Only this rendition is played from now on, an index into the levels as they are now; with `None` the engine chooses.
    /// Told only where it changes without [`Engine::set_level`]: others of them are gone, or this one can't be had.
    LevelChosen(Option<usize>),
    /// The sound tracks are known.
    AudioTracks(Vec<AudioTrack>),
    /// This sound track, an index into them, is heard now.
    AudioShown(usize),
    /// Something failed, which would come to this, and is being mended: nothing is lost yet. With the code of the step.
    Retrying(PlaybackError, &'static str),
    /// Data flows again.
    Flowing,
    /// The engine can't go on by itself. What is to be done, [`recovery`] decides: nobody else hears of it. With the
    /// place where it failed, if it is known.
    Fault(Fault, Option<Place>),
    /// Something failed there, and the engine has taken another rendition by itself. For [`recovery`] alone.
    Dodged(Fault, Place),
    /// What is fetched next begins here, in seconds. For [`recovery`] alone.
    Fetched(f64),
    /// The `<video>` element is about to be emptied, and is filled again at the same position.
    Interrupting,
    /// It wants to play, and nothing has moved for a moment; or it moves again.
    Still(bool),
    /// The browser has lost the network, or has it back.
    Offline(bool),
    /// Nothing goes on without the user. The engine has stopped; [`Engine::load`] starts it anew.
    Failed(PlaybackError),
}

/// A place in the stream.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Place {
    /// An index into the levels.
    pub rendition: usize,
    /// The segment; `None` stands for all of the rendition.
    pub stretch: Option<Stretch>,
}

/// Where an engine sends its reports.
pub type Report = Rc<dyn Fn(EngineEvent)>;

/// Feeds one `<video>` element. Dropping it lets go of the element and of every request.
///
/// What an engine, one of our own for CMAF too, may count on and must keep to:
/// - It is made by [`create`] around [`recovery::Guarded`], which hears its reports first and decides what to do after an
///   [`EngineEvent::Fault`]: an engine tries again what is cheap to try, and says the rest. It reports
///   [`EngineEvent::Retrying`] and [`EngineEvent::Flowing`] as it goes, [`EngineEvent::Levels`] and
///   [`EngineEvent::AudioTracks`] when they are known, and nothing after it was dropped or stopped.
/// - A report may come from within its methods, and may lead to any of them, or to its end: no borrow is held across one.
/// - The element is its own from [`Engine::load`] to [`Engine::stop`]: nobody else sets its source. Whoever plays, pauses
///   or seeks does it on the element, before the first frame as well as after, and the engine follows. It never plays
///   or pauses by itself, except to keep on playing where it changes the source.
/// - The duration is set with the first init segment, from the playlist, and does not jump later.
/// - While the element's `preload` is `metadata` and nobody has pressed play, it fetches no more than the first frame
///   needs. With `none` it is not loaded at all.
/// - The start of the stream may be on its way already: [`prefetch`](super::prefetch) keeps it, and what is kept is not
///   fetched again. Bytes of media stay in JavaScript's memory; what comes next is decided in `reelway_core`.
/// - Captions appear in the element's own `textTracks`.
pub trait Engine {
    /// Starts, or starts anew after a failure, at this position in seconds.
    fn load(&self, start: f64);

    /// Plays only this rendition, an index into [`EngineEvent::Levels`], from the next segment on, and whatever has to be
    /// mended meanwhile; `None` lets the engine choose. Engines with nothing to choose do nothing.
    fn set_level(&self, level: Option<usize>);

    /// Plays this sound track, an index into [`EngineEvent::AudioTracks`]. Engines with nothing to choose do nothing.
    fn set_audio(&self, track: usize);

    /// Goes on after an [`EngineEvent::Fault`], or shakes what stands still. Engines that know no better way load anew.
    fn mend(&self, _mend: Mend, position: f64) {
        self.load(position);
    }

    /// Whether [`mend`](Self::mend) leaves the element as it is, for as long as what it plays is sound.
    fn is_mendable(&self) -> bool {
        false
    }

    /// The segment of a rendition that is on its way.
    fn fetching(&self) -> Option<Place> {
        None
    }

    /// Every rendition may be played again, after [`Mend::Detour`] or [`EngineEvent::Dodged`].
    fn allow(&self) {}

    /// From now on every request carries the tokens of this URL, which names the same stream. `life` is what is known of
    /// theirs from elsewhere.
    fn renew(&self, _url: &str, _life: Option<Life>) {}

    /// Lets go of the element and of every request, until [`Engine::load`].
    fn stop(&self);

    /// A count that grows with the bytes that arrive, for engines that fetch them.
    fn bytes(&self) -> f64 {
        0.0
    }
}

/// What can be tried short of loading anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mend {
    /// Fetch again what failed.
    Retry,
    /// Play this rendition, an index into the levels, no more.
    Avoid(usize),
    /// Play this rendition until [`Engine::allow`].
    Detour(usize),
    /// Throw away the buffer and the decoder, and fetch again.
    Flush,
}

/// What a source needs beside its URL.
#[derive(Clone, Default)]
pub struct Supply {
    /// Where hls.js comes from.
    pub hls: HlsJsSource,
    /// Whom to ask for fresh URLs.
    pub refresh: Option<Refresh>,
    /// How long the URL works, if the server has said so; what its token says is read from the URL.
    pub life: Option<Life>,
}

/// The engine that fits the source and the browser, bound to the element, and kept going as long as that is possible.
/// It does nothing until [`Engine::load`].
pub fn create(source: &Source, video: &HtmlVideoElement, supply: &Supply, report: Report) -> Box<dyn Engine> {
    Box::new(recovery::Guarded::new(source, video, supply, report))
}

/// The engine alone.
fn bare(source: &Source, video: &HtmlVideoElement, hls: &HlsJsSource, report: Report) -> Box<dyn Engine> {
    match source {
        Source::File(file) => Box::new(file::FileEngine::new(file, video, report)),
        Source::Hls(url) if native::is_preferred(video) => Box::new(native::NativeEngine::new(url, video, report)),
        Source::Hls(url) => Box::new(hls_js::HlsJsEngine::new(url, video, hls.clone(), report)),
    }
}
