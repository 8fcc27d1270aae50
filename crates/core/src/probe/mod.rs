//! What a file is, from its header: container, codecs, duration, picture, before a byte of it is sent.
//!
//! The crates that read these formats (`mp4`, `re_mp4`, `mp4-atom`, `mp4parse`, `matroska`) want a blocking `Read +
//! Seek` or the whole `moov` in memory with all sample tables, hundreds of megabytes in a hostile file; a browser hands
//! out slices, later, and here at most [`LIMIT`] bytes of them are asked for. Hence code of our own, which passes the
//! tables over.
//!
//! - [`header`]: what comes out. [`error`]: why nothing does.
//! - `source`: the pieces read so far. Parsers ask it for bytes; if they are missing, the parser starts over once they
//!   are there. Headers are small, so that this costs less than to remember where it was.
//! - `mp4`: MP4, MOV and their kin. `matroska`: Matroska and WebM.
//! - `codec`: RFC 6381 strings from the boxes that decoders are set up with.
//! - `sniff`: what is clearly something else.

mod codec;
pub mod error;
pub mod header;
mod matroska;
mod mp4;
mod sniff;
mod source;

use std::ops::Range;

pub use error::ProbeError;
pub use header::{Container, Header, Index, Kind, MAX_TRACKS, Picture, Track};

use source::{Source, Stop};

/// Bytes: no more of a file is read, however long it is.
pub const LIMIT: u64 = 8 << 20;

/// Bytes: what is read at least, if there is as much: one read more costs as much as some tens of kilobytes.
const WINDOW: u64 = 32 << 10;

/// Bytes of the first read: most headers that are at the beginning are in it.
const FIRST: u64 = 64 << 10;

/// Reads the header of one file. It asks for bytes by [`next`](Self::next) and gets them by [`feed`](Self::feed).
///
/// However the file is made, it asks for at most [`LIMIT`] bytes in at most a few hundred reads, and holds no more.
pub struct Probe {
    source: Source,
    state: State,
}

enum State {
    /// There may be enough to tell.
    Fed,
    Waiting(Range<u64>),
    Done(Result<Header, ProbeError>),
}

/// What a [`Probe`] waits for.
#[derive(Clone, Debug, PartialEq)]
pub enum Need {
    /// These bytes of the file. Not empty, and within it.
    Bytes(Range<u64>),
    /// Nothing any more.
    Done(Result<Header, ProbeError>),
}

impl Probe {
    /// A probe of a file of so many bytes.
    pub fn new(size: u64) -> Self {
        Self { source: Source::new(size), state: State::Fed }
    }

    /// What it needs now. The answer is the same until [`feed`](Self::feed).
    #[allow(clippy::should_implement_trait, reason = "it is no iterator: it repeats itself until it is fed")]
    pub fn next(&mut self) -> Need {
        if let State::Fed = self.state {
            self.state = match read(&self.source) {
                Err(Stop::Need(range)) => State::Waiting(self.source.widen(range)),
                Err(Stop::Fail(error)) => State::Done(Err(error)),
                Ok(header) => State::Done(Ok(header)),
            };
        }
        match &self.state {
            State::Waiting(range) => Need::Bytes(range.clone()),
            State::Done(outcome) => {
                self.source.clear();
                Need::Done(outcome.clone())
            }
            State::Fed => Need::Done(Err(ProbeError::Unreadable)),
        }
    }

    /// Takes the bytes that [`next`](Self::next) asked for. Fewer than these, or others, end the probe with
    /// [`ProbeError::Unreadable`]: the file has changed.
    pub fn feed(&mut self, range: Range<u64>, bytes: &[u8]) {
        match &self.state {
            State::Waiting(asked) if *asked == range && bytes.len() as u64 == range.end - range.start => {
                self.source.add(range.start, bytes);
                self.state = State::Fed;
            }
            State::Done(_) => {}
            _ => self.fail(),
        }
    }

    /// Says that the bytes can't be read: the probe ends with [`ProbeError::Unreadable`].
    pub fn fail(&mut self) {
        self.source.clear();
        if !matches!(self.state, State::Done(_)) {
            self.state = State::Done(Err(ProbeError::Unreadable));
        }
    }
}

fn read(source: &Source) -> Result<Header, Stop> {
    let start = source.start()?;
    if mp4::begins(start) {
        mp4::read(source)
    } else if matroska::begins(start) {
        matroska::read(source)
    } else {
        Err(Stop::Fail(match sniff::name(start) {
            Some(name) => ProbeError::NotAVideo(name),
            None => ProbeError::Unknown,
        }))
    }
}
