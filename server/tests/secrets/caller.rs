//! Who calls the server, and remembers what was answered.

use std::{
    sync::Mutex,
    time::{Duration, Instant},
};

use axum::http::Method;
use reelway_api::{Playback, Protocol, UploadTarget};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Somebody with a ticket.
pub struct Caller {
    pub ticket: String,
    base: String,
    http: reqwest::Client,
    answers: Mutex<Vec<(String, String)>>,
}

impl Caller {
    /// With this ticket, at this server.
    pub fn with(base: &str, ticket: &str) -> Self {
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { ticket: ticket.to_owned(), base: base.to_owned(), http, answers: Mutex::default() }
    }

    /// The same, with a ticket that nobody has signed.
    pub fn forger(&self) -> Self {
        let (rest, signature) = self.ticket.rsplit_once('.').unwrap();
        Self::with(&self.base, &format!("{rest}.{}", signature.chars().rev().collect::<String>()))
    }

    /// What was answered so far: to what, and the head and body.
    pub fn answers(&self) -> Vec<(String, String)> {
        self.answers.lock().unwrap().clone()
    }

    async fn answered(&self, name: String, request: reqwest::RequestBuilder) -> (u16, Vec<u8>) {
        let answer = request.send().await.unwrap();
        let (status, head) = (answer.status().as_u16(), format!("{:?}", answer.headers()));
        let body = answer.bytes().await.map(|bytes| bytes.to_vec()).unwrap_or_default();
        self.answers.lock().unwrap().push((name, format!("{head}\n{}", String::from_utf8_lossy(&body))));
        (status, body)
    }

    fn address(&self, url: &str) -> String {
        if url.starts_with('/') { format!("{}{url}", self.base) } else { url.to_owned() }
    }

    pub async fn send(&self, method: &str, path: &str, body: &Value) -> (u16, Vec<u8>) {
        let method = Method::from_bytes(method.as_bytes()).unwrap();
        let request = self.http.request(method, self.address(path)).bearer_auth(&self.ticket);
        let request = request.header("content-type", "application/json").body(body.to_string());
        self.answered(path.to_owned(), request).await
    }

    pub async fn get(&self, path: &str) -> (u16, Vec<u8>) {
        self.answered(path.to_owned(), self.http.get(self.address(path)).bearer_auth(&self.ticket)).await
    }

    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> T {
        let (status, body) = self.send("POST", path, body).await;
        serde_json::from_slice(&body).unwrap_or_else(|_| panic!("{path}: {status} {}", String::from_utf8_lossy(&body)))
    }

    /// How a video is played, once there is a picture of it.
    pub async fn playback(&self, id: &str) -> Playback {
        let started = Instant::now();
        loop {
            let (status, body) = self.get(&format!("/api/videos/{id}/playback")).await;
            let playback: Playback = serde_json::from_slice(&body).unwrap();
            if playback.poster.is_some() {
                return playback;
            }
            assert!(started.elapsed() < Duration::from_secs(60), "{status}: no picture: {playback:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Without a ticket, as players fetch.
    pub async fn fetch(&self, url: &str) -> (u16, Vec<u8>) {
        let request = self.http.get(self.address(url));
        match url.starts_with('/') {
            true => self.answered(url.split('?').next().unwrap().to_owned(), request).await,
            // A service's own answers are its own.
            false => {
                let answer = request.send().await.unwrap();
                (answer.status().as_u16(), answer.bytes().await.unwrap().to_vec())
            }
        }
    }

    /// A webhook, of which this is the header that should make it believed.
    pub async fn tell(&self, path: &str, name: &str, value: &str) -> u16 {
        let request = self.http.post(self.address(path)).header(name, value).body("{}");
        self.answered(path.to_owned(), request).await.0
    }

    pub async fn put_captions(&self, id: &str) {
        let url = self.address(&format!("/api/videos/{id}/tracks?language=en"));
        let request = self.http.post(url).bearer_auth(&self.ticket).header("content-type", "text/vtt");
        let body = "WEBVTT\n\n00:00.000 --> 00:01.000\nHello\n";
        assert_eq!(self.answered("tracks".to_owned(), request.body(body)).await.0, 201);
    }

    /// Listens until the video has this status.
    pub async fn hear(&self, url: &str, status: &str) {
        let listening = async {
            loop {
                let mut events = self.http.get(self.address(url)).send().await.unwrap();
                let mut heard = String::new();
                while let Ok(Some(bytes)) = events.chunk().await {
                    heard += &String::from_utf8_lossy(&bytes);
                    self.answers.lock().unwrap().push(("events".to_owned(), heard.clone()));
                    assert!(!heard.contains("\"status\":\"failed\""), "{heard}");
                    if heard.contains(&format!("\"status\":\"{status}\"")) {
                        return;
                    }
                }
            }
        };
        tokio::time::timeout(Duration::from_secs(60), listening).await.expect("it gets ready in time");
    }

    /// Sends the bytes as the target says.
    pub async fn upload(&self, target: &UploadTarget, bytes: &[u8]) {
        let url = self.address(&target.url);
        let size = bytes.len();
        let body = bytes.to_vec();
        let answer = match target.protocol {
            Protocol::Resumable => {
                let range = format!("bytes 0-{}/{size}", size - 1);
                self.http.put(url).header("content-range", range).body(body).send().await
            }
            Protocol::Tus => {
                let request = self.http.patch(url).header("tus-resumable", "1.0.0").header("upload-offset", "0");
                request.header("content-type", "application/offset+octet-stream").body(body).send().await
            }
            Protocol::OciMultipart => {
                let opened = self.http.put(&url).header("opc-multipart", "true").send().await.unwrap();
                let opened: Value = serde_json::from_slice(&opened.bytes().await.unwrap()).unwrap();
                let parts = format!("{}{}", url.split("/p/").next().unwrap(), opened["accessUri"].as_str().unwrap());
                let sent = self.http.put(format!("{parts}1")).body(body).send().await.unwrap();
                assert!(sent.status().is_success());
                self.http.post(&parts).send().await
            }
            other => panic!("{other:?}"),
        };
        let status = answer.unwrap().status();
        assert!(status.is_success(), "{status}");
    }
}
