//! Webhooks: repeated, lost, doubled, late.

use std::time::Duration;

use anyhow::{Context, Result};
use reelway_emulators::{
    mux::{Mux, Setup, events},
    outbox::{Mishap, Plan},
};
use serde_json::json;

use crate::{
    client::{basic, film, json, say, until},
    hook::Receiver,
};

/// Uploads a few bytes.
async fn upload(mux: &Mux) -> Result<()> {
    let url = format!("{}/video/v1/uploads", mux.hosts().api);
    let body = json!({ "cors_origin": "*" }).to_string();
    let made = json(say("POST", &url, &[("Authorization", &basic("id", "secret"))], body.as_bytes()).await?).await?;
    say("PUT", made["data"]["url"].as_str().context("the upload has no URL")?, &[], b"film").await?;
    Ok(())
}

const USUAL: [&str; 4] =
    ["video.upload.created", "video.upload.asset_created", "video.asset.created", "video.asset.ready"];

#[tokio::test]
async fn an_uploads_story_comes_in_order_and_signed() -> Result<()> {
    let (mux, receiver) = (Mux::start(Setup::new(film()?)).await?, Receiver::start(&[]).await?);
    let secret = mux.add_webhook(&receiver.url);

    upload(&mux).await?;
    until("the last event", || (receiver.calls().len() == 4).then_some(())).await?;

    assert_eq!(receiver.types(), USUAL);
    for call in receiver.calls() {
        let told = call.header("mux-signature");
        let time = told.split([',', '=']).nth(1).and_then(|time| time.parse().ok()).context("there is no time")?;
        assert_eq!(told, events::signature(&secret, time, &call.body));
    }
    let asset = receiver.calls()[3].json();
    assert_eq!(asset["object"], json!({ "type": "asset", "id": asset["data"]["id"] }));
    assert!(asset["data"]["created_at"].is_number(), "events have a number where the API has a text");
    Ok(())
}

#[tokio::test]
async fn what_is_lost_doubled_or_late_is_as_the_test_says() -> Result<()> {
    let (mux, receiver) = (Mux::start(Setup::new(film()?)).await?, Receiver::start(&[]).await?);
    mux.add_webhook(&receiver.url);
    let plan = |kind: &str, mishap| Plan { kind: Some(kind.to_owned()), times: 1, mishap };
    mux.outbox().plan(plan("video.upload.created", Mishap::Lost));
    mux.outbox().plan(plan("video.asset.created", Mishap::Late));
    mux.outbox().plan(plan("video.asset.ready", Mishap::Twice));

    upload(&mux).await?;
    until("the last event", || (receiver.calls().len() == 4).then_some(())).await?;

    let asset = ["video.asset.ready", "video.asset.ready", "video.asset.created"];
    assert_eq!(receiver.types(), [&["video.upload.asset_created"][..], &asset].concat());
    assert_eq!(receiver.calls()[1].json()["id"], receiver.calls()[2].json()["id"], "a double is the same event");
    Ok(())
}

#[tokio::test]
async fn what_is_refused_comes_again_after_twice_the_pause() -> Result<()> {
    let (mux, receiver) = (Mux::start(Setup::new(film()?)).await?, Receiver::start(&[500, 503]).await?);
    mux.add_webhook(&receiver.url);
    mux.tell("video.asset.updated", "asset", "A", json!({ "id": "A" }));

    let attempts = async |count| until("an attempt", || (mux.outbox().attempts().len() == count).then_some(())).await;
    attempts(1).await?;
    mux.desk().clock.advance(Duration::from_secs(1));
    attempts(2).await?;
    mux.desk().clock.advance(Duration::from_secs(2));
    attempts(3).await?;

    let statuses: Vec<_> = mux.outbox().attempts().iter().map(|attempt| attempt.status).collect();
    assert_eq!(statuses, [Some(500), Some(503), Some(200)]);
    let last = receiver.calls()[2].json();
    assert_eq!(last["id"], receiver.calls()[0].json()["id"]);
    assert_eq!(last["attempts"][1]["response_status_code"], 503);
    mux.desk().clock.advance(Duration::from_secs(90_000));
    assert_eq!(mux.outbox().waiting(), 0, "what was taken is done");
    Ok(())
}

#[tokio::test]
async fn a_receiver_that_does_not_answer_in_five_seconds_has_not_taken_it() -> Result<()> {
    let (mux, receiver) = (Mux::start(Setup::new(film()?)).await?, Receiver::start(&[0]).await?);
    mux.add_webhook(&receiver.url);
    let began = std::time::Instant::now();

    mux.tell("video.asset.updated", "asset", "A", json!({ "id": "A" }));
    let patience = Duration::from_secs(20);
    tokio::time::timeout(patience, async {
        while mux.outbox().attempts().is_empty() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await?;

    assert_eq!(mux.outbox().attempts()[0].status, None);
    assert!(began.elapsed() >= Duration::from_secs(5), "{:?}", began.elapsed());
    Ok(())
}
