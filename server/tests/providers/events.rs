//! Webhooks: who is believed, and what duplicates, disorder and early ones do.

use std::sync::Arc;

use reelway_api::{ErrorCode, VideoStatus};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::{
    bench::{ASSET, Bench, CREATE, UPLOAD, asset, event, ok, opened, sign, upload, webhook},
    service::Reply,
};

#[tokio::test]
async fn only_signed_webhooks_of_now_are_believed() {
    let bench = Bench::mux().await;
    let id = bench.create().await.video.id;
    let body = event("e1", "video.asset.ready", asset("ready")).to_string().into_bytes();
    let now = bench.clock.now() / 1000;
    let good = sign("whsec-55d0", now, &body);
    for (why, signature, body) in [
        ("unsigned", None, body.clone()),
        ("forged", Some(sign("another", now, &body)), body.clone()),
        ("of the past", Some(sign("whsec-55d0", now - 301, &body)), body.clone()),
        ("of the future", Some(sign("whsec-55d0", now + 301, &body)), body.clone()),
        ("of another body", Some(good.clone()), [&body[..], b" "].concat()),
        ("nonsense", Some("t=,v1=".to_owned()), body.clone()),
    ] {
        let answer = bench.webhook("service", signature.as_deref(), body).await;
        answer.refused(401, ErrorCode::Unauthorized);
        assert_eq!(bench.status(&id).await, VideoStatus::AwaitingUpload, "{why}");
    }
    for provider in ["local", "nowhere", "%2e%2e"] {
        bench.webhook(provider, Some(&good), body.clone()).await.refused(404, ErrorCode::NotFound);
    }
    let long = vec![b' '; (1 << 20) + 1];
    let answer = bench.webhook("service", Some(&sign("whsec-55d0", now, &long)), long).await;
    answer.refused(413, ErrorCode::BadRequest);
    assert_eq!(bench.webhook("service", Some(&good), body).await.status, 204);
    assert_eq!(bench.status(&id).await, VideoStatus::Ready);
}

#[tokio::test]
async fn what_means_nothing_here_is_acknowledged() {
    let bench = Bench::mux().await;
    let id = bench.create().await.video.id;
    let before = bench.video(&id).await;
    // These carry things whose own status is "ready", and no upload's.
    for kind in [
        "video.asset.static_rendition.ready",
        "video.asset.track.ready",
        "video.asset.master.ready",
        "video.asset.shots.ready",
        "video.live_stream.active",
        "a.kind.of.tomorrow",
        "",
    ] {
        let data = json!({"id": "AS1", "status": "ready", "asset_id": "AS1", "upload_id": "UP1"});
        assert_eq!(bench.event(&event(kind, kind, data)).await.status, 204, "{kind}");
    }
    for strange in [
        json!(null),
        json!([]),
        json!({"type": 5}),
        json!({"type": "video.asset.ready"}),
        json!({"type": "video.asset.ready", "id": 7, "data": []}),
    ] {
        assert_eq!(bench.event(&strange).await.status, 204, "{strange}");
    }
    let stranger =
        json!({"id": "AS9", "upload_id": "UP9", "status": "ready", "playback_ids": [{"id": "P", "policy": "signed"}]});
    assert_eq!(bench.event(&event("s", "video.asset.ready", stranger)).await.status, 204);
    let now = bench.clock.now() / 1000;
    let text = b"no JSON".to_vec();
    assert_eq!(bench.webhook("service", Some(&sign("whsec-55d0", now, &text)), text).await.status, 204);
    assert_eq!(bench.video(&id).await, before);
}

#[tokio::test]
async fn in_any_order_and_twice_it_is_ready_once() {
    let story = [
        ("e1", "video.upload.created", upload("waiting")),
        ("e2", "video.upload.asset_created", upload("asset_created")),
        ("e3", "video.asset.created", asset("preparing")),
        ("e4", "video.asset.ready", asset("ready")),
    ];
    for (number, order) in permutations(story.len()).into_iter().enumerate() {
        // The second round comes with ids of its own: not even then does anything happen twice. Some are enough.
        let rounds = if number.is_multiple_of(5) { 2 } else { 1 };
        let bench = Bench::mux().await;
        let id = bench.create().await.video.id;
        let mut ready_at = None;
        for (turn, index) in order.iter().cycle().take(rounds * story.len()).enumerate() {
            let (event_id, kind, data) = &story[*index];
            let event_id = if turn < story.len() { (*event_id).to_owned() } else { format!("{event_id}-again") };
            let event = event(&event_id, kind, data.clone());
            assert_eq!(bench.event(&event).await.status, 204);
            assert_eq!(bench.event(&event).await.status, 204, "the same event again");
            let video = bench.video(&id).await;
            if video.status == VideoStatus::Ready && ready_at.is_none() {
                ready_at = Some(turn);
            }
            assert_eq!(video.status == VideoStatus::Ready, ready_at.is_some(), "{order:?}: ready stays ready");
        }
        let ready = bench.video(&id).await;
        assert_eq!((ready.status, ready.duration), (VideoStatus::Ready, Some(10.0)), "{order:?}");
        bench.event(&event("late", "video.asset.errored", asset("errored"))).await;
        bench.event(&event("later", "video.upload.cancelled", upload("cancelled"))).await;
        bench.event(&event("latest", "video.asset.deleted", asset("ready"))).await;
        let after = bench.video(&id).await;
        assert_eq!(
            (after.status, after.error, after.revision),
            (VideoStatus::Ready, None, ready.revision),
            "{order:?}"
        );
    }
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    let mut all = vec![vec![]];
    for n in 0..count {
        all = all
            .into_iter()
            .flat_map(|order: Vec<usize>| {
                (0..=order.len()).map(move |at| {
                    let mut order = order.clone();
                    order.insert(at, n);
                    order
                })
            })
            .collect();
    }
    all
}

#[tokio::test]
async fn a_failure_stays_one() {
    let bench = Bench::mux().await;
    let id = bench.create().await.video.id;
    bench.event(&event("e1", "video.asset.errored", asset("errored"))).await;
    let failed = bench.video(&id).await;
    assert_eq!((failed.status, failed.error.as_ref().unwrap().code), (VideoStatus::Failed, ErrorCode::Corrupt));
    bench.event(&event("e2", "video.asset.ready", asset("ready"))).await;
    assert_eq!(bench.video(&id).await.status, VideoStatus::Failed);
    let bench = Bench::mux().await;
    let id = bench.create().await.video.id;
    bench.event(&event("e1", "video.asset.deleted", asset("preparing"))).await;
    assert_eq!(bench.status(&id).await, VideoStatus::Failed, "who removes it at the service ends it");
}

/// The service is faster with its webhooks than with its answer.
#[tokio::test]
async fn a_webhook_before_the_create_has_returned_is_not_lost() {
    for hands_our_id_back in [true, false] {
        let bench = Arc::new(Bench::mux().await);
        let gate = Arc::new(Semaphore::new(0));
        bench.service.script(CREATE, [Reply::Held(gate.clone(), Box::new(opened()))]);
        bench.service.script(UPLOAD, [ok(upload("asset_created"))]).script(ASSET, [ok(asset("ready"))]);
        let asking = tokio::spawn({
            let bench = bench.clone();
            async move { bench.ask().await }
        });
        bench.service.reached(1).await;
        let passthrough = bench.service.seen()[0].body["new_asset_settings"]["passthrough"].clone();
        let mut story = [upload("asset_created"), asset("ready")];
        if hands_our_id_back {
            story[0]["new_asset_settings"] = json!({"passthrough": passthrough});
            story[1]["passthrough"] = passthrough.clone();
        }
        for (index, kind) in ["video.upload.asset_created", "video.asset.ready"].into_iter().enumerate() {
            let event = event(kind, kind, story[index].clone()).to_string().into_bytes();
            let signature = sign("whsec-55d0", bench.clock.now() / 1000, &event);
            assert_eq!(webhook(&bench.router, "service", Some(&signature), event).await.status, 204);
        }
        gate.add_permits(1);
        let answer = asking.await.unwrap();
        assert_eq!(answer.status, 201, "{}", answer.text());
        let id = passthrough.as_str().unwrap();
        if !hands_our_id_back {
            assert_eq!(bench.status(id).await, VideoStatus::AwaitingUpload);
            bench.after(6).await;
        }
        let ready = bench.video(id).await;
        assert_eq!((ready.status, ready.playback.is_some()), (VideoStatus::Ready, true), "{hands_our_id_back}");
        bench.after(600).await;
        assert_eq!(bench.video(id).await.revision, ready.revision, "once");
    }
}

#[tokio::test]
async fn the_ids_of_webhooks_are_forgotten_after_a_week() {
    let bench = Bench::mux().await;
    bench.event(&event("old", "video.upload.created", upload("waiting"))).await;
    bench.after(6 * 24 * 3600).await;
    bench.event(&event("new", "video.upload.created", upload("waiting"))).await;
    let remote = reelway_server::db::Remote::new(bench.app.db().clone());
    assert_eq!(remote.prune_events(bench.clock.now()).await.unwrap(), 0);
    bench.after(2 * 24 * 3600).await;
    assert_eq!(remote.prune_events(bench.clock.now()).await.unwrap(), 1);
}

#[tokio::test]
async fn a_webhook_of_a_deleted_video_is_acknowledged() {
    let bench = Bench::mux().await;
    let id = bench.create().await.video.id;
    bench.service.script("PUT /video/v1/uploads/UP1/cancel", [Reply::Json(200, Value::Null)]);
    bench.delete(&id).await;
    let mut late = asset("ready");
    late["passthrough"] = id.into();
    assert_eq!(bench.event(&event("e", "video.asset.ready", late)).await.status, 204);
    assert_eq!(bench.videos().await, 0);
}
