//! All that Oracle may answer, and what becomes of the video: the right state, once.

use axum::http::Method;
use reelway_api::{ErrorBody, ErrorCode, VideoStatus};
use reelway_emulators::fault::{Fault, Spoil};
use reelway_server::providers::oci::client::call::Call;
use serde_json::json;

use crate::bench::Bench;

/// A refusal in Oracle's words.
fn refusal(status: u16, code: &str) -> Spoil {
    let body = json!({"code": code, "message": "Something is wrong"}).to_string();
    Spoil::Status { status, retry_after: None, body }
}

/// 429, and when to come again.
fn busy(retry_after: Option<u64>) -> Spoil {
    Spoil::Status { status: 429, retry_after, body: json!({"code": "TooManyRequests", "message": "x"}).to_string() }
}

fn body(text: &str) -> Spoil {
    Spoil::Body { body: text.to_owned() }
}

/// Longer than the server waits with [`HASTE`].
const SILENCE: Spoil = Spoil::Late { ms: 20_000 };
/// Real time: what is silent is silent for this long.
const HASTE: &str = "limits = { timeout = 2.0 }";

/// What whoever has asked is told.
type Outcome = Result<(), (u16, ErrorCode)>;

/// A name, the answers to the request that opens an upload, what the caller is told, and how often it was asked.
type Row = (&'static str, Spoil, u32, Outcome, usize);

#[tokio::test]
async fn every_answer_to_a_create() {
    const AWAY: Outcome = Err((503, ErrorCode::Unavailable));
    const LATER: Outcome = Err((429, ErrorCode::TooManyRequests));
    let rows: Vec<Row> = vec![
        ("429, then room", busy(None), 1, Ok(()), 2),
        ("429 for two seconds", busy(Some(2)), 2, Ok(()), 3),
        ("429 for an hour", busy(Some(3600)), 1, LATER, 1),
        ("429 for ever", busy(Some(1)), 9, LATER, 5),
        // Something else is under way: nothing was done.
        ("409 IncorrectState", refusal(409, "IncorrectState"), 2, Ok(()), 3),
        ("409 LockConflict", refusal(409, "LockConflict"), 1, Ok(()), 2),
        ("409 LockConflict for ever", refusal(409, "LockConflict"), 9, AWAY, 5),
        ("400 InvalidParameter", refusal(400, "InvalidParameter"), 1, AWAY, 1),
        ("400 CannotParseRequest", refusal(400, "CannotParseRequest"), 1, AWAY, 1),
        ("400 MissingParameter", refusal(400, "MissingParameter"), 1, AWAY, 1),
        ("400 LimitExceeded", refusal(400, "LimitExceeded"), 1, AWAY, 1),
        ("400 QuotaExceeded", refusal(400, "QuotaExceeded"), 1, AWAY, 1),
        ("401 NotAuthenticated", refusal(401, "NotAuthenticated"), 1, AWAY, 1),
        ("403", refusal(403, "NotAllowed"), 1, AWAY, 1),
        ("404 NotAuthorizedOrNotFound", refusal(404, "NotAuthorizedOrNotFound"), 1, AWAY, 1),
        ("405", refusal(405, "MethodNotAllowed"), 1, AWAY, 1),
        ("409 InvalidatedRetryToken", refusal(409, "InvalidatedRetryToken"), 1, AWAY, 1),
        ("409 of another kind", refusal(409, "SomethingNew"), 1, AWAY, 1),
        ("412 NoEtagMatch", refusal(412, "NoEtagMatch"), 1, AWAY, 1),
        ("413", refusal(413, "RequestEntityTooLarge"), 1, AWAY, 1),
        ("422", refusal(422, "UnprocessableEntity"), 1, AWAY, 1),
        // It may have been made: another one would be a second secret.
        ("408", refusal(408, "RequestTimeout"), 1, AWAY, 1),
        ("500 InternalServerError", refusal(500, "InternalServerError"), 1, AWAY, 1),
        ("501", refusal(501, "NotImplemented"), 1, AWAY, 1),
        ("502 without words", Spoil::Status { status: 502, retry_after: None, body: "<html>".into() }, 1, AWAY, 1),
        ("503 ServiceUnavailable", refusal(503, "ServiceUnavailable"), 1, AWAY, 1),
        ("504", refusal(504, "GatewayTimeout"), 1, AWAY, 1),
        ("302", refusal(302, ""), 1, AWAY, 1),
        ("reset before the answer", Spoil::Reset, 1, AWAY, 1),
        ("made, and no answer", Spoil::Unanswered, 1, AWAY, 1),
        ("truncated", Spoil::Truncated, 1, AWAY, 1),
        ("HTML", body("<html>"), 1, AWAY, 1),
        ("nothing", body(""), 1, AWAY, 1),
        ("null", body("null"), 1, AWAY, 1),
        ("JSON of another shape", body("[1]"), 1, AWAY, 1),
        ("no id", body(r#"{"accessUri":"/p/secret/n/ns/b/in/o/x"}"#), 1, AWAY, 1),
        ("no address", body(r#"{"id":"p"}"#), 1, AWAY, 1),
        ("an address elsewhere", body(r#"{"id":"p","accessUri":"https://elsewhere.example/"}"#), 1, AWAY, 1),
        ("silence", SILENCE, 1, AWAY, 1),
    ];
    let bench = Bench::with(HASTE).await;
    for (name, spoil, times, outcome, requests) in rows {
        let path = "/n/ns/b/in/p";
        let (asked, videos) = (bench.count("POST", path), bench.videos().await);
        bench.oci.desk().faults.add(Fault::next(spoil).on("POST", path).times(times));
        let answer = bench.send(Method::POST, "/api/videos", json!({"filename": "a.mp4", "size": 29})).await;
        bench.oci.desk().faults.clear();
        match outcome {
            Ok(()) => assert_eq!(answer.status, 201, "{name}: {}", answer.text()),
            Err(told) => {
                let error = answer.json::<ErrorBody>().error;
                assert_eq!((answer.status.as_u16(), error.code), told, "{name}");
                assert!(!answer.text().contains("Something is wrong"), "{name}: Oracle's words are for the log");
            }
        }
        // What nobody waited for is noted when its answer would have come: that row is the last.
        if name != "silence" {
            assert_eq!(bench.count("POST", path) - asked, requests, "{name}");
        }
        let more = usize::from(outcome.is_ok());
        assert_eq!(bench.videos().await - videos, more, "{name}: what can't be uploaded to is no video");
        // Sleeping turns the server's clock, and Oracle's goes along.
        bench.turn(0);
    }
}

/// A name, and what comes instead of the answer, so often.
type Trouble = (&'static str, Spoil, u32);

/// What may come instead of any answer, and never keeps a video from its end.
fn troubles() -> Vec<Trouble> {
    vec![
        ("429", busy(None), 1),
        ("429 for five seconds", busy(Some(5)), 2),
        ("429 for long", busy(Some(90)), 2),
        ("408", refusal(408, "RequestTimeout"), 2),
        ("409 IncorrectState", refusal(409, "IncorrectState"), 3),
        ("409 LockConflict", refusal(409, "LockConflict"), 3),
        ("500", refusal(500, "InternalServerError"), 1),
        ("a burst of 500s", refusal(500, "InternalServerError"), 12),
        ("501 for a while", refusal(501, "NotImplemented"), 2),
        ("502s without words", Spoil::Status { status: 502, retry_after: None, body: "<html>".into() }, 12),
        ("503s", refusal(503, "ServiceUnavailable"), 12),
        ("504s", refusal(504, "GatewayTimeout"), 12),
        ("401 for a while", refusal(401, "NotAuthenticated"), 4),
        ("a redirect", refusal(302, ""), 1),
        ("a connection that is reset", Spoil::Reset, 7),
        ("done, and no answer", Spoil::Unanswered, 7),
        ("silence", SILENCE, 1),
    ]
}

/// What else may come where JSON is read.
fn gibberish() -> Vec<Trouble> {
    vec![
        ("truncated", Spoil::Truncated, 3),
        ("HTML", body("<html>"), 3),
        ("nothing", body(""), 3),
        ("null", body("null"), 3),
        ("another shape", body("[]"), 3),
        ("another shape within", body(r#"{"id":5,"lifecycleState":{}}"#), 3),
    ]
}

/// What may be an answer to a question that came too early.
fn refusals() -> Vec<Trouble> {
    let early = |name, status, code| (name, refusal(status, code), 2);
    vec![
        early("400 twice", 400, "InvalidParameter"),
        early("403 twice", 403, "NotAllowed"),
        early("404 twice", 404, "NotAuthorizedOrNotFound"),
        early("405 twice", 405, "MethodNotAllowed"),
        early("409 twice", 409, "SomethingNew"),
        early("412 twice", 412, "NoEtagMatch"),
        early("422 twice", 422, "UnprocessableEntity"),
    ]
}

/// The video is ready, once: one job and one ingest have been made for it, and nothing is asked any more.
async fn is_ready_once(bench: &Bench, id: &str, what: &str) {
    let video = bench.settled(id).await;
    assert_eq!(video.status, VideoStatus::Ready, "{what}: {:?}", video.error);
    assert_eq!(bench.jobs(id).await.len(), 1, "{what}: one job");
    let asked = bench.requests();
    for _ in 0..3 {
        bench.after(600).await;
    }
    assert_eq!(bench.requests(), asked, "{what}: nobody asks any more");
    assert_eq!(bench.video(id).await.revision, video.revision, "{what}: once");
    assert_eq!(bench.jobs("ingestWorkflow").await.len(), bench.videos().await, "{what}: one ingest");
}

#[tokio::test]
async fn no_answer_about_a_job_keeps_a_video_from_its_end() {
    let bench = Bench::with(HASTE).await;
    for (name, spoil, times) in troubles().into_iter().chain(gibberish()).chain(refusals()) {
        let id = bench.uploaded().await;
        bench.oci.desk().faults.add(Fault::next(spoil).on("GET", "/20211101/mediaWorkflowJobs/").times(times));
        is_ready_once(&bench, &id, name).await;
    }
}

/// The steps of a video's way, each by its request, and whether JSON comes back.
const STEPS: [(&str, &str, &str, bool); 7] = [
    ("is the file there", "HEAD", "/b/in/o/", false),
    ("find the workflow", "GET", "/20211101/mediaWorkflows?", true),
    ("revoke the upload", "DELETE", "/b/in/p/", false),
    ("begin the job", "POST", "/20211101/mediaWorkflowJobs", true),
    ("look at the playlist", "GET", "/b/out/o/", false),
    ("list the pictures", "GET", "/b/out/o?", true),
    ("ingest", "POST", "/actions/ingest", true),
];

#[tokio::test]
async fn no_answer_on_the_way_keeps_a_video_from_its_end_or_makes_anything_twice() {
    let mut bench = Bench::with(HASTE).await;
    for (step, method, path, reads) in STEPS {
        for (name, spoil, times) in troubles().into_iter().chain(gibberish().into_iter().filter(|_| reads)) {
            // Silence takes real time: once, where something is made, is enough.
            if name == "silence" && step != "begin the job" {
                continue;
            }
            let id = bench.uploaded().await;
            if step == "find the workflow" {
                // What is made once is looked for by a new process only.
                bench = bench.restart().await;
            }
            bench.oci.desk().faults.add(Fault::next(spoil).on(method, path).times(times));
            is_ready_once(&bench, &id, &format!("{step}: {name}")).await;
            bench.oci.desk().faults.clear();
        }
    }
}

/// How many things of this kind there are at Oracle.
async fn there(bench: &Bench, kind: &str, within: (&str, &str)) -> usize {
    let (client, settings) = bench.client();
    let call = Call::new(reqwest::Method::GET, &settings.hosts().media, &["20211101", kind]).query(within.0, within.1);
    let answer: serde_json::Value = client.send(&call).await.unwrap().json().unwrap();
    answer["items"].as_array().unwrap().len()
}

#[tokio::test]
async fn what_is_made_once_is_made_once_whatever_is_answered() {
    let kinds = ["mediaWorkflows", "streamDistributionChannels", "streamCdnConfigs", "streamPackagingConfigs"];
    for kind in kinds {
        let of_all = [("done, and no answer", Spoil::Unanswered, 7), ("truncated", Spoil::Truncated, 1)];
        let of_one = [("500s", refusal(500, "InternalServerError"), 7), ("409s", refusal(409, "IncorrectState"), 7)];
        let more = of_one.into_iter().filter(|_| kind == "streamDistributionChannels");
        for (name, spoil, times) in of_all.into_iter().chain(more) {
            let bench = Bench::new().await;
            let path = format!("/20211101/{kind}");
            bench.oci.desk().faults.add(Fault::next(spoil).on("POST", &path).times(times));
            let asked = json!({"filename": "a.mp4", "size": 29});
            let first = bench.send(Method::POST, "/api/videos", asked.clone()).await;
            assert_eq!(first.status, 503, "{kind}: {name}: {}", first.text());
            let second = bench.send(Method::POST, "/api/videos", asked).await;
            assert_eq!(second.status, 201, "{kind}: {name}: {}", second.text());
            let (client, settings) = bench.client();
            let channel = client.find_channel(&settings.compartment, "reelway").await.unwrap().unwrap().id;
            for kind in kinds {
                let within = match kind {
                    "mediaWorkflows" | "streamDistributionChannels" => ("compartmentId", settings.compartment.as_str()),
                    _ => ("distributionChannelId", channel.as_str()),
                };
                assert_eq!(there(&bench, kind, within).await, 1, "{kind}: {name}");
            }
        }
    }
}

#[tokio::test]
async fn what_oracle_has_lost_is_not_waited_for() {
    for (status, code) in [(404, "NotAuthorizedOrNotFound"), (400, "InvalidParameter"), (409, "SomethingNew")] {
        let bench = Bench::new().await;
        let id = bench.uploaded().await;
        let gone = Fault::next(refusal(status, code)).on("GET", "/20211101/mediaWorkflowJobs/").times(1000);
        bench.oci.desk().faults.add(gone);
        let video = bench.settled(&id).await;
        assert_eq!(video.status, VideoStatus::Failed, "{status}");
        assert_eq!(bench.count("GET", "/20211101/mediaWorkflowJobs/"), 3, "{status}: the third answer counts");
    }
}

#[tokio::test]
async fn every_state_of_a_job_that_is_no_end_is_waited_in() {
    for state in ["ACCEPTED", "IN_PROGRESS", "WAITING", "CANCELING", "SOMETHING_NEW", ""] {
        let bench = Bench::new().await;
        let id = bench.uploaded().await;
        let told = json!({"id": "j", "lifecycleState": state, "outputs": null, "taskLifecycleState": null, "new": 1});
        let path = "/20211101/mediaWorkflowJobs/";
        bench.oci.desk().faults.add(Fault::next(body(&told.to_string())).on("GET", path).times(4));
        while bench.count("GET", path) < 4 {
            assert_ne!(bench.video(&id).await.status, VideoStatus::Failed, "{state}");
            bench.after(31).await;
        }
        assert_eq!(bench.video(&id).await.status, VideoStatus::Processing, "{state}");
        is_ready_once(&bench, &id, state).await;
    }
}
