//! The packed package, installed and built as its users do: a video uploads, and plays.

#![allow(clippy::unwrap_used)]

use std::{env, path::PathBuf};

use reelway_e2e::{browser::Browser, deep, host::Host, media::Media, player::TRANSCODED, server::Server};
use serde_json::json;

/// Opens what a bundler has made, and does what it is for.
async fn a_video_uploads_and_plays(name: &str) {
    let _turn = reelway_e2e::turn().await;
    let all = env::var_os("REELWAY_PACKAGING").map(PathBuf::from);
    let folder = all.expect("run `cargo xtask test --only packaging`").join(name).join("dist");
    let host = Host::of_files(&folder).await.unwrap();
    let origins = json!([host.url()]).to_string();
    let server = Server::start_with(&[("REELWAY_CORS_ORIGINS", &origins)]).await.unwrap();
    host.uses(&server.url());
    let browser = Browser::open().await.unwrap();
    browser.goto(host.url()).await.unwrap();

    let media = Media::new().unwrap();
    deep::choose(&browser, &media.short().unwrap()).await.unwrap();
    let ready = "media()?.readyState >= 2 && seen('[part~=play], [part~=big-play]')";
    deep::until(&browser, "the player has its video", TRANSCODED, ready).await.unwrap();
    deep::play(&browser).await.unwrap();

    assert_eq!(server.api().videos().await.unwrap().len(), 1);
    let complaints = browser.complaints().await.unwrap();
    let complaints: Vec<&str> = complaints.iter().map(|entry| entry.message.as_str()).collect();
    let complaints: Vec<&&str> = complaints.iter().filter(|message| !message.contains("favicon")).collect();
    assert!(complaints.is_empty(), "{name}: {complaints:?}");
}

macro_rules! projects {
    ($($test:ident: $name:literal),+) => {$(
        #[tokio::test(flavor = "multi_thread")]
        async fn $test() {
            a_video_uploads_and_plays($name).await;
        }
    )+};
}

projects! {
    without_a_bundler: "plain",
    with_vite: "vite",
    with_webpack: "webpack",
    with_esbuild: "esbuild",
    with_rollup: "rollup",
    with_next: "next"
}
