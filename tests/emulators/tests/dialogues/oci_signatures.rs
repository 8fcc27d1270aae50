//! Signatures of OCI: those that its SDK has made, and those that are wrong.

use std::{fs, time::Duration};

use anyhow::{Context, Result};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use reelway_emulators::{
    Clock,
    clock::Turn,
    oci::{Oci, Setup, sign::Signed},
    rsa::{PrivateKey, PublicKey},
    secret,
};
use serde_json::Value;

use crate::{
    client::{film, json, say, vectors},
    oci_signer::{BASIC, FULL, Signer, send},
};

/// The date of all vectors.
const THEN: u64 = 1_672_954_300;

#[test]
fn requests_signed_by_oracles_sdk_are_let_through_and_not_a_letter_changed() -> Result<()> {
    let Some(path) = vectors("oci_signing.json") else { return Ok(()) };
    let vectors: Value = serde_json::from_slice(&fs::read(path)?)?;
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let der = secret::from_base64(&text(&vectors["public_key_spki_b64"])).context("the key is no base64")?;
    let key = PublicKey::from_spki(&der).context("the key is short")?;
    let key_of = |id: &str| (vectors["keyId"] == id).then(|| key.clone());
    let clock = Clock::default();

    for case in vectors["cases"].as_array().context("there are no cases")? {
        let name = text(&case["name"]);
        let mut headers = HeaderMap::new();
        for (name, value) in case["request_headers"].as_object().into_iter().flatten() {
            headers.insert(HeaderName::try_from(name)?, HeaderValue::from_str(&text(value))?);
        }
        headers.insert("authorization", HeaderValue::from_str(&text(&case["authorization"]))?);
        let url = text(&case["url"]);
        let target = format!("/{}", url.splitn(4, '/').nth(3).unwrap_or_default());
        let method = Method::from_bytes(text(&case["method"]).as_bytes())?;
        let body = text(&case["body"]);
        let body = (name != "put-object-basic").then_some(body.as_bytes());
        let signed = Signed { method: &method, target: &target, headers: &headers, body, needs_host: true };

        clock.turn(Turn::Stop(THEN + 290));
        assert_eq!(signed.verify(&clock, key_of), Ok(()), "{name}");
        let other = format!("{target}x");
        assert!(Signed { target: &other, ..signed }.verify(&clock, key_of).is_err(), "{name}: another path");
        clock.turn(Turn::Stop(THEN + 301));
        assert!(signed.verify(&clock, key_of).is_err(), "{name}: five minutes later");
        clock.turn(Turn::Stop(THEN - 301));
        assert!(signed.verify(&clock, key_of).is_err(), "{name}: five minutes before");
    }
    Ok(())
}

#[tokio::test]
async fn a_request_signs_its_date_target_host_and_body_by_a_known_key() -> Result<()> {
    let oci = Oci::start(Setup::new(film()?)).await?;
    let signer = Signer::of(&oci)?;
    let url = format!("{}/20211101/mediaAssets", oci.hosts().media);
    let body = br#"{"compartmentId":"c","type":"PLAYLIST"}"#;
    let right = signer.sign(&oci, "POST", &url, body, &FULL)?;
    let status = async |headers: &[(String, String)], body: &[u8]| -> Result<u16> {
        Ok(send("POST", &url, headers, body).await?.status().as_u16())
    };

    assert_eq!(status(&right, body).await?, 200);
    assert_eq!(status(&right, br#"{"compartmentId":"d","type":"PLAYLIST"}"#).await?, 401, "another body");
    assert_eq!(status(&signer.sign(&oci, "POST", &url, body, &BASIC)?, body).await?, 401, "the body is not signed");
    assert_eq!(status(&signer.sign(&oci, "POST", &url, body, &FULL[1..])?, body).await?, 401, "the date is not signed");
    assert_eq!(status(&signer.sign(&oci, "PUT", &url, body, &FULL)?, body).await?, 401, "another method");
    assert_eq!(status(&[], body).await?, 401, "not signed at all");
    let stranger = Signer { key: PrivateKey::generate()?, id: signer.id.clone() };
    assert_eq!(status(&stranger.sign(&oci, "POST", &url, body, &FULL)?, body).await?, 401, "another key");
    let unknown = Signer { key: PrivateKey::from_pem(&oci.key_pem()?)?, id: "t/u/00".into() };
    let refused = json(send("POST", &url, &unknown.sign(&oci, "POST", &url, body, &FULL)?, body).await?).await?;
    assert_eq!(refused["code"], "NotAuthenticated");
    oci.desk().clock.advance(Duration::from_secs(400));
    assert_eq!(status(&right, body).await?, 401, "an old request");
    Ok(())
}

#[tokio::test]
async fn a_token_of_an_instance_is_over_in_time() -> Result<()> {
    let oci = Oci::start(Setup::new(film()?)).await?;
    let key = PrivateKey::generate()?;
    let token = oci.issue_token(key.public())?;
    let signer = Signer { key, id: format!("ST${token}") };
    let url = format!("{}/n", oci.hosts().storage);

    assert_eq!(signer.send(&oci, "GET", &url, &[]).await?.status(), 200);
    oci.desk().clock.advance(Duration::from_secs(1201));
    assert_eq!(signer.send(&oci, "GET", &url, &[]).await?.status(), 401);
    Ok(())
}

#[tokio::test]
async fn metadata_is_for_those_who_say_that_they_mean_it() -> Result<()> {
    let oci = Oci::start(Setup::new(film()?)).await?;
    let url = format!("{}/opc/v2/instance/region", oci.hosts().metadata);

    assert_eq!(say("GET", &url, &[], &[]).await?.status(), 401);
    assert_eq!(say("GET", &url, &[("Authorization", "Bearer Oracle")], &[]).await?.text().await?, "phx");
    Ok(())
}
