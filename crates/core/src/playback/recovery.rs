//! The recovery ladder: what is tried when playback fails, in which order, and when it is time to say so.
//!
//! retry → another rendition → flush and fetch anew → reattach → skip what is damaged → a reason and a button.
//!
//! What is damaged in one place is played in [another rendition](detours) there, and no longer.
//!
//! Two budgets keep it from going on for ever. [`PATIENCE`] counts the time for which somebody waits for a picture:
//! as long as what is buffered plays on, nobody need know. [`BUDGET`] counts failures; [`HEALTHY`] playback without
//! any makes it full again.

pub mod detours;
mod fault;

pub use detours::{Detours, Stretch};
pub use fault::{Fault, Part};

use super::PlaybackError;
use crate::{Millis, upload::retry::Retry};

/// Milliseconds without a picture, while failures come in, until the user is told.
pub const PATIENCE: Millis = 20_000.0;
/// Failures without healthy playback in between until no more is tried.
pub const BUDGET: u32 = 16;
/// Milliseconds of playback without a failure after which all is forgotten.
pub const HEALTHY: Millis = 10_000.0;
/// Milliseconds: no wait between two tries is longer.
pub const LONGEST_WAIT: Millis = 8_000.0;

/// Tries at the same request before another rendition is taken.
const RETRIES: u32 = 3;
/// Fresh tokens that are asked for before a refusal is believed.
const RENEWALS: u32 = 2;
/// Damaged places that are skipped one after the other.
const SKIPS: u32 = 3;

/// What the world looks like at the moment of a failure.
#[derive(Clone, Copy, Debug)]
pub struct Scene {
    /// On the caller's clock.
    pub now: Millis,
    /// What the browser believes of the network.
    pub online: bool,
    /// There is a picture for the present position and more to come, or nobody wants one.
    pub fine: bool,
    /// The rendition that failed, an index into those that are left.
    pub rendition: Option<usize>,
    /// Where in it, if it failed in one place.
    pub stretch: Option<Stretch>,
    /// Renditions that are left, that one included.
    pub renditions: usize,
    /// Fresh URLs can be asked for.
    pub renewable: bool,
}

/// What to do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Step {
    /// Let the engine fetch again after so many milliseconds.
    Retry(Millis),
    /// Nothing, until the browser says that the network is back; then [`Ladder::online`]. A browser may be wrong about
    /// that: after [`LONGEST_WAIT`] a try does no harm.
    AwaitOnline,
    /// Ask for fresh URLs, and fetch again with them.
    Renew,
    /// Play this rendition no more, and fetch again.
    Avoid(usize),
    /// Play this rendition in place of the one that failed, and fetch again, until [`Ladder::fetches`] says that the
    /// damage is behind.
    Detour(usize),
    /// Throw away what is buffered, with the decoder, and fetch again at the same position.
    Flush,
    /// Start the engine anew: at this position in seconds, or at the present one.
    Reattach(Option<f64>),
    /// Nothing, while what is buffered plays; then [`Ladder::ran_dry`].
    PlayOut,
    /// Stop, and say why, with a button to try again.
    Tell(PlaybackError),
}

impl Step {
    /// A stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Retry(_) => "retry",
            Self::AwaitOnline => "online",
            Self::Renew => "renew",
            Self::Avoid(_) | Self::Detour(_) => "rendition",
            Self::Flush => "flush",
            Self::Reattach(_) => "reattach",
            Self::PlayOut => "buffer",
            Self::Tell(_) => "none",
        }
    }
}

/// Remembers what has been tried.
#[derive(Clone, Debug)]
pub struct Ladder {
    retry: Retry,
    /// Failures since the last healthy playback.
    failures: u32,
    /// Requests that failed one after the other, with no data in between.
    misses: u32,
    /// How far the ladder has been climbed for damaged media and for standstill.
    rung: u32,
    renewals: u32,
    skips: u32,
    detours: Detours,
    /// When there was a picture the last time.
    fine_at: Millis,
    failed_at: Millis,
    /// What there is to tell once the buffer has run dry.
    verdict: Option<PlaybackError>,
}

impl Ladder {
    /// A fresh one, at the moment when the engine starts. `seed` makes the jitter; any number will do.
    pub fn new(now: Millis, seed: u64) -> Self {
        Self {
            retry: Retry::new(u32::MAX, seed),
            failures: 0,
            misses: 0,
            rung: 0,
            renewals: 0,
            skips: 0,
            detours: Detours::default(),
            fine_at: now,
            failed_at: now,
            verdict: None,
        }
    }

    /// All is forgotten: the user has pressed the button.
    pub fn restart(&mut self, now: Millis) {
        self.forget(now);
        self.detours = Detours::default();
    }

    /// What was tried is forgotten. Where the stream is damaged is not.
    fn forget(&mut self, now: Millis) {
        self.retry.headway();
        let (retry, detours) = (self.retry.clone(), std::mem::take(&mut self.detours));
        *self = Self { retry, detours, ..Self::new(now, 0) };
    }

    /// There is a picture, and it moves if it should. To be told about every second.
    pub fn fine(&mut self, now: Millis) {
        self.fine_at = now;
        if self.failures > 0 && self.verdict.is_none() && now - self.failed_at >= HEALTHY {
            self.forget(now);
        }
    }

    /// A segment has arrived: the next failure is tried again soon.
    pub fn flowed(&mut self) {
        self.misses = 0;
        self.retry.headway();
    }

    /// The engine has taken another rendition by itself, past this stretch of one. Gives whether that one is to be done
    /// without: it is damaged in many places.
    pub fn dodged(&mut self, rendition: usize, stretch: Stretch, renditions: usize) -> bool {
        self.detours.found(rendition, stretch) && renditions > 1
    }

    /// What is fetched next begins at this position, in seconds. Gives whether all renditions may be played again, after
    /// a detour.
    pub fn fetches(&mut self, next: f64) -> bool {
        self.detours.pass(next)
    }

    /// The user has chosen a rendition, and wants to see that one.
    pub fn chosen(&mut self) {
        self.detours.end();
    }

    /// A rendition is there no more.
    pub fn removed(&mut self, rendition: usize) {
        self.detours.remove(rendition);
    }

    /// The network is back: what waited for it is to be tried at once.
    pub fn online(&mut self, now: Millis) -> Step {
        self.flowed();
        // The time without a network was told as such, and does not count against the server.
        self.fine_at = now;
        Step::Retry(0.0)
    }

    /// What was buffered has run out. `None`: the engine is at work, wait for what it says.
    pub fn ran_dry(&mut self, now: Millis) -> Option<Step> {
        let verdict = self.verdict.take()?;
        if verdict.is_network() || verdict == PlaybackError::Media {
            // Much may have changed since, and the rough steps have not been taken while there was a picture.
            self.forget(now);
            return Some(Step::Retry(0.0));
        }
        Some(Step::Tell(verdict))
    }

    /// Something failed.
    pub fn fault(&mut self, fault: Fault, scene: Scene) -> Step {
        // Who stands still has no picture that goes on, whatever the element says of its buffer.
        let scene = Scene { fine: scene.fine && fault != Fault::Stalled, ..scene };
        if scene.fine {
            self.fine_at = scene.now;
        }
        let by_network = matches!(fault, Fault::Request { status: None, .. } | Fault::Stalled);
        if !scene.online && by_network {
            return Step::AwaitOnline;
        }
        if fault == Fault::Stalled
            && let Some(step) = self.ran_dry(scene.now)
        {
            return step;
        }
        self.failures += 1;
        self.failed_at = scene.now;
        let step = match fault {
            Fault::Request { part, status } => self.request(part, status, scene),
            Fault::Media { until } => self.media(until, scene),
            Fault::Codec => {
                let whole = Scene { stretch: None, ..scene };
                self.avoid(whole).unwrap_or(Step::Tell(PlaybackError::CodecUnsupported))
            }
            Fault::Stalled => self.stalled(scene),
        };
        self.within_budget(step, fault, scene)
    }

    /// No step is taken past the budgets, and nothing is told to who has a picture.
    fn within_budget(&mut self, step: Step, fault: Fault, scene: Scene) -> Step {
        let waited = scene.now - self.fine_at >= PATIENCE;
        let step = match step {
            Step::Tell(_) => step,
            _ if waited || self.failures > BUDGET => Step::Tell(fault.reason()),
            _ => step,
        };
        match step {
            Step::Tell(error) if scene.fine && error != PlaybackError::CodecUnsupported => {
                self.verdict = Some(error);
                Step::PlayOut
            }
            _ => step,
        }
    }

    fn request(&mut self, part: Part, status: Option<u16>, scene: Scene) -> Step {
        self.misses += 1;
        match status {
            Some(401 | 403) => self.refused(scene),
            Some(400..=499) if !matches!(status, Some(408 | 412 | 425 | 429)) => self.missing(part, scene),
            _ if self.misses == RETRIES && part != Part::Master => {
                self.avoid(scene).unwrap_or_else(|| self.after_a_while())
            }
            _ => self.after_a_while(),
        }
    }

    /// Access was refused. The token may have run out: then a fresh one helps, in the requests as they are, or in a
    /// playlist that names its segments with fresh ones of their own.
    fn refused(&mut self, scene: Scene) -> Step {
        if !scene.renewable || self.renewals >= RENEWALS {
            return Step::Tell(PlaybackError::Refused);
        }
        self.renewals += 1;
        if self.renewals == 1 || scene.fine { Step::Renew } else { Step::Reattach(None) }
    }

    /// The server says that there is no such thing. A rendition that is not whole is done without; once more is tried,
    /// for a playlist may just be replaced.
    fn missing(&mut self, part: Part, scene: Scene) -> Step {
        if matches!(part, Part::Playlist | Part::Segment)
            && let Some(step) = self.avoid(scene)
        {
            return step;
        }
        if self.misses == 1 {
            return self.after_a_while();
        }
        Step::Tell(match part {
            Part::Key => PlaybackError::Key,
            Part::Engine => PlaybackError::EngineUnavailable,
            _ => PlaybackError::Gone,
        })
    }

    fn media(&mut self, until: Option<f64>, scene: Scene) -> Step {
        // It is known which segment is damaged, and another rendition may not be: nothing is cheaper. Who does not know
        // may have met a decoder that gives up once.
        if until.is_some()
            && scene.stretch.is_some()
            && let Some(step) = self.avoid(scene)
        {
            return step;
        }
        self.rung += 1;
        // With a picture on screen, the rough steps wait until it has run out.
        match self.rung {
            1 | 2 if scene.fine => self.after_a_while(),
            _ if scene.fine => self.avoid(scene).unwrap_or(Step::Tell(PlaybackError::Media)),
            1 => Step::Flush,
            2 => self.avoid(scene).unwrap_or(Step::Reattach(None)),
            3 => Step::Reattach(None),
            _ if self.skips < SKIPS && until.is_some() => {
                self.skips += 1;
                // The next damaged place is not the fault of this one.
                self.rung = 1;
                Step::Reattach(until)
            }
            _ => Step::Tell(PlaybackError::Media),
        }
    }

    /// At the watchdog's pace, which is several seconds.
    fn stalled(&mut self, scene: Scene) -> Step {
        // A request that never ends may end in another rendition.
        if scene.stretch.is_some()
            && let Some(step) = self.avoid(scene)
        {
            return step;
        }
        self.rung += 1;
        match self.rung {
            1 => Step::Retry(0.0),
            2 => Step::Flush,
            3 => self.avoid(scene).unwrap_or(Step::Reattach(None)),
            4 => Step::Reattach(None),
            _ => Step::Tell(PlaybackError::Stalled),
        }
    }

    /// Another rendition: where this one is damaged, or from now on.
    fn avoid(&mut self, scene: Scene) -> Option<Step> {
        let rendition = scene.rendition.filter(|_| scene.renditions > 1)?;
        let step = match scene.stretch {
            Some(stretch) if !self.detours.spoils(rendition, stretch) => {
                Step::Detour(self.detours.begin(rendition, stretch, scene.renditions)?)
            }
            _ => Step::Avoid(rendition),
        };
        // What another rendition is asked for has not failed yet.
        self.misses = 0;
        Some(step)
    }

    fn after_a_while(&mut self) -> Step {
        Step::Retry(self.retry.wait(None).map_or(LONGEST_WAIT, |wait| wait.min(LONGEST_WAIT)))
    }
}

#[cfg(test)]
mod tests;
