//! Playback tokens: those that Mux' own SDK has made, and those that are wrong.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use reelway_emulators::{
    clock::Turn,
    mux::{Mux, Setup, events},
    rsa::PrivateKey,
};
use serde_json::{Value, json};

use crate::client::{film, say, status, vectors};

const NOW: u64 = 1_700_000_000;

async fn start(key: &PrivateKey) -> Result<Mux> {
    let mux = Mux::start(Setup::new(film()?)).await?;
    mux.desk().clock.turn(Turn::Stop(NOW));
    mux.add_signing_key("KEYID1", &key.pkcs1_pem()?)?;
    mux.add_asset("PBID1", "signed");
    mux.add_asset("OPEN1", "public");
    Ok(mux)
}

fn url_of(mux: &Mux, kind: &str, token: &str) -> Option<String> {
    let (stream, image) = (&mux.hosts().stream, &mux.hosts().image);
    Some(match kind {
        "video" => format!("{stream}/PBID1.m3u8?token={token}"),
        "thumbnail" => format!("{image}/PBID1/thumbnail.png?token={token}"),
        "gif" => format!("{image}/PBID1/animated.gif?token={token}"),
        "storyboard" => format!("{image}/PBID1/storyboard.vtt?token={token}"),
        _ => return None,
    })
}

#[tokio::test]
async fn tokens_made_by_muxs_sdk_are_let_through_until_they_are_over() -> Result<()> {
    let (Some(path), Some(pem)) = (vectors("mux.json"), vectors("test_rsa_pkcs1.pem")) else { return Ok(()) };
    let vectors: Value = serde_json::from_slice(&fs::read(path)?)?;
    let mux = start(&PrivateKey::from_pem(&fs::read_to_string(Path::new(&pem))?)?).await?;

    let mut judged = 0;
    for vector in vectors["jwt"].as_array().context("the vectors have no tokens")? {
        let (kind, token) = (vector["type"].as_str().unwrap_or_default(), vector["token"].as_str().unwrap_or_default());
        let Some(url) = url_of(&mux, kind, token) else { continue };
        mux.desk().clock.turn(Turn::Stop(NOW));
        assert_eq!(status(&url).await?, 200, "{kind}");
        mux.desk().clock.turn(Turn::Stop(NOW + 7200));
        assert_eq!(status(&url).await?, 403, "{kind}, two hours later");
        judged += 1;
    }

    assert_eq!(judged, 5);
    Ok(())
}

#[tokio::test]
async fn signatures_of_webhooks_are_those_of_muxs_sdk() -> Result<()> {
    let Some(path) = vectors("mux.json") else { return Ok(()) };
    let vectors: Value = serde_json::from_slice(&fs::read(path)?)?;
    for vector in vectors["webhooks"].as_array().context("the vectors have no webhooks")? {
        let text = |name: &str| vector[name].as_str().unwrap_or_default();
        let signed = events::signature(text("secret"), vector["t"].as_u64().unwrap_or(0), text("body").as_bytes());
        assert_eq!(signed, text("header"));
    }
    Ok(())
}

/// A header, claims, and what is wrong with them. `right` is let through.
fn tokens() -> Vec<(&'static str, Value, Value)> {
    let head = json!({ "alg": "RS256", "typ": "JWT" });
    let claims = json!({ "kid": "KEYID1", "sub": "PBID1", "aud": "v", "exp": NOW + 60 });
    let but = |name: &str, value: Value| {
        let mut claims = claims.clone();
        claims[name] = value;
        claims
    };
    let in_header = json!({ "alg": "RS256", "kid": "KEYID1" });
    vec![
        ("right", head.clone(), claims.clone()),
        ("right", in_header, but("kid", Value::Null)),
        ("of no key", head.clone(), but("kid", Value::Null)),
        ("of another key", head.clone(), but("kid", json!("KEYID2"))),
        ("of another video", head.clone(), but("sub", json!("OPEN1"))),
        ("for pictures", head.clone(), but("aud", json!("t"))),
        ("over", head.clone(), but("exp", json!(NOW))),
        ("without an end", head, but("exp", Value::Null)),
        ("HS256", json!({ "alg": "HS256" }), claims),
    ]
}

#[tokio::test]
async fn a_token_has_to_be_of_the_key_the_video_the_use_and_the_time() -> Result<()> {
    let key = PrivateKey::generate()?;
    let mux = start(&key).await?;
    let stream = mux.hosts().stream.clone();

    for (what, header, claims) in tokens() {
        let token = key.jwt(&header, &claims)?;
        let got = status(&format!("{stream}/PBID1.m3u8?token={token}")).await?;
        assert_eq!(got, if what == "right" { 200 } else { 403 }, "{what}: {header} {claims}");
    }
    let (_, header, claims) = tokens().swap_remove(0);
    let token = key.jwt(&header, &claims)?;
    let forged = PrivateKey::generate()?.jwt(&header, &claims)?;
    assert_eq!(status(&format!("{stream}/PBID1.m3u8?token={forged}")).await?, 403, "of another key of the same name");
    assert_eq!(status(&format!("{stream}/PBID1.m3u8?token={token}&max_resolution=720p")).await?, 400);
    assert_eq!(status(&format!("{stream}/PBID1.m3u8")).await?, 403, "signed, without a token");
    assert_eq!(status(&format!("{stream}/OPEN1.m3u8?token={token}")).await?, 403, "public, with a token");
    assert_eq!(status(&format!("{stream}/OPEN1.m3u8")).await?, 200);
    assert_eq!(status(&format!("{stream}/NONE1.m3u8")).await?, 404);
    Ok(())
}

#[tokio::test]
async fn a_path_of_the_stream_host_is_worth_nothing_without_the_grant_that_it_was_given_for() -> Result<()> {
    let mux = start(&PrivateKey::generate()?).await?;
    let stream = &mux.hosts().stream;
    let master = say("GET", &format!("{stream}/OPEN1.m3u8"), &[], &[]).await?.text().await?;
    let rendition = master.lines().find(|line| line.starts_with("http")).context("there is no rendition")?;

    let playlist = say("GET", rendition, &[], &[]).await?.text().await?;
    let segment = playlist.lines().find(|line| line.ends_with(".m4s")).context("there is no segment")?;
    let segment = rendition.replace("index.m3u8", segment);
    let part = say("GET", &segment, &[("Range", "bytes=0-99")], &[]).await?;

    assert_eq!((part.status().as_u16(), part.bytes().await?.len()), (206, 100));
    let grant = rendition.split('/').nth(4).context("there is no grant")?;
    assert_eq!(status(&rendition.replace(grant, "guessed")).await?, 403);
    Ok(())
}
