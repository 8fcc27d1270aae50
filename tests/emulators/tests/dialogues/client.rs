//! A client that says exactly what a test tells it to.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, Result, bail};
use reelway_emulators::{Film, secret};
use reqwest::{Client, Method, Response};
use serde_json::Value;

/// What plays.
pub fn film() -> Result<Arc<Film>> {
    Ok(Arc::new(Film::made(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("film"))?))
}

/// A request of any method.
pub async fn say(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Result<Response> {
    let method = Method::from_bytes(method.as_bytes())?;
    let mut request = Client::new().request(method, url).body(body.to_vec());
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    Ok(request.send().await?)
}

/// The status of a `GET`.
pub async fn status(url: &str) -> Result<u16> {
    Ok(say("GET", url, &[], &[]).await?.status().as_u16())
}

/// What an answer says in JSON.
pub async fn json(answer: Response) -> Result<Value> {
    let bytes = answer.bytes().await?;
    serde_json::from_slice(&bytes).with_context(|| String::from_utf8_lossy(&bytes).into_owned())
}

/// A header's text. Empty: it is missing.
pub fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// `Authorization` of HTTP Basic.
pub fn basic(name: &str, password: &str) -> String {
    format!("Basic {}", secret::base64(format!("{name}:{password}").as_bytes()))
}

/// Waits for what an emulator does in a task of its own.
pub async fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> Result<T> {
    for _ in 0..3000 {
        if let Some(found) = ask() {
            return Ok(found);
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    bail!("{what} did not come")
}

/// A file of vectors that vendors' own code has made. They lie beside the checkout, where there are any.
pub fn vectors(name: &str) -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let path = root.join("../shared/vectors").join(name);
    if !path.is_file() {
        eprintln!("SKIPPED: there is no ../shared/vectors/{name} beside this checkout");
        return None;
    }
    Some(path)
}
