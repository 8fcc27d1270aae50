//! From a file to a playing video and to its end, at each provider, by configuration only.

use std::collections::BTreeSet;

use axum::http::Method;
use reelway_api::{CreatedVideo, ErrorCode, Playback, Protocol, ProviderList, Video, VideoStatus};
use serde_json::{Value, json};

use crate::{
    bench::{ASSET, Bench, CANCEL, CREATE, REMOVE, UPLOAD, asset, event, ok, opened, upload},
    service::Reply,
};

#[tokio::test]
async fn a_video_goes_to_mux_and_plays_there() {
    let bench = Bench::mux().await;
    let CreatedVideo { video, upload: target } = bench.create().await;
    assert_eq!((video.status, video.provider.as_str()), (VideoStatus::AwaitingUpload, "service"));
    assert_eq!((target.protocol, target.chunk_multiple), (Protocol::Resumable, 262_144));
    assert_eq!(target.url, "https://uploads.example/UP1?token=upload-secret-3e");
    assert_eq!(target.expires_at, Some(1_700_000_000_000 + 86_400_000));
    let sent = &bench.service.seen()[0];
    assert_eq!(sent.headers["authorization"], "Basic dG9rZW4taWQtN2YzYTp0b2tlbi1zZWNyZXQtOTFiYw==");
    assert_eq!(sent.body["cors_origin"], "http://127.0.0.1:8787");
    assert_eq!(sent.body["new_asset_settings"]["passthrough"], video.id.as_str());
    assert_eq!(sent.body["new_asset_settings"]["playback_policies"], json!(["signed"]));

    assert_eq!(bench.get(&format!("/api/videos/{}/playback", video.id)).await.status, 409);
    assert_eq!(bench.event(&event("e1", "video.upload.asset_created", upload("asset_created"))).await.status, 204);
    assert_eq!(bench.status(&video.id).await, VideoStatus::Processing);
    assert_eq!(bench.event(&event("e2", "video.asset.ready", asset("ready"))).await.status, 204);
    let ready = bench.video(&video.id).await;
    assert_eq!((ready.status, ready.duration), (VideoStatus::Ready, Some(10.0)));
    let playback: Playback = bench.get(&format!("/api/videos/{}/playback", video.id)).await.json();
    for url in [&playback.hls, playback.poster.as_ref().unwrap(), playback.storyboard.as_ref().unwrap()] {
        assert!(url.starts_with(&bench.service.base) && url.contains("/PB1") && url.contains("?token=eyJ"), "{url}");
    }
    assert!(playback.expires_at.unwrap() > bench.clock.now());

    bench.service.script(REMOVE, [Reply::Json(204, Value::Null)]).script(CANCEL, [Reply::Json(200, json!({}))]);
    assert_eq!(bench.delete(&video.id).await.status, 204);
    assert_eq!((bench.service.count(REMOVE), bench.service.count(CANCEL)), (1, 0));
    assert_eq!(bench.get(&format!("/api/videos/{}", video.id)).await.status, 404);
}

#[tokio::test]
async fn without_a_single_webhook_it_plays_too_also_after_a_restart() {
    let bench = Bench::mux().await;
    let id = bench.create().await.video.id;
    bench.service.script(UPLOAD, [ok(upload("waiting")), ok(upload("asset_created"))]);
    bench.service.script(ASSET, [ok(asset("preparing")), ok(asset("ready"))]);
    bench.after(4).await;
    assert_eq!(bench.service.count(UPLOAD), 0, "not yet");
    bench.after(2).await;
    assert_eq!((bench.service.count(UPLOAD), bench.status(&id).await), (1, VideoStatus::AwaitingUpload));
    let bench = bench.restart().await;
    bench.after(10).await;
    assert_eq!((bench.service.count(ASSET), bench.status(&id).await), (1, VideoStatus::Processing));
    bench.after(10).await;
    assert_eq!(bench.status(&id).await, VideoStatus::Ready);
    let asked = bench.service.seen().len();
    bench.after(3600).await;
    assert_eq!(bench.service.seen().len(), asked, "what is final is asked for no more");
}

#[tokio::test]
async fn a_video_goes_to_cloudflare_with_no_rust_of_its_own() {
    let bench = Bench::with("cloudflare", "vars.account = 'acc'\n").await;
    let create = "POST /accounts/acc/stream?direct_user=true";
    let headers = vec![("location", "https://upload.example/once".to_owned()), ("stream-media-id", "uid1".to_owned())];
    bench.service.script(create, [Reply::With(201, headers, Value::Null)]);
    let answer = bench.send(Method::POST, "/api/videos", json!({"filename": "a.mp4"})).await;
    answer.refused(400, ErrorCode::BadRequest);
    let created: CreatedVideo = bench.ask().await.json();
    assert_eq!((created.upload.protocol, created.upload.url.as_str()), (Protocol::Tus, "https://upload.example/once"));
    assert_eq!((created.upload.min_chunk, created.upload.max_chunk), (5_242_880, 209_715_200));
    let sent = &bench.service.seen()[0];
    assert_eq!(sent.headers["authorization"], "Bearer token-id-7f3a");
    assert_eq!((sent.headers["upload-length"].as_bytes(), sent.body.clone()), (b"1000".as_slice(), Value::Null));
    let metadata = sent.headers["upload-metadata"].to_str().unwrap();
    assert!(metadata.contains(",requiresignedurls,"), "{metadata}");

    let id = created.video.id;
    let video = |state: &str, ready: bool| {
        json!({"uid": "uid1", "readyToStream": ready, "requireSignedURLs": true, "duration": 9.5,
            "status": {"state": state, "pctComplete": "50.0"}, "playback": {"hls": "https://c.example/uid1/manifest/video.m3u8"}})
    };
    bench.service.script(
        "GET /accounts/acc/stream/uid1",
        [Reply::Json(200, json!({"result": video("inprogress", false), "success": true}))],
    );
    bench.after(6).await;
    assert_eq!((bench.video(&id).await.status, bench.video(&id).await.percent), (VideoStatus::Processing, Some(50)));
    assert_eq!(bench.event(&video("ready", true)).await.status, 204);
    let playback = bench.video(&id).await.playback.unwrap();
    let start = format!("{}/eyJ", bench.service.base);
    assert!(playback.hls.starts_with(&start) && playback.hls.ends_with("/manifest/video.m3u8"), "{}", playback.hls);
    bench.service.script("DELETE /accounts/acc/stream/uid1", [Reply::Json(200, json!({}))]);
    assert_eq!(bench.delete(&id).await.status, 204);
    assert_eq!(bench.service.count("DELETE /accounts/acc/stream/uid1"), 1);
}

#[tokio::test]
async fn a_public_video_has_no_token_though_there_is_a_key() {
    let bench = Bench::mux_with("playback.policy = 'public'\n").await;
    let id = bench.create().await.video.id;
    let mut public = asset("ready");
    public["playback_ids"] = json!([{"id": "PUB", "policy": "public"}]);
    bench.event(&event("e", "video.asset.ready", public)).await;
    let playback = bench.video(&id).await.playback.unwrap();
    assert_eq!((playback.hls, playback.expires_at), (format!("{}/PUB.m3u8", bench.service.base), None));
    let sent = &bench.service.seen()[0];
    assert_eq!(sent.body["new_asset_settings"]["playback_policies"], json!(["public"]));
}

#[tokio::test]
async fn the_chosen_poster_is_in_the_url_at_once() {
    let bench = Bench::mux_with("playback.policy = 'public'\n").await;
    let id = bench.create().await.video.id;
    let mut public = asset("ready");
    public["playback_ids"] = json!([{"id": "PUB", "policy": "public"}]);
    bench.event(&event("e", "video.asset.ready", public)).await;
    let video: Video =
        bench.send(Method::PATCH, &format!("/api/videos/{id}"), json!({"poster_time": 2.5})).await.json();
    assert!(video.playback.unwrap().poster.unwrap().ends_with("/PUB/thumbnail.jpg?time=2.5"));
    let picture = bench.get(&format!("/api/videos/{id}/thumbnail?time=7&width=320&height=180&fit=crop")).await;
    let location = picture.json::<reelway_api::PictureUrl>().url;
    assert!(location.ends_with("/PUB/thumbnail.jpg?fit_mode=crop&height=180&time=7&width=320"), "{location}");
    assert_eq!(bench.get(&format!("/api/videos/{id}/thumbnail?width=0")).await.status, 400);
}

#[tokio::test]
async fn whoever_creates_may_choose_the_provider() {
    let bench = Bench::mux().await;
    let list: ProviderList = bench.get("/api/providers").await.json();
    let names: Vec<_> = list.providers.iter().map(|p| (p.name.as_str(), p.label.as_str(), p.default)).collect();
    assert_eq!(names, [("service", "Mux", true), ("local", "This server", false)]);
    let body = |provider: &str| json!({"filename": "a.mp4", "size": 1000, "provider": provider});
    let created: CreatedVideo = bench.send(Method::POST, "/api/videos", body("local")).await.json();
    assert_eq!((created.video.provider.as_str(), bench.service.seen().len()), ("local", 0));
    bench.send(Method::POST, "/api/videos", body("nowhere")).await.refused(400, ErrorCode::BadRequest);
    assert_eq!(bench.videos().await, 1);
}

#[tokio::test]
async fn an_upload_that_has_not_begun_is_cancelled_at_the_service() {
    let bench = Bench::mux().await;
    let id = bench.create().await.video.id;
    bench.service.script(CANCEL, [ok(upload("cancelled"))]).script(UPLOAD, [ok(upload("cancelled"))]);
    assert_eq!(bench.delete(&id).await.status, 204);
    assert_eq!((bench.service.count(CANCEL), bench.service.count(REMOVE), bench.videos().await), (1, 0, 0));
}

#[tokio::test]
async fn what_became_an_asset_a_moment_before_it_was_cancelled_is_deleted() {
    let bench = Bench::mux().await;
    let id = bench.create().await.video.id;
    let refusal = json!({"error": {"type": "invalid_parameters", "messages": ["not waiting"]}});
    bench.service.script(CANCEL, [Reply::Json(400, refusal)]).script(UPLOAD, [ok(upload("asset_created"))]);
    bench.service.script(REMOVE, [Reply::Json(204, Value::Null)]);
    assert_eq!(bench.delete(&id).await.status, 204);
    assert_eq!(bench.service.count(REMOVE), 1);
}

#[tokio::test]
async fn a_fresh_target_is_the_old_one_while_that_works() {
    let bench = Bench::mux().await;
    let created = bench.create().await;
    let path = format!("/api/videos/{}/upload", created.video.id);
    bench.service.script(UPLOAD, [ok(upload("waiting"))]);
    let fresh: CreatedVideo = bench.send(Method::POST, &path, Value::Null).await.json();
    assert_eq!((fresh.upload, bench.service.count(CREATE)), (created.upload, 1));

    bench.service.script(UPLOAD, [ok(upload("timed_out"))]).script(CANCEL, [Reply::Json(400, Value::Null)]);
    let url = "https://uploads.example/UP2?token=other";
    bench.service.script(CREATE, [Reply::Json(201, json!({"data": {"id": "UP2", "url": url, "status": "waiting"}}))]);
    let fresh: CreatedVideo = bench.send(Method::POST, &path, Value::Null).await.json();
    assert_eq!(fresh.upload.url, url);
    // What the old upload still tells is no news of the video.
    let mut late = upload("cancelled");
    late["new_asset_settings"] = json!({"passthrough": created.video.id});
    assert_eq!(bench.event(&event("late", "video.upload.cancelled", late)).await.status, 204);
    assert_eq!(bench.status(&created.video.id).await, VideoStatus::AwaitingUpload);

    bench
        .service
        .script("GET /video/v1/uploads/UP2", [ok(json!({"id": "UP2", "status": "asset_created", "asset_id": "AS1"}))]);
    bench.send(Method::POST, &path, Value::Null).await.refused(409, ErrorCode::Conflict);
    assert_eq!(bench.status(&created.video.id).await, VideoStatus::Processing);
}

#[tokio::test]
async fn creates_wait_for_their_turn() {
    let bench = Bench::mux().await;
    bench.service.script(
        CREATE,
        (1..=4).map(|n| {
            Reply::Json(
                201,
                json!({"data": {"id": format!("UP{n}"), "url": "https://uploads.example/u", "status": "waiting"}}),
            )
        }),
    );
    let begin = bench.clock.now();
    for _ in 0..4 {
        assert_eq!(bench.ask().await.status, 201);
    }
    // The standing clock is turned by whoever waits.
    assert_eq!(bench.clock.now() - begin, 3000, "one a second");
    let patient = Bench::mux_with("limits.patience = 0.5\n").await;
    patient.service.script(CREATE, [opened()]);
    assert_eq!(patient.ask().await.status, 201);
    let answer = patient.ask().await;
    answer.refused(429, ErrorCode::TooManyRequests);
    assert_eq!((answer.headers["retry-after"].as_bytes(), patient.service.count(CREATE)), (b"1".as_slice(), 1));
    let ids: BTreeSet<_> = patient
        .app
        .videos()
        .list(reelway_server::access::Reach::default(), None, 9)
        .await
        .unwrap()
        .into_iter()
        .map(|v| v.id)
        .collect();
    assert_eq!(ids.len(), 1, "who was refused leaves nothing behind");
}
