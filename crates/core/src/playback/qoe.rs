//! What viewers get, in the terms of those who measure it: how long a start takes, how often and why it stands still,
//! which rendition is seen, what fails. "QoE" is the field's word: quality of experience.

#[cfg(test)]
mod tests;

use crate::Millis;

/// Something that a viewer noticed.
#[derive(Clone, Debug, PartialEq)]
pub enum Qoe {
    /// It plays for the first time.
    Startup {
        /// Milliseconds from the wish to play, or from the source if that came later, until it played. What was
        /// preloaded before anybody wanted to play costs no viewer any time, and is not counted.
        took: Millis,
        /// What plays it: `hls.js`, `native` or `file`.
        engine: &'static str,
        /// The first segment was on its way before the engine was.
        prefetched: bool,
        /// What is seen first.
        rendition: Rendition,
    },
    /// It stood still, and no one had asked it to: neither a pause nor a seek. Told when it is over.
    Rebuffer {
        /// When it began, on the caller's clock.
        at: Millis,
        /// How long it lasted.
        took: Millis,
        /// Where, in seconds of the video.
        position: f64,
        /// Why.
        reason: Reason,
    },
    /// Another rendition is on screen.
    Rendition {
        /// The one before, if there was one.
        from: Option<Rendition>,
        /// The one that is seen now.
        to: Rendition,
        /// Chosen by the engine, not by the user.
        auto: bool,
    },
    /// Something failed.
    Error {
        /// A stable code.
        code: &'static str,
        /// What it means, in English.
        message: String,
        /// It does not go on without the user. If not, it has been overcome already.
        fatal: bool,
        /// What overcame it.
        recovered_by: Option<&'static str>,
    },
}

impl Qoe {
    /// The event's name.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Startup { .. } => "startup",
            Self::Rebuffer { .. } => "rebuffer",
            Self::Rendition { .. } => "rendition",
            Self::Error { .. } => "error",
        }
    }
}

/// A picture's size and what it costs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rendition {
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Bits a second; 0 while unknown.
    pub bitrate: u32,
}

/// Why it stood still.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// What was buffered ran out: the network is slower than the video.
    Buffer,
    /// Requests failed meanwhile.
    Network,
    /// One source took another's place.
    Source,
}

impl Reason {
    /// A stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Buffer => "buffer",
            Self::Network => "network",
            Self::Source => "source",
        }
    }
}

/// What happens to a player.
#[derive(Clone, Debug, PartialEq)]
pub enum Input {
    /// There is something to play, and this engine to play it.
    Source(&'static str),
    /// The first segment is fetched ahead of the engine.
    Prefetched,
    /// The user, or the page, wants it to play.
    Play,
    /// Nobody does any more.
    Pause,
    /// It waits for data.
    Waiting {
        /// Seconds of the video.
        position: f64,
    },
    /// It plays, for the first time or again. The picture's size, as the element has it.
    Playing {
        /// Pixels.
        width: u32,
        /// Pixels.
        height: u32,
    },
    /// It goes to another position.
    Seeking,
    /// It is at the end.
    Ended,
    /// This rendition is on screen.
    Rendition {
        /// Which.
        to: Rendition,
        /// The engine's choice.
        auto: bool,
    },
    /// A request failed, or the decoder did, and it is being mended.
    Failing {
        /// A stable code.
        code: &'static str,
        /// In English.
        message: String,
        /// What is tried.
        step: &'static str,
    },
    /// It goes on: what was tried last has helped.
    Recovered,
    /// It does not.
    Failed {
        /// A stable code.
        code: &'static str,
        /// In English.
        message: String,
    },
}

/// Milliseconds: a shorter standstill is not noticed, and not told.
pub const NOTICED: Millis = 50.0;

/// The code of the mildest step: to fetch again.
const RETRY: &str = "retry";

/// Works out from what happens what a viewer notices.
#[derive(Clone, Debug, Default)]
pub struct Observer {
    source: Option<(&'static str, Millis)>,
    prefetched: bool,
    wanted: Option<Millis>,
    started: bool,
    seeking: bool,
    still: Option<Still>,
    rendition: Option<Rendition>,
    /// What failed first, and what was tried last.
    failing: Option<(&'static str, String, &'static str)>,
}

#[derive(Clone, Copy, Debug)]
struct Still {
    at: Millis,
    position: f64,
    reason: Reason,
}

impl Observer {
    /// Takes what happens at this time, and gives what that means to the viewer.
    pub fn take(&mut self, input: Input, now: Millis) -> Option<Qoe> {
        match input {
            Input::Source(engine) => {
                self.source = Some((engine, now));
                if self.started && self.wanted.is_some() {
                    let position = self.still.map_or(f64::NAN, |still| still.position);
                    self.still = Some(Still { at: now, position, reason: Reason::Source });
                }
            }
            Input::Prefetched => self.prefetched = true,
            Input::Play => {
                self.wanted.get_or_insert(now);
            }
            Input::Pause | Input::Ended => {
                self.wanted = None;
                return self.moves(now);
            }
            Input::Waiting { position } => self.wait(position, now),
            Input::Playing { width, height } => return self.play(width, height, now),
            Input::Seeking => {
                self.seeking = true;
                return self.moves(now);
            }
            Input::Rendition { to, auto } => {
                let from = self.rendition.replace(to);
                return (from != Some(to)).then_some(Qoe::Rendition { from, to, auto });
            }
            Input::Failing { code, message, step } => {
                let (_, _, tried) = self.failing.get_or_insert((code, message, step));
                // What follows on a step is tried again by itself: it is the step that helped.
                if step != RETRY {
                    *tried = step;
                }
                if let Some(still) = &mut self.still {
                    still.reason = Reason::Network;
                }
            }
            Input::Recovered => {
                let (code, message, step) = self.failing.take()?;
                return Some(Qoe::Error { code, message, fatal: false, recovered_by: Some(step) });
            }
            Input::Failed { code, message } => {
                self.failing = None;
                self.still = None;
                return Some(Qoe::Error { code, message, fatal: true, recovered_by: None });
            }
        }
        None
    }

    fn wait(&mut self, position: f64, now: Millis) {
        // What follows on a seek is a part of the seek; before the start it is a part of the start.
        if !self.started || self.seeking || self.wanted.is_none() {
            return;
        }
        let reason = if self.failing.is_some() { Reason::Network } else { Reason::Buffer };
        let still = self.still.get_or_insert(Still { at: now, position, reason });
        if still.position.is_nan() {
            still.position = position;
        }
    }

    fn play(&mut self, width: u32, height: u32, now: Millis) -> Option<Qoe> {
        self.seeking = false;
        if self.started {
            return self.moves(now);
        }
        self.started = true;
        let wanted = *self.wanted.get_or_insert(now);
        let (engine, since) = self.source.unwrap_or(("", now));
        Some(Qoe::Startup {
            took: now - wanted.max(since),
            engine,
            prefetched: self.prefetched,
            rendition: self.rendition.unwrap_or(Rendition { width, height, bitrate: 0 }),
        })
    }

    /// It does not stand still any more.
    fn moves(&mut self, now: Millis) -> Option<Qoe> {
        let Still { at, position, reason } = self.still.take()?;
        let took = now - at;
        let position = if position.is_nan() { 0.0 } else { position };
        (took >= NOTICED).then_some(Qoe::Rebuffer { at, took, position, reason })
    }
}
