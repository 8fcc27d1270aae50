//! The dialogue with S3, as its API reference has it.

use super::{super::Lane, *};

fn target() -> UploadTarget {
    let multipart = Multipart {
        part_urls: Vec::new(),
        sign_url: Some("https://backend/videos/1/parts".into()),
        list_url: Some("https://s3/object?uploadId=u".into()),
        complete_url: "https://s3/object?uploadId=u&X-Amz-Signature=s".into(),
        abort_url: Some("https://s3/object?uploadId=u&x-id=AbortMultipartUpload".into()),
    };
    UploadTarget { multipart: Some(multipart), ..UploadTarget::new(reelway_api::Protocol::S3Multipart, "") }
}

fn read(target: &UploadTarget, step: &Step, status: u16, body: &str) -> Verdict {
    let context = Context { target, size: 50, metadata: &[] };
    S3Multipart.read(&context, step, &Reply { status, body: body.into(), ..Reply::default() })
}

fn close() -> Step {
    let part = |number, tag: &str| Part { number, len: 25, tag: Some(tag.into()) };
    Step::Close { urls: Vec::new(), parts: vec![part(1, "\"a\""), part(6, "\"<b>\"")] }
}

#[test]
fn parts_are_signed_sent_and_joined() {
    let target = target();
    let context = Context { target: &target, size: 50, metadata: &[] };

    let sign = Step::Sign { parts: vec![1, 6] };
    let request = S3Multipart.request(&context, &sign);
    assert_eq!((request.method, request.url.as_str()), ("POST", "https://backend/videos/1/parts"));
    assert_eq!(request.text.as_deref(), Some(r#"{"parts":[1,6]}"#));
    let urls = vec!["https://s3/1".to_owned(), "https://backend/6".to_owned()];
    assert_eq!(read(&target, &sign, 200, r#"{"urls":["https://s3/1","/6"]}"#), Verdict::Signed { urls });
    assert!(matches!(read(&target, &sign, 200, r#"{"urls":["https://s3/1"]}"#), Verdict::Unclear { .. }));

    let part = Step::Chunk { lane: Lane { key: 6, range: 25..50 }, bytes: 25..50, url: "https://s3/6".into() };
    let request = S3Multipart.request(&context, &part);
    assert_eq!((request.method, request.url.as_str(), request.body), ("PUT", "https://s3/6", Some(25..50)));
    let reply = Reply { status: 200, headers: vec![("etag".into(), "\"b\"".into())], ..Reply::default() };
    assert_eq!(S3Multipart.read(&context, &part, &reply), Verdict::Kept { tag: Some("\"b\"".into()) });
    assert_eq!(read(&target, &part, 200, ""), Verdict::Kept { tag: None }, "CORS may hide the ETag");

    let request = S3Multipart.request(&context, &close());
    assert_eq!((request.method, &request.url), ("POST", &target.multipart.as_ref().unwrap().complete_url));
    let xml = request.text.unwrap();
    assert!(xml.contains("<Part><PartNumber>1</PartNumber><ETag>\"a\"</ETag></Part><Part><PartNumber>6<"), "{xml}");
    assert!(xml.contains("<ETag>\"&lt;b&gt;\"</ETag>"), "{xml}");

    let farewell = S3Multipart.farewell(&target, "").unwrap();
    assert_eq!((farewell.method, farewell.url.ends_with("AbortMultipartUpload")), ("DELETE", true));
}

#[test]
fn a_completion_is_what_its_body_says() {
    let error = |code: &str| format!("<?xml version=\"1.0\"?><Error><Code>{code}</Code><Message>…</Message></Error>");
    for (status, body, meaning) in [
        (
            200,
            "<?xml?><CompleteMultipartUploadResult><ETag>x</ETag></CompleteMultipartUploadResult>".into(),
            "complete",
        ),
        (200, r#"{"video":{}}"#.to_owned(), "complete"),
        (204, String::new(), "complete"),
        (200, String::new(), "unclear"),
        (200, "<?xml version=\"1.0\"?>   ".into(), "unclear"),
        (200, error("InternalError"), "unclear"),
        (200, error("SlowDown"), "unclear"),
        (200, error("InvalidPart"), "incomplete"),
        (400, error("InvalidPart"), "incomplete"),
        (400, error("InvalidPartOrder"), "incomplete"),
        (400, error("EntityTooSmall"), "refused"),
        (200, error("NoSuchUpload"), "expired"),
        (404, error("NoSuchUpload"), "expired"),
        (403, error("AccessDenied"), "expired"),
        (503, error("SlowDown"), "unclear"),
    ] {
        let verdict = match read(&target(), &close(), status, &body) {
            Verdict::Complete => "complete",
            Verdict::Unclear { .. } => "unclear",
            Verdict::Incomplete { .. } => "incomplete",
            Verdict::Refused { .. } => "refused",
            Verdict::Expired { .. } => "expired",
            other => panic!("{other:?}"),
        };
        assert_eq!(verdict, meaning, "{status} {body}");
    }
    let context = Context { target: &target(), size: 50, metadata: &[] };
    let body = "<CompleteMultipartUploadResult>".to_owned();
    let cut = Reply { status: 200, body, cut: true, ..Reply::default() };
    assert!(matches!(S3Multipart.read(&context, &close(), &cut), Verdict::Unclear { .. }));
}

#[test]
fn what_is_there_is_listed_page_by_page() {
    let xml = "<ListPartsResult><NextPartNumberMarker>6</NextPartNumberMarker><IsTruncated>true</IsTruncated>\
        <Part><PartNumber>1</PartNumber><ETag>&quot;a&quot;</ETag><Size>25</Size></Part>\
        <Part><PartNumber>6</PartNumber><ETag>\"b\"</ETag><Size>5</Size></Part></ListPartsResult>";
    let parts = vec![
        Part { number: 1, len: 25, tag: Some("\"a\"".into()) },
        Part { number: 6, len: 5, tag: Some("\"b\"".into()) },
    ];
    let list = Step::List { after: None };
    let mut target = target();
    assert_eq!(read(&target, &list, 200, xml), Verdict::Listed { parts: parts.clone(), more: Some(6) });
    assert!(matches!(read(&target, &list, 200, &xml[..100]), Verdict::Unclear { .. }), "half a list is no list");

    let url = |target: &UploadTarget, after| {
        S3Multipart.request(&Context { target, size: 50, metadata: &[] }, &Step::List { after }).url
    };
    assert_eq!(url(&target, Some(6)), "https://s3/object?uploadId=u&part-number-marker=6");
    let mut at = |place: &str| target.multipart.as_mut().unwrap().list_url = Some(place.into());
    at("https://backend/parts?after={marker}");
    assert_eq!(url(&target, None), "https://backend/parts?after=0");
    let mut at = |place: &str| target.multipart.as_mut().unwrap().list_url = Some(place.into());
    at("https://s3/object?uploadId=u&X-Amz-Signature=s");
    assert_eq!(
        read(&target, &list, 200, xml),
        Verdict::Listed { parts, more: None },
        "a signed URL can't be asked for more"
    );
}
