//! All that Cloudflare Stream may answer and tell, and what becomes of the video: the right state, once.

use std::sync::Arc;

use reelway_api::{ErrorCode, VideoStatus};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::{
    bench::{Bench, sign, webhook},
    service::Reply,
};

const CREATE: &str = "POST /accounts/acc/stream?direct_user=true";
const VIDEO: &str = "GET /accounts/acc/stream/UP1";

async fn stream() -> Bench {
    Bench::with("cloudflare", "vars.account = 'acc'\n").await
}

fn headers() -> Vec<(&'static str, String)> {
    vec![
        ("location", "https://upload.example/once?token=upload-secret-3e".to_owned()),
        ("stream-media-id", "UP1".to_owned()),
    ]
}

fn opened() -> Reply {
    Reply::With(201, headers(), Value::Null)
}

/// Cloudflare's form of a refusal.
fn refusal(code: u32) -> Value {
    json!({"success": false, "errors": [{"code": code, "message": "Something is wrong"}], "messages": [], "result": null})
}

/// The video as Cloudflare shows it.
fn shown(state: &str, playable: bool) -> Value {
    json!({"uid": "UP1", "readyToStream": playable, "status": {"state": state, "pctComplete": "40.0"},
        "requireSignedURLs": true, "duration": if playable { 10.0 } else { -1.0 }, "new": "field"})
}

fn failed(code: &str, key: &str) -> Value {
    let mut video = shown("error", false);
    video["status"][key] = code.into();
    video["status"]["errReasonText"] = "It can't be read".into();
    video
}

fn ok(video: Value) -> Reply {
    Reply::Json(200, json!({"result": video, "success": true, "errors": [], "messages": []}))
}

/// A video whose upload is open.
async fn created(bench: &Bench) -> String {
    bench.service.script(CREATE, [opened()]);
    let answer = bench.ask().await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    answer.json::<reelway_api::CreatedVideo>().video.id
}

#[tokio::test]
async fn every_answer_to_a_create() {
    type Outcome = Result<(), (u16, ErrorCode)>;
    const AWAY: Outcome = Err((503, ErrorCode::Unavailable));
    const LATER: Outcome = Err((429, ErrorCode::TooManyRequests));
    let later = |seconds: &str| vec![("retry-after", seconds.to_owned())];
    let only = |name: &str| headers().into_iter().filter(|(known, _)| *known == name).collect::<Vec<_>>();
    let at = |url: &str| vec![("location", url.to_owned()), ("stream-media-id", "UP1".to_owned())];
    let rows: Vec<(&str, Vec<Reply>, Outcome, usize)> = vec![
        ("201", vec![opened()], Ok(()), 1),
        ("200", vec![Reply::With(200, headers(), json!({}))], Ok(()), 1),
        ("429, then room", vec![Reply::With(429, later("2"), refusal(10_429)), opened()], Ok(()), 2),
        ("429 without a time", vec![Reply::Text(429, "slow down"), opened()], Ok(()), 2),
        ("429 for an hour", vec![Reply::With(429, later("3600"), refusal(10_429))], LATER, 1),
        ("429 for ever", vec![Reply::With(429, later("1"), refusal(10_429))], LATER, 4),
        ("400, a header that it can't read", vec![Reply::Json(400, refusal(10_005))], AWAY, 1),
        ("401", vec![Reply::Json(401, refusal(10_000))], AWAY, 1),
        ("403, another account's token", vec![Reply::Json(403, refusal(10_000))], AWAY, 1),
        ("404", vec![Reply::Json(404, refusal(10_003))], AWAY, 1),
        ("405", vec![Reply::Json(405, refusal(10_405))], AWAY, 1),
        ("409", vec![Reply::Json(409, refusal(10_009))], AWAY, 1),
        ("413, no minutes are left", vec![Reply::Json(413, refusal(10_011))], AWAY, 1),
        ("415", vec![Reply::Json(415, refusal(10_015))], AWAY, 1),
        ("422", vec![Reply::Json(422, refusal(10_022))], AWAY, 1),
        // It may have been made: another one would be one too many.
        ("500", vec![Reply::Json(500, refusal(10_001)), opened()], AWAY, 1),
        ("502", vec![Reply::Text(502, "<html>"), opened()], AWAY, 1),
        ("503", vec![Reply::With(503, later("1"), refusal(10_001)), opened()], AWAY, 1),
        ("504", vec![Reply::Json(504, Value::Null), opened()], AWAY, 1),
        ("520, of its edge", vec![Reply::Json(520, Value::Null), opened()], AWAY, 1),
        ("302", vec![Reply::With(302, at("https://upload.example/"), Value::Null)], AWAY, 1),
        ("truncated", vec![Reply::Truncated(201), opened()], AWAY, 1),
        ("no address", vec![Reply::With(201, only("stream-media-id"), Value::Null), opened()], AWAY, 1),
        ("no id", vec![Reply::With(201, only("location"), Value::Null), opened()], AWAY, 1),
        ("no headers, and HTML", vec![Reply::Text(201, "<html>"), opened()], AWAY, 1),
        ("an address that is none", vec![Reply::With(201, at("javascript:1"), Value::Null), opened()], AWAY, 1),
        ("plain http", vec![Reply::With(201, at("http://upload.example/"), Value::Null), opened()], AWAY, 1),
        ("silence", vec![Reply::Silence], AWAY, 1),
    ];
    for (name, replies, outcome, requests) in rows {
        let bench = stream().await;
        bench.service.script(CREATE, replies);
        let answer = bench.ask().await;
        match outcome {
            Ok(()) => assert_eq!(answer.status, 201, "{name}: {}", answer.text()),
            Err((status, code)) => answer.refused(status, code),
        }
        assert_eq!(bench.service.count(CREATE), requests, "{name}");
        assert_eq!(bench.videos().await, usize::from(outcome.is_ok()), "{name}");
        assert!(!answer.text().contains("Something is wrong"), "{name}: the service's words are for the log");
    }
}

/// What polling hears, or a webhook tells, in Cloudflare's words, and what the video is then.
#[tokio::test]
async fn every_state_and_every_error_of_a_video() {
    use ErrorCode::{Corrupt, NotAVideo, ProcessingFailed, TooLong};
    use VideoStatus::{AwaitingUpload, Failed, Processing, Ready};
    let error = |code, key, told| (failed(code, key), Failed, Some(told));
    let rows = [
        (shown("pendingupload", false), AwaitingUpload, None),
        (shown("downloading", false), Processing, None),
        (shown("queued", false), Processing, None),
        (shown("inprogress", false), Processing, None),
        (shown("inprogress", true), Ready, None),
        (shown("ready", true), Ready, None),
        (shown("a-new-state", false), AwaitingUpload, None),
        (json!({"uid": "UP1"}), AwaitingUpload, None),
        error("ERR_NON_VIDEO", "errReasonCode", NotAVideo),
        error("ERR_NON_VIDEO", "errorReasonCode", NotAVideo),
        error("ERR_MALFORMED_VIDEO", "errorReasonCode", Corrupt),
        error("ERR_DURATION_EXCEED_CONSTRAINT", "errorReasonCode", TooLong),
        error("ERR_DURATION_TOO_SHORT", "errorReasonCode", ProcessingFailed),
        error("ERR_FETCH_ORIGIN_ERROR", "errorReasonCode", ProcessingFailed),
        error("ERR_UNKNOWN", "errorReasonCode", ProcessingFailed),
        error("ERR_OF_TOMORROW", "errorReasonCode", ProcessingFailed),
        (shown("error", false), Failed, Some(ProcessingFailed)),
    ];
    for (video, status, code) in rows {
        for by_webhook in [false, true] {
            let bench = stream().await;
            let id = created(&bench).await;
            if by_webhook {
                assert_eq!(bench.event(&video).await.status, 204);
            } else {
                bench.service.script(VIDEO, [ok(video.clone())]);
                bench.after(6).await;
            }
            let after = bench.video(&id).await;
            assert_eq!((after.status, after.error.map(|error| error.code)), (status, code), "{by_webhook} {video}");
        }
    }
}

#[tokio::test]
async fn no_answer_that_is_none_keeps_a_video_from_its_end() {
    let often = |reply: Reply, times: usize| vec![reply; times];
    let later = |seconds: &str| Reply::With(429, vec![("retry-after", seconds.to_owned())], Value::Null);
    let rows: Vec<(&str, Vec<Reply>)> = vec![
        (
            "a burst of 5xx",
            vec![Reply::Json(500, refusal(1)), Reply::Text(502, "<html>"), Reply::Json(503, Value::Null)],
        ),
        ("a long burst", often(Reply::Json(520, Value::Null), 12)),
        ("429", vec![later("5")]),
        ("429 for long", vec![later("90")]),
        ("400 for a while", often(Reply::Json(400, refusal(10_005)), 5)),
        ("401 for a while", often(Reply::Json(401, refusal(10_000)), 5)),
        ("403 for a while", often(Reply::Json(403, refusal(10_000)), 5)),
        ("404 at first", often(Reply::Json(404, refusal(10_003)), 2)),
        ("409", often(Reply::Json(409, refusal(1)), 2)),
        ("truncated", often(Reply::Truncated(200), 2)),
        ("HTML", vec![Reply::Text(200, "<html>")]),
        ("null", vec![Reply::Json(200, Value::Null)]),
        ("another shape", vec![Reply::Json(200, json!([])), ok(json!(5)), ok(json!({"uid": 5, "status": "ready"}))]),
        ("success that is none", vec![Reply::Json(200, refusal(10_001))]),
        ("another state", vec![ok(shown("a-new-state", false))]),
        ("silence", vec![Reply::Silence]),
    ];
    for (name, mut replies) in rows {
        let bench = stream().await;
        let id = created(&bench).await;
        replies.push(ok(shown("inprogress", false)));
        replies.push(ok(shown("ready", true)));
        bench.service.script(VIDEO, replies);
        bench.ends_ready_once(&id, name).await;
    }
}

#[tokio::test]
async fn what_the_service_has_lost_is_not_waited_for() {
    for (before, end) in [(None, VideoStatus::Expired), (Some("inprogress"), VideoStatus::Failed)] {
        let bench = stream().await;
        let id = created(&bench).await;
        if let Some(state) = before {
            bench.event(&shown(state, false)).await;
        }
        bench.service.script(VIDEO, [Reply::Json(404, refusal(10_003))]);
        for _ in 0..3 {
            assert_ne!(bench.status(&id).await, end);
            bench.after(61).await;
        }
        assert_eq!(bench.status(&id).await, end, "{before:?}");
    }
}

#[tokio::test]
async fn in_any_order_and_twice_it_is_ready_once() {
    let story = [shown("queued", false), shown("inprogress", false), shown("ready", true)];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let bench = stream().await;
        let id = created(&bench).await;
        let mut is_ready = false;
        for index in order.into_iter().cycle().take(6) {
            for _ in 0..2 {
                assert_eq!(bench.event(&story[index]).await.status, 204);
            }
            is_ready |= index == 2;
            assert_eq!(bench.status(&id).await == VideoStatus::Ready, is_ready, "{order:?}: ready stays ready");
        }
        let ready = bench.video(&id).await;
        bench.event(&failed("ERR_UNKNOWN", "errorReasonCode")).await;
        let after = bench.video(&id).await;
        assert_eq!(
            (after.status, after.error, after.revision),
            (VideoStatus::Ready, None, ready.revision),
            "{order:?}"
        );
    }
    let bench = stream().await;
    let id = created(&bench).await;
    bench.event(&failed("ERR_MALFORMED_VIDEO", "errorReasonCode")).await;
    bench.event(&shown("ready", true)).await;
    assert_eq!(bench.status(&id).await, VideoStatus::Failed, "a failure stays one");
}

/// The service is faster with its webhook than with its answer.
#[tokio::test]
async fn a_webhook_before_the_create_has_returned_is_not_lost() {
    for hands_our_id_back in [true, false] {
        let bench = Arc::new(stream().await);
        let gate = Arc::new(Semaphore::new(0));
        bench.service.script(CREATE, [Reply::Held(gate.clone(), Box::new(opened()))]);
        bench.service.script(VIDEO, [ok(shown("ready", true))]);
        let asking = tokio::spawn({
            let bench = bench.clone();
            async move { bench.ask().await }
        });
        bench.service.reached(1).await;
        let creator = bench.service.seen()[0].headers["upload-creator"].to_str().unwrap().to_owned();
        let mut told = shown("ready", true);
        if hands_our_id_back {
            told["creator"] = creator.as_str().into();
        }
        let told = told.to_string().into_bytes();
        let signature = sign("whsec-55d0", bench.clock.now() / 1000, &told);
        assert_eq!(webhook(&bench.router, "service", Some(&signature), told).await.status, 204);
        gate.add_permits(1);
        let answer = asking.await.unwrap();
        assert_eq!(answer.status, 201, "{}", answer.text());
        if !hands_our_id_back {
            assert_eq!(bench.status(&creator).await, VideoStatus::AwaitingUpload);
            bench.after(6).await;
        }
        let ready = bench.video(&creator).await;
        assert_eq!((ready.status, ready.playback.is_some()), (VideoStatus::Ready, true), "{hands_our_id_back}");
        bench.after(600).await;
        assert_eq!(bench.video(&creator).await.revision, ready.revision, "once");
    }
}
