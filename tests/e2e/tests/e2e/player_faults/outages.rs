//! What fails for a while is waited for; what fails for good is told, with a button that works once it is mended.

use std::{
    fs,
    time::{Duration, Instant},
};

use reelway_e2e::{
    browser::Browser,
    media::Media,
    page::{SOON, says, visible},
    player::{Player, TRANSCODED},
    proxy::{Fault, Proxy},
    server::Server,
    turn,
};
use serde_json::json;

use super::stage::{SILENCE, Stage, Watcher};

#[tokio::test(flavor = "multi_thread")]
async fn twenty_seconds_without_a_network_are_said_and_then_forgotten() {
    let stage = Stage::set().await;
    let proxy = stage.proxy().await;
    let watcher = stage.open_slowly(&proxy).await;
    watcher.play_from(0.0, 1.0).await;
    watcher.plays_past(1.0, SOON).await.unwrap();

    stage.browser.set_offline(true).await.unwrap();
    proxy.set_online(false);
    let began = Instant::now();
    watcher.plays_past(3.0, SOON).await.unwrap();
    // Past all that was stored before.
    watcher.seek(70.0).await;
    says(&stage.browser, &["You’re offline"], SOON).await.unwrap();
    tokio::time::sleep(Duration::from_secs(20).saturating_sub(began.elapsed())).await;
    assert!(stage.browser.run(IS_OPEN, Vec::new()).await.unwrap() == json!(true), "it is said until the end");
    stage.browser.set_offline(false).await.unwrap();
    proxy.set_online(true);

    let back = Instant::now();
    watcher.plays_past(70.5, SOON).await.unwrap();
    println!("offline for 20 s: plays {} ms after the network is back", back.elapsed().as_millis());
    assert!(watcher.note("silent").await < SILENCE);
}

/// Whether the spinner is in sight.
const IS_OPEN: &str = "return Boolean(document.querySelector('[part~=spinner][data-open]'));";

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_away_is_waited_for_then_told_of_and_the_button_works() {
    let stage = Stage::set().await;
    let proxy = stage.proxy().await;
    let watcher = stage.open_slowly(&proxy).await;
    watcher.play_from(0.0, 1.0).await;
    watcher.plays_past(1.0, SOON).await.unwrap();

    // A moment.
    proxy.set_online(false);
    watcher.seek(50.0).await;
    says(&stage.browser, &["Reconnecting"], SOON).await.unwrap();
    tokio::time::sleep(Duration::from_secs(4)).await;
    proxy.set_online(true);
    watcher.plays_past(50.5, SOON).await.unwrap();

    // Longer than anybody waits. What is stored plays to its end first.
    proxy.set_online(false);
    watcher.seek(20.0).await;
    let began = Instant::now();
    let reason = watcher.reason(Duration::from_secs(40)).await;
    println!("a server that is away: told after {:.1} s", began.elapsed().as_secs_f64());
    assert!(["network", "stalled"].contains(&reason.as_str()), "{reason}");
    assert!(began.elapsed() < Duration::from_secs(31));
    proxy.set_online(true);
    watcher.retry().await;
    watcher.plays_past(20.1, SOON).await.unwrap();
    assert!(watcher.note("silent").await < SILENCE);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_for_good_is_told_and_the_button_works_once_it_is_mended() {
    let stage = Stage::set().await;

    for (what, file, fault, reasons) in [
        ("all segments are missing", "/000", Fault::Status(404), ["gone", "gone"]),
        ("access is refused", "/000", Fault::Status(403), ["refused", "refused"]),
        ("all from one on is garbage", ".m4s", Fault::Garbage, ["media", "stalled"]),
    ] {
        let proxy = stage.proxy().await;
        let watcher = stage.open_slowly(&proxy).await;
        watcher.play_from(0.0, 1.0).await;
        watcher.plays_past(0.5, SOON).await.unwrap();
        proxy.fail(file, fault, u32::MAX);
        watcher.seek(60.0).await;
        let began = Instant::now();
        let reason = watcher.reason(Duration::from_secs(40)).await;
        println!("{what}: {reason}, told after {:.1} s", began.elapsed().as_secs_f64());
        assert!(reasons.contains(&reason.as_str()), "{what}: {reason}");

        proxy.heal();
        watcher.retry().await;
        watcher.plays_past(60.1, SOON).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert!(watcher.note("silent").await < SILENCE, "{what}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_key_is_told_and_the_button_works_once_it_is_there() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let server = Server::start().await.unwrap();
    let browser = Browser::open().await.unwrap();
    let uploaded = server.api().upload("short.mp4", fs::read(media.short().unwrap()).unwrap()).await.unwrap();
    let video = server.api().until_ready(&uploaded.video.id, TRANSCODED).await.unwrap();
    let proxy = Proxy::start(&server).await.unwrap();
    proxy.play(media.encrypted_stream().unwrap());
    proxy.fail("/key", Fault::Status(404), u32::MAX);
    browser.goto(format!("{}/v/{}", proxy.url(), video.id)).await.unwrap();
    visible(&browser, "[part~=video]").await.unwrap();
    let watcher = Watcher { browser: &browser, player: Player::of(&browser) };

    let began = Instant::now();
    let reason = watcher.reason(Duration::from_secs(30)).await;
    println!("a key is missing: {reason}, told after {:.1} s", began.elapsed().as_secs_f64());
    assert_eq!(reason, "key");
    proxy.heal();
    watcher.retry().await;
    Player::on_this_page(&browser).await.unwrap();
    watcher.play_from(0.0, 1.0).await;
    watcher.plays_past(2.5, SOON).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_that_runs_out_is_renewed_without_a_break() {
    let stage = Stage::set().await;
    let proxy = stage.proxy().await;
    let life = Duration::from_secs(6);
    proxy.want_tokens(life);
    let watcher = stage.open_slowly(&proxy).await;
    watcher.play_from(0.0, 1.0).await;
    let began = Instant::now();
    watcher.plays_past(1.0, SOON).await.unwrap();

    // At 80 % of its life, before anything is refused.
    tokio::time::sleep((life + Duration::from_secs(1)).saturating_sub(began.elapsed())).await;
    watcher.seek(50.0).await;
    watcher.plays_past(50.5, SOON).await.unwrap();
    let refused = |proxy: &Proxy| proxy.asked().iter().filter(|asked| asked.status == 403).count();
    assert_eq!(refused(&proxy), 0, "{:?}", proxy.asked());
    assert_eq!(watcher.note("emptied").await, 0.0, "the engine is torn down");

    // The API is away when it is time to renew: then a request is refused, and it is asked again.
    proxy.want_tokens(Duration::from_secs(2));
    watcher.seek(80.0).await;
    watcher.plays_past(80.5, SOON).await.unwrap();
    proxy.want_tokens(life);
    tokio::time::sleep(Duration::from_secs(1)).await;
    watcher.seek(30.0).await;
    watcher.plays_past(30.5, SOON).await.unwrap();
    assert!(watcher.note("silent").await < SILENCE);
    println!("tokens: {} refused, emptied {} times", refused(&proxy), watcher.note("emptied").await);
}
