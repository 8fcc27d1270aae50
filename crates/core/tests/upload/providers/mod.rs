//! Providers in memory that go wrong where they are told to: one file for each protocol.

mod oci;
mod put;
mod resumable;
mod s3;
mod tus;

use std::ops::Range;

use reelway_api::{Protocol, UploadTarget};
use reelway_core::upload::{Reply, Request};

use crate::fault::Fault;

/// Bytes of a chunk's quantum here: small, so that whole files fit in a test.
pub const QUANTUM: u64 = 256;

/// The file's bytes: no two stretches of it are alike, so that bytes in the wrong place are seen.
pub fn file(size: u64) -> Vec<u8> {
    (0..size).map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect()
}

/// An answer to a request.
pub struct Answer {
    /// `None`: the connection breaks.
    pub reply: Option<Reply>,
    /// It did not say how much is held.
    pub silent: bool,
}

impl Answer {
    fn none() -> Self {
        Self { reply: None, silent: false }
    }
}

impl From<Reply> for Answer {
    fn from(reply: Reply) -> Self {
        Self { reply: Some(reply), silent: false }
    }
}

pub struct Provider {
    pub file: Vec<u8>,
    /// Bytes: the most that was ever held.
    pub most: u64,
    /// Bytes that came in, again or not.
    pub sent: u64,
    /// Bytes of the longest body.
    pub longest: u64,
    /// Bytes that were held and are gone.
    pub lost: u64,
    /// CORS hides what tells how much is held.
    pub hides: bool,
    max_chunk: u64,
    /// Requests at once.
    pub parallel: u32,
    /// URLs that were given out under an earlier number no longer work.
    generation: u32,
    object: Option<Vec<u8>>,
    dialect: Dialect,
}

enum Dialect {
    Resumable(resumable::State),
    Tus(tus::State),
    S3(s3::State),
    Oci(oci::State),
    Put,
}

impl Provider {
    pub fn new(protocol: Protocol, size: u64, max_chunk: u64, parallel: u32, hides: bool) -> Self {
        let dialect = match protocol {
            Protocol::Resumable => Dialect::Resumable(resumable::State::default()),
            Protocol::Tus => Dialect::Tus(tus::State::default()),
            Protocol::S3Multipart => Dialect::S3(s3::State::default()),
            Protocol::OciMultipart => Dialect::Oci(oci::State::default()),
            _ => Dialect::Put,
        };
        let file = file(size);
        Self {
            file,
            most: 0,
            sent: 0,
            longest: 0,
            lost: 0,
            hides,
            max_chunk,
            parallel,
            generation: 0,
            object: None,
            dialect,
        }
    }

    /// The file as the provider would give it back. `None` until it is complete.
    pub fn object(&self) -> Option<&Vec<u8>> {
        self.object.as_ref()
    }

    /// A target, or `None` if the back end knows that the upload is complete.
    pub fn target(&mut self, fresh: bool) -> Option<UploadTarget> {
        if fresh && self.object.is_some() {
            return None;
        }
        self.generation += 1;
        let target = UploadTarget {
            min_chunk: QUANTUM,
            max_chunk: self.max_chunk,
            chunk_multiple: QUANTUM,
            parallel: self.parallel,
            ..UploadTarget::new(Protocol::Resumable, self.url())
        };
        Some(match self.dialect {
            Dialect::Resumable(_) => UploadTarget { parallel: 1, ..target },
            Dialect::Tus(_) => UploadTarget { protocol: Protocol::Tus, create: true, ..target },
            Dialect::S3(_) => s3::target(target),
            Dialect::Oci(_) => UploadTarget { protocol: Protocol::OciMultipart, ..target },
            Dialect::Put => UploadTarget { protocol: Protocol::Put, max_chunk: u64::MAX, ..target },
        })
    }

    fn url(&self) -> String {
        format!("https://provider/{}/", self.generation)
    }

    /// What comes of a request.
    pub fn answer(&mut self, request: &Request, fault: Option<&Fault>) -> Answer {
        if let Some(bytes) = &request.body {
            let len = bytes.end - bytes.start;
            assert!(0 < len && bytes.end <= self.file.len() as u64, "{bytes:?}");
            self.sent += len;
            self.longest = self.longest.max(len);
        }
        let answer = match self.dialect {
            Dialect::Resumable(_) => resumable::answer(self, request, fault),
            Dialect::Tus(_) => tus::answer(self, request, fault),
            Dialect::S3(_) => s3::answer(self, request, fault),
            Dialect::Oci(_) => oci::answer(self, request, fault),
            Dialect::Put => put::answer(self, request, fault),
        };
        self.most = self.most.max(self.held());
        answer
    }

    /// The upload is thrown away.
    pub fn farewell(&mut self, request: &Request) {
        assert_eq!(request.method, "DELETE");
        assert!(request.url.starts_with("https://provider/"));
    }

    fn held(&self) -> u64 {
        match &self.dialect {
            _ if self.object.is_some() => self.file.len() as u64,
            Dialect::Resumable(state) => state.held(),
            Dialect::Tus(state) => state.held(),
            Dialect::S3(state) => state.held(),
            Dialect::Oci(state) => state.held(),
            Dialect::Put => 0,
        }
    }

    fn bytes(&self, range: &Range<u64>) -> &[u8] {
        &self.file[range.start as usize..range.end as usize]
    }

    /// No chunk but the last is off the grid, and none is too long.
    fn check_chunk(&self, bytes: &Range<u64>, end: u64) {
        let len = bytes.end - bytes.start;
        assert!(len <= self.max_chunk, "{bytes:?} is too long");
        assert!(bytes.end == end || len.is_multiple_of(QUANTUM), "{bytes:?} is misaligned");
    }
}

/// What faults do alike in all protocols. `None`: this one is the protocol's own affair. `keep` takes in so many bytes.
fn common(provider: &mut Provider, fault: &Fault, keep: impl FnOnce(&mut Provider, u64)) -> Option<Answer> {
    Some(match fault {
        Fault::Reset(bytes) | Fault::Stall(bytes) => {
            keep(provider, *bytes);
            Answer::none()
        }
        Fault::LostAnswer => {
            keep(provider, u64::MAX);
            Answer::none()
        }
        Fault::Status(code) => status(*code).into(),
        Fault::StatusAfter(code) => {
            keep(provider, u64::MAX);
            status(*code).into()
        }
        Fault::TooMany(seconds) => Reply { retry_after: Some(f64::from(*seconds) * 1000.0), ..status(429) }.into(),
        Fault::Digest => {
            Reply { body: r#"{"error":{"code":"digest_mismatch","message":""}}"#.into(), ..status(400) }.into()
        }
        _ => return None,
    })
}

fn status(status: u16) -> Reply {
    Reply { status, ..Reply::default() }
}

fn with(status: u16, name: &str, value: impl Into<String>) -> Reply {
    Reply { status, headers: vec![(name.into(), value.into())], ..Reply::default() }
}

fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str())
}
