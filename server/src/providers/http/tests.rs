//! The maps that are built in, as tables: what is sent, how answers are read. [`playing`]: which URLs come out.

#![allow(clippy::unwrap_used)]

mod playing;

use std::path::Path;

use axum::http::HeaderMap;
use reelway_api::ErrorCode;
use serde_json::{Value, json};

use super::{
    check::check,
    load::{EMBEDDED, Loaded, Source, load, show},
    map::{Map, Policy, Status},
    report::{Report, Told, read},
    request::build,
    template::Scope,
};

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
    let found = one("playback.tiles = {}");
    assert!(found.contains("there is a storyboard already"), "{found}");
    let tiles = |settings: &str| problems("cloudflare", &format!("vars.account = 'acc'\n{settings}")).join("\n");
    let found = tiles("playback.tiles.interval = 0\nplayback.tiles.most = 5000");
    assert!(found.contains("interval: it is 1 to 3600") && found.contains("most: it is 1 to 500"), "{found}");
    let found = tiles("playback.poster.signed_query.time = '1s'");
    assert!(found.contains("poster names no {time}"), "{found}");
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
