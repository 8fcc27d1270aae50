//! Streams that fail while somebody watches: playback goes on, or the reason appears with a button that works once the
//! fault is gone. The picture never stands still in silence.

use std::{
    fs,
    time::{Duration, Instant},
};

use reelway_api::Video;
use reelway_e2e::{
    browser::Browser,
    media::Media,
    page::{Page, SOON, says, text, visible},
    player::{Player, TRANSCODED},
    proxy::{Fault, Proxy},
    server::Server,
    turn, wait,
};
use serde_json::{Value, json};

/// A server with a video of a minute and a half in two renditions, and a browser.
struct Stage {
    server: Server,
    browser: Browser,
    video: Video,
    /// The folder of each video rendition, as URLs have it.
    renditions: Vec<String>,
    _media: Media,
}

impl Stage {
    async fn set() -> Self {
        let media = Media::new().unwrap();
        let server = Server::start().await.unwrap();
        let browser = Browser::open().await.unwrap();
        let file = fs::read(media.long().unwrap()).unwrap();
        let uploaded = server.api().upload("long.mp4", file).await.unwrap();
        let id = uploaded.video.id;
        server.api().until_ready(&id, TRANSCODED).await.unwrap();
        server.api().until_finished(&id, TRANSCODED).await.unwrap();
        let video = server.api().video(&id).await.unwrap();
        let master = server.api().get(&video.playback.as_ref().unwrap().hls).await.unwrap().text().await.unwrap();
        let renditions = master.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
        let renditions: Vec<_> = renditions.filter_map(|line| Some(format!("/{}/", line.split_once('/')?.0))).collect();
        assert_eq!(renditions.len(), 2, "{master}");
        Self { server, browser, video, renditions, _media: media }
    }

    /// Opens the page behind the proxy, on a line that is fast enough to play but not to fetch all of it at once.
    async fn open_slowly(&self, proxy: &Proxy) -> Watcher<'_> {
        proxy.slow_down(100 << 10);
        self.open(proxy).await
    }

    async fn open(&self, proxy: &Proxy) -> Watcher<'_> {
        let player = Player::open_at(&self.browser, proxy.url(), &self.video.id).await.unwrap();
        Watcher { browser: &self.browser, player }
    }
}

/// Somebody who watches.
struct Watcher<'a> {
    browser: &'a Browser,
    player: Player<'a>,
}

/// Notes the longest time for which nothing moved while it played, and how often the video was emptied.
const NOTE: &str = "
    const video = document.querySelector('[part~=video]');
    const note = window.note = { stood: 0, emptied: 0, silent: 0 };
    let [time, moved, open] = [video.currentTime, performance.now(), performance.now()];
    video.addEventListener('emptied', () => note.emptied++);
    setInterval(() => {
        const now = performance.now();
        const shown = document.querySelector('[part~=spinner][data-open], [part~=error]');
        if (video.currentTime !== time || video.paused && video.readyState > 0 || video.ended) {
            [time, moved, open] = [video.currentTime, now, now];
        }
        if (shown) open = now;
        note.stood = Math.max(note.stood, now - moved);
        note.silent = Math.max(note.silent, now - open);
    }, 50);";

/// Milliseconds that a picture may stand still without a word.
const SILENCE: f64 = 4_000.0;

impl Watcher<'_> {
    /// Begins to play near this time, at so many times the speed.
    async fn play_from(&self, seconds: f64, rate: f64) {
        self.player.play().await.unwrap();
        self.run(NOTE, Vec::new()).await;
        let script = "const video = document.querySelector('[part~=video]');
                      video.playbackRate = arguments[1];
                      if (arguments[0] > 0) video.currentTime = arguments[0];";
        self.run(script, vec![json!(seconds), json!(rate)]).await;
    }

    async fn seek(&self, seconds: f64) {
        self.run("document.querySelector('[part~=video]').currentTime = arguments[0];", vec![json!(seconds)]).await;
    }

    async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.browser.run(script, arguments).await.unwrap()
    }

    /// Waits until it is past this time, with frames that come and no reason in sight.
    async fn plays_past(&self, seconds: f64, within: Duration) -> Result<(), String> {
        let script = "const video = document.querySelector('[part~=video]');
            const frames = () => video.getVideoPlaybackQuality().totalVideoFrames;
            const before = [video.currentTime, frames()];
            if (before[0] < arguments[0] || document.querySelector('[part~=error]')) return false;
            await new Promise(done => setTimeout(done, 300));
            return video.currentTime > before[0] && frames() > before[1] && !document.querySelector('[part~=held]');";
        let plays = wait::until_true("it plays on", within, async || {
            Ok(self.browser.run(script, vec![json!(seconds)]).await? == json!(true))
        });
        match plays.await {
            Ok(()) => Ok(()),
            Err(error) => {
                let state = self.player.state().await.unwrap();
                Err(format!("{error:#}: {state:?}, the page says: {}", text(self.browser).await.unwrap()))
            }
        }
    }

    /// The code of the reason that is shown.
    async fn reason(&self, within: Duration) -> String {
        let script = "return document.querySelector('[part~=error]')?.dataset.code ?? null;";
        let reason = wait::until("the reason is told", within, async || {
            Ok(self.browser.run(script, Vec::new()).await?.as_str().map(str::to_owned))
        });
        reason.await.unwrap()
    }

    /// Presses the button that tries again.
    async fn retry(&self) {
        visible(self.browser, "[part~=retry]").await.unwrap().click().await.unwrap();
    }

    /// `stood`, `silent` (milliseconds) or `emptied` (times), since it played.
    async fn note(&self, name: &str) -> f64 {
        self.run("return window.note[arguments[0]];", vec![json!(name)]).await.as_f64().unwrap()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_in_one_place_or_for_a_moment_is_played_past() {
    let _turn = turn().await;
    let stage = Stage::set().await;
    const ALWAYS: u32 = u32::MAX;
    let mut failures = Vec::new();

    let (source, smaller) = (&stage.renditions[0], &stage.renditions[1]);
    for (what, part, fault, times) in [
        ("the playlist of a rendition is missing", format!("{source}index.m3u8"), Fault::Status(404), ALWAYS),
        ("the playlist of the other one is missing", format!("{smaller}index.m3u8"), Fault::Status(404), ALWAYS),
        ("the segments of a rendition are missing", format!("{source}0000"), Fault::Status(404), ALWAYS),
        ("the server fails twice", "/00002.m4s".to_owned(), Fault::Status(500), 2),
        ("a connection breaks within a segment", "/00002.m4s".to_owned(), Fault::Cut, 1),
        ("a segment is cut short", "/00002.m4s".to_owned(), Fault::Half, 1),
        ("a segment of a rendition is garbage", format!("{source}00002.m4s"), Fault::Garbage, ALWAYS),
        ("a segment never ends", format!("{source}00002.m4s"), Fault::Silence, 1),
    ] {
        let proxy = Proxy::start(&stage.server).await.unwrap();
        proxy.fail(&part, fault, times);
        let watcher = stage.open(&proxy).await;

        watcher.play_from(6.0, 4.0).await;
        let went = watcher.plays_past(14.0, Duration::from_secs(25)).await;

        let (stood, silent) = (watcher.note("stood").await, watcher.note("silent").await);
        println!("{what}: stood for {stood:.0} ms, {silent:.0} ms of them without a word");
        if let Err(error) = went {
            failures.push(format!("{what}: {error}"));
        } else if silent > SILENCE {
            failures.push(format!("{what}: {silent:.0} ms without a word"));
        }
    }

    assert!(failures.is_empty(), "{failures:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_seconds_without_a_network_are_said_and_then_forgotten() {
    let _turn = turn().await;
    let stage = Stage::set().await;
    let proxy = Proxy::start(&stage.server).await.unwrap();
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
    let _turn = turn().await;
    let stage = Stage::set().await;
    let proxy = Proxy::start(&stage.server).await.unwrap();
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
    let _turn = turn().await;
    let stage = Stage::set().await;

    for (what, file, fault, reasons) in [
        ("all segments are missing", "/000", Fault::Status(404), ["gone", "gone"]),
        ("access is refused", "/000", Fault::Status(403), ["refused", "refused"]),
        ("all from one on is garbage", ".m4s", Fault::Garbage, ["media", "stalled"]),
    ] {
        let proxy = Proxy::start(&stage.server).await.unwrap();
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
    let _turn = turn().await;
    let stage = Stage::set().await;
    let proxy = Proxy::start(&stage.server).await.unwrap();
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
