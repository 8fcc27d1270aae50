//! A Reelway server with Oracle's services behind it, and one time for all of them.

use std::{path::Path, sync::Arc, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Method, Request, header},
};
use reelway_api::{CreatedVideo, Playback, Protocol, UploadTarget, Video, VideoStatus};
use reelway_emulators::{
    Film,
    clock::Turn,
    oci::{Oci, Setup},
};
use reelway_server::{
    access::{Keys, Reach},
    app::App,
    clock::Clock,
    config::{Config, ProviderConfig, ProviderKind},
    db::{Remote, RemoteRow},
    http,
    providers::{
        self,
        oci::{
            client::{Client, model::Job},
            settings::Settings,
            setup::{client, setup},
        },
    },
    secrets::Secrets,
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::answer::{Answer, call};

/// Seconds since the Unix epoch.
pub const NOW: u64 = 1_800_000_000;
/// What the subscription's URL has in it.
pub const CREDENTIALS: &str = "oracle:notification-secret-4c";
/// The file: two parts of it.
pub const FILE: [&[u8]; 2] = [b"the first part", b"the second part"];

pub struct Bench {
    pub app: App,
    pub router: Router,
    pub clock: Clock,
    pub oci: Oci,
    pub config: Config,
    pub secrets: Secrets,
    _folder: TempDir,
}

fn film() -> Arc<Film> {
    Arc::new(Film::made(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("film")).unwrap())
}

pub const API_KEY: &str = "auth = { kind = 'api_key', tenancy = 'ocid1.tenancy.oc1..t', user = 'ocid1.user.oc1..u' }\n";

impl Bench {
    pub async fn new() -> Self {
        Self::with("").await
    }

    pub async fn with(settings: &str) -> Self {
        Self::signed(API_KEY, settings).await
    }

    /// With these lines of configuration, and whoever signs.
    pub async fn signed(auth: &str, settings: &str) -> Self {
        Self::set_up(Setup::new(film()), auth, settings).await
    }

    /// With jobs that take this long.
    pub async fn slow(processing: Duration, settings: &str) -> Self {
        Self::set_up(Setup { processing, ..Setup::new(film()) }, API_KEY, settings).await
    }

    async fn set_up(setup: Setup, auth: &str, settings: &str) -> Self {
        let oci = Oci::start(setup).await.unwrap();
        oci.desk().clock.turn(Turn::Stop(NOW));
        let folder = tempfile::tempdir().unwrap();
        let hosts = oci.hosts();
        let settings = format!(
            "region = 'us-phoenix-1'\ncompartment = 'ocid1.compartment.oc1..c'\nbucket = 'in'\noutput_bucket = 'out'\n\
             {auth}{settings}\n[hosts]\nmedia = '{}'\nobject_storage = '{}'\nstreams = '{}'\nfederation = '{}'\n\
             metadata = '{}/opc/v2'\n",
            hosts.media, hosts.storage, hosts.streams, hosts.auth, hosts.metadata
        );
        let mut config =
            Config { data_dir: folder.path().to_owned(), provider: "oracle".to_owned(), ..Config::default() };
        config.limits.min_free_space = 0;
        let provider = ProviderConfig { settings: settings.parse().unwrap(), ..ProviderConfig::new(ProviderKind::Oci) };
        config.providers.insert("oracle".to_owned(), provider);
        let pem = oci.key_pem().unwrap();
        let secrets = Secrets::of([("VIDEO_PRIVATE_KEY", pem.as_str()), ("VIDEO_WEBHOOK_SECRET", CREDENTIALS)]);
        let clock = Clock::standing(NOW * 1000);
        let (app, router) = open(&config, &clock, &secrets).await;
        Self { app, router, clock, oci, config, secrets, _folder: folder }
    }

    /// As if the process had died and another one had started on the same folder.
    pub async fn restart(self) -> Self {
        self.app.db().close().await;
        let (app, router) = open(&self.config, &self.clock, &self.secrets).await;
        Self { app, router, ..self }
    }

    pub async fn call(&self, request: Request<Body>) -> Answer {
        call(&self.router, request).await
    }

    pub async fn send(&self, method: Method, path: &str, body: Value) -> Answer {
        let request = request(method, path).header(header::CONTENT_TYPE, "application/json");
        self.call(request.body(Body::from(body.to_string())).unwrap()).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(request(Method::GET, path).body(Body::empty()).unwrap()).await
    }

    /// A video whose upload is open.
    pub async fn create(&self) -> CreatedVideo {
        let size: usize = FILE.iter().map(|part| part.len()).sum();
        let asked = json!({"filename": "../my holiday.mp4", "size": size, "content_type": "video/mp4"});
        let answer = self.send(Method::POST, "/api/videos", asked).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    /// A video whose file has arrived at Oracle.
    pub async fn uploaded(&self) -> String {
        let CreatedVideo { video, upload } = self.create().await;
        upload_to(&upload).await;
        video.id
    }

    pub async fn video(&self, id: &str) -> Video {
        self.get(&format!("/api/videos/{id}")).await.json()
    }

    pub async fn playback(&self, id: &str) -> Playback {
        self.get(&format!("/api/videos/{id}/playback")).await.json()
    }

    /// Time passes for all.
    pub fn turn(&self, seconds: u64) {
        self.clock.turn(Duration::from_secs(seconds));
        self.oci.desk().clock.turn(Turn::Stop(self.clock.now() / 1000));
    }

    /// Time passes, and whoever is due is asked for.
    pub async fn after(&self, seconds: u64) {
        self.turn(seconds);
        providers::poll::round(&self.app).await.unwrap();
    }

    /// Asks until nothing happens to the video any more.
    pub async fn settled(&self, id: &str) -> Video {
        for _ in 0..30 {
            let video = self.video(id).await;
            if video.status.is_final() {
                return video;
            }
            self.after(16).await;
        }
        panic!("{:?} for ever", self.video(id).await.status);
    }

    /// A video that plays.
    pub async fn ready(&self) -> Video {
        let id = self.uploaded().await;
        let video = self.settled(&id).await;
        assert_eq!(video.status, VideoStatus::Ready, "{:?}", video.error);
        video
    }

    /// What the server keeps of a video at Oracle.
    pub async fn remote(&self, id: &str) -> RemoteRow {
        Remote::new(self.app.db().clone()).get(id).await.unwrap().unwrap_or_default()
    }

    /// Oracle's client, as the server has it.
    pub fn client(&self) -> (Client, Settings) {
        let setup = setup(&self.config.providers["oracle"], &self.secrets).unwrap();
        (client(&setup.settings, setup.principal, self.clock.clone()).unwrap(), setup.settings)
    }

    /// The jobs of this name that there are at Oracle.
    pub async fn jobs(&self, name: &str) -> Vec<Job> {
        let (client, settings) = self.client();
        client.jobs(&settings.compartment, name).await.unwrap()
    }

    /// How many videos there are.
    pub async fn videos(&self) -> usize {
        self.app.videos().list(Reach::default(), None, 100).await.unwrap().len()
    }

    /// How many requests have come for a path that begins so.
    pub fn count(&self, method: &str, path: &str) -> usize {
        let log = self.oci.desk().log();
        log.iter().filter(|entry| entry.method == method && entry.path.starts_with(path)).count()
    }

    /// How many requests have come at all.
    pub fn requests(&self) -> usize {
        self.oci.desk().log().len()
    }
}

async fn open(config: &Config, clock: &Clock, secrets: &Secrets) -> (App, Router) {
    let keys = Keys::open(&config.tickets, |_| None).unwrap();
    let app = App::open_with(config.clone(), clock.clone(), keys, secrets).await.unwrap();
    (app.clone(), http::router(app))
}

pub fn request(method: Method, path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "127.0.0.1:8787")
        .header(header::ORIGIN, "http://127.0.0.1:8787")
}

/// A client that does as a browser does.
pub fn browser() -> reqwest::Client {
    reqwest::Client::builder().no_proxy().build().unwrap()
}

/// Sends the file in two parts, as Oracle documents it. The status of the first answer that is no success, or 200.
pub async fn try_upload(target: &UploadTarget) -> u16 {
    assert_eq!(target.protocol, Protocol::OciMultipart);
    let browser = browser();
    let opened = browser.put(&target.url).header("opc-multipart", "true").send().await.unwrap();
    if !opened.status().is_success() {
        return opened.status().as_u16();
    }
    let opened: Value = serde_json::from_slice(&opened.bytes().await.unwrap()).unwrap();
    let host = target.url.split("/p/").next().unwrap();
    let parts = format!("{host}{}", opened["accessUri"].as_str().unwrap());
    for (number, part) in FILE.iter().enumerate() {
        let sent = browser.put(format!("{parts}{}", number + 1)).body(part.to_vec()).send().await.unwrap();
        assert!(sent.status().is_success(), "{}", sent.status());
    }
    browser.post(&parts).send().await.unwrap().status().as_u16()
}

pub async fn upload_to(target: &UploadTarget) {
    assert_eq!(try_upload(target).await, 200);
}

/// The status of a GET.
pub async fn status(url: &str) -> u16 {
    browser().get(url).send().await.unwrap().status().as_u16()
}
