//! The start of a stream before hls.js has arrived, and how hls.js goes on with it, in each browser.

#![allow(clippy::unwrap_used)]

use reelway_e2e::{
    engine::{Engine, run},
    page::SOON,
    stream::{self, Theatre},
    turn, wait,
};
use serde_json::json;

const ENGINE: &str = "hls.min.mjs";

#[tokio::test(flavor = "multi_thread")]
async fn chromium_shows_a_stream_before_its_engine_has_arrived() {
    shows_and_goes_on(Engine::Chromium).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn firefox_shows_a_stream_before_its_engine_has_arrived() {
    shows_and_goes_on(Engine::Firefox).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn webkitgtk_shows_a_stream_before_its_engine_has_arrived() {
    shows_and_goes_on(Engine::WebKitGtk).await;
}

async fn shows_and_goes_on(engine: Engine) {
    let _turn = turn().await;
    let made = tempfile::tempdir().unwrap();
    stream::make(made.path()).unwrap();
    let theatre = Theatre::start(made.path()).await.unwrap();
    theatre.hold(ENGINE);
    let window = engine.open().await.unwrap();
    let options = json!({ "src": "/stream/master.m3u8", "muted": true, "autoplay": true });
    window.goto(theatre.page(&options)).await.unwrap();
    run(&window, "await mounted", Vec::new()).await.unwrap();
    let until = async |what: &str, script: &str| {
        let so = wait::until_true(what, SOON, async || {
            Ok(run(&window, &format!("return Boolean({script})"), Vec::new()).await? == json!(true))
        });
        if let Err(error) = so.await {
            let state = "return [told, video.currentTime, video.readyState, video.paused, video.error?.message]";
            panic!("{error}: {:?} {:?}", run(&window, state, Vec::new()).await, theatre.asked());
        }
    };

    until("it plays without hls.js", "video.currentTime > 0.5").await;
    theatre.release(ENGINE);

    until("it plays to the end", "video.ended").await;
    let told = run(&window, "return told.filter(told => /^(emptied|error|seeked)/.test(told))", Vec::new()).await;
    assert_eq!(told.unwrap(), json!([]));
    let mut asked = theatre.asked();
    asked.sort();
    assert!(asked.windows(2).all(|pair| pair[0] != pair[1]), "fetched twice: {asked:?}");

    run(&window, "video.currentTime = 3; video.play().catch(() => {})", Vec::new()).await.unwrap();
    until("and over the seam again", "video.currentTime > 4.5 && !video.ended").await;
}
