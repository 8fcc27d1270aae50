//! tus 1.0: `PATCH` from an offset, `HEAD` asks for it. <https://tus.io/protocols/resumable-upload>
//!
//! Of the extensions: creation, creation-with-upload, termination, expiration (by the status that follows it), checksum,
//! and concatenation, which joins uploads that were made side by side.

use reelway_api::UploadTarget;

use super::{Context, Lane, Protocol, Shape, Step, Traits, with_target_headers};
use crate::{
    base64,
    upload::{
        event::{DigestHeader, Reply, Request},
        verdict::{Verdict, of_failure, unexpected},
    },
};

/// The protocol.
pub(super) struct Tus;

/// What every answer is read for.
const READS: &[&str] = &["upload-offset", "location"];
/// What a body of bytes is declared as.
const OFFSET_TYPE: &str = "application/offset+octet-stream";

impl Protocol for Tus {
    fn traits(&self, target: &UploadTarget) -> Traits {
        // Uploads can be made side by side only where the browser makes them.
        let lanes = if target.create { target.parallel.max(1) } else { 1 };
        Traits { shape: Shape::Offset { lanes }, opens: target.create, asks: true, closes: lanes > 1 }
    }

    fn request(&self, context: &Context<'_>, step: &Step) -> Request {
        let request = match step {
            Step::Open { lane, partial, bytes } => open(context, lane, *partial, bytes.as_ref()),
            Step::Chunk { lane, bytes, url } => {
                let offset = (bytes.start - lane.range.start).to_string();
                let mut request = Request::new("PATCH", url, READS).header("upload-offset", offset);
                request.digest = context.target.digest.map(DigestHeader::UploadChecksum);
                request.header("content-type", OFFSET_TYPE).bytes(bytes)
            }
            Step::Close { urls, .. } => Request::new("POST", &context.target.url, READS)
                .header("upload-concat", format!("final;{}", urls.join(" ")))
                .header("upload-metadata", metadata(context)),
            Step::Query { url, .. } => Request::new("HEAD", url, READS),
            Step::Sign { .. } | Step::List { .. } => Request::new("HEAD", &context.target.url, READS),
        };
        with_target_headers(request.header("tus-resumable", "1.0.0"), context.target)
    }

    fn read(&self, context: &Context<'_>, step: &Step, reply: &Reply) -> Verdict {
        let ok = (200..=299).contains(&reply.status);
        match step {
            Step::Open { lane, .. } if ok => match reply.header("location") {
                Some(url) => Verdict::Opened { url: url.to_owned(), offset: offset_of(lane, reply).ok().flatten() },
                None => unexpected(reply),
            },
            Step::Chunk { lane, .. } | Step::Query { lane, .. } if ok => match offset_of(lane, reply) {
                Ok(Some(offset)) if offset == context.size && lane.range == (0..context.size) => Verdict::Complete,
                Ok(Some(offset)) => Verdict::Holds { offset },
                Ok(None) => Verdict::Silent,
                Err(()) => unexpected(reply),
            },
            Step::Close { .. } if ok => Verdict::Complete,
            _ if ok => unexpected(reply),
            _ => of_failure(reply),
        }
    }

    fn farewell(&self, target: &UploadTarget, url: &str) -> Option<Request> {
        if target.create && url == target.url {
            return None;
        }
        Some(with_target_headers(Request::new("DELETE", url, &[]).header("tus-resumable", "1.0.0"), target))
    }
}

fn open(context: &Context<'_>, lane: &Lane, partial: bool, bytes: Option<&std::ops::Range<u64>>) -> Request {
    let len = (lane.range.end - lane.range.start).to_string();
    let mut request = Request::new("POST", &context.target.url, READS).header("upload-length", len);
    request = match partial {
        true => request.header("upload-concat", "partial"),
        false => request.header("upload-metadata", metadata(context)),
    };
    match bytes {
        Some(bytes) => {
            request.digest = context.target.digest.map(DigestHeader::UploadChecksum);
            request.header("content-type", OFFSET_TYPE).bytes(bytes)
        }
        None => request,
    }
}

/// `Upload-Metadata`: keys, each with its value in base64.
fn metadata(context: &Context<'_>) -> String {
    let mut metadata = String::new();
    for (key, value) in context.metadata {
        if !metadata.is_empty() {
            metadata.push(',');
        }
        metadata += &format!("{key} {}", base64(value.as_bytes()));
    }
    metadata
}

/// What `Upload-Offset` proves: an offset in the file, nothing if it is not there, or nonsense.
fn offset_of(lane: &Lane, reply: &Reply) -> Result<Option<u64>, ()> {
    let Some(value) = reply.header("upload-offset") else { return Ok(None) };
    let held: u64 = value.trim_ascii().parse().map_err(|_| ())?;
    let offset = lane.range.start.checked_add(held).ok_or(())?;
    if offset <= lane.range.end { Ok(Some(offset)) } else { Err(()) }
}

#[cfg(test)]
mod tests {
    use reelway_api::Digest;

    use super::*;

    fn target(parallel: u32) -> UploadTarget {
        UploadTarget {
            create: true,
            parallel,
            ..UploadTarget::new(reelway_api::Protocol::Tus, "https://provider/files")
        }
    }

    fn reply(status: u16, headers: &[(&str, &str)]) -> Reply {
        let headers = headers.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Reply { status, headers, ..Reply::default() }
    }

    fn named(request: &Request, name: &str) -> Option<String> {
        request.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone())
    }

    #[test]
    fn an_upload_is_made_filled_and_asked_about() {
        let target = UploadTarget { digest: Some(Digest::Sha1), ..target(1) };
        let metadata = [("filename".to_owned(), "Über.mp4".to_owned())];
        let context = Context { target: &target, size: 50, metadata: &metadata };
        let lane = Lane { key: 0, range: 0..50 };
        let url = "https://provider/files/1".to_owned();

        let open = Step::Open { lane: lane.clone(), partial: false, bytes: Some(0..10) };
        let request = Tus.request(&context, &open);
        assert_eq!((request.method, request.url.as_str()), ("POST", "https://provider/files"));
        assert_eq!(named(&request, "upload-length").unwrap(), "50");
        assert_eq!(named(&request, "upload-metadata").unwrap(), "filename w5xiZXIubXA0");
        assert_eq!(named(&request, "tus-resumable").unwrap(), "1.0.0");
        assert_eq!(named(&request, "upload-concat"), None);
        let answer = reply(201, &[("location", &url), ("upload-offset", "10")]);
        assert_eq!(Tus.read(&context, &open, &answer), Verdict::Opened { url: url.clone(), offset: Some(10) });

        let chunk = Step::Chunk { lane: lane.clone(), bytes: 10..20, url: url.clone() };
        let request = Tus.request(&context, &chunk);
        assert_eq!((request.method, &request.url, &request.body), ("PATCH", &url, &Some(10..20)));
        assert_eq!(named(&request, "upload-offset").unwrap(), "10");
        assert_eq!(named(&request, "content-type").unwrap(), OFFSET_TYPE);
        assert_eq!(request.digest.unwrap().render("Zm9v"), ("upload-checksum", "sha1 Zm9v".into()));

        let query = Step::Query { lane, url: url.clone() };
        let request = Tus.request(&context, &query);
        assert_eq!((request.method, &request.url, &request.body), ("HEAD", &url, &None));

        let farewell = Tus.farewell(&target, &url).unwrap();
        assert_eq!((farewell.method, &farewell.url), ("DELETE", &url));
        assert_eq!(Tus.farewell(&target, &target.url), None, "the endpoint itself is no upload");
    }

    #[test]
    fn uploads_side_by_side_are_joined() {
        let target = target(2);
        let context = Context { target: &target, size: 50, metadata: &[] };
        assert!(Tus.traits(&target).closes);
        let lane = Lane { key: 1, range: 25..50 };
        let request = Tus.request(&context, &Step::Open { lane: lane.clone(), partial: true, bytes: None });
        assert_eq!(named(&request, "upload-length").unwrap(), "25");
        assert_eq!(named(&request, "upload-concat").unwrap(), "partial");

        let chunk = Step::Chunk { lane, bytes: 30..50, url: "https://provider/files/2".into() };
        assert_eq!(named(&Tus.request(&context, &chunk), "upload-offset").unwrap(), "5");
        assert_eq!(
            Tus.read(&context, &chunk, &reply(204, &[("upload-offset", "25")])),
            Verdict::Holds { offset: 50 },
            "the end of a lane is not the end of the upload"
        );

        let close = Step::Close { urls: vec!["https://provider/files/1".into(), "/files/2".into()], parts: Vec::new() };
        let request = Tus.request(&context, &close);
        assert_eq!((request.method, request.url.as_str()), ("POST", "https://provider/files"));
        assert_eq!(named(&request, "upload-concat").unwrap(), "final;https://provider/files/1 /files/2");
        assert_eq!(named(&request, "upload-length"), None);
        assert_eq!(Tus.read(&context, &close, &reply(201, &[])), Verdict::Complete);
    }

    #[test]
    fn replies_mean_what_the_protocol_says() {
        let target = UploadTarget { create: false, ..target(1) };
        let context = Context { target: &target, size: 50, metadata: &[] };
        let lane = Lane { key: 0, range: 0..50 };
        let chunk = Step::Chunk { lane: lane.clone(), bytes: 40..50, url: String::new() };
        let query = Step::Query { lane, url: String::new() };
        for (step, status, offset, meaning) in [
            (&chunk, 204, Some("44"), "holds 44"),
            (&chunk, 204, Some("50"), "complete"),
            (&chunk, 200, Some("50"), "complete"),
            (&chunk, 204, Some("51"), "unclear unexpected_answer"),
            (&chunk, 204, Some("-1"), "unclear unexpected_answer"),
            (&chunk, 204, None, "silent"),
            (&chunk, 409, None, "unclear http_error"),
            (&chunk, 423, None, "unclear http_error"),
            (&chunk, 460, None, "unclear http_error"),
            (&chunk, 404, None, "expired"),
            (&chunk, 410, None, "expired"),
            (&chunk, 415, None, "refused http_error"),
            (&chunk, 301, None, "unclear unexpected_answer"),
            (&query, 200, Some("0"), "holds 0"),
            (&query, 204, Some("50"), "complete"),
            (&query, 200, None, "silent"),
        ] {
            let headers: Vec<_> = offset.map(|offset| ("upload-offset", offset)).into_iter().collect();
            let verdict = match Tus.read(&context, step, &reply(status, &headers)) {
                Verdict::Holds { offset } => format!("holds {offset}"),
                Verdict::Complete => "complete".into(),
                Verdict::Silent => "silent".into(),
                Verdict::Unclear { error, .. } => format!("unclear {}", error.code()),
                Verdict::Expired { .. } => "expired".into(),
                Verdict::Refused { error } => format!("refused {}", error.code()),
                other => panic!("{other:?}"),
            };
            assert_eq!(verdict, meaning, "{step:?}: {status} {offset:?}");
        }
    }
}
