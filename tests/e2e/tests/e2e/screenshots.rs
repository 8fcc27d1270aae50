//! Pictures for people: `cargo xtask screenshots FOLDER`.

use std::{
    env, fs,
    path::{Path, PathBuf},
    time::Duration,
};

use reelway_e2e::{
    browser::Browser,
    media::Media,
    page::{Page, SOON, tab_to, visible},
    player::{Player, TRANSCODED},
    server::Server,
    turn, wait,
};
use serde_json::json;
use thirtyfour::Key;

use crate::{
    a11y::{LOOKS, add_captions, look, press, until},
    caption_list::Story,
    choice::PROVIDERS,
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

/// The pictures of one look.
struct Album<'a> {
    browser: &'a Browser,
    folder: &'a Path,
    look: &'static str,
    width: u32,
}

impl Album<'_> {
    /// The window, or the player and a little of the page around it.
    async fn take(&self, state: &str, window: bool) {
        // What fades in has done so by then.
        if state != "sign" {
            tokio::time::sleep(Duration::from_millis(900)).await;
        }
        let script =
            "const { x, y, width, height } = document.querySelector('.reelway-player').getBoundingClientRect();
            return { x: x - 12, y: y + scrollY - 12, width: width + 24, height: height + 24, scale: 1 };";
        let mut how = json!({ "format": "webp", "quality": 74 });
        if !window {
            how["clip"] = self.browser.run(script, Vec::new()).await.unwrap();
        }
        let photo = self.browser.devtools("Page.captureScreenshot", how).await.unwrap();
        // The page has a decoder at hand.
        let bytes = "return [...Uint8Array.fromBase64?.(arguments[0]) ?? atob(arguments[0]).split('').map(c => c.charCodeAt(0))];";
        let bytes = self.browser.run(bytes, vec![photo["data"].clone()]).await.unwrap();
        let bytes: Vec<u8> = serde_json::from_value(bytes).unwrap();
        fs::write(self.folder.join(format!("{state}-{}-{}.webp", self.look, self.width)), bytes).unwrap();
    }

    async fn menu(&self, part: &str) {
        let button = format!("[part~={part}]");
        let script = "return document.querySelector(arguments[0])?.offsetWidth > 0;";
        if self.browser.run(script, vec![json!(button)]).await.unwrap() != json!(true) {
            return;
        }
        tab_to(self.browser, &button).await.unwrap();
        press(self.browser, Key::Enter.value()).await;
        visible(self.browser, "[role=menu]").await.unwrap();
        self.take(&format!("menu-{part}"), false).await;
        press(self.browser, Key::Escape.value()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes pictures, tests nothing"]
async fn of_the_player() {
    let _turn = turn().await;
    let folder = PathBuf::from(env::var_os("REELWAY_SCREENSHOTS").unwrap()).join("player");
    fs::create_dir_all(&folder).unwrap();
    let media = Media::new().unwrap();
    let video = env::var_os("REELWAY_SCREENSHOTS_VIDEO").map_or_else(|| media.half_a_minute().unwrap(), PathBuf::from);
    let server = Server::start().await.unwrap();
    let uploaded = server.api().upload("holiday.mp4", fs::read(&video).unwrap()).await.unwrap().video;
    server.api().until_ready(&uploaded.id, TRANSCODED).await.unwrap();
    server.api().until_storyboard(&uploaded.id, TRANSCODED).await.unwrap();
    server.api().until_finished(&uploaded.id, TRANSCODED).await.unwrap();

    for (look, width) in [("light", 1280), ("light", 360), ("dark", 1280), ("dark", 360)] {
        let browser = Browser::open().await.unwrap();
        browser.prefer_dark(look == "dark").await.unwrap();
        if width < 600 {
            browser.touch(width, 780).await.unwrap()
        } else {
            browser.resize(width, 900).await.unwrap()
        }
        let album = Album { browser: &browser, folder: &folder, look, width };
        let player = Player::open(&browser, &server, &uploaded.id).await.unwrap();
        add_captions(&browser).await;
        album.take("before-play", true).await;
        tab_to(&browser, "[part~=big-play]").await.unwrap();
        press(&browser, Key::Enter.value()).await;
        player.until_time_passes(0.0).await.unwrap();
        press(&browser, '3').await;
        player.until_time_passes(9.0).await.unwrap();
        album.take("playing", true).await;
        press(&browser, 'c').await;
        album.take("captions", false).await;
        press(&browser, 'l').await;
        visible(&browser, "[part~=feedback]").await.unwrap();
        album.take("sign", false).await;
        press(&browser, 'k').await;
        player.hover(0.6).await.unwrap();
        visible(&browser, "[part~=preview-image]").await.unwrap();
        album.take("preview", false).await;
        let script = "const box = document.querySelector('[part~=time-slider]').getBoundingClientRect();
            return [box.left + 0.4 * box.width, box.top + box.height / 2];";
        let (x, y): (f64, f64) = serde_json::from_value(browser.run(script, Vec::new()).await.unwrap()).unwrap();
        let mouse = async |kind: &str, x: f64| {
            let event = json!({ "type": kind, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1 });
            browser.devtools("Input.dispatchMouseEvent", event).await.unwrap();
        };
        mouse("mousePressed", x).await;
        mouse("mouseMoved", x + 30.0).await;
        album.take("scrubbing", false).await;
        mouse("mouseReleased", x + 30.0).await;
        until(&browser, "it is there", "!document.querySelector('[part~=video]').seeking").await;
        let event = json!({ "type": "mouseMoved", "x": x, "y": y - 120.0 });
        browser.devtools("Input.dispatchMouseEvent", event).await.unwrap();
        album.take("paused", false).await;
        for part in ["captions", "rate", "quality", "settings"] {
            album.menu(part).await;
        }
        press(&browser, '?').await;
        visible(&browser, "dialog[part~=help]").await.unwrap();
        album.take("help", true).await;
        press(&browser, Key::Escape.value()).await;
        if width > 600 {
            press(&browser, 'f').await;
            until(&browser, "it is in fullscreen", "document.fullscreenElement").await;
            album.take("fullscreen", true).await;
            press(&browser, 'f').await;
            until(&browser, "it is out of it", "!document.fullscreenElement").await;
        }
        let forced = json!({ "features": [
            { "name": "forced-colors", "value": "active" }, { "name": "prefers-color-scheme", "value": look },
        ] });
        browser.devtools("Emulation.setEmulatedMedia", forced).await.unwrap();
        album.take("forced-colors", false).await;
        browser.prefer_dark(look == "dark").await.unwrap();
        press(&browser, '9').await;
        press(&browser, 'k').await;
        until(&browser, "it has ended", "document.querySelector('.reelway-player[data-ended]')").await;
        album.take("ended", false).await;

        browser.block(&["*.m4s*", "*.mp4*"]).await.unwrap();
        browser.run("localStorage.clear();", Vec::new()).await.unwrap();
        browser.refresh().await.unwrap();
        visible(&browser, "[part~=big-play]").await.unwrap().click().await.unwrap();
        until(&browser, "it waits", "document.querySelector('[part~=spinner][data-open]')").await;
        album.take("waiting", false).await;
        wait::until_true("it gives up", Duration::from_secs(90), async || {
            let script = "return Boolean(document.querySelector('[part~=error] button'));";
            Ok(browser.run(script, Vec::new()).await? == json!(true))
        })
        .await
        .unwrap();
        album.take("error", false).await;
    }
}

/// All of the page, however long it is.
async fn whole_page(browser: &Browser, file: &Path) {
    let script = "const { scrollWidth: width, scrollHeight: height } = document.documentElement;
        return { x: 0, y: 0, width, height, scale: 1 };";
    let clip = browser.run(script, Vec::new()).await.unwrap();
    let how = json!({ "format": "png", "clip": clip, "captureBeyondViewport": true });
    let photo = browser.devtools("Page.captureScreenshot", how).await.unwrap();
    let bytes = "return atob(arguments[0]).split('').map(c => c.charCodeAt(0));";
    let bytes = browser.run(bytes, vec![photo["data"].clone()]).await.unwrap();
    fs::write(file, serde_json::from_value::<Vec<u8>>(bytes).unwrap()).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "makes pictures, tests nothing"]
async fn of_captions_and_of_several_providers() {
    let _turn = turn().await;
    let folder = PathBuf::from(env::var_os("REELWAY_SCREENSHOTS").unwrap());
    fs::create_dir_all(&folder).unwrap();
    for each @ (dark, width) in LOOKS {
        let browser = Browser::open().await.unwrap();
        look(&browser, each).await;
        let name = if dark { "dark" } else { "light" };
        let file = |state: &str| folder.join(format!("{state}-{name}-{width}.png"));
        let story = Story::begin(browser).await;
        whole_page(&story.browser, &file("captions-none")).await;
        story.choose(&story.file("film.de.srt", "Der Hase wacht auf")).await;
        whole_page(&story.browser, &file("captions-form")).await;
        press(&story.browser, Key::Enter.value()).await;
        until(&story.browser, "they are there", "document.querySelector('.track')").await;
        story.choose(&story.write("My holiday in the mountains.en.sdh.vtt", "nothing")).await;
        press(&story.browser, Key::Enter.value()).await;
        until(&story.browser, "it is refused", "document.querySelector('.captions-form [role=alert]')").await;
        whole_page(&story.browser, &file("captions-refused")).await;
        story.choose(&story.file("My holiday in the mountains.en.sdh.vtt", "[birds sing]")).await;
        visible(&story.browser, ".captions-form [type=submit]").await.unwrap().click().await.unwrap();
        until(&story.browser, "there are two", "document.querySelectorAll('.track').length === 2").await;
        whole_page(&story.browser, &file("captions")).await;
        visible(&story.browser, ".track button").await.unwrap().click().await.unwrap();
        until(&story.browser, "it asks", "document.querySelector('.captions dialog[open]')").await;
        story.browser.screenshot(&file("captions-remove")).await.unwrap();

        let media = Media::new().unwrap();
        let server = Server::start_with(&PROVIDERS).await.unwrap();
        Page::open(&story.browser, &server).await.unwrap();
        until(&story.browser, "there is a choice", "document.querySelector('#provider')").await;
        whole_page(&story.browser, &file("providers")).await;
        let video = server.api().upload("holiday.mp4", fs::read(media.short().unwrap()).unwrap()).await.unwrap().video;
        server.api().until_ready(&video.id, TRANSCODED).await.unwrap();
        let page = Page::open(&story.browser, &server).await.unwrap();
        page.until_it_says(&["· This server"], SOON).await.unwrap();
        whole_page(&story.browser, &file("providers-list")).await;
    }
}
