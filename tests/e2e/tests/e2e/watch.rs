//! A video's own page.

use std::time::Duration;

use reelway_e2e::{
    browser::Browser,
    media::Media,
    page::{Page, SOON, says, visible},
    player::{Player, TRANSCODED},
    server::Server,
    turn, wait,
};
use serde_json::{Value, json};

use crate::player_faults::stage::Stage;

/// The placeholder's picture beside what the video shows, both a few pixels large: the mean difference of the colour
/// values, and how far apart the lightest and the darkest of the placeholder's are.
const COMPARE: &str = "
    const placeholder = arguments[0];
    const image = new Image();
    image.src = placeholder;
    await image.decode();
    const [width, height] = [image.naturalWidth, image.naturalHeight];
    const pixels = picture => {
        const canvas = new OffscreenCanvas(width, height);
        const context = canvas.getContext('2d');
        context.imageSmoothingQuality = 'high';
        context.drawImage(picture, 0, 0, width, height);
        return [...context.getImageData(0, 0, width, height).data].filter((_, i) => i % 4 < 3);
    };
    const [a, b] = [pixels(image), pixels(document.querySelector('[part~=video]'))];
    // How much they go together, from -1 to 1: hard edges come out otherwise, one time scaled down at once, one time twice.
    const mean = values => values.reduce((sum, value) => sum + value, 0) / values.length;
    const [from, to] = [mean(a), mean(b)];
    const product = (x, mx, y, my) => x.reduce((sum, value, index) => sum + (value - mx) * (y[index] - my), 0);
    const alike = product(a, from, b, to) / Math.sqrt(product(a, from, a, from) * product(b, to, b, to));
    return { width, height, alike, range: Math.max(...a) - Math.min(...a) };";

#[tokio::test(flavor = "multi_thread")]
async fn a_video_of_this_tab_shows_a_picture_before_anything_of_it_is_fetched() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let server = Server::start().await.unwrap();
    let browser = Browser::open().await.unwrap();
    let page = Page::open(&browser, &server).await.unwrap();
    let video = page.upload(&media.half_a_minute().unwrap()).await.unwrap();
    server.api().until_ready(&video.id, TRANSCODED).await.unwrap();
    let link = visible(&browser, &format!("a[href$='/v/{}']", video.id)).await.unwrap();
    wait::until_true("its row has a picture", SOON, async || {
        let drawn = "return Boolean(document.querySelector('[part~=thumbnail-image]:not([hidden])'));";
        Ok(browser.run(drawn, Vec::new()).await? == json!(true))
    })
    .await
    .unwrap();

    // Nothing of the video comes any more.
    browser.block(&["*/media/*"]).await.unwrap();
    link.click().await.unwrap();
    let placeholder = visible(&browser, "[part~=placeholder]").await.unwrap();
    let picture = placeholder.attr("src").await.unwrap().unwrap();
    assert!(picture.starts_with("data:image/jpeg"), "{picture}");
    assert!(picture.len() < 4 << 10, "{} bytes", picture.len());

    browser.block(&[]).await.unwrap();
    browser.refresh().await.unwrap();
    let player = Player::on_this_page(&browser).await.unwrap();
    let known = "return document.querySelectorAll('[part~=placeholder]').length;";
    assert_eq!(browser.run(known, Vec::new()).await.unwrap(), 0, "another visit knows of no file");
    player.play().await.unwrap();
    let at_rest = "const video = document.querySelector('[part~=video]'); video.pause(); video.currentTime = 3;";
    browser.run(at_rest, Vec::new()).await.unwrap();
    wait::until_true("it is there", SOON, async || {
        let there =
            "const video = document.querySelector('[part~=video]'); return !video.seeking && video.readyState >= 2;";
        Ok(browser.run(there, Vec::new()).await? == json!(true))
    })
    .await
    .unwrap();
    let compared: Value = browser.run(COMPARE, vec![json!(picture)]).await.unwrap();
    println!("the placeholder beside the video: {compared}");
    assert_eq!(compared["width"], json!(16));
    assert!(compared["range"].as_f64() > Some(20.0), "it is all of one colour: {compared}");
    assert!(compared["alike"].as_f64() > Some(0.8), "it is another picture: {compared}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_goes_on_where_the_last_one_ended_wherever_the_stream_is_now() {
    let stage = Stage::set().await;
    let media = Media::new().unwrap();
    let proxy = stage.proxy().await;
    let watcher = stage.open(&proxy).await;
    watcher.play_from(12.0, 1.0).await;
    watcher.plays_past(12.1, SOON).await.unwrap();
    watcher.run("document.querySelector('[part~=video]').pause();", Vec::new()).await;

    // The same video, at another URL.
    proxy.play(media.encrypted_stream().unwrap());
    let again = stage.open(&proxy).await;

    says(&stage.browser, &["Resumed at 0:12"], SOON).await.unwrap();
    let state = again.player.state().await.unwrap();
    assert!((state.current_time - 12.0).abs() < 1.0, "{state:?}");
    assert!(proxy.asked().iter().any(|asked| asked.path.starts_with("/streams/")), "{:?}", proxy.asked());

    // Another video, at that same URL.
    let short =
        stage.film.server.api().upload("short.mp4", std::fs::read(media.short().unwrap()).unwrap()).await.unwrap();
    stage.film.server.api().until_ready(&short.video.id, Duration::from_secs(60)).await.unwrap();
    let other = Player::open_at(&stage.browser, proxy.url(), &short.video.id).await.unwrap();
    assert!(other.state().await.unwrap().current_time < 1.0);
}
