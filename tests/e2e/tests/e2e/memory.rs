//! The server's memory does not grow with the file.

use std::time::{Duration, Instant};

use reelway_e2e::{browser::Browser, media::Media, page::Page, server::Server, turn, wait};

const SIZE: u64 = 2 << 30;
const MOST_GROWTH: u64 = 64 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn two_gibibytes_upload_with_flat_memory() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let file = media.padded(SIZE).unwrap();
    let server = Server::start().await.unwrap();
    let browser = Browser::open().await.unwrap();
    let page = Page::open(&browser, &server).await.unwrap();
    let before = server.resident_memory().unwrap();
    let mut most = before;
    let started = Instant::now();

    let video = page.upload(&file).await.unwrap();
    let ready = wait::until("it has uploaded and is ready", Duration::from_secs(600), async || {
        most = most.max(server.resident_memory()?);
        let video = server.api().video(&video.id).await?;
        Ok(video.status.is_final().then_some(video))
    });
    let ready = ready.await.unwrap();

    let growth = most - before;
    println!(
        "2 GiB in {:.0?}: the server's memory grew from {} to at most {} MiB",
        started.elapsed(),
        before >> 20,
        most >> 20
    );
    assert_eq!(ready.size, Some(SIZE));
    assert!(ready.error.is_none(), "{:?}", ready.error);
    assert!(growth < MOST_GROWTH, "it grew by {} MiB", growth >> 20);
}
