//! Google's resumable uploads, which Mux direct uploads and Reelway's local provider speak too.
//!
//! `PUT` with `Content-Range: bytes a-b/N`; 308 with `Range: bytes=0-x` says that bytes 0 to x are kept; 200 or 201
//! says that the upload is complete. An empty `PUT` with `Content-Range: bytes */N` asks for either.
//! <https://cloud.google.com/storage/docs/performing-resumable-uploads>

use reelway_api::UploadTarget;

use super::{Protocol, Step};
use crate::upload::{
    error::UploadError,
    event::{Reply, Request},
    verdict::{Verdict, of_failure},
};

/// The protocol.
pub(super) struct Resumable;

impl Protocol for Resumable {
    fn request(&self, target: &UploadTarget, step: &Step, size: u64) -> Request {
        let (content_range, body) = match step {
            Step::Chunk(bytes) => (format!("bytes {}-{}/{size}", bytes.start, bytes.end - 1), Some(bytes.clone())),
            Step::Query => (format!("bytes */{size}"), None),
        };
        let mut headers: Vec<_> = target.headers.iter().map(|(k, v)| (k.to_ascii_lowercase(), v.clone())).collect();
        headers.push(("content-range".into(), content_range));
        let digest = target.digest.filter(|_| body.is_some());
        Request { method: "PUT", url: target.url.clone(), headers, body, digest, reads: &["range"] }
    }

    fn read(&self, step: &Step, size: u64, reply: &Reply) -> Verdict {
        let unexpected =
            Verdict::Unclear { error: UploadError::Unexpected { status: reply.status }, retry_after: None };
        match reply.status {
            308 => match reply.header("range").map(held) {
                None => Verdict::Silent,
                Some(Some(offset)) if offset <= size => Verdict::Holds { offset },
                Some(_) => unexpected,
            },
            200 | 201 => match step {
                Step::Chunk(bytes) if bytes.end < size => unexpected,
                _ => Verdict::Complete,
            },
            _ => of_failure(reply),
        }
    }
}

/// The number of bytes that `bytes=0-x` speaks of.
fn held(range: &str) -> Option<u64> {
    let last = range.trim().strip_prefix("bytes")?.trim_start_matches(['=', ' ']).strip_prefix("0-")?;
    last.parse::<u64>().ok()?.checked_add(1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use reelway_api::Digest;

    use super::*;

    fn target(digest: Option<Digest>) -> UploadTarget {
        UploadTarget {
            headers: BTreeMap::from([("X-Tenant".into(), "7".into())]),
            max_chunk: 100,
            digest,
            ..UploadTarget::new(reelway_api::Protocol::Resumable, "https://provider/u/1")
        }
    }

    #[test]
    fn a_chunk_names_its_bytes() {
        let request = Resumable.request(&target(Some(Digest::Sha256)), &Step::Chunk(10..20), 50);
        assert_eq!(request.method, "PUT");
        assert_eq!(request.url, "https://provider/u/1");
        assert_eq!(
            request.headers,
            [("x-tenant".into(), "7".into()), ("content-range".into(), "bytes 10-19/50".into())]
        );
        assert_eq!((request.body, request.digest), (Some(10..20), Some(Digest::Sha256)));
    }

    #[test]
    fn a_query_has_no_body_and_no_digest() {
        let request = Resumable.request(&target(Some(Digest::Sha256)), &Step::Query, 50);
        assert_eq!(request.headers[1], ("content-range".into(), "bytes */50".into()));
        assert_eq!((request.body, request.digest), (None, None));
    }

    #[test]
    fn replies_mean_what_the_protocol_says() {
        let holds = |offset| Verdict::Holds { offset };
        let unexpected = |status| Verdict::Unclear { error: UploadError::Unexpected { status }, retry_after: None };
        let middle = Step::Chunk(10..20);
        let last = Step::Chunk(40..50);
        for (step, status, range, verdict) in [
            (&middle, 308, Some("bytes=0-19"), holds(20)),
            (&middle, 308, Some("bytes=0-13"), holds(14)),
            (&middle, 308, Some("bytes 0-13"), holds(14)),
            (&middle, 308, Some("bytes=0-49"), holds(50)),
            (&middle, 308, Some("bytes=0-50"), unexpected(308)),
            (&middle, 308, Some("bytes=5-13"), unexpected(308)),
            (&middle, 308, Some("bytes=0-18446744073709551615"), unexpected(308)),
            (&middle, 308, Some("nonsense"), unexpected(308)),
            (&middle, 308, None, Verdict::Silent),
            (&middle, 200, None, unexpected(200)),
            (&middle, 204, None, unexpected(204)),
            (&last, 200, None, Verdict::Complete),
            (&last, 201, None, Verdict::Complete),
            (&last, 204, None, unexpected(204)),
            (&last, 308, None, Verdict::Silent),
            (&last, 308, Some("bytes=0-49"), holds(50)),
            (&Step::Query, 308, None, Verdict::Silent),
            (&Step::Query, 308, Some("bytes=0-0"), holds(1)),
            (&Step::Query, 200, None, Verdict::Complete),
        ] {
            let headers = range.map(|range| ("range".into(), range.into())).into_iter().collect();
            let reply = Reply { status, headers, ..Reply::default() };
            assert_eq!(Resumable.read(step, 50, &reply), verdict, "{step:?}: {status} {range:?}");
        }
    }
}
