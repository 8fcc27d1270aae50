//! What never ends by itself ends.

use reelway_api::VideoStatus;
use serde_json::Value;

use crate::{
    bench::{ASSET, Bench, CANCEL, CREATE, UPLOAD, asset, ok, upload},
    service::Reply,
};

const DAY: u64 = 24 * 3600;

#[tokio::test]
async fn an_upload_whose_bytes_never_come_expires_and_is_cancelled_there() {
    let bench = Bench::mux().await;
    let id = bench.create().await.video.id;
    bench.service.script(UPLOAD, [ok(upload("waiting"))]).script(CANCEL, [ok(upload("cancelled"))]);
    bench.after(DAY - 10).await;
    assert_eq!((bench.status(&id).await, bench.service.count(CANCEL)), (VideoStatus::AwaitingUpload, 0));
    bench.after(11).await;
    assert_eq!((bench.status(&id).await, bench.service.count(CANCEL)), (VideoStatus::Expired, 1));
}

#[tokio::test]
async fn the_last_question_finds_what_came_in_time() {
    let bench = Bench::mux().await;
    let id = bench.create().await.video.id;
    bench.service.script(UPLOAD, [ok(upload("asset_created"))]).script(ASSET, [ok(asset("preparing"))]);
    bench.after(DAY + 1).await;
    assert_eq!((bench.status(&id).await, bench.service.count(CANCEL)), (VideoStatus::Processing, 0));
}

#[tokio::test]
async fn while_the_service_is_away_nothing_expires() {
    let bench = Bench::mux().await;
    let id = bench.create().await.video.id;
    bench.service.script(UPLOAD, [Reply::Json(503, Value::Null)]);
    bench.after(DAY + 1).await;
    bench.after(61).await;
    assert_eq!(bench.status(&id).await, VideoStatus::AwaitingUpload);
    bench.service.script(UPLOAD, [ok(upload("timed_out"))]);
    bench.after(61).await;
    assert_eq!(bench.status(&id).await, VideoStatus::Expired);
}

#[tokio::test]
async fn processing_without_an_end_fails() {
    let bench = Bench::mux().await;
    let id = bench.create().await.video.id;
    bench.service.script(UPLOAD, [ok(upload("asset_created"))]).script(ASSET, [ok(asset("preparing"))]);
    bench.after(6).await;
    for _ in 0..30 {
        bench.after(60).await;
    }
    assert_eq!(bench.status(&id).await, VideoStatus::Processing);
    let asked = bench.service.count(ASSET);
    bench.after(DAY).await;
    let video = bench.video(&id).await;
    assert_eq!((video.status, bench.service.count(ASSET)), (VideoStatus::Failed, asked + 1));
    assert!(video.error.unwrap().message.contains("not finished"));
}

/// The server dies between asking for an upload and hearing the answer.
#[tokio::test]
async fn a_create_whose_answer_never_came_expires() {
    let bench = Bench::mux().await;
    let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(0));
    bench.service.script(CREATE, [Reply::Held(gate, Box::new(Reply::Silence))]);
    {
        let asking = bench.ask();
        tokio::select! {
            _ = asking => unreachable!("the service holds its answer back"),
            () = bench.service.reached(1) => {}
        }
    }
    let bench = bench.restart().await;
    let id = bench.app.videos().list(reelway_server::access::Reach::default(), None, 9).await.unwrap()[0].id.clone();
    bench.after(DAY / 2).await;
    assert_eq!(bench.status(&id).await, VideoStatus::AwaitingUpload);
    bench.after(DAY).await;
    assert_eq!(bench.status(&id).await, VideoStatus::Expired);
    assert_eq!(bench.service.seen().len(), 1, "there was nothing to ask for");
}
