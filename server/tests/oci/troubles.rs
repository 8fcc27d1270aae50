//! What goes wrong at Oracle, and what becomes of the video: the right state, once.

use axum::http::Method;
use reelway_api::{ErrorCode, VideoStatus};
use reelway_emulators::{
    fault::{Fault, Spoil},
    oci::media::Outcome,
};
use serde_json::json;

use crate::bench::{Bench, try_upload, upload_to};

#[tokio::test]
async fn each_bad_end_of_a_job_ends_the_video_and_the_asking() {
    let ends = [
        Outcome::Failed { task: "getFiles".into() },
        Outcome::Failed { task: "transcode".into() },
        Outcome::Failed { task: "thumbnail".into() },
        Outcome::Failed { task: "putFiles".into() },
        Outcome::Rejected,
        Outcome::Canceled,
    ];
    for end in ends {
        let bench = Bench::new().await;
        bench.oci.next_outcome(end.clone());
        let id = bench.uploaded().await;
        let video = bench.settled(&id).await;
        assert_eq!(video.status, VideoStatus::Failed, "{end:?}");
        let error = video.error.unwrap();
        assert_eq!(error.code, ErrorCode::ProcessingFailed);
        assert!(!error.message.contains("ocid1"), "{}", error.message);
        let asked = bench.requests();
        for _ in 0..5 {
            bench.after(120).await;
        }
        assert_eq!(bench.requests(), asked, "{end:?}: nobody asks any more");
    }
}

#[tokio::test]
async fn a_playlist_that_can_not_be_ingested_ends_the_video() {
    let bench = Bench::new().await;
    let id = bench.uploaded().await;
    bench.oci.next_outcome(Outcome::Succeeded);
    bench.oci.next_outcome(Outcome::Rejected);
    assert_eq!(bench.settled(&id).await.status, VideoStatus::Failed);
}

#[tokio::test]
async fn a_job_that_never_ends_is_given_up_and_cancelled() {
    let bench = Bench::with("limits = { processing = 600 }").await;
    bench.oci.next_outcome(Outcome::Stuck);
    let id = bench.uploaded().await;
    for _ in 0..60 {
        bench.after(20).await;
    }
    let video = bench.video(&id).await;
    assert_eq!(video.status, VideoStatus::Failed);
    assert_eq!(bench.count("DELETE", "/20211101/mediaWorkflowJobs/"), 1);
}

#[tokio::test]
async fn a_file_that_never_comes_expires_with_its_url() {
    let bench = Bench::with("upload = { lifetime = 3600 }").await;
    let created = bench.create().await;
    bench.after(3500).await;
    assert_eq!(bench.video(&created.video.id).await.status, VideoStatus::AwaitingUpload);
    for _ in 0..3 {
        bench.after(120).await;
    }
    assert_eq!(bench.video(&created.video.id).await.status, VideoStatus::Expired);
    assert_eq!(try_upload(&created.upload).await, 404);
}

#[tokio::test]
async fn whatever_oracle_answers_on_the_way_the_video_is_ready_in_the_end() {
    let faults: Vec<(&str, Fault)> = vec![
        ("500s", Fault::next(Spoil::Status { status: 500, retry_after: None, body: String::new() }).times(12)),
        ("503s", Fault::next(Spoil::Status { status: 503, retry_after: None, body: String::new() }).times(12)),
        ("429s", Fault::next(Spoil::Status { status: 429, retry_after: None, body: String::new() }).times(12)),
    ];
    for (name, fault) in faults {
        let bench = Bench::new().await;
        let id = bench.uploaded().await;
        bench.oci.desk().faults.add(fault);
        let video = bench.settled(&id).await;
        assert_eq!(video.status, VideoStatus::Ready, "{name}: {:?}", video.error);
    }
}

#[tokio::test]
async fn a_file_of_another_length_is_not_the_file() {
    let bench = Bench::new().await;
    let answer = bench.send(Method::POST, "/api/videos", json!({"filename": "a.mp4", "size": 5})).await;
    let created: reelway_api::CreatedVideo = answer.json();
    upload_to(&created.upload).await;
    let video = bench.settled(&created.video.id).await;
    assert_eq!(video.error.unwrap().code, ErrorCode::Corrupt);
    assert_eq!(bench.count("POST", "/20211101/mediaWorkflowJobs"), 0, "nothing is transcoded");
}

#[tokio::test]
async fn a_key_that_oracle_does_not_know_is_told_to_the_caller_without_its_words() {
    let auth = "auth = { kind = 'api_key', tenancy = 'ocid1.tenancy.oc1..t', user = 'ocid1.user.oc1..stranger' }\n";
    let bench = Bench::signed(auth, "").await;
    let answer = bench.send(Method::POST, "/api/videos", json!({"filename": "a.mp4", "size": 5})).await;
    assert_eq!(answer.status, 503, "{}", answer.text());
    assert!(!answer.text().contains("stranger") && !answer.text().contains("NotAuthenticated"));
}
