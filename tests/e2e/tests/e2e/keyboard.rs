//! Everything can be done with the keyboard alone.

use reelway_e2e::{
    browser::Browser,
    media::Media,
    page::{Page, SOON, press_key, tab_to, visible},
    player::{Player, TRANSCODED},
    server::Server,
    turn, wait,
};
use serde_json::{Value, json};
use thirtyfour::Key;

use crate::a11y::{add_captions, press, until, with_a_video};

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
    // A key shows the picture for a moment only, which a busy machine may take to make it.
    server.api().until_storyboard(&video.id, TRANSCODED).await.unwrap();

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

/// The parts of the player that Tab reaches, from its beginning to its end.
async fn tab_stops(browser: &Browser) -> Vec<String> {
    browser.run("document.querySelector('.reelway-player').focus();", Vec::new()).await.unwrap();
    let mut stops = Vec::new();
    for _ in 0..30 {
        press(browser, Key::Tab.value()).await;
        let script = "const focus = document.activeElement;
            return focus.closest('.reelway-player') && focus.getAttribute('part');";
        match browser.run(script, Vec::new()).await.unwrap() {
            Value::String(part) => stops.push(part),
            _ => return stops,
        }
    }
    panic!("Tab does not leave the player: {stops:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn tab_goes_through_the_player_as_the_eye_does() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let (server, id) = with_a_video(&media).await;
    let browser = Browser::open().await.unwrap();
    Player::open(&browser, &server, &id).await.unwrap();
    add_captions(&browser).await;

    assert_eq!(tab_stops(&browser).await, ["big-play", "time-slider", "play", "time", "fullscreen"]);

    tab_to(&browser, "[part~=play]").await.unwrap();
    press(&browser, ' ').await;
    until(&browser, "it plays", "document.querySelector('[part~=video]').currentTime > 0").await;
    press(&browser, ' ').await;
    let mut expected = vec![
        "time-slider",
        "play",
        "mute",
        "volume",
        "time",
        "captions",
        "rate",
        "quality",
        "settings",
        "pip",
        "fullscreen",
    ];
    let has_pip = browser.run("return document.pictureInPictureEnabled;", Vec::new()).await.unwrap();
    expected.retain(|part| *part != "pip" || has_pip == json!(true));
    assert_eq!(tab_stops(&browser).await, expected);
    let places = "return arguments[0].map(part => {
        const box = document.querySelector(`[part~=${part}]`).getBoundingClientRect();
        return [Math.round(box.bottom / 24), box.left];
    });";
    let places = browser.run(places, vec![json!(expected)]).await.unwrap();
    let places: Vec<(f64, f64)> = serde_json::from_value(places).unwrap();
    assert!(places.windows(2).all(|two| two[0] < two[1]), "from above to below, from left to right: {places:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_shortcut_does_what_the_list_says_and_the_focus_stays_in_the_player() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let (server, id) = with_a_video(&media).await;
    let browser = Browser::open().await.unwrap();
    Player::open(&browser, &server, &id).await.unwrap();
    add_captions(&browser).await;
    tab_to(&browser, "[part~=big-play]").await.unwrap();
    press(&browser, Key::Enter.value()).await;
    until(&browser, "it plays", "document.querySelector('[part~=video]').currentTime > 0").await;

    let story: [(char, &str); 23] = [
        ('k', "video.paused"),
        (' ', "!video.paused"),
        ('k', "video.paused"),
        ('m', "video.muted"),
        ('m', "!video.muted"),
        (Key::Down.value(), "Math.abs(video.volume - 0.95) < 0.001"),
        (Key::Up.value(), "video.volume === 1"),
        ('>', "video.playbackRate === 1.25"),
        ('<', "video.playbackRate === 1"),
        (Key::Home.value(), "video.currentTime === 0"),
        ('l', "Math.abs(video.currentTime - 10) < 0.2"),
        ('j', "video.currentTime < 0.2"),
        (Key::Right.value(), "Math.abs(video.currentTime - 5) < 0.2"),
        (Key::Left.value(), "video.currentTime < 0.2"),
        ('5', "Math.abs(video.currentTime - video.duration / 2) < 0.3"),
        ('0', "video.currentTime < 0.2"),
        (Key::End.value(), "video.currentTime > video.duration - 0.2"),
        ('c', "[...video.textTracks].some(track => track.mode === 'showing')"),
        ('c', "![...video.textTracks].some(track => track.mode === 'showing')"),
        ('f', "document.fullscreenElement"),
        ('f', "!document.fullscreenElement"),
        ('?', "document.querySelector('dialog[part~=help]').contains(document.activeElement)"),
        (Key::Escape.value(), "!document.querySelector('dialog[part~=help]')"),
    ];
    for (key, effect) in story {
        press(&browser, key).await;
        let effect = format!("(video => {effect})(document.querySelector('[part~=video]'))");
        until(&browser, &format!("{key:?}: {effect}"), &effect).await;
        let in_player = "document.activeElement.closest('.reelway-player')";
        until(&browser, &format!("the focus is in the player after {key:?}"), in_player).await;
    }

    // A key that is typed elsewhere, or with a modifier, is not for the player.
    let script = "const field = document.body.appendChild(document.createElement('input'));
        field.focus();";
    browser.run(script, Vec::new()).await.unwrap();
    press(&browser, 'm').await;
    until(&browser, "the field has it", "document.activeElement.value === 'm'").await;
    until(&browser, "there is sound", "!document.querySelector('[part~=video]').muted").await;
}
