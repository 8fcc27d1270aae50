//! A Reelway server with a scripted service behind it.

use std::time::Duration;

use axum::{
    Router,
    body::Body,
    http::{Method, Request, header},
};
use hmac::{Hmac, KeyInit, Mac};
use reelway_api::{CreatedVideo, Video, VideoStatus};
use reelway_server::{
    access::{Keys, Reach},
    app::App,
    clock::Clock,
    config::{Config, ProviderConfig, ProviderKind},
    http, providers,
    secrets::Secrets,
};
use serde_json::{Value, json};
use sha2::Sha256;
use tempfile::TempDir;

use crate::{
    answer::{Answer, call},
    service::{Reply, Service},
};

/// A private key of nobody's.
pub const KEY: &str = include_str!("../throwaway_rsa.pem");
pub const SECRETS: [(&str, &str); 5] = [
    ("VIDEO_CDN_TOKEN", "token-id-7f3a"),
    ("VIDEO_CDN_SECRET", "token-secret-91bc"),
    ("VIDEO_WEBHOOK_SECRET", "whsec-55d0"),
    ("VIDEO_SIGNING_KEY", "KEYID1"),
    ("VIDEO_PRIVATE_KEY", KEY),
];

/// Opens an upload at Mux.
pub const CREATE: &str = "POST /video/v1/uploads";
pub const UPLOAD: &str = "GET /video/v1/uploads/UP1";
pub const CANCEL: &str = "PUT /video/v1/uploads/UP1/cancel";
pub const ASSET: &str = "GET /video/v1/assets/AS1";
pub const REMOVE: &str = "DELETE /video/v1/assets/AS1";

pub struct Bench {
    pub app: App,
    pub router: Router,
    pub clock: Clock,
    pub service: Service,
    settings: String,
    map: &'static str,
    folder: TempDir,
}

impl Bench {
    pub async fn mux() -> Self {
        Self::mux_with("").await
    }

    pub async fn mux_with(settings: &str) -> Self {
        Self::with("mux", settings).await
    }

    pub async fn with(map: &'static str, settings: &str) -> Self {
        let service = Service::start().await;
        let folder = tempfile::tempdir().unwrap();
        let clock = Clock::standing(1_700_000_000_000);
        let hosts = ["api_base", "stream_base", "image_base"].map(|name| match settings.contains(name) {
            true => String::new(),
            false => format!("hosts.{name} = \"{}\"\n", service.base),
        });
        // Real time: what is silent is silent for this long.
        let settings = format!("limits.timeout = 0.4\n{}{settings}", hosts.concat());
        let (app, router) = open(&folder, map, &settings, clock.clone()).await;
        Self { app, router, clock, service, settings, map, folder }
    }

    /// As if the process had died and another one had started on the same folder.
    pub async fn restart(self) -> Self {
        self.app.db().close().await;
        let (app, router) = open(&self.folder, self.map, &self.settings, self.clock.clone()).await;
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

    pub async fn delete(&self, id: &str) -> Answer {
        self.call(request(Method::DELETE, &format!("/api/videos/{id}")).body(Body::empty()).unwrap()).await
    }

    /// Asks for an upload of 1000 bytes.
    pub async fn ask(&self) -> Answer {
        self.send(Method::POST, "/api/videos", json!({"filename": "holiday.mp4", "size": 1000})).await
    }

    /// A video whose upload UP1 is open.
    pub async fn create(&self) -> CreatedVideo {
        self.service.script(CREATE, [opened()]);
        let answer = self.ask().await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        answer.json()
    }

    pub async fn video(&self, id: &str) -> Video {
        self.get(&format!("/api/videos/{id}")).await.json()
    }

    pub async fn status(&self, id: &str) -> VideoStatus {
        self.video(id).await.status
    }

    pub async fn videos(&self) -> usize {
        self.app.videos().list(Reach::default(), None, 100).await.unwrap().len()
    }

    /// Time passes, and whoever is due is asked for.
    pub async fn after(&self, seconds: u64) {
        self.clock.turn(Duration::from_secs(seconds));
        providers::poll::round(&self.app).await.unwrap();
    }

    /// A service that answers after some trouble: the video is ready in the end, and is not asked for any more.
    pub async fn ends_ready_once(&self, id: &str, name: &str) -> Video {
        for _ in 0..20 {
            self.after(61).await;
        }
        let video = self.video(id).await;
        assert_eq!(video.status, VideoStatus::Ready, "{name}: {:?}", video.error);
        let asked = self.service.seen().len();
        self.after(600).await;
        let (revision, asked_since) = (self.video(id).await.revision, self.service.seen().len());
        assert_eq!((revision, asked_since), (video.revision, asked), "{name}: once");
        video
    }

    /// An event of the service's, signed now.
    pub async fn event(&self, event: &Value) -> Answer {
        let body = event.to_string();
        let signature = sign("whsec-55d0", self.clock.now() / 1000, body.as_bytes());
        self.webhook("service", Some(&signature), body.into_bytes()).await
    }

    pub async fn webhook(&self, provider: &str, signature: Option<&str>, body: Vec<u8>) -> Answer {
        webhook(&self.router, provider, signature, body).await
    }
}

pub async fn webhook(router: &Router, provider: &str, signature: Option<&str>, body: Vec<u8>) -> Answer {
    let mut request = request(Method::POST, &format!("/webhooks/{provider}"));
    if let Some(signature) = signature {
        request = request
            .header("Mux-Signature", signature)
            .header("Webhook-Signature", signature.replace("t=", "time=").replace("v1=", "sig1="));
    }
    call(router, request.body(Body::from(body)).unwrap()).await
}

async fn open(folder: &TempDir, map: &str, settings: &str, clock: Clock) -> (App, Router) {
    let mut config = Config { data_dir: folder.path().to_owned(), provider: "service".to_owned(), ..Config::default() };
    config.limits.min_free_space = 0;
    let provider = ProviderConfig {
        map: Some(map.to_owned()),
        settings: settings.parse().unwrap(),
        ..ProviderConfig::new(ProviderKind::Http)
    };
    config.providers.insert("service".to_owned(), provider);
    let keys = Keys::open(&config.tickets, |_| None).unwrap();
    let app = App::open_with(config, clock, keys, &Secrets::of(SECRETS)).await.unwrap();
    (app.clone(), http::router(app))
}

fn request(method: Method, path: &str) -> axum::http::request::Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, "127.0.0.1:8787")
        .header(header::ORIGIN, "http://127.0.0.1:8787")
}

/// `t=…,v1=…`
pub fn sign(secret: &str, time: u64, body: &[u8]) -> String {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{time}.").as_bytes());
    mac.update(body);
    let code: String = mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
    format!("t={time},v1={code}")
}

/// The answer that opens the upload UP1. Its URL is a secret.
pub fn opened() -> Reply {
    Reply::Json(
        201,
        json!({"data": {"id": "UP1", "url": "https://uploads.example/UP1?token=upload-secret-3e",
        "status": "waiting", "timeout": 86400, "new": "field"}}),
    )
}

pub fn upload(status: &str) -> Value {
    let mut data = json!({"id": "UP1", "status": status});
    if status == "asset_created" {
        data["asset_id"] = "AS1".into();
    }
    if status == "waiting" {
        data["url"] = "https://uploads.example/UP1?token=upload-secret-3e".into();
    }
    data
}

pub fn asset(status: &str) -> Value {
    let mut data = json!({"id": "AS1", "status": status, "upload_id": "UP1", "created_at": 1_700_000_000,
        "playback_ids": [{"id": "PB1", "policy": "signed"}]});
    match status {
        "ready" => data["duration"] = 10.0.into(),
        "errored" => data["errors"] = json!({"type": "invalid_input", "messages": ["The file is no video."]}),
        _ => {}
    }
    data
}

pub fn ok(data: Value) -> Reply {
    Reply::Json(200, json!({ "data": data }))
}

/// An event about an upload or asset, as Mux sends it.
pub fn event(id: &str, kind: &str, data: Value) -> Value {
    json!({"type": kind, "id": id, "created_at": "2024-01-02T03:04:05.000000Z", "environment": {"name": "x", "id": "y"},
        "object": {"type": "asset", "id": data["id"]}, "request_id": null, "data": data, "attempts": []})
}
