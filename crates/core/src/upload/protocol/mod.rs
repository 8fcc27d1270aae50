//! The dialogues that providers speak. Each is pure: a step becomes a request, a reply becomes a [`Verdict`].
//!
//! - `resumable`: Google's, which Mux and Reelway's local provider speak too.
//! - `tus`: tus 1.0.
//! - `s3`: S3 multipart by presigned URLs.
//! - `oci`: Oracle's multipart through a pre-authenticated request.
//! - `put`: one request.

mod oci;
mod put;
mod resumable;
mod s3;
mod tus;

use std::ops::Range;

use reelway_api::UploadTarget;

use crate::{
    find::find,
    upload::{
        event::{Reply, Request},
        verdict::{Part, Verdict},
    },
};

/// What a request is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// It makes the upload, or one lane of it.
    Open {
        /// What is to be uploaded there.
        lane: Lane,
        /// The upload is one of several that are joined at the end.
        partial: bool,
        /// The first bytes may come along.
        bytes: Option<Range<u64>>,
    },
    /// It brings these bytes of the file.
    Chunk {
        /// Where they belong.
        lane: Lane,
        /// Not empty, within the lane.
        bytes: Range<u64>,
        /// Where to send them.
        url: String,
    },
    /// It asks how much the provider holds, and closes the upload if that is everything.
    Query {
        /// Of which lane.
        lane: Lane,
        /// Whom to ask.
        url: String,
    },
    /// It asks for the URLs of these parts.
    Sign {
        /// Their numbers, ascending.
        parts: Vec<u32>,
    },
    /// It asks which parts the provider holds.
    List {
        /// Only those with higher numbers.
        after: Option<u32>,
    },
    /// It completes the upload, all bytes of which are there.
    Close {
        /// What the upload is made of: the URLs that [`Step::Open`] was answered with.
        urls: Vec<String>,
        /// What the upload is made of, ascending.
        parts: Vec<Part>,
    },
}

/// A stretch of the file that a URL takes, or one part of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lane {
    /// The lane's index, or the part's number.
    pub key: u32,
    /// Bytes of the file: what belongs there.
    pub range: Range<u64>,
}

/// What sets one protocol's uploads apart from another's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traits {
    /// How bytes are counted.
    pub shape: Shape,
    /// Begins with [`Step::Open`].
    pub opens: bool,
    /// Knows [`Step::Query`] or [`Step::List`].
    pub asks: bool,
    /// Ends with [`Step::Close`].
    pub closes: bool,
}

/// How a provider counts what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// By one offset for each lane. Bytes come in their order. So many lanes at most.
    Offset {
        /// At least 1.
        lanes: u32,
    },
    /// By parts, each of which arrives whole or not at all, in any order.
    Parts {
        /// A part's bytes are settled by its number, since the provider puts together whatever it has.
        fixed: bool,
    },
    /// Not at all: all bytes are in one request.
    Whole,
}

/// What a request is made from, besides its step.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// Where to.
    pub target: &'a UploadTarget,
    /// Bytes of the file.
    pub size: u64,
    /// What the provider is told of the file, where the protocol has a place for it: `filename` and `filetype`.
    pub metadata: &'a [(String, String)],
}

/// A dialogue over HTTP.
pub trait Protocol: Sync {
    /// How an upload to this target goes.
    fn traits(&self, target: &UploadTarget) -> Traits;

    /// The request for a step. Steps that [`traits`](Self::traits) rules out do not come.
    fn request(&self, context: &Context<'_>, step: &Step) -> Request;

    /// What the reply to it means.
    ///
    /// [`Verdict::Complete`] only for a reply that closes the upload, to a request that could close it.
    fn read(&self, context: &Context<'_>, step: &Step, reply: &Reply) -> Verdict;

    /// The request that throws away what the provider holds, for each URL that [`Step::Open`] was answered with, or for
    /// the target's own.
    fn farewell(&self, target: &UploadTarget, url: &str) -> Option<Request> {
        let _ = (target, url);
        None
    }
}

/// The implementation of a target's protocol, or `None` if it comes from a newer server.
pub fn of(protocol: reelway_api::Protocol) -> Option<&'static dyn Protocol> {
    match protocol {
        reelway_api::Protocol::Resumable => Some(&resumable::Resumable),
        reelway_api::Protocol::Tus => Some(&tus::Tus),
        reelway_api::Protocol::S3Multipart => Some(&s3::S3Multipart),
        reelway_api::Protocol::OciMultipart => Some(&oci::OciMultipart),
        reelway_api::Protocol::Put => Some(&put::Put),
        _ => None,
    }
}

/// With the headers that the target wants on every request.
fn with_target_headers(mut request: Request, target: &UploadTarget) -> Request {
    let mut headers = Vec::new();
    for (name, value) in &target.headers {
        headers.push((name.to_ascii_lowercase(), value.clone()));
    }
    headers.append(&mut request.headers);
    request.headers = headers;
    request
}

/// A path that begins with `/`, on the host of `base`. Whatever else `path` is, it comes back as it is.
fn on_host(base: &str, path: &str) -> String {
    let authority = find(base, "://").map_or(0, |at| at + 3);
    let host = find(&base[authority..], "/").map_or(base.len(), |at| authority + at);
    if path.starts_with('/') { format!("{}{path}", &base[..host]) } else { path.to_owned() }
}
