//! A session, and a client that says exactly what a test tells it to.

use std::sync::Arc;

use anyhow::{Context, Result};
use reelway_fault_provider::{Provider, Session, Setup, content::content};
use reqwest::{Client, Method, Response};
use serde_json::Value;

/// A client of one session, with the target that it got.
pub struct Dialogue {
    pub session: Arc<Session>,
    pub target: Value,
    pub file: Vec<u8>,
    client: Client,
}

impl Dialogue {
    /// Opens a session and asks for its target.
    pub async fn begin(setup: Setup) -> Result<Self> {
        let file = content(7, usize::try_from(setup.size)?);
        let session = Provider::start(Vec::new()).await?.open(setup).await?;
        let mut dialogue = Self { session, target: Value::Null, file, client: Client::new() };
        dialogue.target = dialogue.fresh_target().await?;
        Ok(dialogue)
    }

    pub async fn fresh_target(&self) -> Result<Value> {
        let answer = self.client.post(self.session.target_url()).send().await?;
        Ok(answer.error_for_status()?.json().await?)
    }

    /// The target's URL.
    pub fn url(&self) -> &str {
        self.target["url"].as_str().unwrap_or_default()
    }

    pub async fn say(
        &self,
        method: &str,
        url: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Result<Response, reqwest::Error> {
        let method = Method::from_bytes(method.as_bytes()).unwrap_or_default();
        // Relative to the origin, as `Location` and `accessUri` may be.
        let url = if url.starts_with('/') { format!("{}{url}", self.session.origin) } else { url.to_owned() };
        let mut request = self.client.request(method, url).body(body.to_vec());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await
    }

    /// A chunk of a resumable upload.
    pub async fn chunk(&self, first: usize, end: usize) -> Result<Response, reqwest::Error> {
        let range = format!("bytes {first}-{}/{}", end - 1, self.file.len());
        self.say("PUT", self.url(), &[("Content-Range", &range)], &self.file[first..end]).await
    }

    /// The status query of a resumable upload.
    pub async fn query(&self) -> Result<Response, reqwest::Error> {
        let range = format!("bytes */{}", self.file.len());
        self.say("PUT", self.url(), &[("Content-Range", &range)], &[]).await
    }
}

/// A header's text.
pub fn header<'a>(answer: &'a Response, name: &str) -> Result<&'a str> {
    Ok(answer.headers().get(name).with_context(|| format!("{name} is missing"))?.to_str()?)
}
