//! From the file to the stream, and away again.

use axum::http::Method;
use reelway_api::VideoStatus;
use reelway_emulators::oci::media::Outcome;
use serde_json::json;

use crate::{
    bench::{Bench, CREDENTIALS, status, try_upload, upload_to},
    cli::{object, oci},
};

#[tokio::test]
async fn a_file_is_uploaded_to_oracle_and_plays_from_there() {
    let bench = Bench::new().await;
    let created = bench.create().await;
    assert!(!created.upload.url.contains("holiday"), "names are the server's");
    assert_eq!((created.upload.min_chunk, created.upload.parallel), (10 << 20, 4));

    upload_to(&created.upload).await;
    let video = bench.settled(&created.video.id).await;

    assert_eq!(video.status, VideoStatus::Ready, "{:?}", video.error);
    assert_eq!(video.size, Some(29));
    assert!(video.duration.is_some_and(|seconds| seconds > 0.0) && video.width.is_some() && video.height.is_some());
    let playback = bench.playback(&video.id).await;
    assert!(playback.expires_at.is_some_and(|at| at > bench.clock.now()));
    let playlist = reqwest::get(&playback.hls).await.unwrap();
    assert_eq!(playlist.status(), 200);
    assert!(String::from_utf8_lossy(&playlist.bytes().await.unwrap()).starts_with("#EXTM3U"));
    let poster = bench.get(&playback.poster.unwrap()).await;
    assert_eq!((poster.status.as_u16(), &poster.body[..2]), (200, &[0xff, 0xd8][..]), "a JPEG");
}

#[tokio::test]
async fn an_instance_signs_by_what_it_is() {
    let bench = Bench::signed("auth = { kind = 'instance_principal' }\n", "").await;
    bench.ready().await;
    assert_eq!(bench.count("POST", "/v1/x509"), 1, "one token serves for many requests");
}

#[tokio::test]
async fn what_is_made_once_is_made_once() {
    let bench = Bench::new().await;
    bench.ready().await;
    let bench = bench.restart().await;
    bench.ready().await;
    for kind in ["mediaWorkflows", "streamDistributionChannels", "streamCdnConfigs", "streamPackagingConfigs"] {
        let path = format!("/20211101/{kind}");
        let log = bench.oci.desk().log();
        let made = log.iter().filter(|entry| entry.method == "POST" && entry.path == path).count();
        assert_eq!(made, 1, "{kind}");
    }
}

#[tokio::test]
async fn a_server_that_dies_goes_on_where_it_was_and_makes_nothing_twice() {
    let mut bench = Bench::new().await;
    let id = bench.uploaded().await;
    for _ in 0..8 {
        bench.after(16).await;
        bench = bench.restart().await;
    }
    assert_eq!(bench.video(&id).await.status, VideoStatus::Ready);
    assert_eq!(bench.count("POST", "/20211101/mediaWorkflowJobs"), 1);
}

#[tokio::test]
async fn a_token_is_for_one_video_and_is_kept_for_half_of_its_life() {
    let bench = Bench::with("streams = { encryption = 'AES128', token_lifetime = 600 }").await;
    let (one, two) = (bench.ready().await, bench.ready().await);
    let made = || bench.count("POST", "/20211101/actions/generateSessionToken");
    let before = made();
    let (first, other) = (bench.playback(&one.id).await, bench.playback(&two.id).await);
    let again = bench.playback(&one.id).await;
    assert!(made() - before <= 2, "the same token serves again");
    assert_eq!(first.hls, again.hls);

    // The token of one does not play the other.
    let token = |url: &str| url.split("token=").nth(1).unwrap().to_owned();
    let swapped = first.hls.replace(&token(&first.hls), &token(&other.hls));
    assert_eq!((status(&first.hls).await, status(&swapped).await), (200, 401));

    bench.turn(400);
    let later = bench.playback(&one.id).await;
    assert!(later.expires_at > first.expires_at);
    bench.turn(300);
    assert_eq!((status(&first.hls).await, status(&later.hls).await), (401, 200));
}

#[tokio::test]
async fn a_fresh_target_takes_the_place_of_the_one_before() {
    let bench = Bench::new().await;
    let created = bench.create().await;
    let path = format!("/api/videos/{}/upload", created.video.id);
    let fresh: reelway_api::CreatedVideo = bench.send(Method::POST, &path, json!({})).await.json();
    assert_ne!(fresh.upload.url, created.upload.url);
    assert_eq!(try_upload(&created.upload).await, 404, "the old URL works no more");
    upload_to(&fresh.upload).await;
    assert_eq!(bench.send(Method::POST, &path, json!({})).await.status, 409, "there is nothing to send any more");
    assert_eq!(bench.settled(&created.video.id).await.status, VideoStatus::Ready);
}

#[tokio::test]
async fn an_upload_that_is_cancelled_leaves_nothing() {
    let bench = Bench::new().await;
    let created = bench.create().await;
    let answer = bench.send(Method::DELETE, &format!("/api/videos/{}", created.video.id), json!({})).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    assert_eq!(try_upload(&created.upload).await, 404);
}

#[tokio::test]
async fn a_deleted_video_is_gone_from_oracle_too() {
    let bench = Bench::new().await;
    let video = bench.ready().await;
    let playback = bench.playback(&video.id).await;
    let answer = bench.send(Method::DELETE, &format!("/api/videos/{}", video.id), json!({})).await;
    assert_eq!(answer.status, 204, "{}", answer.text());
    assert_ne!(status(&playback.hls).await, 200);
    assert_eq!(bench.get(&playback.poster.unwrap()).await.status, 404);
    let (name, id) = (format!("reelway/videos/{0}/{0}-master.m3u8", video.id), &video.id);
    assert!(bench.oci.received("out", &name).is_err(), "{id}");
    let log = bench.oci.desk().log();
    let jobs = log.iter().filter(|entry| entry.method == "DELETE" && entry.path.contains("/mediaWorkflowJobs/"));
    let mut jobs: Vec<_> = jobs.map(|entry| entry.path.clone()).collect();
    let asked = jobs.len();
    jobs.dedup();
    assert!(asked > 0 && asked == jobs.len(), "a job that is over is not waited for: {asked}");
    assert!(log.iter().any(|entry| entry.method == "DELETE" && entry.path.contains("/b/in/o/reelway%2Fuploads%2F")));
    assert!(log.iter().any(|entry| entry.method == "DELETE" && entry.path.starts_with("/20211101/mediaAssets/")));
}

#[tokio::test]
async fn captions_come_from_a_transcription_and_never_cost_the_video() {
    let bench = Bench::with("workflow = { transcribe = 'en', vision_detection = true }").await;
    let video = bench.ready().await;
    for _ in 0..3 {
        bench.after(31).await;
    }
    let tracks = bench.playback(&video.id).await.tracks;
    assert_eq!((tracks.len(), tracks[0].language.as_str()), (1, "en"));
    let captions = bench.get(&tracks[0].src).await;
    assert_eq!(captions.status, 200);
    assert!(captions.text().starts_with("WEBVTT"));

    for task in ["transcribe", "visionDetection"] {
        bench.oci.next_outcome(Outcome::Failed { task: task.to_owned() });
        let video = bench.ready().await;
        assert_eq!(status(&bench.playback(&video.id).await.hls).await, 200, "{task}");
    }
}

#[tokio::test]
async fn an_asset_that_is_there_already_is_taken_over() {
    let bench = Bench::new().await;
    let object = object(&bench).await;
    let run = oci(&bench, &format!("run --object {object}")).await.0.unwrap();
    let asset = json!({"provider": "oracle", "external_id": run["asset"]});

    let answer = bench.send(Method::POST, "/api/videos/import", asset.clone()).await;
    assert_eq!(answer.status, 201, "{}", answer.text());
    let video = bench.settled(&answer.json::<reelway_api::Video>().id).await;

    assert_eq!(video.status, VideoStatus::Ready, "{:?}", video.error);
    assert!(video.duration.is_some_and(|seconds| seconds > 0.0));
    assert_eq!(status(&bench.playback(&video.id).await.hls).await, 200);
    let again = bench.send(Method::POST, "/api/videos/import", asset).await;
    assert_eq!((again.status.as_u16(), again.json::<reelway_api::Video>().id), (200, video.id));
    let missing = json!({"provider": "oracle", "external_id": "ocid1.mediaasset.oc1.phx.nobody"});
    assert_eq!(bench.send(Method::POST, "/api/videos/import", missing).await.status, 404);
}

#[tokio::test]
async fn no_answer_and_no_printed_state_holds_a_secret() {
    let bench = Bench::with("notifications = { credentials_env = 'VIDEO_WEBHOOK_SECRET' }").await;
    let video = bench.ready().await;
    let shown = format!("{:?} {}", bench.app, bench.get(&format!("/api/videos/{}", video.id)).await.text());
    let pem = bench.oci.key_pem().unwrap();
    for secret in [CREDENTIALS, pem.lines().nth(1).unwrap()] {
        assert!(!shown.contains(secret));
    }
}
