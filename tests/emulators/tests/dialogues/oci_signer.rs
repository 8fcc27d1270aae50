//! A client of OCI that signs as it is told to.

use anyhow::Result;
use reelway_emulators::{
    oci::{Oci, principal},
    rsa::PrivateKey,
    secret,
};
use reqwest::Response;
use serde_json::Value;

use crate::client::{json, say};

/// Whoever signs.
pub struct Signer {
    pub key: PrivateKey,
    pub id: String,
}

/// What a request signs, and how.
pub const BASIC: [&str; 3] = ["date", "(request-target)", "host"];
pub const FULL: [&str; 6] = ["date", "(request-target)", "host", "content-length", "content-type", "x-content-sha256"];

impl Signer {
    /// The emulator's own API key.
    pub fn of(oci: &Oci) -> Result<Self> {
        let key = PrivateKey::from_pem(&oci.key_pem()?)?;
        let id = principal::key_id(&oci.setup().tenancy, &oci.setup().user, &key)?;
        Ok(Self { key, id })
    }

    /// The headers of a request with this list, on the emulator's clock.
    pub fn sign(
        &self,
        oci: &Oci,
        method: &str,
        url: &str,
        body: &[u8],
        list: &[&str],
    ) -> Result<Vec<(String, String)>> {
        let (host, path) = url.trim_start_matches("http://").split_once('/').unwrap_or((url, ""));
        let now = i64::try_from(oci.desk().clock.seconds())?;
        let date = chrono::DateTime::from_timestamp(now, 0).unwrap_or_default();
        let date = date.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        let digest = secret::sha256_base64(body);
        let value = |name: &str| match name {
            "date" => date.clone(),
            "(request-target)" => format!("{} /{path}", method.to_lowercase()),
            "host" => host.to_owned(),
            "content-length" => body.len().to_string(),
            "content-type" => "application/json".to_owned(),
            _ => digest.clone(),
        };
        let lines: Vec<String> = list.iter().map(|name| format!("{name}: {}", value(name))).collect();
        let signature = secret::base64(&self.key.sign(lines.join("\n").as_bytes())?);
        let authorization = format!(
            "Signature algorithm=\"rsa-sha256\",headers=\"{}\",keyId=\"{}\",signature=\"{signature}\",version=\"1\"",
            list.join(" "),
            self.id
        );
        let mut headers = vec![("authorization".to_owned(), authorization), ("date".to_owned(), date.clone())];
        headers.push(("content-type".to_owned(), "application/json".to_owned()));
        headers.push(("x-content-sha256".to_owned(), digest.clone()));
        Ok(headers)
    }

    /// A signed request, with its body as it is.
    pub async fn send(&self, oci: &Oci, method: &str, url: &str, body: &[u8]) -> Result<Response> {
        let list: &[&str] = if body.is_empty() && method != "POST" { &BASIC } else { &FULL };
        send(method, url, &self.sign(oci, method, url, body, list)?, body).await
    }

    /// A signed request in JSON, and its answer.
    pub async fn ask(&self, oci: &Oci, method: &str, url: &str, body: &Value) -> Result<Value> {
        let body = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        json(self.send(oci, method, url, &body).await?).await
    }
}

/// A request with these headers.
pub async fn send(method: &str, url: &str, headers: &[(String, String)], body: &[u8]) -> Result<Response> {
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    say(method, url, &headers, body).await
}
