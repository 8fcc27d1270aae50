//! The player under a finger.

use std::time::Duration;

use reelway_e2e::{browser::Browser, media::Media, page::visible, player::Player, turn};
use serde_json::json;

use crate::a11y::{until, with_a_video};

/// Longer than controls stay when nothing moves.
const LONGER_THAN_IDLE: Duration = Duration::from_millis(3_400);
const IDLE: &str = "document.querySelector('.reelway-player').hasAttribute('data-idle')";

/// The middle of an element, so far along its width.
async fn place(browser: &Browser, selector: &str, share: f64) -> (f64, f64) {
    let script = "const box = document.querySelector(arguments[0]).getBoundingClientRect();
        return [box.left + arguments[1] * box.width, box.top + box.height * 0.4];";
    serde_json::from_value(browser.run(script, vec![json!(selector), json!(share)]).await.unwrap()).unwrap()
}

async fn touch(browser: &Browser, kind: &str, points: &[(f64, f64)]) {
    let points: Vec<_> = points.iter().map(|(x, y)| json!({ "x": x, "y": y })).collect();
    browser.devtools("Input.dispatchTouchEvent", json!({ "type": kind, "touchPoints": points })).await.unwrap();
}

async fn tap(browser: &Browser, share: f64) {
    let at = place(browser, "[part~=video]", share).await;
    touch(browser, "touchStart", &[at]).await;
    touch(browser, "touchEnd", &[]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn taps_show_hide_and_seek_and_a_drag_keeps_the_controls() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let (server, id) = with_a_video(&media).await;
    let browser = Browser::open().await.unwrap();
    browser.touch(360, 780).await.unwrap();
    let player = Player::open(&browser, &server, &id).await.unwrap();
    until(&browser, "there is a finger", "matchMedia('(pointer: coarse)').matches").await;
    visible(&browser, "[part~=big-play]").await.unwrap().click().await.unwrap();
    player.until_time_passes(0.0).await.unwrap();

    until(&browser, "the controls hide", IDLE).await;
    tap(&browser, 0.5).await;
    until(&browser, "a tap shows them", &format!("!{IDLE}")).await;
    assert!(!player.state().await.unwrap().paused, "a tap does not pause");

    // The slider is held still, and then for longer than controls stay.
    let (x, y) = place(&browser, "[part~=time-slider]", 0.2).await;
    touch(&browser, "touchStart", &[(x, y)]).await;
    touch(&browser, "touchMove", &[(x + 20.0, y)]).await;
    tokio::time::sleep(LONGER_THAN_IDLE).await;
    until(&browser, "the controls are still there", &format!("!{IDLE}")).await;
    touch(&browser, "touchMove", &[(x + 40.0, y)]).await;
    touch(&browser, "touchEnd", &[]).await;
    until(&browser, "it has moved", "document.querySelector('[part~=video]').currentTime > 6").await;

    let before = player.state().await.unwrap().current_time;
    tap(&browser, 0.9).await;
    tap(&browser, 0.9).await;
    let moved = format!("document.querySelector('[part~=video]').currentTime > {before} + 9");
    until(&browser, "two taps on the right move it on", &moved).await;

    let small = "return [...document.querySelectorAll('.rw-controls button, .rw-slider')]
        .filter(part => part.offsetWidth)
        .map(part => [part.getAttribute('part'), part.offsetWidth, part.offsetHeight])
        .filter(([, width, height]) => width < 44 || height < 44);";
    assert_eq!(browser.run(small, Vec::new()).await.unwrap(), json!([]), "a finger needs 44 px");
}
