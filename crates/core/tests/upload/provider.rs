//! A provider in memory that speaks the resumable protocol and goes wrong where it is told to.

use std::ops::Range;

use reelway_api::{Protocol, UploadTarget};
use reelway_core::upload::{Reply, Request};

/// The file's bytes: no two stretches of it are alike, so that bytes in the wrong place are seen.
pub fn file(size: u64) -> Vec<u8> {
    (0..size).map(|i| (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56) as u8).collect()
}

/// Bytes of a chunk's quantum here: small, so that whole files fit in a test.
pub const QUANTUM: u64 = 256;

/// What goes wrong with one request.
#[derive(Clone, Debug)]
pub enum Fault {
    /// Only the first so many bytes of the chunk are kept.
    Partial(u64),
    /// All is well but the answer, a 308 that does not say how much is held.
    NoRange,
    /// Nothing is kept, and the answer is a 308 that does not say so.
    NothingKept,
    /// The last chunk is kept and answered by a 308.
    NotFinal,
    /// The connection breaks when so many bytes of the chunk are kept.
    Reset(u64),
    /// No answer ever comes; so many bytes of the chunk are kept.
    Stall(u64),
    /// An error, with nothing kept.
    Status(u16),
    /// An error, with all kept.
    StatusAfter(u16),
    /// Not now; in so many seconds.
    TooMany(u32),
    /// The URL has run out.
    Expired(u16),
    /// The chunk's digest is wrong.
    Digest,
    /// So many bytes of what was held are gone.
    Loses(u64),
    /// A claim to hold so many bytes more than were ever sent.
    Boasts(u64),
    /// A final answer to a chunk that is not the last, of which nothing is kept.
    FalseSuccess,
}

impl Fault {
    /// Bytes beyond the chunk itself that have to be sent again.
    pub fn cost(&self) -> u64 {
        match self {
            Self::Loses(bytes) => *bytes,
            _ => 0,
        }
    }
}

pub struct Provider {
    pub file: Vec<u8>,
    pub held: Vec<u8>,
    /// The most that was ever held.
    pub most: u64,
    /// It has given its final answer, or was about to.
    pub complete: bool,
    pub sent: u64,
    pub longest: u64,
    /// CORS hides every `Range`.
    pub hides: bool,
    pub max_chunk: u64,
    targets: u32,
    sent_to: u64,
}

impl Provider {
    pub fn new(size: u64, max_chunk: u64, hides: bool) -> Self {
        let file = file(size);
        Self {
            file,
            held: Vec::new(),
            most: 0,
            complete: false,
            sent: 0,
            longest: 0,
            hides,
            max_chunk,
            targets: 0,
            sent_to: 0,
        }
    }

    pub fn target(&mut self) -> UploadTarget {
        self.targets += 1;
        UploadTarget {
            min_chunk: QUANTUM,
            max_chunk: self.max_chunk,
            chunk_multiple: QUANTUM,
            ..UploadTarget::new(Protocol::Resumable, self.url())
        }
    }

    fn url(&self) -> String {
        format!("https://provider/u/{}", self.targets)
    }

    /// The answer to a request, or `None` if none comes: the connection breaks, or hangs if `fault` is a stall.
    pub fn answer(&mut self, request: &Request, fault: Option<&Fault>) -> Option<Reply> {
        if request.url != self.url() {
            return Some(status(404));
        }
        let size = self.file.len() as u64;
        let range = request.headers.iter().find(|(name, _)| name == "content-range").map(|(_, range)| range.as_str());
        let chunk = request.body.clone();
        match &chunk {
            Some(bytes) => {
                assert!(bytes.start < bytes.end && bytes.end <= size, "{bytes:?} of {size}");
                assert_eq!(range.unwrap(), format!("bytes {}-{}/{size}", bytes.start, bytes.end - 1));
                let len = bytes.end - bytes.start;
                let one_request = bytes.start == 0 && bytes.end == size && self.hides_or_lost();
                assert!(len <= self.max_chunk || bytes.end == size && one_request, "{bytes:?} is too long");
                assert!(bytes.end == size || len.is_multiple_of(QUANTUM), "{bytes:?} is misaligned");
                self.sent += len;
                self.sent_to = self.sent_to.max(bytes.end);
                self.longest = self.longest.max(len);
            }
            None => assert_eq!(range.unwrap(), format!("bytes */{size}")),
        }
        match fault {
            None => {
                self.keep(&chunk, u64::MAX);
                Some(self.say())
            }
            Some(Fault::Partial(bytes)) => {
                self.keep(&chunk, *bytes);
                Some(self.say())
            }
            Some(Fault::NoRange) => {
                self.keep(&chunk, u64::MAX);
                Some(status(308))
            }
            Some(Fault::NothingKept) => Some(status(308)),
            Some(Fault::NotFinal) => {
                self.keep(&chunk, u64::MAX);
                Some(self.offset())
            }
            Some(Fault::Reset(bytes) | Fault::Stall(bytes)) => {
                self.keep(&chunk, *bytes);
                None
            }
            Some(Fault::Status(code)) => Some(status(*code)),
            Some(Fault::StatusAfter(code)) => {
                self.keep(&chunk, u64::MAX);
                Some(status(*code))
            }
            Some(Fault::TooMany(seconds)) => {
                Some(Reply { retry_after: Some(f64::from(*seconds) * 1000.0), ..status(429) })
            }
            Some(Fault::Expired(code)) => {
                // Whoever asks for a target gets a new URL; this one is dead.
                self.targets += 1;
                Some(status(*code))
            }
            Some(Fault::Digest) => {
                Some(Reply { body: r#"{"error":{"code":"digest_mismatch","message":""}}"#.into(), ..status(400) })
            }
            Some(Fault::Loses(bytes)) => {
                if !self.complete {
                    self.held.truncate(self.held.len().saturating_sub(*bytes as usize));
                }
                Some(self.offset())
            }
            Some(Fault::Boasts(bytes)) => Some(holds(self.sent_to + bytes, self.hides)),
            Some(Fault::FalseSuccess) => match &chunk {
                Some(bytes) if bytes.end < size => Some(status(200)),
                _ => {
                    self.keep(&chunk, u64::MAX);
                    Some(self.say())
                }
            },
        }
    }

    fn hides_or_lost(&self) -> bool {
        self.file.len() as u64 <= self.max_chunk
    }

    /// Keeps at most `limit` bytes of a chunk, past what it holds already. Gaps are not kept.
    fn keep(&mut self, chunk: &Option<Range<u64>>, limit: u64) {
        let Some(bytes) = chunk else { return };
        let held = self.held.len() as u64;
        let end = bytes.end.min(bytes.start.saturating_add(limit));
        if bytes.start <= held && end > held {
            self.held.extend_from_slice(&self.file[held as usize..end as usize]);
            self.most = self.most.max(end);
        }
    }

    /// What an honest provider says now.
    fn say(&mut self) -> Reply {
        if self.held.len() == self.file.len() {
            self.complete = true;
            return status(200);
        }
        self.offset()
    }

    fn offset(&self) -> Reply {
        holds(self.held.len() as u64, self.hides)
    }
}

fn holds(offset: u64, hides: bool) -> Reply {
    let range = (offset > 0 && !hides).then(|| ("range".into(), format!("bytes=0-{}", offset.saturating_sub(1))));
    Reply { headers: range.into_iter().collect(), ..status(308) }
}

fn status(status: u16) -> Reply {
    Reply { status, ..Reply::default() }
}
