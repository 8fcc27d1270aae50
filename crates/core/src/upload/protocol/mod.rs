//! The dialogues that providers speak. Each is pure: a step becomes a request, a reply becomes a [`Verdict`].

mod resumable;

use std::ops::Range;

use reelway_api::UploadTarget;

use crate::upload::{
    event::{Reply, Request},
    verdict::Verdict,
};

/// What a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It brings these bytes of the file.
    Chunk(Range<u64>),
    /// It asks how much the provider holds, and closes the upload if that is everything.
    Query,
}

/// A dialogue over HTTP.
pub trait Protocol: Sync {
    /// The request for a step of a file of `size` bytes.
    fn request(&self, target: &UploadTarget, step: &Step, size: u64) -> Request;

    /// What the reply to it means.
    ///
    /// [`Verdict::Complete`] only for a reply that closes the upload, to a request that could close it.
    fn read(&self, step: &Step, size: u64, reply: &Reply) -> Verdict;
}

/// The implementation of a target's protocol, or `None` if it comes from a newer server.
pub fn of(protocol: reelway_api::Protocol) -> Option<&'static dyn Protocol> {
    match protocol {
        reelway_api::Protocol::Resumable => Some(&resumable::Resumable),
        _ => None,
    }
}
