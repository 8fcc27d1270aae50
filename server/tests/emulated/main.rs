//! The main job at each provider's emulator, which the vendors' own SDKs have proved: a file goes up, is ready by
//! webhook or by asking, plays with a token and not without, and is gone at the service once it is deleted.

#![allow(clippy::unwrap_used)]

use std::{
    path::Path,
    sync::Arc,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use axum::http::{HeaderMap, Method};
use reelway_api::{CreatedVideo, Playback, Protocol, Video, VideoStatus};
use reelway_emulators::{
    Film,
    cloudflare::{self, Cloudflare},
    mux::{self, Mux},
    outbox::{Mishap, Plan},
    secret,
};
use reelway_server::{
    access::Keys,
    app::App,
    clock::Clock,
    config::{Config, ProviderConfig, ProviderKind},
    http,
    providers::poll,
    secrets::Secrets,
};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

/// A server with one provider, and where it listens.
struct Server {
    app: App,
    base: String,
    clock: Clock,
    http: reqwest::Client,
    _folder: TempDir,
}

/// A provider's emulator.
trait Service {
    const MAP: &'static str;
    async fn start(film: Arc<Film>) -> Self;
    /// Where its hosts are, and what else the configuration says.
    fn settings(&self) -> String;
    /// Its webhooks go there. Gives their secret.
    fn tell(&self, url: &str) -> String;
    /// A signing key as the service shows it: id and private key.
    async fn key(&self, http: &reqwest::Client) -> (String, String);
    fn plan(&self, plan: Plan);
    /// Length and digest of what has arrived.
    fn received(&self, upload_id: &str) -> (usize, String);
    /// Where the service tells of an asset, with the credentials in a header.
    fn asset(&self, id: &str) -> (String, String);
}

impl Service for Mux {
    const MAP: &'static str = "mux";

    async fn start(film: Arc<Film>) -> Self {
        let setup = mux::Setup { rate_limits: true, ..mux::Setup::new(film) };
        Mux::start(setup).await.unwrap()
    }

    fn settings(&self) -> String {
        let hosts = self.hosts();
        format!(
            "hosts.api_base = '{}'\nhosts.stream_base = '{}'\nhosts.image_base = '{}'\n",
            hosts.api, hosts.stream, hosts.image
        )
    }

    fn tell(&self, url: &str) -> String {
        self.add_webhook(url)
    }

    async fn key(&self, http: &reqwest::Client) -> (String, String) {
        let url = format!("{}/system/v1/signing-keys", self.hosts().api);
        let made: Value = json(http.post(url).basic_auth("id", Some("secret"))).await;
        (made["data"]["id"].as_str().unwrap().to_owned(), made["data"]["private_key"].as_str().unwrap().to_owned())
    }

    fn plan(&self, plan: Plan) {
        self.outbox().plan(plan);
    }

    fn received(&self, upload_id: &str) -> (usize, String) {
        mux::Account::received(self, upload_id).unwrap()
    }

    fn asset(&self, id: &str) -> (String, String) {
        let credentials = format!("Basic {}", secret::base64(b"id:secret"));
        (format!("{}/video/v1/assets/{id}", self.hosts().api), credentials)
    }
}

impl Service for Cloudflare {
    const MAP: &'static str = "cloudflare";

    async fn start(film: Arc<Film>) -> Self {
        Cloudflare::start(cloudflare::Setup { token: "id".into(), ..cloudflare::Setup::new(film) }).await.unwrap()
    }

    fn settings(&self) -> String {
        let hosts = self.hosts();
        format!(
            "hosts.api_base = '{}/client/v4'\nhosts.stream_base = '{}'\nvars.account = 'acc'\n",
            hosts.api, hosts.video
        )
    }

    fn tell(&self, url: &str) -> String {
        self.set_webhook(url)
    }

    async fn key(&self, http: &reqwest::Client) -> (String, String) {
        let url = format!("{}/client/v4/accounts/acc/stream/keys", self.hosts().api);
        let made: Value = json(http.post(url).bearer_auth("id")).await;
        (made["result"]["id"].as_str().unwrap().to_owned(), made["result"]["pem"].as_str().unwrap().to_owned())
    }

    fn plan(&self, plan: Plan) {
        self.outbox().plan(plan);
    }

    fn received(&self, upload_id: &str) -> (usize, String) {
        cloudflare::Account::received(self, upload_id).unwrap()
    }

    fn asset(&self, id: &str) -> (String, String) {
        (format!("{}/client/v4/accounts/acc/stream/{id}", self.hosts().api), "Bearer id".to_owned())
    }
}

async fn json(request: reqwest::RequestBuilder) -> Value {
    let answer = request.send().await.unwrap();
    let (status, bytes) = (answer.status(), answer.bytes().await.unwrap());
    assert!(status.is_success(), "{status} {}", String::from_utf8_lossy(&bytes));
    serde_json::from_slice(&bytes).unwrap()
}

impl Server {
    async fn start<S: Service>(service: &S, more: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let mut config = Config { data_dir: folder.path().to_owned(), provider: "cdn".to_owned(), ..Config::default() };
        config.limits.min_free_space = 0;
        let settings = format!("{}{more}", service.settings()).parse().unwrap();
        let provider =
            ProviderConfig { map: Some(S::MAP.to_owned()), settings, ..ProviderConfig::new(ProviderKind::Http) };
        config.providers.insert("cdn".to_owned(), provider);
        let webhook = service.tell(&format!("{base}/webhooks/cdn"));
        let (key_id, key) = service.key(&http).await;
        let secrets = Secrets::of([
            ("VIDEO_CDN_TOKEN", "id"),
            ("VIDEO_CDN_SECRET", "secret"),
            ("VIDEO_WEBHOOK_SECRET", &webhook),
            ("VIDEO_SIGNING_KEY", &key_id),
            ("VIDEO_PRIVATE_KEY", &key),
        ]);
        // It stands, so that asking again happens when the test says; signatures are of the machine's time.
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
        let clock = Clock::standing(u64::try_from(now.as_millis()).unwrap());
        let keys = Keys::open(&config.tickets, |_| None).unwrap();
        let app = App::open_with(config, clock.clone(), keys, &secrets).await.unwrap();
        let router = http::router(app.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { app, base, clock, http, _folder: folder }
    }

    async fn create(&self, size: usize) -> CreatedVideo {
        let body = json!({ "filename": "holiday.mp4", "size": size, "content_type": "video/mp4" });
        let url = format!("{}/api/videos", self.base);
        let request = self.http.post(url).header("origin", &self.base).header("content-type", "application/json");
        serde_json::from_value(json(request.body(body.to_string())).await).unwrap()
    }

    async fn video(&self, id: &str) -> Video {
        serde_json::from_value(json(self.http.get(format!("{}/api/videos/{id}", self.base))).await).unwrap()
    }

    /// Waits for the server to say so; whether anybody has told the server is what the test is about.
    async fn becomes(&self, id: &str, status: VideoStatus) -> Video {
        let mut watcher = self.app.hub().watch(id);
        let waiting = async {
            while self.video(id).await.status != status {
                watcher.changed().await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(20), waiting)
            .await
            .unwrap_or_else(|_| panic!("it does not become {status:?}"));
        self.video(id).await
    }

    async fn status(&self, url: &str) -> u16 {
        self.http.get(url).send().await.unwrap().status().as_u16()
    }

    /// An address as a page reads it.
    fn absolute(&self, url: &str) -> String {
        if url.starts_with('/') { format!("{}{url}", self.base) } else { url.to_owned() }
    }

    /// What is at an address: it is there, and may be read by pages of other origins.
    async fn read(&self, url: &str) -> (HeaderMap, Vec<u8>) {
        let url = &self.absolute(url);
        let answer = self.http.get(url).header("origin", &self.base).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{url}");
        (answer.headers().clone(), answer.bytes().await.unwrap().to_vec())
    }

    /// Sends the bytes as the target says, in the smallest chunks that it allows.
    async fn upload(&self, created: &CreatedVideo, bytes: &[u8]) {
        let target = &created.upload;
        let chunk = usize::try_from(target.min_chunk.next_multiple_of(target.chunk_multiple)).unwrap();
        for (index, part) in bytes.chunks(chunk).enumerate() {
            let (begin, end) = (index * chunk, index * chunk + part.len());
            let last = end == bytes.len();
            let (method, wanted) = match target.protocol {
                Protocol::Resumable => (Method::PUT, if last { 200..=201 } else { 308..=308 }),
                Protocol::Tus => (Method::PATCH, 204..=204),
                other => panic!("{other:?}"),
            };
            let mut request = self.http.request(method, &target.url).body(part.to_vec()).header("origin", &self.base);
            request = match target.protocol {
                Protocol::Tus => request
                    .header("tus-resumable", "1.0.0")
                    .header("upload-offset", begin)
                    .header("content-type", "application/offset+octet-stream"),
                _ => request.header("content-range", format!("bytes {begin}-{}/{}", end - 1, bytes.len())),
            };
            let answer = request.send().await.unwrap();
            assert!(wanted.contains(&answer.status().as_u16()), "{}", answer.status());
        }
    }

    /// Time passes, and whoever is due is asked for.
    async fn after(&self, seconds: u64) {
        self.clock.turn(Duration::from_secs(seconds));
        poll::round(&self.app).await.unwrap();
    }
}

fn film() -> Arc<Film> {
    Arc::new(Film::made(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("film")).unwrap())
}

/// Bytes of which no two stretches are alike.
fn bytes(count: usize) -> Vec<u8> {
    (0_u64..).flat_map(|n| n.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes()).take(count).collect()
}

/// From the file to the end. `asks`: no webhook comes, and the server has to ask.
async fn main_job<S: Service>(asks: bool) {
    let service = S::start(film()).await;
    let server = Server::start(&service, "").await;
    let mishap = if asks { Mishap::Lost } else { Mishap::Twice };
    service.plan(Plan { kind: None, times: 1000, mishap });
    let bytes = bytes(6_000_000);
    let created = server.create(bytes.len()).await;
    let id = &created.video.id;
    server.upload(&created, &bytes).await;
    let row = server.app.videos().get(id).await.unwrap().unwrap();
    assert_eq!(service.received(row.upload_id.as_deref().unwrap()), (bytes.len(), secret::sha256(&bytes)));
    if asks {
        assert_eq!(server.video(id).await.status, VideoStatus::AwaitingUpload);
        // The emulator's own clock runs: it may take a question or two.
        for _ in 0..10 {
            server.after(61).await;
        }
    }
    let ready = server.becomes(id, VideoStatus::Ready).await;
    assert!(ready.duration.is_some_and(|duration| duration > 1.0), "{ready:?}");
    let playback: Playback =
        serde_json::from_value(json(server.http.get(format!("{}/api/videos/{id}/playback", server.base))).await)
            .unwrap();
    let (_, playlist) = server.read(&playback.hls).await;
    let playlist = String::from_utf8(playlist).unwrap();
    assert!(playlist.starts_with("#EXTM3U") && playlist.contains("#EXT-X-STREAM-INF"), "{playlist}");
    let (headers, picture) = server.read(playback.poster.as_ref().unwrap()).await;
    assert!(headers["content-type"].to_str().unwrap().starts_with("image/") && picture.len() > 1000);
    let storyboard = playback.storyboard.as_ref().unwrap();
    let tiles = String::from_utf8(server.read(storyboard).await.1).unwrap();
    let first = tiles.lines().find(|line| line.starts_with("http")).unwrap();
    assert!(tiles.starts_with("WEBVTT"), "{tiles}");
    assert!(server.read(first.split('#').next().unwrap()).await.1.len() > 500, "{first}");
    let bare = server.absolute(storyboard.split('?').next().unwrap());
    assert!((401..=403).contains(&server.status(&bare).await), "it may not be had without a token");
    // What is signed is played with a token only, and with no other's.
    let token = playback.hls.split(['=', '/']).find(|part| part.starts_with("eyJ")).unwrap();
    let forged = playback.hls.replace(token, &format!("{}x", &token[..token.len() - 1]));
    assert!((401..=403).contains(&server.status(&forged).await));
    let playback_id = row_playback_id(&server, id).await;
    let without = match S::MAP {
        "mux" => playback.hls.split('?').next().unwrap().to_owned(),
        _ => playback.hls.replace(token, &playback_id),
    };
    assert!((401..=403).contains(&server.status(&without).await));
    let picture = json(server.http.get(format!("{}/api/videos/{id}/thumbnail?time=1&width=160", server.base))).await;
    assert!(server.read(picture["url"].as_str().unwrap()).await.1.len() > 500);

    let asset = server.app.videos().get(id).await.unwrap().unwrap().external_id.unwrap();
    let (address, credentials) = service.asset(&asset);
    let there = server.http.get(&address).header("authorization", &credentials);
    assert_eq!(there.try_clone().unwrap().send().await.unwrap().status(), 200);
    let deleted = server.http.delete(format!("{}/api/videos/{id}", server.base)).header("origin", &server.base);
    assert_eq!(deleted.send().await.unwrap().status(), 204);
    assert_eq!(there.send().await.unwrap().status(), 404, "the service has it no more");
    assert!(!(200..300).contains(&server.status(&playback.hls).await));
}

async fn row_playback_id(server: &Server, id: &str) -> String {
    let remote = reelway_server::db::Remote::new(server.app.db().clone());
    remote.get(id).await.unwrap().unwrap().playback_id.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn mux_by_webhooks_that_come_twice() {
    main_job::<Mux>(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn mux_without_a_webhook() {
    main_job::<Mux>(true).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cloudflare_by_webhooks_that_come_twice() {
    main_job::<Cloudflare>(false).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cloudflare_without_a_webhook() {
    main_job::<Cloudflare>(true).await;
}

/// What the service can't make a video of fails with the service's reason.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_video_fails_at_both() {
    async fn fails<S: Service>(service: &S) -> Video {
        let server = Server::start(service, "").await;
        let bytes = bytes(300_000);
        let created = server.create(bytes.len()).await;
        server.upload(&created, &bytes).await;
        server.becomes(&created.video.id, VideoStatus::Failed).await
    }
    let mux = <Mux as Service>::start(film()).await;
    mux.next_outcome(mux::state::Outcome::AssetErrored(mux::state::Fault {
        kind: "invalid_input".into(),
        message: "No video in it.".into(),
    }));
    let error = fails(&mux).await.error.unwrap();
    assert_eq!(error.code.as_str(), "corrupt");
    let stream = <Cloudflare as Service>::start(film()).await;
    stream.next_outcome(cloudflare::state::Outcome::Error { code: "ERR_NON_VIDEO".into(), text: "not a video".into() });
    let error = fails(&stream).await.error.unwrap();
    assert_eq!(error.code.as_str(), "not_a_video");
    assert!(error.message.ends_with("not a video"), "{}", error.message);
}

/// Public videos play by their bare addresses.
#[tokio::test(flavor = "multi_thread")]
async fn public_videos_play_without_a_token_at_both() {
    async fn plays<S: Service>() {
        let service = S::start(film()).await;
        let server = Server::start(&service, "playback.policy = 'public'\n").await;
        let bytes = bytes(300_000);
        let created = server.create(bytes.len()).await;
        server.upload(&created, &bytes).await;
        let playback = server.becomes(&created.video.id, VideoStatus::Ready).await.playback.unwrap();
        assert!(!playback.hls.contains("eyJ") && playback.expires_at.is_none(), "{}", playback.hls);
        server.read(&playback.hls).await;
        server.read(playback.poster.as_ref().unwrap()).await;
        let tiles = String::from_utf8(server.read(playback.storyboard.as_ref().unwrap()).await.1).unwrap();
        assert!(tiles.starts_with("WEBVTT") && !tiles.contains("eyJ"), "{tiles}");
    }
    plays::<Mux>().await;
    plays::<Cloudflare>().await;
}
