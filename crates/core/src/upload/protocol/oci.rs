//! Oracle Object Storage's multipart uploads through a pre-authenticated request.
//!
//! `PUT` of the object's URL with `opc-multipart: true` opens; the answer's `accessUri` takes parts, `PUT …/n`; `POST`
//! to it joins all parts that there are, in the order of their numbers, without a list; `DELETE` throws them away.
//! What is there can't be asked. A part that comes again replaces the one before.
//! <https://docs.oracle.com/iaas/Content/Object/Tasks/usingpreauthenticatedrequests.htm>

use reelway_api::{UploadTarget, json::Json};

use super::{Context, Protocol, Shape, Step, Traits, on_host, with_target_headers};
use crate::upload::{
    event::{Reply, Request},
    verdict::{Verdict, of_failure, unexpected},
};

/// The protocol.
pub(super) struct OciMultipart;

impl Protocol for OciMultipart {
    fn traits(&self, _: &UploadTarget) -> Traits {
        Traits { shape: Shape::Parts { fixed: true }, opens: true, asks: false, closes: true }
    }

    fn request(&self, context: &Context<'_>, step: &Step) -> Request {
        match step {
            Step::Chunk { lane, bytes, url } => Request::new("PUT", format!("{url}{}", lane.key), &[]).bytes(bytes),
            Step::Close { urls, .. } => Request::new("POST", urls.first().cloned().unwrap_or_default(), &[]),
            // Type and metadata of the object are told when it is opened, and only then.
            _ => with_target_headers(
                Request::new("PUT", &context.target.url, &[]).header("opc-multipart", "true"),
                context.target,
            ),
        }
    }

    fn read(&self, context: &Context<'_>, step: &Step, reply: &Reply) -> Verdict {
        match (step, reply.status) {
            (Step::Open { .. }, 200..=299) => {
                match Json::parse(&reply.body).and_then(|json| json.field::<String>("accessUri")) {
                    Some(access_uri) if !access_uri.is_empty() => {
                        let slash = if access_uri.ends_with('/') { "" } else { "/" };
                        let url = on_host(&context.target.url, &access_uri) + slash;
                        Verdict::Opened { url, offset: None }
                    }
                    _ => unexpected(reply),
                }
            }
            (Step::Chunk { .. }, 200 | 201 | 204) => Verdict::Kept { tag: None },
            (Step::Close { .. }, 200 | 201 | 204) => Verdict::Complete,
            (_, 200..=399) => unexpected(reply),
            _ => of_failure(reply),
        }
    }

    fn farewell(&self, target: &UploadTarget, url: &str) -> Option<Request> {
        // Deleting the pre-authenticated URL itself would not abort an upload.
        (url != target.url).then(|| Request::new("DELETE", url, &[]))
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Lane, *};

    const PAR: &str = "https://objectstorage.example/p/secret/n/ns/b/in/o/u/film.mp4";

    #[test]
    fn the_dialogue_goes_as_oracle_documents_it() {
        let target = UploadTarget::new(reelway_api::Protocol::OciMultipart, PAR);
        let context = Context { target: &target, size: 50, metadata: &[] };
        let lane = |key| Lane { key, range: 0..50 };

        let open = Step::Open { lane: lane(0), partial: false, bytes: None };
        let request = OciMultipart.request(&context, &open);
        assert_eq!((request.method, request.url.as_str(), &request.body), ("PUT", PAR, &None));
        assert_eq!(request.headers, [("opc-multipart".to_owned(), "true".to_owned())]);
        let body = r#"{"namespace":"ns","uploadId":"1","accessUri":"/p/other/n/ns/b/in/u/u%2Ffilm.mp4/id/1/"}"#;
        let opened = Reply { status: 200, body: body.into(), ..Reply::default() };
        let url = "https://objectstorage.example/p/other/n/ns/b/in/u/u%2Ffilm.mp4/id/1/".to_owned();
        assert_eq!(OciMultipart.read(&context, &open, &opened), Verdict::Opened { url: url.clone(), offset: None });

        let part = Step::Chunk { lane: lane(3), bytes: 20..30, url: url.clone() };
        let request = OciMultipart.request(&context, &part);
        assert_eq!((request.method, request.url, request.body), ("PUT", format!("{url}3"), Some(20..30)));
        let ok = Reply { status: 200, ..Reply::default() };
        assert_eq!(OciMultipart.read(&context, &part, &ok), Verdict::Kept { tag: None });

        let close = Step::Close { urls: vec![url.clone()], parts: Vec::new() };
        let request = OciMultipart.request(&context, &close);
        assert_eq!((request.method, &request.url, request.body, request.text), ("POST", &url, None, None));
        assert_eq!(OciMultipart.read(&context, &close, &ok), Verdict::Complete);

        let farewell = OciMultipart.farewell(&target, &url).unwrap();
        assert_eq!((farewell.method, &farewell.url), ("DELETE", &url));
        assert_eq!(OciMultipart.farewell(&target, PAR), None);
    }

    #[test]
    fn an_opening_that_names_no_place_is_no_opening() {
        let target = UploadTarget::new(reelway_api::Protocol::OciMultipart, PAR);
        let context = Context { target: &target, size: 50, metadata: &[] };
        let open = Step::Open { lane: Lane { key: 0, range: 0..50 }, partial: false, bytes: None };
        for (status, body, expired) in [(200, "", false), (200, "{}", false), (404, "", true), (500, "", false)] {
            let reply = Reply { status, body: body.into(), ..Reply::default() };
            match OciMultipart.read(&context, &open, &reply) {
                Verdict::Unclear { .. } => assert!(!expired, "{status}"),
                Verdict::Expired { .. } => assert!(expired, "{status}"),
                other => panic!("{status} {body}: {other:?}"),
            }
        }
    }
}
