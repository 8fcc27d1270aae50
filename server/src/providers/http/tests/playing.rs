//! The URLs and tokens that videos are played by.

use std::path::Path;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};

use super::{map, scope, with_own};
use crate::{
    providers::http::{
        links::{LinkError, Links},
        map::{Link, Policy},
        signing::{Signer, claims},
    },
    secrets::Secret,
};

const KEY: &str = include_str!("../../../../tests/throwaway_rsa.pem");
const NOW: u64 = 1_700_000_000_000;

fn signer() -> Signer {
    Signer::new(&Secret::new("KEYID1"), &Secret::new(KEY)).unwrap()
}

/// Header and claims of a token whose signature is the key's.
fn opened(token: &str) -> (Value, Value) {
    let key =
        jsonwebtoken::DecodingKey::from_rsa_pem(include_bytes!("../../../../tests/throwaway_rsa.pub.pem")).unwrap();
    let (message, signature) = token.rsplit_once('.').unwrap();
    let rs256 = jsonwebtoken::Algorithm::RS256;
    assert!(jsonwebtoken::crypto::verify(signature, message.as_bytes(), &key, rs256).unwrap());
    let part = |part: &str| serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap();
    let (header, body) = message.split_once('.').unwrap();
    (part(header), part(body))
}

#[test]
fn a_signed_video_has_a_token_in_each_url_and_a_public_one_in_none() {
    let map = map("mux");
    let signer = signer();
    let links = Links { map: &map, signer: Some(&signer), now: NOW };
    let values =
        with_own(&map, json!({"playback_id": "PB/1", "video_id": "v1", "time": 7, "width": 640, "fit": "crop"}));
    let public = links.playback(Policy::Public, &values).unwrap();
    assert_eq!(public.hls, "https://stream.mux.com/PB%2F1.m3u8");
    assert_eq!(
        public.poster.as_deref(),
        Some("https://image.mux.com/PB%2F1/thumbnail.jpg?fit_mode=crop&time=7&width=640")
    );
    assert_eq!(public.storyboard.as_deref(), Some("https://image.mux.com/PB%2F1/storyboard.vtt"));
    assert_eq!(public.expires_at, None);
    let signed = links.playback(Policy::Signed, &values).unwrap();
    let expires_at = signed.expires_at.unwrap();
    assert!(expires_at >= NOW + 6 * 3600 * 1000);
    for (url, before, audience, more) in [
        (signed.hls, "https://stream.mux.com/PB%2F1.m3u8", "v", json!({})),
        (
            signed.poster.unwrap(),
            "https://image.mux.com/PB%2F1/thumbnail.jpg",
            "t",
            json!({"time": "7", "width": "640", "fit_mode": "crop"}),
        ),
        (signed.storyboard.unwrap(), "https://image.mux.com/PB%2F1/storyboard.vtt", "s", json!({})),
        (
            links.url(map.playback.animation.as_ref().unwrap(), Policy::Signed, &values).unwrap(),
            "https://image.mux.com/PB%2F1/animated.gif",
            "g",
            json!({}),
        ),
    ] {
        let (address, query) = url.split_once('?').unwrap();
        assert_eq!(address, before);
        // Other parameters are refused beside a token.
        let (header, claims) = opened(query.strip_prefix("token=").unwrap());
        assert_eq!(header, json!({"alg": "RS256", "typ": "JWT", "kid": "KEYID1"}));
        let mut wanted = json!({"sub": "PB/1", "aud": audience, "exp": expires_at / 1000, "kid": "KEYID1"});
        wanted.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(claims, wanted);
    }
    let keyless = Links { signer: None, ..links };
    assert!(matches!(keyless.playback(Policy::Signed, &values), Err(LinkError::NoSigner)));
    assert_eq!(keyless.playback(Policy::Public, &values).unwrap().hls, "https://stream.mux.com/PB%2F1.m3u8");
}

#[test]
fn the_token_takes_the_ids_place_at_cloudflare() {
    let map = map("cloudflare");
    let signer = signer();
    let links = Links { map: &map, signer: Some(&signer), now: NOW };
    let values = with_own(
        &map,
        json!({"playback_id": "uid1", "time": 1.5, "hls": "https://c.example/uid1/manifest/video.m3u8",
        "thumbnail": "https://c.example/uid1/thumbnails/thumbnail.jpg"}),
    );
    let public = links.playback(Policy::Public, &values).unwrap();
    assert_eq!(public.hls, "https://c.example/uid1/manifest/video.m3u8");
    assert_eq!(public.poster.as_deref(), Some("https://c.example/uid1/thumbnails/thumbnail.jpg?time=1.5s"));
    let signed = links.playback(Policy::Signed, &values).unwrap();
    let token =
        signed.hls.strip_prefix("https://videodelivery.net/").unwrap().strip_suffix("/manifest/video.m3u8").unwrap();
    let (header, claims) = opened(token);
    assert_eq!(header["kid"], "KEYID1");
    assert_eq!((claims["sub"].as_str(), claims["kid"].as_str()), (Some("uid1"), Some("KEYID1")));
    assert!(signed.poster.unwrap().ends_with("/thumbnails/thumbnail.jpg?time=1.5s"));
    let hostile = with_own(&map, json!({"playback_id": "uid1", "hls": "javascript:alert(1)"}));
    assert!(matches!(links.playback(Policy::Public, &hostile), Err(LinkError::NoUrl)));
}

#[test]
fn a_storyboard_of_pictures_has_the_token_in_each_cue_and_a_public_one_has_none() {
    let map = map("cloudflare");
    let signer = signer();
    let links = Links { map: &map, signer: Some(&signer), now: NOW };
    let values = with_own(
        &map,
        json!({"playback_id": "uid1", "time": 9.5, "duration": 5.0, "thumbnail": "https://c.example/uid1/thumbnails/thumbnail.jpg"}),
    );
    let public = links.storyboard(Policy::Public, &values, 5.0).unwrap().unwrap();
    assert_eq!(
        public,
        "WEBVTT\n\n00:00:00.000 --> 00:00:02.000\n\
         https://c.example/uid1/thumbnails/thumbnail.jpg?fit=clip&height=180&time=1s\n\n\
         00:00:02.000 --> 00:00:04.000\n\
         https://c.example/uid1/thumbnails/thumbnail.jpg?fit=clip&height=180&time=3s\n\n\
         00:00:04.000 --> 00:00:05.000\n\
         https://c.example/uid1/thumbnails/thumbnail.jpg?fit=clip&height=180&time=4s\n"
    );
    let signed = links.storyboard(Policy::Signed, &values, 5.0).unwrap().unwrap();
    let mut tokens: Vec<_> =
        signed.lines().filter_map(|line| line.split('/').find(|part| part.contains('.') && part.len() > 100)).collect();
    assert_eq!(tokens.len(), 3, "{signed}");
    tokens.dedup();
    assert_eq!(tokens.len(), 1, "one for all of them");
    assert_eq!(opened(tokens[0]).1["sub"], "uid1");
    assert!(signed.contains("/thumbnails/thumbnail.jpg?fit=clip&height=180&time=3s\n"));
    let keyless = Links { signer: None, ..links };
    assert!(matches!(keyless.storyboard(Policy::Signed, &values, 5.0), Err(LinkError::NoSigner)));
    for unknown in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert_eq!(links.storyboard(Policy::Public, &values, unknown).unwrap(), None);
    }
    let mux = super::map("mux");
    assert_eq!(Links { map: &mux, ..links }.storyboard(Policy::Public, &values, 5.0).unwrap(), None, "it has its own");
}

#[test]
fn a_key_may_be_packed_and_nothing_else_is_one() {
    use base64::engine::general_purpose::STANDARD;
    for key in [KEY.to_owned(), STANDARD.encode(KEY)] {
        let token = Signer::new(&Secret::new("K"), &Secret::new(key)).unwrap().token(&serde_json::Map::new()).unwrap();
        opened(&token);
    }
    for wrong in [
        "hunter2",
        "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
        include_str!("../../../../tests/throwaway_rsa.pub.pem"),
    ] {
        let error = Signer::new(&Secret::new("K"), &Secret::new(wrong)).unwrap_err().to_string();
        assert!(error.contains("RSA private key") && !error.contains(wrong), "{error}");
    }
}

/// Tokens and signatures made by the vendor's own SDK, where this checkout has them beside it.
#[test]
fn the_vendors_own_tokens_and_signatures_are_ours() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors");
    let Ok(text) = std::fs::read_to_string(folder.join("mux.json")) else {
        eprintln!("SKIPPED: there is no ../shared/vectors/mux.json beside this checkout");
        return;
    };
    let vectors: Value = serde_json::from_str(&text).unwrap();
    let key = std::fs::read_to_string(folder.join("test_rsa_pkcs1.pem")).unwrap();
    let signer = Signer::new(&Secret::new("KEYID1"), &Secret::new(key.clone())).unwrap();
    let encoding = jsonwebtoken::EncodingKey::from_rsa_pem(key.as_bytes()).unwrap();
    let map = map("mux");
    let signing = map.signing.as_ref().unwrap();
    for vector in vectors["jwt"].as_array().unwrap() {
        let kind = vector["type"].as_str().unwrap();
        let wanted: Value = serde_json::from_str(vector["claims"].as_str().unwrap()).unwrap();
        let named = match kind {
            "video" => map.playback.links().find(|(name, _)| *name == "hls"),
            "thumbnail" => map.playback.links().find(|(name, _)| *name == "poster"),
            "gif" => map.playback.links().find(|(name, _)| *name == "animation"),
            other => map.playback.links().find(|(name, _)| *name == other),
        };
        // Two audiences are for what Reelway has no URLs of.
        let audience = named
            .map_or_else(|| wanted["aud"].as_str().unwrap().to_owned(), |(_, link)| link.audience.clone().unwrap());
        let params = vector["opts"]["params"].as_object().cloned().unwrap_or_default();
        let link = Link {
            public: String::new(),
            signed: None,
            query: Default::default(),
            signed_query: Default::default(),
            audience: Some(audience.clone()),
            claims: params.into_iter().collect(),
        };
        let values = scope(
            json!({"playback_id": "PBID1", "audience": audience, "key_id": signer.key_id(), "expires": wanted["exp"]}),
        );
        let claims = claims(signing, &link, &values).unwrap();
        assert_eq!(Value::Object(claims.clone()), wanted, "{kind}");
        // The vendor's own bytes, signed by our reading of the key, are the vendor's signature.
        let token = vector["token"].as_str().unwrap();
        let (message, signature) = token.rsplit_once('.').unwrap();
        let rs256 = jsonwebtoken::Algorithm::RS256;
        assert_eq!(jsonwebtoken::crypto::sign(message.as_bytes(), &encoding, rs256).unwrap(), signature, "{kind}");
        let ours = signer.token(&claims).unwrap();
        let header = URL_SAFE_NO_PAD.decode(ours.split('.').next().unwrap()).unwrap();
        let header: Value = serde_json::from_slice(&header).unwrap();
        assert_eq!(header, json!({"alg": "RS256", "typ": "JWT", "kid": "KEYID1"}));
    }
    for vector in vectors["webhooks"].as_array().unwrap() {
        use crate::providers::webhook::{TimestampedHmac, Verifier};
        let webhook = map.webhook.as_ref().unwrap();
        let verifier = Verifier::TimestampedHmac(TimestampedHmac {
            header: webhook.header.to_lowercase(),
            time_key: webhook.time_key.clone(),
            signature_key: webhook.signature_key.clone(),
            tolerance: webhook.tolerance,
            secret: Secret::new(vector["secret"].as_str().unwrap()),
        });
        let (header, body) = (vector["header"].as_str(), vector["body"].as_str().unwrap().as_bytes());
        let now = vector["t"].as_u64().unwrap() * 1000;
        assert_eq!(verifier.verify(header, body, now), Ok(()));
        assert!(verifier.verify(header, &[body, b" "].concat(), now).is_err());
        assert!(verifier.verify(header, body, now + 301_000).is_err());
    }
}
