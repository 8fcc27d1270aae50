//! What a provider's reply means.

use reelway_api::ErrorCode;
use serde::{Deserialize, Serialize};

use crate::{
    Millis,
    upload::{
        error::{UploadError, is_transient},
        event::Reply,
    },
};

/// What a reply means. Every reply to every request of every protocol is exactly one of these.
#[derive(Clone, Debug, PartialEq)]
pub enum Verdict {
    /// Proof: the provider holds every byte of the file, or of the lane, before `offset`.
    Holds {
        /// Bytes from the start of the file.
        offset: u64,
    },
    /// Proof: the provider holds the part that the request brought.
    Kept {
        /// What names the part's content when the upload is completed (S3: the ETag). `None`: the page may not see it.
        tag: Option<String>,
    },
    /// The upload, or a lane of it, is made.
    Opened {
        /// Where its bytes go.
        url: String,
        /// Proof, if the answer gives it: how much is held of the bytes that came along. From the start of the file.
        offset: Option<u64>,
    },
    /// URLs for the parts that were asked for, in the same order.
    Signed {
        /// Absolute.
        urls: Vec<String>,
    },
    /// Proof: the provider holds these parts, among others if there are more pages.
    Listed {
        /// Ascending.
        parts: Vec<Part>,
        /// The number that the next page begins after.
        more: Option<u32>,
    },
    /// Proof: the provider has the whole file and has closed the upload.
    Complete,
    /// The provider took the request and does not say how much it holds: either it holds nothing, or the page may not
    /// see the header that says so.
    Silent,
    /// The provider can't complete the upload, since it lacks what it had acknowledged.
    Incomplete {
        /// What went wrong, if it goes on going wrong.
        error: UploadError,
    },
    /// Nothing is proven: the provider has to be asked for its offset.
    Unclear {
        /// What went wrong, if it goes on going wrong.
        error: UploadError,
        /// The provider's `Retry-After`.
        retry_after: Option<Millis>,
    },
    /// The URL no longer works: a fresh target is needed, then the offset.
    Expired {
        /// What went wrong, if there is no fresh target.
        error: UploadError,
    },
    /// The same request would be refused again.
    Refused {
        /// Why.
        error: UploadError,
    },
}

/// A part that a provider holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// From 1.
    pub number: u32,
    /// Bytes.
    pub len: u64,
    /// What names its content when the upload is completed (S3: the ETag).
    pub tag: Option<String>,
}

/// The verdict on an answer that its protocol does not know.
pub const fn unexpected(reply: &Reply) -> Verdict {
    Verdict::Unclear { error: UploadError::Unexpected { status: reply.status }, retry_after: reply.retry_after }
}

/// The verdict on a reply that is no success, in any protocol over HTTP.
///
/// A code of Reelway's server counts before the status. Of the statuses, 401, 403, 404 and 410 are what a signed or
/// secret URL answers once it has run out. 409, 412 and 416 say that the two sides differ on the offset,
/// or that another request got in between; so do 423 (locked) and 460 (checksum mismatch) in tus. A bare 413 comes
/// from a proxy with a limit on bodies, which a shorter chunk may pass.
pub fn of_failure(reply: &Reply) -> Verdict {
    let error = UploadError::of_reply(reply);
    let code = match &error {
        UploadError::Server { error, .. } => Some(error.code),
        _ => None,
    };
    let retry_after = reply.retry_after;
    match (code, reply.status) {
        (Some(ErrorCode::OffsetGap | ErrorCode::DigestMismatch), _) => Verdict::Unclear { error, retry_after },
        (Some(ErrorCode::OriginNotAllowed), _) => Verdict::Refused { error },
        (Some(ErrorCode::UploadExpired), _) => Verdict::Expired { error },
        (None, status @ (401 | 403 | 404 | 410)) => Verdict::Expired { error: UploadError::Expired { status } },
        (_, 401 | 403 | 404 | 410) => Verdict::Expired { error },
        (_, 409 | 412 | 416 | 423 | 460) | (None, 413) => Verdict::Unclear { error, retry_after },
        (_, status) if is_transient(status) => Verdict::Unclear { error, retry_after },
        (_, 400..=599) => Verdict::Refused { error },
        (_, status) => Verdict::Unclear { error: UploadError::Unexpected { status }, retry_after },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(status: u16, body: &str) -> (&'static str, &'static str) {
        match of_failure(&Reply { status, body: body.into(), ..Reply::default() }) {
            Verdict::Unclear { error, .. } => ("unclear", error.code()),
            Verdict::Expired { error } => ("expired", error.code()),
            Verdict::Refused { error } => ("refused", error.code()),
            other => panic!("{other:?} is no failure"),
        }
    }

    #[test]
    fn every_failure_has_one_meaning() {
        let coded = |code: &str| format!(r#"{{"error":{{"code":"{code}","message":"…"}}}}"#);
        for (status, body, meaning) in [
            (429, String::new(), ("unclear", "http_error")),
            (500, String::new(), ("unclear", "http_error")),
            (503, coded("unavailable"), ("unclear", "unavailable")),
            (408, String::new(), ("unclear", "http_error")),
            (409, coded("offset_gap"), ("unclear", "offset_gap")),
            (409, coded("conflict"), ("unclear", "conflict")),
            (400, coded("digest_mismatch"), ("unclear", "digest_mismatch")),
            (412, String::new(), ("unclear", "http_error")),
            (413, String::new(), ("unclear", "http_error")),
            (413, coded("too_large"), ("refused", "too_large")),
            (422, coded("empty_file"), ("refused", "empty_file")),
            (507, coded("insufficient_storage"), ("refused", "insufficient_storage")),
            (400, "<html>".into(), ("refused", "http_error")),
            (403, String::new(), ("expired", "upload_expired")),
            (403, coded("origin_not_allowed"), ("refused", "origin_not_allowed")),
            (404, coded("not_found"), ("expired", "not_found")),
            (410, r#"{"error":{"code":410,"message":"Google's form"}}"#.into(), ("expired", "upload_expired")),
            (302, String::new(), ("unclear", "unexpected_answer")),
        ] {
            assert_eq!(verdict(status, &body), meaning, "{status} {body}");
        }
    }
}
