//! The maps that are built in, as tables: what is sent, how answers are read, which URLs come out.

#![allow(clippy::unwrap_used)]

use std::path::Path;

use axum::http::HeaderMap;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use reelway_api::ErrorCode;
use serde_json::{Value, json};

use super::{
    check::check,
    links::{LinkError, Links},
    load::{EMBEDDED, Loaded, Source, load, show},
    map::{Link, Map, Policy, Status},
    report::{Report, Told, read},
    request::build,
    signing::{Signer, claims},
    template::Scope,
};
use crate::secrets::Secret;

const KEY: &str = include_str!("../../../tests/throwaway_rsa.pem");
const NOW: u64 = 1_700_000_000_000;

fn loaded(name: &str, settings: &str) -> Result<Loaded, Vec<String>> {
    let text = format!("[providers.p]\nkind = 'http'\n{settings}");
    let table: toml::Table = settings.parse().unwrap();
    let root = vec!["providers".to_owned(), "p".to_owned()];
    load(Some(name), &table, Some(Source { name: "reelway.toml".into(), text, root }))
}

fn problems(name: &str, settings: &str) -> Vec<String> {
    match loaded(name, settings) {
        Ok(Loaded { map, sources }) => check(&map).iter().map(|problem| show(&sources, problem)).collect(),
        Err(problems) => problems,
    }
}

fn map(name: &str) -> Map {
    loaded(name, "vars.account = 'acc'").map(|loaded| loaded.map).unwrap_or_else(|_| loaded(name, "").unwrap().map)
}

fn scope(values: Value) -> Scope {
    let Value::Object(values) = values else { panic!("a test's own") };
    values.into_iter().collect()
}

fn with_own(map: &Map, values: Value) -> Scope {
    let hosts = map.hosts.iter().map(|(name, host)| (name.clone(), Value::from(host.clone())));
    hosts.chain(map.vars.clone()).chain(scope(values)).collect()
}

fn told(map: &Map, reading: &str, body: Value) -> Report {
    read(map, reading, None, Told { body: &body, header: &HeaderMap::new() })
}

#[test]
fn the_maps_that_are_built_in_have_no_problem() {
    for (name, _) in EMBEDDED {
        let settings = if name == "cloudflare" { "vars.account = 'acc'" } else { "" };
        assert_eq!(problems(name, settings), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn no_provider_needs_rust_of_its_own() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/providers");
    for folder in ["", "http", "http/map", "http/check", "http/service"].map(|folder| here.join(folder)) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|ending| ending != "rs") || path.ends_with("tests.rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap().to_lowercase();
            for name in ["mux", "cloudflare"] {
                let uses = code.matches(name).count();
                // In `load.rs` the name of the map, and of its file.
                let allowed = if path.ends_with("load.rs") { 2 } else { 0 };
                assert_eq!(uses, allowed, "{} names {name}", path.display());
            }
        }
    }
}

#[test]
fn a_problem_is_told_with_line_and_column() {
    for (settings, place, says) in [
        ("hosts.api_base = 'http://api.example'", "reelway.toml, line 3, column 18: hosts.api_base", "https://"),
        ("hosts.api_base = 'https://api.example/'", "line 3, column 18", "no slash"),
        ("[actions.get_asset]\npath = '/v/{nonsense}'", "", ""),
    ] {
        let found = problems("mux", settings);
        if !place.is_empty() {
            assert!(found.iter().any(|problem| problem.contains(place) && problem.contains(says)), "{found:#?}");
        }
    }
    let one = |settings: &str| {
        let found = problems("mux", settings);
        assert_eq!(found.len(), 1, "{found:#?}");
        found.into_iter().next().unwrap()
    };
    let found = one("actions.get_asset.path = '/v/{asset_id}/{nonsense}'");
    assert!(
        found.starts_with("reelway.toml, line 3, column 41: actions.get_asset.path: there is no {nonsense}"),
        "{found}"
    );
    let found = one("actions.create_upload.body.new_asset_settings.meta = { title = \"{title?}\", x = \"ab{titel}\" }");
    assert!(found.contains("line 3, column 83: ") && found.contains("{titel}"), "{found}");
    let found = one("actions.get_asset.path = '/v/{asset_id'");
    assert!(found.contains("column 30") && found.contains("never closed"), "{found}");
    let found = one("signing.algorithm = 'HS256'");
    assert!(
        found.contains("line 3, column 21: signing.algorithm: HS256 is refused") && found.contains("RS256"),
        "{found}"
    );
    let found = one("actions.get_asset.pth = '/x'");
    assert!(found.contains("line 3, column 25") && found.contains("unknown field `pth`"), "{found}");
    let found = one("auth.token_env = 'x'\nauth.password_env = 'hunter2 is my secret'");
    assert!(found.contains("line 4, column 21") && !found.contains("hunter2"), "{found}");
    let found = one("playback.policy = 'private'");
    assert!(found.contains("line 3") && found.contains("signed"), "{found}");
    let found = one("webhook.events.'video.asset.ready' = { reads = 'nothing' }");
    assert!(found.contains("readings has no \"nothing\""), "{found}");
    let found = one("playback.hls.public = 'https://x.example/{token}'");
    assert!(found.contains("there is no {token}"), "{found}");
    let found = one("playback.poster.signed = 'https://x.example/'");
    assert!(found.contains("names no {token}"), "{found}");
    let found = problems("cloudflare", "").join("\n");
    assert!(found.contains("vars.account: it has to be set") && found.contains("map \"cloudflare\", line"), "{found}");
    let found = problems("nothing", "").join("\n");
    assert!(found.contains("\"mux\""), "{found}");
}

#[test]
fn an_upload_is_asked_for_as_mux_wants_it() {
    let map = map("mux");
    let values = with_own(
        &map,
        json!({"origin": "https://app.example", "video_id": "v1", "title": "A \"title\"\n", "policy": "signed",
               "upload_lifetime": 3600, "upload_id": "UP/1", "asset_id": "AS 1"}),
    );
    let request = build(&map, &map.actions.create_upload, &values).unwrap();
    assert_eq!(request.url.as_str(), "https://api.mux.com/video/v1/uploads");
    assert_eq!(
        request.body.unwrap(),
        json!({"cors_origin": "https://app.example", "timeout": 3600, "test": false, "new_asset_settings": {
            "playback_policies": ["signed"], "video_quality": "basic", "passthrough": "v1",
            "meta": {"title": "A \"title\"\n", "external_id": "v1"}}})
    );
    let cancel = build(&map, map.actions.cancel_upload.as_ref().unwrap(), &values).unwrap();
    assert_eq!((cancel.url.as_str(), cancel.body), ("https://api.mux.com/video/v1/uploads/UP%2F1/cancel", None));
    let delete = build(&map, &map.actions.delete_asset, &values).unwrap();
    assert_eq!(delete.url.path(), "/video/v1/assets/AS%201");
}

#[test]
fn an_upload_is_asked_for_as_cloudflare_wants_it() {
    let map = map("cloudflare");
    let mut values = with_own(
        &map,
        json!({"video_id": "v1", "title": "é", "size": 12, "policy": "signed", "signed": "",
               "upload_expires": "2030-01-02T03:04:05Z"}),
    );
    let request = build(&map, &map.actions.create_upload, &values).unwrap();
    assert_eq!(request.url.as_str(), "https://api.cloudflare.com/client/v4/accounts/acc/stream?direct_user=true");
    let header = |name: &str| request.headers[name].to_str().unwrap().to_owned();
    assert_eq!((header("upload-length"), header("tus-resumable")), ("12".into(), "1.0.0".into()));
    assert_eq!(
        header("upload-metadata"),
        "maxDurationSeconds MzYwMA==,name w6k=,requiresignedurls,expiry MjAzMC0wMS0wMlQwMzowNDowNVo="
    );
    values.remove("signed");
    let request = build(&map, &map.actions.create_upload, &values).unwrap();
    assert!(!request.headers["upload-metadata"].to_str().unwrap().contains("requiresignedurls"));
}

#[test]
fn what_mux_answers_is_read_whatever_it_leaves_out_or_adds() {
    let map = map("mux");
    for (word, status) in [
        ("waiting", Some(Status::AwaitingUpload)),
        ("asset_created", Some(Status::Processing)),
        ("errored", Some(Status::Failed)),
        ("cancelled", Some(Status::Cancelled)),
        ("timed_out", Some(Status::Expired)),
        ("reticulating", None),
    ] {
        let report = told(&map, "upload", json!({"data": {"id": "UP1", "status": word, "new": {"x": [1]}}}));
        assert_eq!((report.upload_id.as_deref(), report.status), (Some("UP1"), status), "{word}");
    }
    let asset = json!({"data": {"id": "AS1", "status": "ready", "created_at": "1700000000", "duration": 10.01,
        "playback_ids": [{"id": "D", "policy": "drm"}, {"id": "PUB", "policy": "public"}, {"id": "PB1", "policy": "signed"}],
        "tracks": [{"type": "audio", "max_channels": 2}, {"type": "video", "max_width": 1280, "max_height": 720}],
        "upload_id": "UP1", "passthrough": "v1", "progress": {"state": "completed", "progress": 100}}});
    let report = told(&map, "asset", asset);
    assert_eq!(
        report,
        Report {
            upload_id: Some("UP1".into()),
            asset_id: Some("AS1".into()),
            video_id: Some("v1".into()),
            status: Some(Status::Ready),
            percent: Some(100),
            duration: Some(10.01),
            width: Some(1280),
            height: Some(720),
            playback: Some(("PB1".into(), Policy::Signed)),
            ..Report::default()
        }
    );
    let public = told(
        &map,
        "asset",
        json!({"data": {"playback_ids": [{"id": "D", "policy": "drm"}, {"id": "P", "policy": "public"}]}}),
    );
    assert_eq!(public.playback, Some(("P".into(), Policy::Public)), "the one there is");
    for strange in [
        json!(null),
        json!([]),
        json!({}),
        json!({"data": null}),
        json!({"data": []}),
        json!("x"),
        json!({"data": {"id": {}, "status": 7, "duration": "long", "playback_ids": {}, "tracks": null, "progress": {"progress": -1}}}),
        json!({"data": {"playback_ids": [], "duration": -1, "tracks": [{"max_width": 0}]}}),
        json!({"data": {"playback_ids": [{"id": "D", "policy": "drm"}, {}, 5]}}),
    ] {
        assert_eq!(told(&map, "asset", strange.clone()), Report::default(), "{strange}");
    }
    let failed = told(
        &map,
        "asset",
        json!({"data": {"status": "errored", "errors": {"type": "invalid_input", "messages": ["Not a\n video."]}}}),
    );
    assert_eq!((failed.error_code, failed.error_message.as_deref()), (Some(ErrorCode::Corrupt), Some("Not a video.")));
    let failed = told(
        &map,
        "asset",
        json!({"data": {"errors": {"type": "new_kind", "messages": ["see https://x.example/?token=1"]}}}),
    );
    assert_eq!((failed.error_code, failed.error_message), (None, None));
}

#[test]
fn what_cloudflare_answers_is_read_in_both_spellings() {
    let map = map("cloudflare");
    let mut headers = HeaderMap::new();
    headers.insert("location", "https://upload.example/once".parse().unwrap());
    headers.insert("stream-media-id", "uid1".parse().unwrap());
    let opened = read(&map, "created", None, Told { body: &Value::Null, header: &headers });
    assert_eq!(opened.url.as_deref(), Some("https://upload.example/once"));
    assert_eq!((opened.upload_id.as_deref(), opened.asset_id.as_deref()), (Some("uid1"), Some("uid1")));
    for (state, ready, status) in [
        ("pendingupload", false, Some(Status::AwaitingUpload)),
        ("queued", false, Some(Status::Processing)),
        ("inprogress", false, Some(Status::Processing)),
        ("inprogress", true, Some(Status::Ready)),
        ("ready", true, Some(Status::Ready)),
        ("error", false, Some(Status::Failed)),
        ("brand-new", false, None),
    ] {
        let body = json!({"result": {"uid": "uid1", "readyToStream": ready, "requireSignedURLs": true,
            "status": {"state": state, "pctComplete": "39.5"}, "duration": -1, "input": {"width": -1, "height": -1}}});
        let report = told(&map, "asset", body);
        assert_eq!((report.status, report.percent), (status, Some(39)), "{state} {ready}");
        assert_eq!(report.playback, Some(("uid1".into(), Policy::Signed)));
        assert_eq!((report.duration, report.width), (None, None), "what is not known yet");
    }
    for key in ["errReasonCode", "errorReasonCode"] {
        let report = told(&map, "asset", json!({"result": {"status": {"state": "error", key: "ERR_NON_VIDEO"}}}));
        assert_eq!((report.status, report.error_code), (Some(Status::Failed), Some(ErrorCode::NotAVideo)));
    }
}

fn signer() -> Signer {
    Signer::new(&Secret::new("KEYID1"), &Secret::new(KEY)).unwrap()
}

/// Header and claims of a token whose signature is the key's.
fn opened(token: &str) -> (Value, Value) {
    let key = jsonwebtoken::DecodingKey::from_rsa_pem(include_bytes!("../../../tests/throwaway_rsa.pub.pem")).unwrap();
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
fn a_key_may_be_packed_and_nothing_else_is_one() {
    use base64::engine::general_purpose::STANDARD;
    for key in [KEY.to_owned(), STANDARD.encode(KEY)] {
        let token = Signer::new(&Secret::new("K"), &Secret::new(key)).unwrap().token(&serde_json::Map::new()).unwrap();
        opened(&token);
    }
    for wrong in [
        "hunter2",
        "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----",
        include_str!("../../../tests/throwaway_rsa.pub.pem"),
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
