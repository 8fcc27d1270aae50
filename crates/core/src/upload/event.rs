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
    /// The back end gave a target. Its URLs are absolute.
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
    /// So many bytes of a request's body have left, as the browser says. Not every request is watched.
    Sent(Id, u64),
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
    /// So many requests of this upload may run at once, 1 at least: its share of a limit for all uploads.
    Share(u32),
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
    /// These bytes of the file will probably be the next body with this digest: it can be computed meanwhile.
    Prepare(Range<u64>, Digest),
    /// [`memory`](super::UploadMachine::memory) has changed: write it down, if the upload is to outlive the page.
    Remember,
    /// The provider has the whole file.
    Complete {
        /// The body of the provider's last answer.
        body: String,
    },
    /// Send a request whose answer matters to no one: it tells the provider to throw away what it holds.
    Farewell(Request),
    /// The upload was cancelled: remove what the back end holds of it, and what was written down.
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
    /// The bytes of the file that are the body.
    pub body: Option<Range<u64>>,
    /// A body that is not of the file. Never together with `body`.
    pub text: Option<String>,
    /// The body's digest that is to be sent.
    pub digest: Option<DigestHeader>,
    /// Read the bytes into memory and send those, for a browser that can't send them from the disk.
    pub copy: bool,
    /// The headers of the answer that the protocol reads, besides `retry-after`. Names in lower case.
    pub reads: &'static [&'static str],
}

impl Request {
    /// A request without a body.
    pub fn new(method: &'static str, url: impl Into<String>, reads: &'static [&'static str]) -> Self {
        Self { method, url: url.into(), headers: Vec::new(), body: None, text: None, digest: None, copy: false, reads }
    }

    /// With one more header, its name in lower case.
    pub fn header(mut self, name: &str, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// With these bytes of the file.
    pub fn bytes(mut self, bytes: &Range<u64>) -> Self {
        self.body = Some(bytes.clone());
        self
    }
}

/// The header that carries a body's digest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DigestHeader {
    /// `Content-Digest` (RFC 9530).
    ContentDigest(Digest),
    /// `Upload-Checksum` of tus.
    UploadChecksum(Digest),
}

impl DigestHeader {
    /// How to compute it.
    pub const fn algorithm(self) -> Digest {
        match self {
            Self::ContentDigest(algorithm) | Self::UploadChecksum(algorithm) => algorithm,
        }
    }

    /// Name and value, from the digest in base64.
    pub fn render(self, base64: &str) -> (&'static str, String) {
        match self {
            Self::ContentDigest(Digest::Sha1) => ("content-digest", format!("sha-1=:{base64}:")),
            Self::ContentDigest(_) => ("content-digest", format!("sha-256=:{base64}:")),
            Self::UploadChecksum(Digest::Sha1) => ("upload-checksum", format!("sha1 {base64}")),
            Self::UploadChecksum(_) => ("upload-checksum", format!("sha256 {base64}")),
        }
    }
}

/// An answer of the provider.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// Those of [`Request::reads`] that are there and that CORS lets the page see. Names in lower case. A `location` is
    /// absolute.
    pub headers: Vec<(String, String)>,
    /// The span that `Retry-After` asks for. See [`retry_after`](super::retry::retry_after).
    pub retry_after: Option<Millis>,
    /// The body as text.
    pub body: String,
    /// The body broke off: it is not all that the provider wanted to say.
    pub cut: bool,
}

impl Reply {
    /// The value of a header, by its name in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
    }
}
