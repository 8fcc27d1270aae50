//! A video of a minute and a half in two renditions, and somebody who watches it through a proxy.

use std::{
    fs,
    sync::{Arc, Weak},
    time::Duration,
};

use reelway_api::Video;
use reelway_e2e::{
    browser::Browser,
    idle_turn,
    media::Media,
    page::{SOON, text, visible},
    player::{Player, TRANSCODED},
    proxy::Proxy,
    server::Server,
    turn, wait,
};
use serde_json::{Value, json};
use tokio::sync::{Mutex, RwLockReadGuard};

/// A server with a video. Tests leave it as it is: they share it, and fail their own proxies.
pub struct Film {
    pub server: Server,
    pub video: Video,
    /// The folder of each video rendition, as URLs have it: the larger one first.
    pub renditions: Vec<String>,
}

impl Film {
    /// The one that another test has, or a new one. It goes with the last test that has it: each takes it before its
    /// turn, so that those who wait keep it.
    async fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Film>> = Mutex::const_new(Weak::new());
        let mut shared = SHARED.lock().await;
        if let Some(film) = shared.upgrade() {
            return film;
        }
        let _turn = turn().await;
        let film = Arc::new(Self::make().await);
        *shared = Arc::downgrade(&film);
        film
    }

    async fn make() -> Self {
        let media = Media::new().unwrap();
        let server = Server::start().await.unwrap();
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
        Self { server, video, renditions }
    }
}

/// A film, a browser, and a turn: these tests wait for what the player does in its own time.
pub struct Stage {
    pub browser: Browser,
    pub film: Arc<Film>,
    _turn: RwLockReadGuard<'static, ()>,
}

impl Stage {
    pub async fn set() -> Self {
        let film = Film::shared().await;
        let turn = idle_turn().await;
        Self { browser: Browser::open().await.unwrap(), film, _turn: turn }
    }

    pub async fn proxy(&self) -> Proxy {
        Proxy::start(&self.film.server).await.unwrap()
    }

    /// Opens the page behind the proxy, on a line that is fast enough to play but not to fetch all of it at once.
    pub async fn open_slowly(&self, proxy: &Proxy) -> Watcher<'_> {
        proxy.slow_down(100 << 10);
        self.open(proxy).await
    }

    pub async fn open(&self, proxy: &Proxy) -> Watcher<'_> {
        let player = Player::open_at(&self.browser, proxy.url(), &self.film.video.id).await.unwrap();
        Watcher { browser: &self.browser, player }
    }
}

/// Somebody who watches.
pub struct Watcher<'a> {
    pub browser: &'a Browser,
    pub player: Player<'a>,
}

/// Notes the longest time for which nothing moved while it played, the longest way that it jumped ahead, and how often the
/// video was emptied.
const NOTE: &str = "
    const video = document.querySelector('[part~=video]');
    const note = window.note = { stood: 0, emptied: 0, silent: 0, jumped: 0 };
    let [time, moved, open] = [video.currentTime, performance.now(), performance.now()];
    let [before, then] = [time, moved];
    video.addEventListener('emptied', () => note.emptied++);
    setInterval(() => {
        const now = performance.now();
        if (note.sought) [before, then, note.sought] = [video.currentTime, now, false];
        const passed = video.currentTime - before - video.playbackRate * (now - then) / 1000;
        if (video.currentTime > 0 && before > 0) note.jumped = Math.max(note.jumped, passed);
        [before, then] = [video.currentTime, now];
        const shown = document.querySelector('[part~=spinner][data-open], [part~=error]');
        if (video.currentTime !== time || video.paused && video.readyState > 0 || video.ended) {
            [time, moved, open] = [video.currentTime, now, now];
        }
        if (shown) open = now;
        note.stood = Math.max(note.stood, now - moved);
        note.silent = Math.max(note.silent, now - open);
    }, 50);";

/// Milliseconds that a picture may stand still without a word.
pub const SILENCE: f64 = 4_000.0;

impl Watcher<'_> {
    /// Begins to play near this time, at so many times the speed.
    pub async fn play_from(&self, seconds: f64, rate: f64) {
        self.player.play().await.unwrap();
        self.run(NOTE, Vec::new()).await;
        let script = "const video = document.querySelector('[part~=video]');
                      video.playbackRate = arguments[1];
                      if (arguments[0] > 0) [note.sought, video.currentTime] = [true, arguments[0]];";
        self.run(script, vec![json!(seconds), json!(rate)]).await;
    }

    pub async fn seek(&self, seconds: f64) {
        self.run("document.querySelector('[part~=video]').currentTime = arguments[0];", vec![json!(seconds)]).await;
    }

    pub async fn run(&self, script: &str, arguments: Vec<Value>) -> Value {
        self.browser.run(script, arguments).await.unwrap()
    }

    /// Waits until an expression is true in the page.
    pub async fn until(&self, expression: &str) {
        let script = format!("return Boolean({expression});");
        let so =
            wait::until_true(
                expression,
                SOON,
                async || Ok(self.browser.run(&script, Vec::new()).await? == json!(true)),
            );
        so.await.unwrap();
    }

    /// Waits until it is past this time, with frames that come and no reason in sight.
    pub async fn plays_past(&self, seconds: f64, within: Duration) -> Result<(), String> {
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
    pub async fn reason(&self, within: Duration) -> String {
        let script = "return document.querySelector('[part~=error]')?.dataset.code ?? null;";
        let reason = wait::until("the reason is told", within, async || {
            Ok(self.browser.run(script, Vec::new()).await?.as_str().map(str::to_owned))
        });
        reason.await.unwrap()
    }

    /// Presses the button that tries again.
    pub async fn retry(&self) {
        visible(self.browser, "[part~=retry]").await.unwrap().click().await.unwrap();
    }

    /// `stood`, `silent` (milliseconds), `jumped` (seconds) or `emptied` (times), since it played.
    pub async fn note(&self, name: &str) -> f64 {
        self.run("return window.note[arguments[0]];", vec![json!(name)]).await.as_f64().unwrap()
    }
}
