//! The page around uploading and playing.

use std::{fs, time::Duration};

use reelway_api::VideoStatus;
use reelway_e2e::{
    browser::Browser,
    media::{self, Media},
    page::{Page, SOON, says, visible},
    player::{Player, TRANSCODED},
    server::Server,
    turn, wait,
};

/// Slow enough to press buttons in the middle of an upload.
const SLOW: u64 = 3 << 20;
const LARGE: u32 = 24 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_pauses_and_goes_on() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let server = Server::start().await.unwrap();
    let browser = Browser::open().await.unwrap();
    let page = Page::open(&browser, &server).await.unwrap();
    browser.limit_upload(Some(SLOW)).await.unwrap();
    let video = page.upload(&media.large(LARGE).unwrap()).await.unwrap();
    wait::until_true("some bytes have arrived", SOON, async || Ok(server.bytes_arrived()? > 0)).await.unwrap();

    page.press("pause").await.unwrap();
    page.until_it_says(&["paused"], SOON).await.unwrap();
    // What was on its way when the button was pressed may still arrive.
    tokio::time::sleep(Duration::from_millis(500)).await;
    let when_paused = server.bytes_arrived().unwrap();
    tokio::time::sleep(Duration::from_millis(1500)).await;
    assert_eq!(server.bytes_arrived().unwrap(), when_paused, "bytes arrive while it is paused");
    assert!(when_paused < u64::from(LARGE), "it was paused too late to prove anything");

    browser.limit_upload(None).await.unwrap();
    page.press("resume").await.unwrap();
    server.api().until_ready(&video.id, TRANSCODED).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_upload_leaves_nothing_at_the_server() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let server = Server::start().await.unwrap();
    let browser = Browser::open().await.unwrap();
    let page = Page::open(&browser, &server).await.unwrap();
    browser.limit_upload(Some(SLOW)).await.unwrap();
    let video = page.upload(&media.large(LARGE).unwrap()).await.unwrap();
    wait::until_true("some bytes have arrived", SOON, async || Ok(server.bytes_arrived()? > 0)).await.unwrap();

    page.press("cancel").await.unwrap();

    page.until_it_says(&["cancelled"], SOON).await.unwrap();
    wait::until_true("the server has let go of it", SOON, async || {
        let gone = !server.api().has_video(&video.id).await?
            || server.api().video(&video.id).await?.status == VideoStatus::Cancelled;
        Ok(gone && server.bytes_arrived()? == 0)
    })
    .await
    .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_has_an_address_that_outlives_a_reload_until_it_is_deleted() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let server = Server::start().await.unwrap();
    let browser = Browser::open().await.unwrap();
    let uploaded = server.api().upload("holiday.mp4", fs::read(media.short().unwrap()).unwrap()).await.unwrap();
    let video = server.api().until_ready(&uploaded.video.id, TRANSCODED).await.unwrap();

    let player = Player::open(&browser, &server, &video.id).await.unwrap();
    browser.refresh().await.unwrap();
    Player::on_this_page(&browser).await.unwrap();
    player.play().await.unwrap();

    // A person finds it in the list of earlier videos, and deletes it there.
    let page = Page::open(&browser, &server).await.unwrap();
    page.until_it_says(&["holiday"], SOON).await.unwrap();
    page.delete_video("holiday").await.unwrap();
    wait::until_true("the server has deleted it", SOON, async || Ok(!server.api().has_video(&video.id).await?))
        .await
        .unwrap();
    wait::until_true("nothing of it is left on the disk", SOON, async || {
        Ok(server.files()?.iter().all(|file| !file.to_string_lossy().contains(&video.id)))
    })
    .await
    .unwrap();

    browser.goto(format!("{}/v/{}", server.url(), video.id)).await.unwrap();
    says(&browser, MISSING, SOON).await.unwrap();
}

/// How a page may say that there is nothing.
const MISSING: &[&str] =
    &["not found", "no such", "no video", "isn’t here", "is not here", "no longer", "nothing here"];

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_nothing_says_so_and_leads_back() {
    let _turn = turn().await;
    let server = Server::start().await.unwrap();
    let browser = Browser::open().await.unwrap();

    for path in ["/v/no-such-video", "/no-such-page"] {
        browser.goto(format!("{}{path}", server.url())).await.unwrap();

        says(&browser, MISSING, SOON).await.unwrap_or_else(|error| panic!("{path}: {error:#}"));
        let back = visible(&browser, "main a[href='/'], header a[href='/']").await.unwrap();
        back.click().await.unwrap();
        visible(&browser, "[part~=drop-zone]").await.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_state_is_quiet_fits_the_screen_and_has_a_dark_look() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let server = Server::start().await.unwrap();
    let browser = Browser::open().await.unwrap();
    let uploaded = server.api().upload("holiday.mp4", fs::read(media.short().unwrap()).unwrap()).await.unwrap();
    let video = server.api().until_ready(&uploaded.video.id, TRANSCODED).await.unwrap();
    server.api().until_storyboard(&video.id, TRANSCODED).await.unwrap();
    let mut brightness = Vec::new();

    for dark in [false, true] {
        browser.prefer_dark(dark).await.unwrap();
        for width in [360, 1440] {
            browser.resize(width, 900).await.unwrap();
            let page = Page::open(&browser, &server).await.unwrap();
            page.until_it_says(&["holiday"], SOON).await.unwrap();
            fits(&browser, width).await;
            let player = Player::open(&browser, &server, &video.id).await.unwrap();
            player.play().await.unwrap();
            player.hover(0.5).await.unwrap();
            visible(&browser, "[part~=preview-image]").await.unwrap();
            fits(&browser, width).await;
        }
        brightness.push(browser.run(BACKGROUND, Vec::new()).await.unwrap().as_f64().unwrap());
    }

    let complaints = browser.complaints().await.unwrap();
    assert!(complaints.is_empty(), "the console says: {complaints:#?}");
    assert!(brightness[0] > 170.0 && brightness[1] < 85.0, "light is {}, dark is {}", brightness[0], brightness[1]);
}

/// The brightness of the page's background, 0 to 255.
const BACKGROUND: &str = "
    const context = new OffscreenCanvas(1, 1).getContext('2d');
    for (const element of [document.documentElement, document.body]) {
        context.fillStyle = getComputedStyle(element).backgroundColor;
        context.fillRect(0, 0, 1, 1);
    }
    const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
    return (red + green + blue) / 3;";

async fn fits(browser: &Browser, width: u32) {
    let widest = browser.run("return document.scrollingElement.scrollWidth;", Vec::new()).await.unwrap();
    assert!(widest.as_u64().unwrap() <= u64::from(width), "at {width} px the page is {widest} px wide");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_is_served_with_a_strict_policy_and_compressed() {
    let _turn = turn().await;
    let server = Server::start().await.unwrap();

    let page = server.api().get("/").await.unwrap();

    let policy = page.headers().get("content-security-policy").unwrap().to_str().unwrap().to_owned();
    let scripts = policy.split(';').find(|rule| rule.trim().starts_with("script-src")).unwrap();
    assert!(policy.contains("default-src 'self'") && !scripts.contains("'unsafe-inline'"), "{policy}");
    let html = page.text().await.unwrap();
    let start = html.find("/reelway-demo-").unwrap();
    let script = &html[start..start + html[start..].find(".js").unwrap()];
    let wasm = server.api().get_compressed(&format!("{script}_bg.wasm")).await.unwrap();
    let header = |name: &str| wasm.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    assert_eq!(header("content-type"), "application/wasm");
    assert_eq!(header("content-encoding"), "br");
    assert!(header("cache-control").contains("immutable"), "{}", header("cache-control"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_watches_many_videos_still_uploads() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let server = Server::start_with(&[("REELWAY_ROLE", "api")]).await.unwrap();
    // None of them will ever be ready: the page watches them all.
    for number in 1..=8 {
        server.api().create(&format!("waiting {number}.mp4"), Some(5)).await.unwrap().unwrap();
    }
    let browser = Browser::open().await.unwrap();
    let page = Page::open(&browser, &server).await.unwrap();
    page.until_it_says(&["waiting 1.mp4"], SOON).await.unwrap();

    let file = media.large(2 << 20).unwrap();
    let video = page.upload(&file).await.unwrap();

    wait::until_true("the file has arrived", SOON, async || {
        Ok(server.api().video(&video.id).await?.status == VideoStatus::Processing)
    })
    .await
    .unwrap();
    let video = server.api().video(&video.id).await.unwrap();
    assert_eq!(server.sha256_of_original(&video).unwrap(), media::sha256(&file).unwrap());
}
