//! Everything can be done with the keyboard alone.

use reelway_e2e::{
    browser::Browser,
    media::Media,
    page::{Page, SOON, press_key, tab_to, visible},
    player::{Player, TRANSCODED},
    server::Server,
    turn, wait,
};
use thirtyfour::Key;

#[tokio::test(flavor = "multi_thread")]
async fn a_keyboard_is_enough_to_upload_play_and_scrub() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let server = Server::start().await.unwrap();
    let browser = Browser::open().await.unwrap();
    let page = Page::open(&browser, &server).await.unwrap();

    // The file dialog itself belongs to the system.
    tab_to(&browser, "input[type=file]").await.unwrap();
    let video = page.upload(&media.half_a_minute().unwrap()).await.unwrap();
    server.api().until_ready(&video.id, TRANSCODED).await.unwrap();

    let to_the_video = format!("a[href$='/v/{}']", video.id);
    visible(&browser, &to_the_video).await.unwrap();
    tab_to(&browser, &to_the_video).await.unwrap();
    press_key(&browser, Key::Enter.value()).await.unwrap();
    wait::until_true("the video has its page", SOON, async || {
        Ok(browser.current_url().await?.path() == format!("/v/{}", video.id))
    })
    .await
    .unwrap();
    let player = Player::on_this_page(&browser).await.unwrap();

    tab_to(&browser, "[part~=play]").await.unwrap();
    press_key(&browser, ' ').await.unwrap();
    player.until_time_passes(0.0).await.unwrap();
    press_key(&browser, ' ').await.unwrap();
    wait::until_true("space pauses", SOON, async || Ok(player.state().await?.paused)).await.unwrap();

    tab_to(&browser, "[part~=time-slider]").await.unwrap();
    let before = player.state().await.unwrap().current_time;
    press_key(&browser, Key::Right.value()).await.unwrap();
    visible(&browser, "[part~=preview-image]").await.unwrap();
    wait::until_true("the arrow key moves the video", SOON, async || {
        let moved = player.state().await?.current_time - before;
        Ok(moved > 2.0 && moved < 15.0)
    })
    .await
    .unwrap();
    let spoken = visible(&browser, "[part~=time-slider]").await.unwrap().attr("aria-valuetext").await.unwrap();
    assert!(spoken.is_some_and(|spoken| spoken.contains("second")), "a screen reader says the time in words");
}
