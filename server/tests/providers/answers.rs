//! All that a service may answer, and what becomes of the video: the right state, once.

use reelway_api::{ErrorCode, VideoStatus};
use serde_json::{Value, json};

use crate::{
    bench::{ASSET, Bench, CREATE, UPLOAD, asset, event, ok, opened, upload},
    service::Reply,
};

fn refusal(kind: &str) -> Value {
    json!({"error": {"type": kind, "messages": ["Something is wrong"]}})
}

fn later(seconds: &str) -> Vec<(&'static str, String)> {
    vec![("retry-after", seconds.to_owned())]
}

/// What whoever has asked is told.
type Outcome = Result<(), (u16, ErrorCode)>;

#[tokio::test]
async fn every_answer_to_a_create() {
    use ErrorCode::{TooManyRequests, Unavailable};
    let cases: Vec<(&str, Vec<Reply>, Outcome, usize)> = vec![
        ("created", vec![opened()], Ok(()), 1),
        ("429, then room", vec![Reply::With(429, later("2"), refusal("too_many")), opened()], Ok(()), 2),
        ("429 without a time", vec![Reply::Json(429, Value::Null), Reply::Text(429, "slow down"), opened()], Ok(()), 3),
        ("429 for an hour", vec![Reply::With(429, later("3600"), refusal("x"))], Err((429, TooManyRequests)), 1),
        ("429 for ever", vec![Reply::With(429, later("1"), refusal("x"))], Err((429, TooManyRequests)), 4),
        ("400", vec![Reply::Json(400, refusal("invalid_parameters"))], Err((503, Unavailable)), 1),
        ("401", vec![Reply::Json(401, refusal("unauthorized"))], Err((503, Unavailable)), 1),
        ("403", vec![Reply::Json(403, refusal("forbidden"))], Err((503, Unavailable)), 1),
        ("404", vec![Reply::Json(404, refusal("not_found"))], Err((503, Unavailable)), 1),
        ("409", vec![Reply::Json(409, refusal("conflict"))], Err((503, Unavailable)), 1),
        ("422", vec![Reply::Json(422, refusal("x"))], Err((503, Unavailable)), 1),
        ("402", vec![Reply::Json(402, refusal("payment_required"))], Err((503, Unavailable)), 1),
        ("405", vec![Reply::Json(405, refusal("method_not_allowed"))], Err((503, Unavailable)), 1),
        ("410", vec![Reply::Json(410, refusal("gone"))], Err((503, Unavailable)), 1),
        ("413", vec![Reply::Json(413, refusal("too_large"))], Err((503, Unavailable)), 1),
        ("415", vec![Reply::Json(415, refusal("x"))], Err((503, Unavailable)), 1),
        // It may have been made: another one would be one too many.
        ("500", vec![Reply::Json(500, Value::Null), opened()], Err((503, Unavailable)), 1),
        ("408", vec![Reply::Json(408, Value::Null), opened()], Err((503, Unavailable)), 1),
        ("501", vec![Reply::Json(501, Value::Null), opened()], Err((503, Unavailable)), 1),
        ("502", vec![Reply::Text(502, "<html>"), opened()], Err((503, Unavailable)), 1),
        ("503", vec![Reply::With(503, later("1"), Value::Null), opened()], Err((503, Unavailable)), 1),
        ("504", vec![Reply::Json(504, Value::Null), opened()], Err((503, Unavailable)), 1),
        (
            "302",
            vec![Reply::With(302, vec![("location", "http://127.0.0.1:1/".into())], Value::Null)],
            Err((503, Unavailable)),
            1,
        ),
        ("truncated", vec![Reply::Truncated(201), opened()], Err((503, Unavailable)), 1),
        ("HTML", vec![Reply::Text(201, "<html>"), opened()], Err((503, Unavailable)), 1),
        ("JSON of another shape", vec![Reply::Json(201, json!([1])), opened()], Err((503, Unavailable)), 1),
        ("no URL", vec![Reply::Json(201, json!({"data": {"id": "UP1"}}))], Err((503, Unavailable)), 1),
        ("no id", vec![Reply::Json(201, json!({"data": {"url": "https://u.example/"}}))], Err((503, Unavailable)), 1),
        (
            "a URL that is none",
            vec![Reply::Json(201, json!({"data": {"id": "UP1", "url": "javascript:1"}}))],
            Err((503, Unavailable)),
            1,
        ),
        (
            "plain http",
            vec![Reply::Json(201, json!({"data": {"id": "UP1", "url": "http://u.example/"}}))],
            Err((503, Unavailable)),
            1,
        ),
        ("silence", vec![Reply::Silence], Err((503, Unavailable)), 1),
    ];
    for (name, replies, outcome, requests) in cases {
        let bench = Bench::mux().await;
        bench.service.script(CREATE, replies);
        let answer = bench.ask().await;
        match outcome {
            Ok(()) => assert_eq!(answer.status, 201, "{name}: {}", answer.text()),
            Err((status, code)) => {
                answer.refused(status, code);
                assert_eq!(answer.headers.contains_key("retry-after"), status == 429, "{name}");
            }
        }
        assert_eq!(bench.service.count(CREATE), requests, "{name}");
        assert_eq!(
            bench.videos().await,
            usize::from(outcome.is_ok()),
            "{name}: a video that can't be uploaded is none"
        );
        assert!(!answer.text().contains("Something is wrong"), "{name}: the service's words are for the log");
    }
}

#[tokio::test]
async fn a_service_that_is_away_is_tried_again_and_then_given_up() {
    // Nothing was sent, so that even a create may be sent again.
    let bench = Bench::mux_with("hosts.api_base = 'http://127.0.0.1:1'\n").await;
    let begin = bench.clock.now();
    bench.ask().await.refused(503, ErrorCode::Unavailable);
    let pauses = bench.clock.now() - begin;
    assert!((1750..=3 * 3600).contains(&pauses), "three pauses that grow: {pauses}");
    assert_eq!(bench.videos().await, 0);
}

/// What one round of polling hears of an upload in Mux's words, and what the video is then.
#[tokio::test]
async fn every_status_of_an_upload_and_an_asset() {
    use VideoStatus::{AwaitingUpload, Cancelled, Expired, Failed, Processing, Ready};
    for (upload_status, asset_status, status) in [
        ("waiting", "", AwaitingUpload),
        ("asset_created", "preparing", Processing),
        ("asset_created", "ready", Ready),
        ("asset_created", "errored", Failed),
        ("asset_created", "some-new-status", Processing),
        ("errored", "", Failed),
        ("cancelled", "", Cancelled),
        ("timed_out", "", Expired),
        ("some-new-status", "", AwaitingUpload),
    ] {
        let bench = Bench::mux().await;
        let id = bench.create().await.video.id;
        bench.service.script(UPLOAD, [ok(upload(upload_status))]).script(ASSET, [ok(asset(asset_status))]);
        bench.after(6).await;
        let video = bench.video(&id).await;
        assert_eq!(video.status, status, "{upload_status} {asset_status}");
        assert_eq!(video.error.is_some(), status == Failed);
        if asset_status == "errored" {
            let error = video.error.unwrap();
            assert_eq!(error.code, ErrorCode::Corrupt);
            assert!(error.message.ends_with("The file is no video."), "{}", error.message);
        }
    }
}

/// By polling and by webhook, with a word that Mux documents, with one of tomorrow, and with none.
#[tokio::test]
async fn every_error_of_an_upload_and_an_asset() {
    use ErrorCode::{Corrupt, ProcessingFailed};
    let errored = |kind: &str, errors: Value| {
        let mut data = if kind == "upload" { upload("errored") } else { asset("errored") };
        data[if kind == "upload" { "error" } else { "errors" }] = errors;
        data
    };
    let words = |kind: &str| json!({"type": kind, "messages": ["It says why."]});
    for (kind, errors, code, message) in [
        ("asset", words("invalid_input"), Corrupt, "It says why."),
        ("asset", words("an_error_of_tomorrow"), ProcessingFailed, "It says why."),
        ("asset", json!({"type": "invalid_input", "messages": []}), Corrupt, ""),
        ("asset", json!({"type": 5, "messages": "x"}), ProcessingFailed, ""),
        ("asset", Value::Null, ProcessingFailed, ""),
        ("upload", json!({"type": "upload_failed", "message": "It says why."}), ProcessingFailed, "It says why."),
        ("upload", Value::Null, ProcessingFailed, ""),
    ] {
        for by_webhook in [false, true] {
            let bench = Bench::mux().await;
            let id = bench.create().await.video.id;
            let data = errored(kind, errors.clone());
            if by_webhook {
                assert_eq!(bench.event(&event("e", &format!("video.{kind}.errored"), data)).await.status, 204);
            } else {
                let of_upload = if kind == "upload" { data.clone() } else { upload("asset_created") };
                bench.service.script(UPLOAD, [ok(of_upload)]).script(ASSET, [ok(data)]);
                bench.after(6).await;
            }
            let error = bench.video(&id).await.error.unwrap_or_else(|| panic!("{kind} {errors} {by_webhook}"));
            assert_eq!(error.code, code, "{kind} {errors} {by_webhook}");
            assert!(error.message.ends_with(message) && error.message.len() > 20, "{}", error.message);
        }
    }
}

/// Whatever goes wrong on the way, the video is ready in the end.
#[tokio::test]
async fn no_answer_that_is_none_keeps_a_video_from_its_end() {
    let unauthorized = Reply::Json(401, refusal("unauthorized"));
    let cases: Vec<(&str, Vec<Reply>)> = vec![
        (
            "a burst of 5xx",
            vec![Reply::Json(500, Value::Null), Reply::Text(502, "<html>"), Reply::Json(503, Value::Null)],
        ),
        ("a long burst", (0..9).map(|_| Reply::Json(500, Value::Null)).collect()),
        ("429", vec![Reply::With(429, later("5"), Value::Null)]),
        ("429 for long", vec![Reply::With(429, later("90"), Value::Null)]),
        ("truncated", vec![Reply::Truncated(200), Reply::Truncated(200)]),
        ("HTML", vec![Reply::Text(200, "<html>")]),
        ("null", vec![Reply::Json(200, Value::Null)]),
        ("another shape", vec![Reply::Json(200, json!([])), Reply::Json(200, json!({"data": 5}))]),
        ("another status", vec![ok(asset("new-status"))]),
        ("404 at first", vec![Reply::Json(404, refusal("not_found")), Reply::Json(404, refusal("not_found"))]),
        ("401 for a while", vec![unauthorized.clone(), unauthorized]),
        ("400 for a while", vec![Reply::Json(400, refusal("invalid_parameters")); 4]),
        ("403 for a while", vec![Reply::Json(403, refusal("forbidden")); 4]),
        ("409", vec![Reply::Json(409, refusal("conflict")); 2]),
        ("422", vec![Reply::Json(422, refusal("x")); 2]),
        ("418", vec![Reply::Json(418, Value::Null)]),
        ("silence", vec![Reply::Silence]),
        ("ready, and no word how it is played", vec![ok(json!({"id": "AS1", "status": "ready"}))]),
    ];
    for (name, mut replies) in cases {
        let bench = Bench::mux().await;
        let id = bench.create().await.video.id;
        bench.service.script(UPLOAD, [ok(upload("asset_created"))]);
        replies.push(ok(asset("ready")));
        bench.service.script(ASSET, replies);
        let video = bench.ends_ready_once(&id, name).await;
        assert!(video.playback.is_some(), "{name}");
    }
}

#[tokio::test]
async fn what_the_service_has_lost_is_not_waited_for() {
    let bench = Bench::mux().await;
    let id = bench.create().await.video.id;
    for (asked, status) in
        [(1, VideoStatus::AwaitingUpload), (2, VideoStatus::AwaitingUpload), (3, VideoStatus::Expired)]
    {
        bench.after(61).await;
        assert_eq!((bench.service.count(UPLOAD), bench.status(&id).await), (asked, status));
    }
    let bench = Bench::mux().await;
    let id = bench.create().await.video.id;
    bench.service.script(UPLOAD, [ok(upload("asset_created"))]);
    for _ in 0..3 {
        assert_ne!(bench.status(&id).await, VideoStatus::Failed);
        bench.after(61).await;
    }
    assert_eq!(bench.status(&id).await, VideoStatus::Failed);
}
