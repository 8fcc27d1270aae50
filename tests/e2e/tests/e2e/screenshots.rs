//! Pictures for people: `cargo xtask screenshots FOLDER`.

use std::{env, fs, path::PathBuf};

use reelway_e2e::{
    browser::Browser,
    media::Media,
    page::{Page, SOON, visible},
    player::{Player, TRANSCODED},
    server::Server,
    turn, wait,
};

#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes pictures, tests nothing"]
async fn of_the_main_states() {
    let _turn = turn().await;
    let folder = PathBuf::from(env::var_os("REELWAY_SCREENSHOTS").unwrap());
    fs::create_dir_all(&folder).unwrap();
    let media = Media::new().unwrap();
    let video = env::var_os("REELWAY_SCREENSHOTS_VIDEO").map_or_else(|| media.half_a_minute().unwrap(), PathBuf::from);
    let name = video.file_name().unwrap().to_string_lossy().into_owned();

    for dark in [false, true] {
        for (width, height) in [(360, 780), (1280, 900)] {
            let server = Server::start().await.unwrap();
            let browser = Browser::open().await.unwrap();
            browser.prefer_dark(dark).await.unwrap();
            browser.resize(width, height).await.unwrap();
            let look = if dark { "dark" } else { "light" };
            let file = |state: &str| folder.join(format!("{state}-{look}-{width}.png"));

            let page = Page::open(&browser, &server).await.unwrap();
            browser.screenshot(&file("empty")).await.unwrap();

            browser.limit_upload(Some(1 << 20)).await.unwrap();
            page.upload(&media.large(24 << 20).unwrap()).await.unwrap();
            wait::until_true("it is well under way", SOON, async || Ok(server.bytes_arrived()? > 3 << 20))
                .await
                .unwrap();
            browser.screenshot(&file("uploading")).await.unwrap();
            // The page asks before it is closed while bytes are unsent.
            browser
                .run("addEventListener('beforeunload', (event) => event.stopImmediatePropagation(), true);", Vec::new())
                .await
                .unwrap();
            let page = Page::open(&browser, &server).await.unwrap();
            page.until_it_says(&["Interrupted at"], SOON).await.unwrap();
            browser.screenshot(&file("interrupted")).await.unwrap();
            page.press("cancel").await.unwrap();
            browser.limit_upload(None).await.unwrap();

            let uploaded = server.api().upload(&name, fs::read(&video).unwrap()).await.unwrap().video;
            server.api().until_ready(&uploaded.id, TRANSCODED).await.unwrap();
            server.api().until_storyboard(&uploaded.id, TRANSCODED).await.unwrap();
            server.api().until_finished(&uploaded.id, TRANSCODED).await.unwrap();
            Page::open(&browser, &server).await.unwrap().until_it_says(&[&name], SOON).await.unwrap();
            browser.screenshot(&file("list")).await.unwrap();

            let player = Player::open(&browser, &server, &uploaded.id).await.unwrap();
            // Videos begin in black.
            player.seek(0.3).await.unwrap();
            player.play().await.unwrap();
            player.hover(0.6).await.unwrap();
            visible(&browser, "[part~=preview-image]").await.unwrap();
            browser.screenshot(&file("playing")).await.unwrap();
        }
    }
}
