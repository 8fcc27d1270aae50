//! The dialogue of `PUT /u/{token}`, without its input and output: what a request means, and what of it is kept.
//!
//! It is Google's resumable upload, as Google Cloud Storage documents it and Mux' direct uploads speak it:
//!
//! - `Content-Range: bytes a-b/N` carries bytes a to b of N, `a-b/*` while N is unknown. No `Content-Range` at all:
//!   the body is the whole file.
//! - `bytes */N` or `*/*`, without a body, asks for the offset.
//! - Bytes that are stored already are skipped. A chunk that starts past the offset is refused.
//! - A chunk that is not the last is a multiple of 256 KiB.

use reelway_api::ErrorCode;

use super::{
    CHUNK_MULTIPLE,
    dialogue::{Decision, Plan, Refusal, Stored},
};

/// What a `Content-Range` header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentRange {
    /// `bytes first-last/total`: the body's place in the file. `last` is inclusive.
    Chunk {
        /// The place of the first byte.
        first: u64,
        /// The place of the last byte, at least `first`.
        last: u64,
        /// Bytes of the whole file; more than `last`. `None`: `*`.
        total: Option<u64>,
    },
    /// `bytes */total`: a question.
    Query {
        /// Bytes of the whole file. `None`: `*`.
        total: Option<u64>,
    },
}

impl ContentRange {
    /// Reads the header's value (RFC 9110, 14.4, and `*/*`, which Google's protocol adds).
    pub fn parse(value: &str) -> Option<Self> {
        let (unit, range) = value.trim().split_once(' ')?;
        if !unit.eq_ignore_ascii_case("bytes") {
            return None;
        }
        let (place, total) = range.trim().split_once('/')?;
        let total = if total == "*" { None } else { Some(digits(total)?) };
        if place == "*" {
            return Some(Self::Query { total });
        }
        let (first, last) = place.split_once('-')?;
        let (first, last) = (digits(first)?, digits(last)?);
        let fits = first <= last && last < u64::MAX && total.is_none_or(|total| last < total);
        fits.then_some(Self::Chunk { first, last, total })
    }
}

fn digits(text: &str) -> Option<u64> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { text.parse().ok() } else { None }
}

/// A request, as its headers tell.
#[derive(Clone, Copy, Debug)]
pub struct Put {
    /// `Content-Range`, if it is there.
    pub range: Option<ContentRange>,
    /// `Content-Length`, if it is there: a body may also come without.
    pub content_length: Option<u64>,
    /// Whether a digest of the body came along.
    pub digest: bool,
}

/// The code and the sentence of a refusal's answer.
pub const fn answer(refusal: Refusal) -> (ErrorCode, &'static str) {
    match refusal {
        Refusal::Contradiction => {
            (ErrorCode::BadRequest, "Content-Length is not the number of bytes that Content-Range tells.")
        }
        Refusal::QueryWithBody => (ErrorCode::BadRequest, "A Content-Range of */N asks for the offset: send no body."),
        Refusal::Empty => (ErrorCode::EmptyFile, "The file has no bytes. Choose another one."),
        Refusal::TooLarge => (ErrorCode::TooLarge, "The file is larger than this server, or your ticket, allows."),
        Refusal::LengthMismatch => {
            (ErrorCode::LengthMismatch, "The file's length differs from what was said before. Begin a new upload.")
        }
        Refusal::Gap => {
            (ErrorCode::OffsetGap, "The chunk starts past the bytes that are stored. Send from the offset in Range.")
        }
        Refusal::Misaligned => {
            (ErrorCode::ChunkMisaligned, "Every chunk but the last must be a multiple of 262144 bytes.")
        }
        Refusal::DigestMismatch => (
            ErrorCode::DigestMismatch,
            "The chunk's bytes differ from its Content-Digest. None was kept: send it again.",
        ),
        Refusal::Overrun => (ErrorCode::BadRequest, "The body has more bytes than its headers tell."),
    }
}

/// What a request means, given what is stored.
pub fn decide(put: &Put, stored: &Stored) -> Decision {
    match put.range {
        Some(ContentRange::Query { total }) => query(put, stored, total),
        Some(ContentRange::Chunk { first, last, total }) => chunk(put, stored, first, last, total),
        None => whole(put, stored),
    }
}

fn query(put: &Put, stored: &Stored, total: Option<u64>) -> Decision {
    if put.content_length.is_some_and(|length| length > 0) {
        return Decision::Refuse(Refusal::QueryWithBody);
    }
    if total == Some(0) {
        return Decision::Refuse(Refusal::Empty);
    }
    let differs = |total: u64| total < stored.offset || stored.length.is_some_and(|length| length != total);
    if total.is_some_and(differs) {
        return Decision::Refuse(Refusal::LengthMismatch);
    }
    tell(stored, total.or(stored.length))
}

fn chunk(put: &Put, stored: &Stored, first: u64, last: u64, total: Option<u64>) -> Decision {
    let count = last - first + 1;
    let end = last + 1;
    let length = stored.length.or(total);
    let refusal = if put.content_length.is_some_and(|length| length != count) {
        Some(Refusal::Contradiction)
    } else if total.is_some_and(|total| length != Some(total)) || length.is_some_and(|length| end > length) {
        Some(Refusal::LengthMismatch)
    } else if length.unwrap_or(end) > stored.max_file_size {
        Some(Refusal::TooLarge)
    } else if length != Some(end) && !count.is_multiple_of(CHUNK_MULTIPLE) {
        Some(Refusal::Misaligned)
    } else if total.is_some_and(|total| total < stored.offset) {
        Some(Refusal::LengthMismatch)
    } else if first > stored.offset {
        Some(Refusal::Gap)
    } else {
        None
    };
    match refusal {
        Some(refusal) => Decision::Refuse(refusal),
        None if end <= stored.offset => tell(stored, length),
        None => Decision::Receive(Plan {
            skip: stored.offset - first,
            expect: Some(count),
            limit: count,
            length,
            digest: put.digest,
            whole: false,
        }),
    }
}

fn whole(put: &Put, stored: &Stored) -> Decision {
    match put.content_length {
        Some(0) => return Decision::Refuse(Refusal::Empty),
        Some(length) if length > stored.max_file_size => return Decision::Refuse(Refusal::TooLarge),
        Some(length) if stored.length.is_some_and(|known| known != length) || length < stored.offset => {
            return Decision::Refuse(Refusal::LengthMismatch);
        }
        _ => {}
    }
    let length = stored.length.or(put.content_length);
    if length == Some(stored.offset) {
        return tell(stored, length);
    }
    Decision::Receive(Plan {
        skip: stored.offset,
        expect: length,
        limit: length.unwrap_or(stored.max_file_size),
        length,
        digest: put.digest,
        whole: length.is_none(),
    })
}

const fn tell(stored: &Stored, length: Option<u64>) -> Decision {
    match length {
        Some(length) if length == stored.offset && length > 0 => Decision::Finish(length),
        _ => Decision::Tell,
    }
}

/// The value of `Range` that tells an offset: the bytes from the start that are stored. `None` at 0.
pub fn range_of(offset: u64) -> Option<String> {
    offset.checked_sub(1).map(|last| format!("bytes=0-{last}"))
}

#[cfg(test)]
mod tests;
