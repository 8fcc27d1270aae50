//! What goes into the machine, and what it asks its shell to do.

use std::ops::Range;

use reelway_api::{Digest, UploadTarget};

use crate::{Millis, upload::UploadError};

/// Names one request of the machine, so that a late answer to an earlier one is known for what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(pub(super) u64);

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The user wants the file uploaded. The first event.
    Start,
    /// The back end gave a target. Its URL is absolute.
    Target(Id, UploadTarget),
    /// The back end gave none.
    TargetFailed {
        /// The request that failed.
        id: Id,
        /// Why. Tried again if it is [retriable](UploadError::retriable).
        error: UploadError,
        /// The back end's `Retry-After`.
        retry_after: Option<Millis>,
    },
    /// The back end says by itself that the provider has the whole file.
    Confirmed(Id),
    /// The provider answered.
    Reply(Id, Reply),
    /// The provider did not answer: connection failed, reset, or blocked by CORS.
    Lost(Id),
    /// The request could not be made, because the file can't be read.
    Unreadable(Id),
    /// The time that [`next_deadline`](super::UploadMachine::next_deadline) named has come.
    Tick,
    /// The browser says that it has a network.
    Online,
    /// The browser says that it has none. A hint: some browsers on some networks are wrong.
    Offline,
    /// The page is in front of the user again.
    Foreground,
    /// The user pauses.
    Pause,
    /// The user goes on.
    Resume,
    /// The user gives the upload up, for good.
    Cancel,
    /// The user wants another try now.
    Retry,
}

/// What the shell does next.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the back end for a target, and hand in [`Event::Target`], [`Event::TargetFailed`] or [`Event::Confirmed`].
    RequestTarget {
        /// To be named in the event.
        id: Id,
        /// The upload has had a target already, which ran out: the bytes at the provider are to be kept.
        fresh: bool,
    },
    /// Send a request to the provider, and hand in [`Event::Reply`], [`Event::Lost`] or [`Event::Unreadable`].
    Send(Id, Request),
    /// Abort a request. Nothing more is to be heard of it.
    Abort(Id),
    /// The provider has the whole file.
    Complete {
        /// The body of the provider's last answer.
        body: String,
    },
    /// The upload was cancelled: remove what back end and provider hold of it.
    Discard,
}

/// A request to the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The HTTP method.
    pub method: &'static str,
    /// Absolute.
    pub url: String,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The bytes of the file that are the body. `None`: no body.
    pub body: Option<Range<u64>>,
    /// The digest of the body that is to be sent as `Content-Digest` (RFC 9530).
    pub digest: Option<Digest>,
    /// The headers of the answer that the protocol reads, besides `retry-after`. Names in lower case.
    pub reads: &'static [&'static str],
}

/// An answer of the provider.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Those of [`Request::reads`] that are there and that CORS lets the page see. Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The span that `Retry-After` asks for. See [`retry_after`](super::retry::retry_after).
    pub retry_after: Option<Millis>,
    /// The body as text.
    pub body: String,
}

impl Reply {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}
