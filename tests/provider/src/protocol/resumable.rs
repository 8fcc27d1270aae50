//! Google's resumable uploads.
//! <https://cloud.google.com/storage/docs/performing-resumable-uploads>

use axum::http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use super::{Answer, Call, Dialogue, fits_content_digest};
use crate::{fault::Kind, setup::Setup};

/// An upload.
pub struct Resumable {
    size: u64,
    quantum: u64,
    max_chunk: u64,
    digest: bool,
    held: Vec<u8>,
}

/// `bytes 0-9/50`, or `bytes */50`.
struct ContentRange {
    bytes: Option<(u64, u64)>,
    size: u64,
}

impl ContentRange {
    fn parse(text: &str) -> Option<Self> {
        let (bytes, size) = text.strip_prefix("bytes ")?.split_once('/')?;
        let size = size.parse().ok()?;
        if bytes == "*" {
            return Some(Self { bytes: None, size });
        }
        let (first, last) = bytes.split_once('-')?;
        let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
        (first <= last && last < size).then_some(Self { bytes: Some((first, last)), size })
    }
}

impl Resumable {
    pub(super) fn new(setup: &Setup) -> Self {
        Self {
            size: setup.size,
            quantum: setup.quantum,
            max_chunk: setup.max_chunk,
            digest: setup.digest.is_some(),
            held: Vec::new(),
        }
    }

    fn status(&self) -> Answer {
        if self.is_complete() {
            return self.done();
        }
        let answer = self.not_yet();
        match self.held.len() {
            0 => answer,
            held => answer.with("Range", format!("bytes=0-{}", held - 1)),
        }
    }

    fn take(&mut self, call: &Call, first: u64, last: u64) -> Answer {
        let bad = |why: &str| Answer::of(StatusCode::BAD_REQUEST).body(why);
        let (length, held) = (last - first + 1, self.held());
        if self.max_chunk > 0 && length > self.max_chunk {
            return Answer::of(StatusCode::PAYLOAD_TOO_LARGE);
        }
        if last + 1 < self.size && !length.is_multiple_of(self.quantum) {
            return bad("a chunk that is not the last is a multiple of the quantum");
        }
        if call.whole && call.body.len() as u64 != length {
            return bad("the body is not as long as Content-Range says");
        }
        if first > held {
            return Answer::of(StatusCode::SERVICE_UNAVAILABLE).body("bytes are missing before these");
        }
        if self.digest && !call.whole {
            return bad("no digest vouches for half a body");
        }
        if self.digest && !fits_content_digest(call) {
            return Answer::refusal(StatusCode::BAD_REQUEST, "digest_mismatch", "the body is not what its digest says");
        }
        // Bytes that are held already are ignored.
        let fresh = usize::try_from(held - first).ok().and_then(|skip| call.kept().get(skip..)).unwrap_or_default();
        self.held.extend_from_slice(fresh);
        if !call.whole {
            // Of a broken request Google keeps whole quanta.
            let odd = self.held() % self.quantum;
            self.lose(odd);
        }
        self.status()
    }
}

impl Dialogue for Resumable {
    fn kind(&self, method: &Method, path: &str, headers: &HeaderMap) -> Kind {
        let range = headers.get("content-range").and_then(|range| range.to_str().ok()).unwrap_or_default();
        match (method, path) {
            (&Method::PUT, "upload") if range.starts_with("bytes */") => Kind::Query,
            (&Method::PUT, "upload") => Kind::Data,
            (&Method::DELETE, "upload") => Kind::Abort,
            _ => Kind::Unknown,
        }
    }

    fn handle(&mut self, call: &Call) -> Answer {
        if call.method == Method::DELETE {
            self.held.clear();
            // Google's own status for a cancelled upload.
            return Answer { status: 499, ..Answer::default() };
        }
        let Some(range) = ContentRange::parse(call.header("content-range")) else {
            return Answer::of(StatusCode::BAD_REQUEST).body("Content-Range is missing or wrong");
        };
        if range.size != self.size {
            return Answer::of(StatusCode::BAD_REQUEST).body("the file has another size");
        }
        match range.bytes {
            Some((first, last)) if !self.is_complete() => self.take(call, first, last),
            _ => self.status(),
        }
    }

    fn target(&mut self, root: &str) -> Value {
        json!({ "url": format!("{root}upload") })
    }

    fn proof(&self) -> &'static str {
        "Range"
    }

    fn boast(&self, mut answer: Answer, bytes: u64) -> Answer {
        if answer.status == 308 {
            answer.headers.retain(|(name, _)| *name != "Range");
            answer.headers.push(("Range", format!("bytes=0-{}", (self.held() + bytes).saturating_sub(1))));
        }
        answer
    }

    fn not_yet(&self) -> Answer {
        Answer::of(StatusCode::PERMANENT_REDIRECT)
    }

    fn done(&self) -> Answer {
        Answer::of(StatusCode::OK).closing(self.is_complete()).body("{}")
    }

    fn lose(&mut self, bytes: u64) {
        let left = self.held().saturating_sub(bytes);
        self.held.truncate(usize::try_from(left).unwrap_or(usize::MAX));
    }

    fn object(&self) -> Vec<u8> {
        self.held.clone()
    }

    fn held(&self) -> u64 {
        self.held.len() as u64
    }

    fn is_complete(&self) -> bool {
        self.held() == self.size
    }
}
