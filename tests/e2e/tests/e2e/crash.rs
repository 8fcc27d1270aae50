//! The server dies as in a power cut, and nothing is lost.

use std::{fs, time::Duration};

use reelway_api::VideoStatus;
use reelway_e2e::{
    browser::Browser,
    media::{self, Media},
    page::{Page, SOON},
    player::TRANSCODED,
    server::Server,
    turn, wait,
};

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_goes_on_by_itself_after_the_server_was_killed() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let file = media.large(48 << 20).unwrap();
    let mut server = Server::start().await.unwrap();
    let browser = Browser::open().await.unwrap();
    let page = Page::open(&browser, &server).await.unwrap();
    browser.limit_upload(Some(6 << 20)).await.unwrap();
    let video = page.upload(&file).await.unwrap();
    wait::until_true("a third has arrived", SOON * 3, async || Ok(server.bytes_arrived()? > 16 << 20)).await.unwrap();

    server.kill().unwrap();
    let kept = server.bytes_arrived().unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    server.restart().await.unwrap();
    browser.limit_upload(None).await.unwrap();

    let ready = server.api().until_ready(&video.id, TRANSCODED).await.unwrap();
    println!("killed with {} of {} MB arrived", kept / 1_000_000, fs::metadata(&file).unwrap().len() / 1_000_000);
    assert!(kept < fs::metadata(&file).unwrap().len(), "it was killed too late to prove anything");
    assert_eq!(server.sha256_of_original(&ready).unwrap(), media::sha256(&file).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_transcode_goes_on_after_the_server_was_killed() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let file = media.slow_to_transcode().unwrap();
    let mut server = Server::start().await.unwrap();
    let video = server.api().upload("slow.webm", fs::read(&file).unwrap()).await.unwrap().video;
    wait::until_true("a part of it is transcoded", SOON * 3, async || {
        Ok(server.api().video(&video.id).await?.percent.is_some_and(|percent| percent >= 10))
    })
    .await
    .unwrap();

    server.kill().unwrap();
    server.restart().await.unwrap();

    let after = server.api().video(&video.id).await.unwrap();
    assert_eq!(after.status, VideoStatus::Processing, "it was killed too late to prove anything");
    let ready = server.api().until_ready(&video.id, TRANSCODED).await.unwrap();
    assert_eq!(server.sha256_of_original(&ready).unwrap(), media::sha256(&file).unwrap());
}
