//! What can go wrong with a request, and when.

use serde::{Deserialize, Serialize};

use crate::setup::Protocol;

/// What a request wants, in any protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// `POST /target`: an upload target.
    Target,
    /// tus creation, OCI's opening of a multipart upload.
    Create,
    /// Bytes.
    Data,
    /// What the provider holds.
    Query,
    /// S3: signatures for parts.
    Sign,
    /// The end of a multipart upload, tus concatenation.
    Complete,
    /// The end of an upload that is not wanted any more.
    Abort,
    /// Nothing that this protocol knows.
    Unknown,
}

/// What goes wrong with one request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fault {
    /// The connection is reset before the body is read.
    ResetBefore,
    /// The connection is reset after so many bytes of the body. They are kept as far as the protocol keeps pieces.
    ResetAt {
        /// Bytes.
        bytes: u64,
    },
    /// The request is done, and the connection is reset instead of an answer.
    ResetAfter,
    /// The request is read and ignored, and never answered.
    Stall,
    /// So many bytes of the body are read, and then nothing happens any more.
    StallAt {
        /// Bytes.
        bytes: u64,
    },
    /// The request is done and never answered.
    StallAfter,
    /// The request is not done.
    Status {
        /// The status that it is answered with.
        status: u16,
        /// `Retry-After`, in seconds.
        retry_after: Option<u64>,
    },
    /// The request is done, and answered as if it were not.
    StatusAfter {
        /// The status that it is answered with.
        status: u16,
        /// `Retry-After`, in seconds.
        retry_after: Option<u64>,
    },
    /// Only the first bytes of the body are kept, and the answer says so.
    Keep {
        /// Bytes.
        bytes: u64,
    },
    /// The answer lacks the header that proves what is held: `Range`, `Upload-Offset`, `ETag`.
    NoProof,
    /// The answer has that header, and CORS does not expose it.
    HiddenProof,
    /// The request is done, and answered as if bytes were still missing.
    NotYet {
        /// Whether the answer proves what is held.
        proof: bool,
    },
    /// The request is not done, and answered as if all were.
    FalseSuccess,
    /// The answer claims more bytes than are held.
    Boast {
        /// Bytes.
        bytes: u64,
    },
    /// Bytes that were acknowledged are forgotten before the request is done.
    Lose {
        /// Bytes, from the end of what is held. Of S3: as many parts.
        bytes: u64,
    },
    /// A byte of the body arrives changed.
    Corrupt,
    /// From this request on all URLs of this target answer so.
    Expire {
        /// 401, 403, 404 or 410.
        status: u16,
    },
    /// The request is done at once and answered late.
    AnswerLate {
        /// Milliseconds.
        after: u64,
    },
    /// The request is read, and done and answered late: when the client has long asked again.
    DoneLate {
        /// Milliseconds.
        after: u64,
    },
    /// The answer's body ends before its `Content-Length`.
    Truncated,
    /// The answer's body comes in pieces.
    Trickle {
        /// Milliseconds that it takes.
        over: u64,
    },
    /// The request is done, and the answer is none of a script's business: it lacks all CORS headers.
    NoCors,
}

/// A fault at its request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// Requests of this kind are counted.
    pub on: Kind,
    /// The first that the fault befalls, counted from 1.
    pub nth: u32,
    /// How many in a row it befalls.
    #[serde(default = "once")]
    pub times: u32,
    /// What goes wrong.
    pub fault: Fault,
}

const fn once() -> u32 {
    1
}

impl Step {
    /// One request.
    pub const fn once(on: Kind, nth: u32, fault: Fault) -> Self {
        Self { on, nth, times: 1, fault }
    }

    /// This request and all that follow.
    pub const fn from(on: Kind, nth: u32, fault: Fault) -> Self {
        Self { on, nth, times: u32::MAX, fault }
    }

    /// Whether it befalls this request of its kind.
    pub fn befalls(&self, kind: Kind, nth: u32) -> bool {
        self.on == kind && nth >= self.nth && nth - self.nth < self.times
    }
}

/// Faults at random requests: the same for the same seed, kind and number of request, in whatever order kinds mix.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Random {
    /// The seed.
    pub seed: u64,
    /// How many of a hundred requests fail.
    pub percent: u8,
    /// Faults in all: afterwards the provider is well.
    pub at_most: u32,
}

impl Random {
    /// The fault of this request, if it has one.
    pub fn draw(&self, protocol: Protocol, kind: Kind, nth: u32, body: u64) -> Option<Fault> {
        // Mixed by a product, so that neighbours have nothing in common.
        let request = (kind as u64 + 1) << 32 | u64::from(nth);
        let mut random = fastrand::Rng::with_seed(self.seed ^ request.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        if random.u8(0..100) >= self.percent {
            return None;
        }
        let bytes = random.u64(0..=body);
        let busy = [408, 429, 500, 502, 503, 504][random.usize(0..6)];
        let pieces = matches!(protocol, Protocol::Resumable | Protocol::Tus);
        let anywhere = [
            Fault::ResetBefore,
            Fault::ResetAfter,
            Fault::Status { status: busy, retry_after: None },
            Fault::StatusAfter { status: busy, retry_after: None },
            Fault::AnswerLate { after: random.u64(0..150) },
            Fault::Trickle { over: random.u64(0..150) },
            Fault::NoCors,
        ];
        let of_data = [
            Fault::ResetAt { bytes },
            Fault::NoProof,
            Fault::HiddenProof,
            Fault::Expire { status: [401, 403, 404, 410][random.usize(0..4)] },
        ];
        let of_pieces = [Fault::Keep { bytes }, Fault::Lose { bytes }];
        let mut faults: Vec<Fault> = anywhere.into();
        if kind == Kind::Data {
            faults.extend(of_data);
        }
        if kind == Kind::Data && pieces {
            faults.extend(of_pieces);
        }
        random.choice(faults)
    }
}
