//! Google's resumable uploads, which Mux direct uploads and Reelway's local provider speak too.
//!
//! `PUT` with `Content-Range: bytes a-b/N`; 308 with `Range: bytes=0-x` says that bytes 0 to x are kept; 200 or 201
//! says that the upload is complete. An empty `PUT` with `Content-Range: bytes */N` asks for either.
//! <https://cloud.google.com/storage/docs/performing-resumable-uploads>

use reelway_api::UploadTarget;

use super::{Context, Protocol, Shape, Step, Traits, with_target_headers};
use crate::upload::{
    event::{DigestHeader, Reply, Request},
    verdict::{Verdict, of_failure, unexpected},
};

/// The protocol.
pub(super) struct Resumable;

impl Protocol for Resumable {
    fn traits(&self, _: &UploadTarget) -> Traits {
        Traits { shape: Shape::Offset { lanes: 1 }, opens: false, asks: true, closes: false }
    }

    fn request(&self, context: &Context<'_>, step: &Step) -> Request {
        let Context { target, size, .. } = *context;
        let request = with_target_headers(Request::new("PUT", &target.url, &["range"]), target);
        match step {
            Step::Chunk { bytes, .. } => {
                let range = format!("bytes {}-{}/{size}", bytes.start, bytes.end - 1);
                let mut request = request.header("content-range", range).bytes(bytes);
                request.digest = target.digest.map(DigestHeader::ContentDigest);
                request
            }
            _ => request.header("content-range", format!("bytes */{size}")),
        }
    }

    fn read(&self, context: &Context<'_>, step: &Step, reply: &Reply) -> Verdict {
        match reply.status {
            308 => match reply.header("range").map(held) {
                None => Verdict::Silent,
                Some(Some(offset)) if offset <= context.size => Verdict::Holds { offset },
                Some(_) => unexpected(reply),
            },
            200 | 201 => match step {
                Step::Chunk { bytes, .. } if bytes.end < context.size => unexpected(reply),
                _ => Verdict::Complete,
            },
            _ => of_failure(reply),
        }
    }
}

/// The number of bytes that `bytes=0-x` speaks of.
fn held(range: &str) -> Option<u64> {
    let mut last = range.trim_ascii().strip_prefix("bytes")?;
    while let Some(rest) = last.strip_prefix('=').or_else(|| last.strip_prefix(' ')) {
        last = rest;
    }
    let last = last.strip_prefix("0-")?;
    last.parse::<u64>().ok()?.checked_add(1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use reelway_api::Digest;

    use super::{super::Lane, *};

    fn chunk(bytes: std::ops::Range<u64>) -> Step {
        Step::Chunk { lane: Lane { key: 0, range: 0..50 }, bytes, url: "https://provider/u/1".into() }
    }

    fn query() -> Step {
        Step::Query { lane: Lane { key: 0, range: 0..50 }, url: "https://provider/u/1".into() }
    }

    fn request(target: &UploadTarget, step: &Step) -> Request {
        Resumable.request(&Context { target, size: 50, metadata: &[] }, step)
    }

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
        let request = request(&target(Some(Digest::Sha256)), &chunk(10..20));
        assert_eq!(request.method, "PUT");
        assert_eq!(request.url, "https://provider/u/1");
        assert_eq!(
            request.headers,
            [("x-tenant".into(), "7".into()), ("content-range".into(), "bytes 10-19/50".into())]
        );
        assert_eq!(request.body, Some(10..20));
        assert_eq!(request.digest.unwrap().render("Zm9v"), ("content-digest", "sha-256=:Zm9v:".into()));
    }

    #[test]
    fn a_query_has_no_body_and_no_digest() {
        let request = request(&target(Some(Digest::Sha256)), &query());
        assert_eq!(request.headers[1], ("content-range".into(), "bytes */50".into()));
        assert_eq!((request.body, request.digest), (None, None));
    }

    #[test]
    fn replies_mean_what_the_protocol_says() {
        let holds = |offset| Verdict::Holds { offset };
        let unexpected =
            |status| Verdict::Unclear { error: crate::upload::UploadError::Unexpected { status }, retry_after: None };
        let target = target(None);
        let context = Context { target: &target, size: 50, metadata: &[] };
        let (middle, last, query) = (chunk(10..20), chunk(40..50), query());
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
            (&query, 308, None, Verdict::Silent),
            (&query, 308, Some("bytes=0-0"), holds(1)),
            (&query, 200, None, Verdict::Complete),
        ] {
            let headers = range.map(|range| ("range".into(), range.into())).into_iter().collect();
            let reply = Reply { status, headers, ..Reply::default() };
            assert_eq!(Resumable.read(&context, step, &reply), verdict, "{step:?}: {status} {range:?}");
        }
    }
}
