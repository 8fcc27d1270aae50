//! One `PUT` of the whole file to one URL, as presigned object URLs take it. What breaks off starts over.

use reelway_api::UploadTarget;

use super::{Context, Protocol, Shape, Step, Traits, with_target_headers};
use crate::upload::{
    event::{Reply, Request},
    verdict::{Verdict, of_failure, unexpected},
};

/// The protocol.
pub(super) struct Put;

impl Protocol for Put {
    fn traits(&self, _: &UploadTarget) -> Traits {
        Traits { shape: Shape::Whole, opens: false, asks: false, closes: false }
    }

    fn request(&self, context: &Context<'_>, _: &Step) -> Request {
        let request = Request::new("PUT", &context.target.url, &[]).bytes(&(0..context.size));
        with_target_headers(request, context.target)
    }

    fn read(&self, _: &Context<'_>, _: &Step, reply: &Reply) -> Verdict {
        match reply.status {
            200 | 201 | 204 => Verdict::Complete,
            // Taken, but not yet done with: not the final word.
            202..=399 => unexpected(reply),
            _ => of_failure(reply),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Lane, *};

    #[test]
    fn one_request_brings_everything() {
        let mut target = UploadTarget::new(reelway_api::Protocol::Put, "https://provider/object?signature=s");
        target.headers.insert("Content-Type".into(), "video/mp4".into());
        let context = Context { target: &target, size: 50, metadata: &[] };
        let step = Step::Chunk { lane: Lane { key: 0, range: 0..50 }, bytes: 0..50, url: target.url.clone() };
        let request = Put.request(&context, &step);
        assert_eq!((request.method, request.url.as_str(), request.body), ("PUT", target.url.as_str(), Some(0..50)));
        assert_eq!(request.headers, [("content-type".to_owned(), "video/mp4".to_owned())]);

        for (status, complete) in [(200, true), (201, true), (204, true), (202, false), (308, false), (500, false)] {
            let verdict = Put.read(&context, &step, &Reply { status, ..Reply::default() });
            assert_eq!(verdict == Verdict::Complete, complete, "{status}");
        }
        let gone = Put.read(&context, &step, &Reply { status: 403, ..Reply::default() });
        assert!(matches!(gone, Verdict::Expired { .. }), "a signature that has run out");
    }
}
