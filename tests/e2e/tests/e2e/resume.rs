//! A tab dies in the middle of an upload, and the next one goes on with it.

use std::{fs, path::Path, time::Duration};

use reelway_e2e::{
    browser::Browser,
    media::{self, Media},
    page::{Page, SOON, says, tab_to, visible},
    player::TRANSCODED,
    server::Server,
    turn, wait,
};
use serde_json::json;
use thirtyfour::{By, Key};

const SIZE: u32 = 256 << 20;
const HALF: u64 = SIZE as u64 / 2;
/// Bytes a second: half of the file takes some seconds.
const RATE: u64 = 40 << 20;

/// Drops a file onto the page, as a person does: so Chromium gives the page a handle.
async fn drop_onto(browser: &Browser, file: &Path) {
    let data = json!({ "items": [], "files": [file.to_str().unwrap()], "dragOperationsMask": 1 });
    for step in ["dragEnter", "dragOver", "drop"] {
        let event = json!({ "type": step, "x": 300, "y": 300, "data": data });
        browser.devtools("Input.dispatchDragEvent", event).await.unwrap();
    }
}

/// Ends the page's process, as a crash does, once half of the file has arrived; opens the page in a new tab.
async fn crash_at_half(browser: &Browser, server: &Server) {
    wait::until_true("half has arrived", Duration::from_secs(120), async || Ok(server.bytes_arrived()? >= HALF))
        .await
        .unwrap();
    let broken = browser.window().await.unwrap();
    let fresh = browser.new_tab().await.unwrap();
    browser.switch_to_window(broken.clone()).await.unwrap();
    // There is no answer from a page that is gone.
    let _ = tokio::time::timeout(Duration::from_secs(5), browser.devtools("Page.crash", json!({}))).await;
    browser.switch_to_window(fresh).await.unwrap();
    let arrived = server.bytes_arrived().unwrap();
    assert!(arrived < u64::from(SIZE), "the upload was over before the page was gone");
    browser.goto(server.url()).await.unwrap();
    says(browser, &["Interrupted at"], SOON).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_one_key_goes_on_without_the_file_being_chosen_again() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let file = media.large(SIZE).unwrap();
    let server = Server::start().await.unwrap();
    let browser = Browser::open_trusting(&server.url()).await.unwrap();
    Page::open(&browser, &server).await.unwrap();
    browser.limit_upload(Some(RATE)).await.unwrap();
    drop_onto(&browser, &file).await;

    crash_at_half(&browser, &server).await;
    let before = server.bytes_arrived().unwrap();
    tab_to(&browser, "[part~=resume]").await.unwrap();
    reelway_e2e::page::press_key(&browser, Key::Enter.value()).await.unwrap();

    let videos = server.api().videos().await.unwrap();
    assert_eq!(videos.len(), 1, "no second video");
    let ready = server.api().until_ready(&videos[0].id, TRANSCODED).await.unwrap();
    println!("went on from {} of {} MiB", before >> 20, fs::metadata(&file).unwrap().len() >> 20);
    assert_eq!(server.sha256_of_original(&ready).unwrap(), media::sha256(&file).unwrap());
    let sent = browser
        .run(
            "return performance.getEntriesByType('resource').filter(({ name }) => name.includes('/u/')).length;",
            Vec::new(),
        )
        .await
        .unwrap();
    assert!(sent.as_u64() > Some(0), "this page has sent the rest");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_handle_the_file_is_chosen_again_and_verified() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let file = media.large(SIZE).unwrap();
    let mut bytes = fs::read(&file).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    let other = file.with_file_name("other.mp4");
    fs::write(&other, bytes).unwrap();
    let server = Server::start().await.unwrap();
    let browser = Browser::open().await.unwrap();
    let page = Page::open(&browser, &server).await.unwrap();
    browser.limit_upload(Some(RATE)).await.unwrap();
    let video = page.upload(&file).await.unwrap();

    crash_at_half(&browser, &server).await;
    // The dialog itself belongs to the system, and nobody here could close it.
    browser.run("window.showOpenFilePicker = undefined;", Vec::new()).await.unwrap();
    let choose = async |file: &Path| {
        visible(&browser, "[part~=resume]").await.unwrap().click().await.unwrap();
        let input = browser.find(By::Css("[part~=again]")).await.unwrap();
        input.send_keys(file.to_str().unwrap()).await.unwrap();
    };
    choose(&other).await;
    says(&browser, &["This is another file. Choose the one that was being uploaded: large.mp4"], SOON).await.unwrap();
    choose(&file).await;

    let ready = server.api().until_ready(&video.id, TRANSCODED).await.unwrap();
    assert_eq!(server.sha256_of_original(&ready).unwrap(), media::sha256(&file).unwrap());
}
