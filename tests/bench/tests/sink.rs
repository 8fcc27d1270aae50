//! The sink speaks the protocols that it claims to, and knows the bytes that came from those that did not.
#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use reelway_bench::sink::{Finished, Sink, Speed};
use reqwest::{Client, Method, Response, StatusCode};
use sha2::{Digest, Sha256};

async fn sink() -> Sink {
    let sink = Sink::start(None).await.unwrap();
    sink.keep_bytes(true);
    sink
}

/// A request with headers and a body.
async fn send(method: Method, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
    // A 308 without Location is an answer, no redirect.
    let client = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let mut request = client.request(method, url).body(body.to_vec());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.send().await.unwrap()
}

fn header<'a>(answer: &'a Response, name: &str) -> Option<&'a str> {
    answer.headers().get(name).map(|value| value.to_str().unwrap())
}

/// Asserts that exactly one upload is complete, and that these are its bytes.
fn assert_finished(sink: &Sink, bytes: &[u8]) {
    let finished = sink.take_tally().finished;
    assert!(
        matches!(&finished[..], [Finished { size, sha256: Some(sha256) }]
            if *size == bytes.len() as u64 && *sha256 == <[u8; 32]>::from(Sha256::digest(bytes))),
        "{finished:?}"
    );
}

#[tokio::test]
async fn a_put_is_the_whole_file() {
    let sink = sink().await;
    let url = format!("{}/put/a", sink.origin());

    let answer = send(Method::PUT, &url, &[], b"whole file").await;

    assert_eq!(answer.status(), StatusCode::OK);
    assert_finished(&sink, b"whole file");
}

#[tokio::test]
async fn a_resumable_upload_says_how_far_it_has_come() {
    let sink = sink().await;
    let url = format!("{}/resumable/a", sink.origin());

    let answer = send(Method::PUT, &url, &[("content-range", "bytes */10")], b"").await;
    assert_eq!((answer.status().as_u16(), header(&answer, "range")), (308, None));
    let answer = send(Method::PUT, &url, &[("content-range", "bytes 0-5/10")], b"whole ").await;
    assert_eq!((answer.status().as_u16(), header(&answer, "range")), (308, Some("bytes=0-5")));
    let answer = send(Method::PUT, &url, &[("content-range", "bytes 8-9/10")], b"le").await;
    assert_eq!((answer.status().as_u16(), header(&answer, "range")), (308, Some("bytes=0-5")));
    let answer = send(Method::PUT, &url, &[("content-range", "bytes 6-9/10")], b"file").await;
    assert_eq!(answer.status(), StatusCode::OK);

    assert_finished(&sink, b"whole file");
}

#[tokio::test]
async fn a_tus_upload_goes_on_at_its_offset() {
    let sink = sink().await;
    let endpoint = format!("{}/tus/videos", sink.origin());

    let answer = send(Method::POST, &endpoint, &[("upload-length", "10")], b"").await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let url = format!("{}{}", sink.origin(), header(&answer, "location").unwrap());
    let answer = send(Method::PATCH, &url, &[("upload-offset", "0")], b"whole ").await;
    assert_eq!((answer.status().as_u16(), header(&answer, "upload-offset")), (204, Some("6")));
    let answer = send(Method::PATCH, &url, &[("upload-offset", "0")], b"whole ").await;
    assert_eq!(answer.status(), StatusCode::CONFLICT);
    let answer = send(Method::HEAD, &url, &[], b"").await;
    assert_eq!((header(&answer, "upload-offset"), header(&answer, "upload-length")), (Some("6"), Some("10")));
    send(Method::PATCH, &url, &[("upload-offset", "6")], b"file").await;

    assert_finished(&sink, b"whole file");
}

#[tokio::test]
async fn partial_tus_uploads_are_put_together_in_the_order_that_is_asked_for() {
    let sink = sink().await;
    let endpoint = format!("{}/tus/videos", sink.origin());
    let mut parts = Vec::new();
    for bytes in ["file", "whole "] {
        let length = bytes.len().to_string();
        let headers = [("upload-concat", "partial"), ("upload-length", &length)];
        let answer = send(Method::POST, &endpoint, &headers, bytes.as_bytes()).await;
        parts.push(header(&answer, "location").unwrap().to_owned());
    }
    assert!(sink.take_tally().finished.is_empty());

    let concat = format!("final;{} {}", parts[1], parts[0]);
    let answer = send(Method::POST, &endpoint, &[("upload-concat", &concat)], b"").await;

    assert_eq!(answer.status(), StatusCode::CREATED);
    assert_finished(&sink, b"whole file");
}

#[tokio::test]
async fn s3_parts_may_come_in_any_order_but_are_completed_in_theirs() {
    let sink = sink().await;
    let key = format!("{}/s3/a", sink.origin());
    let signer = format!("{}/s3-sign/a", sink.origin());
    let json = [("content-type", "application/json")];
    let signed = send(Method::POST, &signer, &json, br#"{"parts":[1,7]}"#).await;
    let signed: serde_json::Value = signed.json().await.unwrap();
    for (index, bytes) in [(1, b"file".as_slice()), (0, b"whole ")] {
        let answer = send(Method::PUT, signed["urls"][index].as_str().unwrap(), &[], bytes).await;
        assert!(header(&answer, "etag").is_some());
    }
    let list = send(Method::GET, &format!("{key}?uploadId=1"), &[], b"").await.text().await.unwrap();
    assert!(list.contains("<PartNumber>7</PartNumber>") && list.contains("<Size>6</Size>"), "{list}");

    let complete = |numbers: [u32; 2]| {
        let [one, other] = numbers.map(|number| format!("<Part><PartNumber>{number}</PartNumber></Part>"));
        format!("<CompleteMultipartUpload>{one}{other}</CompleteMultipartUpload>")
    };
    let answer = send(Method::POST, &format!("{key}?uploadId=1"), &[], complete([7, 1]).as_bytes()).await;
    assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    let answer = send(Method::POST, &format!("{key}?uploadId=1"), &[], complete([1, 7]).as_bytes()).await;
    assert_eq!(answer.status(), StatusCode::OK);

    assert_finished(&sink, b"whole file");
}

#[tokio::test]
async fn a_browser_is_let_in_from_any_origin_and_its_question_is_counted() {
    let sink = sink().await;
    let url = format!("{}/put/a", sink.origin());
    let question = [("access-control-request-method", "PUT"), ("access-control-request-headers", "content-range")];

    let answer = send(Method::OPTIONS, &url, &question, b"").await;
    send(Method::PUT, &url, &[], b"x").await;

    assert_eq!(header(&answer, "access-control-allow-origin"), Some("*"));
    assert_eq!(header(&answer, "access-control-allow-headers"), Some("content-range"));
    let tally = sink.take_tally();
    assert_eq!((tally.requests, tally.preflights), (2, 1));
}

#[tokio::test]
async fn a_slow_link_takes_its_time_for_bytes_and_for_answers() {
    let latency = Duration::from_millis(80);
    let sink = Sink::start(Some(Speed { latency, bytes_per_second: 2_000_000 })).await.unwrap();
    let started = Instant::now();

    send(Method::PUT, &format!("{}/put/a", sink.origin()), &[], &vec![7; 1_000_000]).await;

    // Half a second of bytes, less the credit of ten milliseconds.
    assert!(started.elapsed() >= Duration::from_millis(490) + latency, "{:?}", started.elapsed());
    assert_eq!(sink.take_tally().finished[0].size, 1_000_000);
}
