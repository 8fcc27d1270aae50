//! One source takes another's place while somebody watches.

use std::time::Duration;

use reelway_e2e::{browser::Browser, media::Media, page::Page, player::Player, server::Server, turn, wait};
use serde_json::json;

use super::stage::Watcher;

/// Notes when the video is emptied, when frames come, and how far the position jumps.
const NOTE_FRAMES: &str = "
    const video = document.querySelector('[part~=video]');
    const swap = window.swap = { gap: null, jump: null, held: false };
    let last = null, at = null;
    const frame = (now, data) => {
        if (swap.emptied && swap.gap === null) {
            swap.gap = now - last;
            swap.jump = data.mediaTime - at;
        }
        if (!swap.emptied) [last, at] = [now, data.mediaTime];
        video.requestVideoFrameCallback(frame);
    };
    video.requestVideoFrameCallback(frame);
    video.addEventListener('emptied', () => {
        swap.emptied = true;
        swap.held ||= Boolean(document.querySelector('canvas[part~=held]'));
    });";

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_takes_over_from_the_file_where_it_is() {
    let _turn = turn().await;
    let media = Media::new().unwrap();
    let server = Server::start().await.unwrap();

    for paused in [false, true] {
        let browser = Browser::open().await.unwrap();
        let page = Page::open(&browser, &server).await.unwrap();
        // Slow enough to play a while from the disk.
        browser.limit_upload(Some(1 << 20)).await.unwrap();
        page.choose(&media.long().unwrap()).await.unwrap();
        let player = Player::on_this_page(&browser).await.unwrap();
        let watcher = Watcher { browser: &browser, player };
        let script = "const video = document.querySelector('[part~=video]');
            video.muted = true;
            video.volume = 0.5;
            video.playbackRate = 1.25;
            if (arguments[0]) { video.pause(); video.currentTime = 7; } else await video.play();
            return video.src.startsWith('blob:');";
        assert_eq!(watcher.run(script, vec![json!(paused)]).await, json!(true), "it plays from the disk");
        watcher.run(NOTE_FRAMES, Vec::new()).await;

        let script = "const video = document.querySelector('[part~=video]');
            const there = window.swap.gap !== null && !document.querySelector('[part~=held]') && video.readyState >= 2;
            return there ? { ...window.swap, paused: video.paused, muted: video.muted, volume: video.volume,
                rate: video.playbackRate, time: video.currentTime } : null;";
        let swap = wait::until("the stream takes over", Duration::from_secs(60), async || {
            Ok(Some(browser.run(script, Vec::new()).await?).filter(|swap| !swap.is_null()))
        });
        let swap = swap.await.unwrap();

        println!("swap, paused {paused}: {swap}");
        assert_eq!(swap["held"], json!(true), "the last picture stays: {swap}");
        assert_eq!((&swap["paused"], &swap["muted"]), (&json!(paused), &json!(true)), "{swap}");
        assert_eq!((&swap["volume"], &swap["rate"]), (&json!(0.5), &json!(1.25)), "{swap}");
        if paused {
            assert!((swap["time"].as_f64().unwrap() - 7.0).abs() < 0.1, "{swap}");
        } else {
            assert!(swap["jump"].as_f64().unwrap().abs() < 0.25, "{swap}");
            assert!(swap["gap"].as_f64().unwrap() < 3_000.0, "{swap}");
        }
    }
}
