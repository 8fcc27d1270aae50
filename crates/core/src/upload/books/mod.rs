//! What is where: the books that the machine keeps of an upload's bytes.
//!
//! - [`lanes`]: for providers that count by offsets, in one stretch of the file or in several side by side.
//! - [`parts`]: for providers that take parts, in any order.
//!
//! Both say what to do next, and what an answer amounts to.

pub mod lanes;
mod numbered;
pub mod parts;

use reelway_api::UploadTarget;

use self::{lanes::Lanes, parts::Parts};
use crate::upload::{
    UploadError,
    memory::Progressed,
    planner::Planner,
    protocol::{Shape, Step, Traits},
    verdict::Verdict,
};

/// The books of one upload.
pub enum Books {
    /// By offsets.
    Lanes(Lanes),
    /// By parts.
    Parts(Parts),
}

/// What an answer amounts to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// The provider holds more than it ever did: the upload moves.
    Headway,
    /// It is known what to do next.
    Known,
    /// Something is wrong that may pass.
    Trouble(UploadError),
    /// Something is wrong that stays.
    Hopeless(UploadError),
}

/// What to do about a URL that no longer works.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// The target can give another one; what else is on its way is not concerned.
    Replace,
    /// The upload at the provider is gone, and the target can make a new one: what is on its way goes nowhere.
    Reopen,
    /// It takes a fresh target.
    Target,
}

impl Books {
    /// Of an upload that begins, or that someone else began: then `memory` is what was written down of it.
    pub fn new(
        target: &UploadTarget,
        traits: Traits,
        planner: &Planner,
        size: u64,
        memory: Option<&Progressed>,
    ) -> Self {
        match traits.shape {
            Shape::Parts { .. } => Self::Parts(Parts::new(target, traits, planner.quantum(), size, memory)),
            _ => Self::Lanes(Lanes::new(target, traits, size, memory)),
        }
    }

    /// What can be sent now, besides the steps that run. `None`: nothing until one of them ends.
    pub fn next(&self, running: &[&Step], planner: &Planner) -> Option<Step> {
        match self {
            Self::Lanes(lanes) => lanes.next(running, planner),
            Self::Parts(parts) => parts.next(running, planner),
        }
    }

    /// A request for this step goes out.
    pub fn sending(&mut self, step: &Step) {
        match self {
            Self::Lanes(lanes) => lanes.sending(step),
            Self::Parts(parts) => parts.sending(step),
        }
    }

    /// Nobody will say what became of this step.
    pub fn lost(&mut self, step: &Step) {
        match self {
            Self::Lanes(lanes) => lanes.lost(step),
            Self::Parts(_) => {}
        }
    }

    /// Takes in what an answer means. `status` is the answer's.
    pub fn learn(&mut self, step: &Step, verdict: Verdict, status: u16) -> Outcome {
        match self {
            Self::Lanes(lanes) => lanes.learn(step, verdict, status),
            Self::Parts(parts) => parts.learn(step, verdict, status),
        }
    }

    /// The URL of this step no longer works.
    pub fn expired(&mut self, step: &Step) -> Expiry {
        match self {
            Self::Lanes(lanes) => lanes.expired(step),
            Self::Parts(parts) => parts.expired(step),
        }
    }

    /// Goes on with a fresh target of the same kind.
    pub fn renew(&mut self, target: &UploadTarget) {
        match self {
            Self::Lanes(lanes) => lanes.renew(target),
            Self::Parts(parts) => parts.renew(target),
        }
    }

    /// Bytes that are proven to be at the provider.
    pub fn held(&self) -> u64 {
        match self {
            Self::Lanes(lanes) => lanes.held(),
            Self::Parts(parts) => parts.held(),
        }
    }

    /// Bytes that are proven or presumed to be at the provider.
    pub fn reached(&self) -> u64 {
        match self {
            Self::Lanes(lanes) => lanes.reached(),
            Self::Parts(parts) => parts.held(),
        }
    }

    /// Every byte is proven or presumed to be there: what is missing is the provider's word.
    pub fn is_full(&self) -> bool {
        match self {
            Self::Lanes(lanes) => lanes.is_full(),
            Self::Parts(parts) => parts.is_full(),
        }
    }

    /// The provider may truthfully say that it has everything.
    pub fn may_be_complete(&self) -> bool {
        match self {
            Self::Lanes(lanes) => lanes.is_all_sent(),
            Self::Parts(parts) => parts.may_be_complete(),
        }
    }

    /// The URLs that were opened, or the target's own.
    pub fn urls(&self) -> Vec<String> {
        match self {
            Self::Lanes(lanes) => lanes.urls(),
            Self::Parts(parts) => parts.url().into_iter().collect(),
        }
    }

    /// What is worth writing down.
    pub fn memory(&self) -> Progressed {
        match self {
            Self::Lanes(lanes) => lanes.memory(),
            Self::Parts(parts) => parts.memory(),
        }
    }
}
