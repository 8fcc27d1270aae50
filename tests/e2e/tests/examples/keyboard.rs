//! A whole upload and a whole watch without a mouse.

use reelway_e2e::{
    browser::Browser,
    deep,
    media::Media,
    page::{SOON, press_key, tab_to},
    turn,
};
use thirtyfour::Key;

use crate::example::Example;

/// Slow enough to pause in the middle.
const SLOW: u64 = 1 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_keyboard_is_enough_to_upload_and_to_watch() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let mut served = Example::Html.serve().await;
    let browser = Browser::open().await.unwrap();
    served.open(&browser).await;
    let until = async |what: &str, expression: &str| deep::until(&browser, what, SOON, expression).await.unwrap();
    let tab_to = async |selector: &str| tab_to(&browser, selector).await.unwrap();
    let press = async |key: char| press_key(&browser, key).await.unwrap();

    // The file dialog itself belongs to the system.
    tab_to("[part~=select]").await;
    browser.limit_upload(Some(SLOW)).await.unwrap();
    deep::choose(&browser, &media.large(8 << 20).unwrap()).await.unwrap();
    until("it uploads", "seen('[data-stage=uploading]')").await;
    tab_to("[part~=pause]").await;
    press(Key::Enter.value()).await;
    until("Enter pauses", "seen('[data-stage=paused]')").await;
    tab_to("[part~=resume]").await;
    browser.limit_upload(None).await.unwrap();
    press(' ').await;
    served.until_arrived(&browser).await;
    served.prepare().await;
    served.until_watchable(&browser).await;

    // It plays by itself, or from here on.
    if deep::run(&browser, "return media().paused;", Vec::new()).await.unwrap() == serde_json::json!(true) {
        tab_to("[part~=big-play], [part~=play]").await;
        press(Key::Enter.value()).await;
    }
    deep::plays(&browser).await.unwrap();
    tab_to("[part~=play]").await;
    press(' ').await;
    until("Space pauses", "media().paused").await;
    tab_to("[part~=time-slider]").await;
    press(Key::Home.value()).await;
    until("Home goes to the start", "media().currentTime < 0.2").await;
    press(Key::Right.value()).await;
    until("an arrow goes on", "media().currentTime > 1 && !media().seeking").await;
    until("a screen reader says where", "/second/.test(seen('[part~=time-slider]').ariaValueText ?? seen('[part~=time-slider]').getAttribute('aria-valuetext'))").await;
    press(Key::End.value()).await;
    press('k').await;
    until("it has been watched to its end", "media().ended || media().currentTime > media().duration - 0.3").await;
}
