//! Videos that are at a service already.

use axum::http::Method;
use reelway_api::{ErrorCode, Video, VideoStatus};
use serde_json::json;

use crate::{
    bench::{ASSET, Bench, asset, ok},
    service::Reply,
};

const IMPORT: &str = "/api/videos/import";

#[tokio::test]
async fn an_asset_becomes_a_video_once() {
    let bench = Bench::mux().await;
    let mut there = asset("ready");
    there.as_object_mut().unwrap().remove("upload_id");
    bench.service.script(ASSET, [ok(there)]);
    let body = json!({"provider": "service", "external_id": "AS1", "title": "Holiday"});
    let answer = bench.send(Method::POST, IMPORT, body.clone()).await;
    let video: Video = answer.json();
    assert_eq!((answer.status.as_u16(), video.status, video.title.as_str()), (201, VideoStatus::Ready, "Holiday"));
    assert!(video.playback.unwrap().hls.contains("/PB1.m3u8?token="));
    let again = bench.send(Method::POST, IMPORT, body).await;
    assert_eq!((again.status.as_u16(), again.json::<Video>().id, bench.videos().await), (200, video.id, 1));
}

#[tokio::test]
async fn an_asset_that_is_still_processed_is_followed() {
    let bench = Bench::mux().await;
    bench.service.script(ASSET, [ok(asset("preparing")), ok(asset("ready"))]);
    let body = json!({"provider": "service", "external_id": "AS1"});
    let video: Video = bench.send(Method::POST, IMPORT, body).await.json();
    assert_eq!((video.status, video.title.as_str()), (VideoStatus::Processing, "AS1"));
    bench.after(3).await;
    assert_eq!(bench.status(&video.id).await, VideoStatus::Ready);
}

#[tokio::test]
async fn an_asset_that_can_not_be_played_gets_an_id_to_play_it_by() {
    let bench = Bench::mux().await;
    bench.service.script(ASSET, [ok(json!({"id": "AS1", "status": "ready", "playback_ids": []}))]);
    let path = "POST /video/v1/assets/AS1/playback-ids";
    bench.service.script(path, [Reply::Json(201, json!({"data": {"id": "NEW", "policy": "signed"}}))]);
    let body = json!({"provider": "service", "external_id": "AS1"});
    let video: Video = bench.send(Method::POST, IMPORT, body).await.json();
    assert!(video.playback.unwrap().hls.contains("/NEW.m3u8?token="));
    assert_eq!(bench.service.seen()[1].body, json!({"policy": "signed"}));
}

#[tokio::test]
async fn what_is_not_there_is_not_imported() {
    let bench = Bench::mux().await;
    let body = |provider: &str, id: &str| json!({"provider": provider, "external_id": id});
    for (provider, id, status, code) in [
        ("service", "AS9", 404, ErrorCode::NotFound),
        ("service", "", 400, ErrorCode::BadRequest),
        ("service", "a b", 400, ErrorCode::BadRequest),
        ("local", "AS1", 400, ErrorCode::BadRequest),
        ("nowhere", "AS1", 400, ErrorCode::BadRequest),
    ] {
        bench.send(Method::POST, IMPORT, body(provider, id)).await.refused(status, code);
    }
    bench.service.script(ASSET, [Reply::Json(500, json!({}))]);
    bench.send(Method::POST, IMPORT, body("service", "AS1")).await.refused(503, ErrorCode::Unavailable);
    assert_eq!(bench.videos().await, 0);
    // An id is not a path.
    bench.send(Method::POST, IMPORT, body("service", "../uploads/UP1")).await.refused(404, ErrorCode::NotFound);
    assert!(bench.service.seen().iter().all(|seen| !seen.line.contains("/../") && !seen.line.ends_with("uploads/UP1")));
}
