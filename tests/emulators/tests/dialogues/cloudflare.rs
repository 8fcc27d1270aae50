//! Cloudflare Stream: what its SDK and tus-js-client don't say.

use std::time::Duration;

use anyhow::{Context, Result};
use reelway_emulators::{
    cloudflare::{Cloudflare, Setup},
    rsa::PrivateKey,
    secret,
};
use reelway_fault_provider::content::content;
use reqwest::Response;
use serde_json::{Value, json};

use crate::client::{film, header, json, say, status};

const LEAST: usize = 5_242_880;

struct Upload {
    cloudflare: Cloudflare,
    uid: String,
    url: String,
    file: Vec<u8>,
}

impl Upload {
    async fn begin(size: usize, more: &str) -> Result<Self> {
        let cloudflare = Cloudflare::start(Setup::new(film()?)).await?;
        let length = size.to_string();
        let metadata = format!("maxDurationSeconds NjAw{more}");
        let headers = [
            ("Authorization", "Bearer token"),
            ("Tus-Resumable", "1.0.0"),
            ("Upload-Length", &length),
            ("Upload-Metadata", &metadata),
        ];
        let url = format!("{}/client/v4/accounts/acc/stream?direct_user=true", cloudflare.hosts().api);
        let made = say("POST", &url, &headers, &[]).await?;
        assert_eq!(made.status(), 201);
        let (uid, url) = (header(&made, "stream-media-id").to_owned(), header(&made, "Location").to_owned());
        Ok(Self { cloudflare, uid, url, file: content(5, size) })
    }

    async fn patch(&self, offset: usize, end: usize) -> Result<Response> {
        let offset_text = offset.to_string();
        let headers = [
            ("Tus-Resumable", "1.0.0"),
            ("Upload-Offset", offset_text.as_str()),
            ("Content-Type", "application/offset+octet-stream"),
        ];
        say("PATCH", &self.url, &headers, &self.file[offset..end]).await
    }

    async fn video(&self) -> Result<Value> {
        let url = format!("{}/client/v4/accounts/acc/stream/{}", self.cloudflare.hosts().api, self.uid);
        Ok(json(say("GET", &url, &[("Authorization", "Bearer token")], &[]).await?).await?["result"].clone())
    }
}

#[tokio::test]
async fn chunks_have_a_least_size_and_a_quantum_but_for_the_last() -> Result<()> {
    let upload = Upload::begin(2 * LEAST + 10, "").await?;

    let short = upload.patch(0, LEAST - 262_144).await?;
    let odd = upload.patch(0, LEAST + 1).await?;
    let first = upload.patch(0, LEAST).await?;
    let again = upload.patch(0, LEAST).await?;
    let rest = upload.patch(LEAST, upload.file.len()).await?;
    let told = say("HEAD", &upload.url, &[("Tus-Resumable", "1.0.0")], &[]).await?;
    let unversioned = say("HEAD", &upload.url, &[], &[]).await?;

    let statuses = [&short, &odd, &first, &again, &rest].map(|answer| answer.status().as_u16());
    assert_eq!(statuses, [400, 400, 204, 409, 204]);
    assert_eq!(header(&first, "Upload-Offset"), LEAST.to_string());
    assert_eq!(header(&told, "Upload-Offset"), upload.file.len().to_string());
    assert!(header(&told, "Access-Control-Expose-Headers").contains("Upload-Offset"));
    assert_eq!(unversioned.status(), 412);
    assert_eq!(upload.cloudflare.received(&upload.uid)?, (upload.file.len(), secret::sha256(&upload.file)));
    Ok(())
}

#[tokio::test]
async fn a_video_waits_in_the_queue_is_worked_on_and_is_ready() -> Result<()> {
    let setup = Setup { processing: Duration::from_secs(100), ..Setup::new(film()?) };
    let cloudflare = Cloudflare::start(setup).await?;
    let form = format!("{}/client/v4/accounts/acc/stream/direct_upload", cloudflare.hosts().api);
    let asked = json!({ "maxDurationSeconds": 60 }).to_string();
    let made = json(say("POST", &form, &[("Authorization", "Bearer token")], asked.as_bytes()).await?).await?;
    let uid = made["result"]["uid"].as_str().context("there is no uid")?.to_owned();
    let url = made["result"]["uploadURL"].as_str().context("there is no URL")?.to_owned();
    let slow = Upload { cloudflare, uid, url, file: Vec::new() };
    let body = "--B\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\nfilm\r\n--B--\r\n";
    say("POST", &slow.url, &[("Content-Type", "multipart/form-data; boundary=B")], body.as_bytes()).await?;

    let mut states = Vec::new();
    for seconds in [0, 60, 60] {
        slow.cloudflare.desk().clock.advance(Duration::from_secs(seconds));
        let video = slow.video().await?;
        states.push(video["status"]["state"].as_str().unwrap_or_default().to_owned());
    }

    assert_eq!(states, ["queued", "inprogress", "ready"]);
    assert_eq!(slow.cloudflare.received(&slow.uid)?.0, 4);
    Ok(())
}

#[tokio::test]
async fn an_upload_url_is_over_at_its_expiry() -> Result<()> {
    let expiry = secret::base64(b"2030-01-01T00:00:00Z");
    let upload = Upload::begin(1000, &format!(",expiry {expiry}")).await?;
    assert_eq!(upload.video().await?["uploadExpiry"], "2030-01-01T00:00:00.000Z");

    upload.cloudflare.desk().clock.turn(reelway_emulators::clock::Turn::Stop(1_893_456_001));

    assert_eq!(upload.patch(0, 1000).await?.status(), 410);
    Ok(())
}

#[tokio::test]
async fn a_signed_video_plays_by_a_token_of_a_key_of_the_account() -> Result<()> {
    let cloudflare = Cloudflare::start(Setup::new(film()?)).await?;
    let uid = cloudflare.add_video(true);
    let keys = format!("{}/client/v4/accounts/acc/stream/keys", cloudflare.hosts().api);
    let made = json(say("POST", &keys, &[("Authorization", "Bearer token")], &[]).await?).await?;
    let id = made["result"]["id"].as_str().context("the key has no id")?;
    let pem = secret::from_base64(made["result"]["pem"].as_str().unwrap_or_default()).context("the key has no PEM")?;
    let key = PrivateKey::from_pem(&String::from_utf8(pem)?)?;
    let now = cloudflare.desk().clock.seconds();
    let video = &cloudflare.hosts().video;
    let manifest = |token: &str| format!("{video}/{token}/manifest/video.m3u8");
    let token = |claims: Value| key.jwt(&json!({ "alg": "RS256", "kid": id }), &claims);

    let right = status(&manifest(&token(json!({ "sub": uid, "kid": id, "exp": now + 60 }))?)).await?;
    let over = status(&manifest(&token(json!({ "sub": uid, "kid": id, "exp": now }))?)).await?;
    let early = status(&manifest(&token(json!({ "sub": uid, "exp": now + 60, "nbf": now + 30 }))?)).await?;
    let other = status(&manifest(&token(json!({ "sub": "other", "exp": now + 60 }))?)).await?;
    let forged =
        PrivateKey::generate()?.jwt(&json!({ "alg": "RS256", "kid": id }), &json!({ "sub": uid, "exp": now + 60 }))?;

    assert_eq!([right, over, early, other, status(&manifest(&forged)).await?], [200, 401, 401, 401, 401]);
    assert_eq!(status(&manifest(&uid)).await?, 401);
    Ok(())
}
