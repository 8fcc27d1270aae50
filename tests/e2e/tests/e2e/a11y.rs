//! Nobody is kept out: what axe-core finds in every state, and whether text can be read on any picture.

use std::{fs, time::Duration};

use reelway_e2e::{
    axe::Axe,
    browser::Browser,
    media::Media,
    page::{Page, SOON, press_key, tab_to, visible},
    player::{Player, TRANSCODED},
    server::Server,
    turn, wait,
};
use serde_json::{Value, json};
use thirtyfour::Key;

/// Slow enough to look at an upload in the middle of it.
const SLOW: u64 = 1 << 20;
/// Until the player gives up on a stream that does not come.
const GIVES_UP: Duration = Duration::from_secs(90);

/// The looks that a page can have: dark or not, and how wide. The narrow one is a telephone's, with a finger.
pub const LOOKS: [(bool, u32); 4] = [(false, 1280), (false, 360), (true, 1280), (true, 360)];

pub async fn look(browser: &Browser, (dark, width): (bool, u32)) -> String {
    browser.prefer_dark(dark).await.unwrap();
    if width < 600 {
        browser.touch(width, 780).await.unwrap();
    } else {
        browser.resize(width, 900).await.unwrap();
    }
    format!("{} {width} px", if dark { "dark" } else { "light" })
}

/// A server with one video that is ready in all its parts. Gives the video's id.
pub async fn with_a_video(media: &Media) -> (Server, String) {
    let server = Server::start().await.unwrap();
    let file = fs::read(media.half_a_minute().unwrap()).unwrap();
    let video = server.api().upload("holiday.mp4", file).await.unwrap().video;
    server.api().until_ready(&video.id, TRANSCODED).await.unwrap();
    server.api().until_storyboard(&video.id, TRANSCODED).await.unwrap();
    server.api().until_finished(&video.id, TRANSCODED).await.unwrap();
    (server, video.id)
}

pub async fn add_captions(browser: &Browser) {
    let script = "const video = document.querySelector('[part~=video]');
        video.addTextTrack('subtitles', 'English', 'en').addCue(new VTTCue(0, 60, 'The rabbit wakes up'));
        video.addTextTrack('subtitles', 'Deutsch', 'de').addCue(new VTTCue(0, 60, 'Der Hase wacht auf'));";
    browser.run(script, Vec::new()).await.unwrap();
}

pub async fn until(browser: &Browser, what: &str, condition: &str) {
    let script = format!("return Boolean({condition});");
    wait::until_true(what, SOON, async || Ok(browser.run(&script, Vec::new()).await? == Value::Bool(true)))
        .await
        .unwrap();
}

pub async fn press(browser: &Browser, key: char) {
    press_key(browser, key).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_any_state_of_the_player() {
    let _turn = turn().await;
    let axe = Axe::load().unwrap();
    let media = Media::new().unwrap();
    let (server, id) = with_a_video(&media).await;

    for each in LOOKS {
        let browser = Browser::open().await.unwrap();
        let look = look(&browser, each).await;
        let check = async |state: &str| axe.finds_nothing(&browser, &format!("{state}, {look}")).await.unwrap();

        Player::open(&browser, &server, &id).await.unwrap();
        check("before play").await;
        add_captions(&browser).await;
        tab_to(&browser, "[part~=big-play]").await.unwrap();
        press(&browser, Key::Enter.value()).await;
        until(&browser, "it plays", "document.querySelector('[part~=video]').currentTime > 0.2").await;
        check("playing").await;
        press(&browser, 'c').await;
        until(&browser, "a sign answers", "document.querySelector('[part~=feedback]')").await;
        check("captions on").await;
        press(&browser, 'k').await;
        until(&browser, "it is paused", "document.querySelector('[part~=video]').paused").await;
        check("paused").await;

        for part in ["captions", "rate", "quality", "settings"] {
            let button = format!("[part~={part}]");
            let script = "return document.querySelector(arguments[0])?.offsetWidth > 0;";
            if browser.run(script, vec![json!(button)]).await.unwrap() != json!(true) {
                continue;
            }
            tab_to(&browser, &button).await.unwrap();
            press(&browser, Key::Enter.value()).await;
            visible(&browser, "[role=menu]").await.unwrap();
            check(&format!("menu {part}")).await;
            if part == "settings" && each.1 < 600 {
                press(&browser, Key::Enter.value()).await;
                visible(&browser, "[role=menuitemradio]").await.unwrap();
                check("a page of the settings").await;
                press(&browser, Key::Escape.value()).await;
            }
            press(&browser, Key::Escape.value()).await;
            until(&browser, "the menu is closed", "!document.querySelector('[role=menu]')").await;
        }

        press(&browser, '?').await;
        visible(&browser, "dialog[part~=help]").await.unwrap();
        check("help").await;
        press(&browser, Key::Escape.value()).await;
        until(&browser, "help is closed", "!document.querySelector('dialog[part~=help]')").await;

        // Near the end, to its end.
        press(&browser, '9').await;
        press(&browser, 'k').await;
        until(&browser, "it has ended", "document.querySelector('.reelway-player[data-ended]')").await;
        check("ended").await;

        browser.block(&["*.m4s*", "*.mp4*"]).await.unwrap();
        browser.refresh().await.unwrap();
        visible(&browser, "[part~=big-play]").await.unwrap().click().await.unwrap();
        until(&browser, "it waits", "document.querySelector('[part~=spinner][data-open]')").await;
        check("waiting for the network").await;
        wait::until_true("it gives up", GIVES_UP, async || {
            let script = "return Boolean(document.querySelector('[part~=error] button'));";
            Ok(browser.run(script, Vec::new()).await? == json!(true))
        })
        .await
        .unwrap();
        check("an error with a way to try again").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_any_state_of_the_uploader() {
    let _turn = turn().await;
    let axe = Axe::load().unwrap();
    let media = Media::new().unwrap();
    let large = media.large(24 << 20).unwrap();

    for each in LOOKS {
        // Nothing is processed: what has arrived is being processed for as long as anyone looks.
        let server = Server::start_with(&[("REELWAY_ROLE", "api")]).await.unwrap();
        let browser = Browser::open().await.unwrap();
        let look = look(&browser, each).await;
        let check = async |state: &str| axe.finds_nothing(&browser, &format!("{state}, {look}")).await.unwrap();

        let page = Page::open(&browser, &server).await.unwrap();
        check("empty").await;

        page.choose(&media.not_a_video().unwrap()).await.unwrap();
        visible(&browser, "[role=alert], [data-stage=failed], [part~=status]").await.unwrap();
        page.until_it_says(&["not a video", "no video"], SOON).await.unwrap();
        check("refused").await;

        browser.limit_upload(Some(SLOW)).await.unwrap();
        page.upload(&large).await.unwrap();
        wait::until_true("it is under way", SOON, async || Ok(server.bytes_arrived()? > 1 << 20)).await.unwrap();
        check("uploading").await;
        page.press("pause").await.unwrap();
        page.until_it_says(&["paused"], SOON).await.unwrap();
        check("paused").await;
        browser.limit_upload(None).await.unwrap();
        page.press("resume").await.unwrap();
        page.until_it_says(&["processing"], SOON).await.unwrap();
        check("processing").await;
    }

    let server = Server::start().await.unwrap();
    for each in LOOKS {
        let browser = Browser::open().await.unwrap();
        let look = look(&browser, each).await;
        let page = Page::open(&browser, &server).await.unwrap();
        let video = page.upload(&media.short().unwrap()).await.unwrap();
        server.api().until_ready(&video.id, TRANSCODED).await.unwrap();
        visible(&browser, &format!("a[href$='/v/{}']", video.id)).await.unwrap();
        axe.finds_nothing(&browser, &format!("done, {look}")).await.unwrap();
    }
}

/// Photographs the bar on a white picture without its text, and gives the least contrast that white text, or the part of
/// the slider that was played, has with what lies behind it.
const CONTRAST: &str = "
    const [photo, parts] = arguments;
    const image = new Image();
    image.src = 'data:image/png;base64,' + photo;
    await image.decode();
    const canvas = new OffscreenCanvas(image.width, image.height);
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const scale = image.width / innerWidth;
    const light = rgb => {
        const [r, g, b] = rgb.map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    return parts.map(({ box: [x, y, w, h], ink }) => {
        const { data } = context.getImageData(x * scale, y * scale, Math.max(1, w * scale), Math.max(1, h * scale));
        let lightest = 0;
        for (let i = 0; i < data.length; i += 4) lightest = Math.max(lightest, light([...data.slice(i, i + 3)]));
        return (light(ink) + 0.05) / (lightest + 0.05);
    });";

#[tokio::test(flavor = "multi_thread")]
async fn the_bar_can_be_read_on_a_white_picture() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let (server, id) = with_a_video(&media).await;

    for width in [360, 1280] {
        let browser = Browser::open().await.unwrap();
        browser.resize(width, 900).await.unwrap();
        let player = Player::open(&browser, &server, &id).await.unwrap();
        player.play().await.unwrap();
        press(&browser, 'k').await;
        player.hover(0.5).await.unwrap();
        let script = "const player = document.querySelector('.reelway-player');
            const parts = ['play', 'mute', 'time', 'settings', 'fullscreen'].map(part => {
                const { x, y, width, height } = player.querySelector(`[part~=${part}]`).getBoundingClientRect();
                return { box: [x, y + height * 0.2, width, height * 0.6], ink: [255, 255, 255], least: 4.5 };
            });
            const muted = getComputedStyle(player.querySelector('.rw-time-total')).color.match(/[\\d.]+/g).map(Number);
            const { x, y, width, height } = player.querySelector('.rw-slider-track').getBoundingClientRect();
            parts.push({ box: [x, y - 3, width, height + 6], ink: [95, 227, 192], least: 3 });
            player.style.setProperty('background', '#fff');
            for (const part of player.querySelectorAll('.rw-controls *, [part~=video], [part~=poster], [part~=held]')) {
                part.style.setProperty('visibility', 'hidden');
            }
            return parts;";
        let told = browser.run(script, Vec::new()).await.unwrap();
        let photo = browser.devtools("Page.captureScreenshot", json!({ "format": "png" })).await.unwrap();
        let ratios = browser.run(CONTRAST, vec![photo["data"].clone(), told.clone()]).await.unwrap();

        for (part, ratio) in told.as_array().unwrap().iter().zip(ratios.as_array().unwrap()) {
            let (ratio, least) = (ratio.as_f64().unwrap(), part["least"].as_f64().unwrap());
            assert!(ratio >= least, "at {width} px the contrast is {ratio:.2} where {least} is needed: {part}");
        }
    }
}
