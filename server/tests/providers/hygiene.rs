//! No secret and no token in any line of the log, however much is logged, and no secret in any answer.

use axum::http::Method;
use serde_json::{Value, json};

use crate::{
    bench::{ASSET, Bench, CANCEL, CREATE, KEY, REMOVE, UPLOAD, asset, event, ok, opened, upload},
    log::Log,
    service::Reply,
};

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_logged_or_told() {
    // Of the whole process: the other tests of this file's binary are searched with it.
    let log = Log::keep("trace");
    let mut answers = String::new();
    let mut tokens = Vec::new();
    for map in ["mux", "cloudflare"] {
        let bench = Bench::with(map, if map == "mux" { "" } else { "vars.account = 'acc'\n" }).await;
        let headers = vec![
            ("location", "https://upload.example/once?token=upload-secret-3e".to_owned()),
            ("stream-media-id", "UP1".to_owned()),
        ];
        let refusal = json!({"error": {"type": "unauthorized", "messages": ["no token-secret-91bc here"]},
            "errors": [{"message": "no token-id-7f3a here"}]});
        let create = if map == "mux" { CREATE } else { "POST /accounts/acc/stream?direct_user=true" };
        for reply in
            [Reply::Json(401, refusal.clone()), Reply::Json(422, refusal), Reply::Silence, Reply::Truncated(201)]
        {
            bench.service.script(create, [reply]);
            answers += &bench.ask().await.text();
        }
        let reply = if map == "mux" { opened() } else { Reply::With(201, headers, Value::Null) };
        bench.service.script(create, [reply]);
        let created = bench.ask().await;
        assert_eq!(created.status, 201, "{}", created.text());
        let id = created.json::<reelway_api::CreatedVideo>().video.id;
        assert!(created.text().contains("upload-secret-3e"), "the page needs it");
        bench
            .service
            .script(UPLOAD, [ok(upload("waiting")), ok(upload("asset_created"))])
            .script(ASSET, [ok(asset("preparing"))]);
        bench.after(61).await;
        bench.after(61).await;
        let done = json!({"uid": "UP1", "readyToStream": true, "requireSignedURLs": true});
        let told = if map == "mux" { event("e1", "video.asset.ready", asset("ready")) } else { done };
        assert_eq!(bench.event(&told).await.status, 204);
        answers += &bench.webhook("service", Some("t=1,v1=00"), b"x".to_vec()).await.text();
        let shown = bench.get(&format!("/api/videos/{id}")).await;
        tokens.push(shown.json::<reelway_api::Video>().playback.unwrap().hls);
        for path in ["/api/videos", "/api/providers", "/metrics", "/openapi.json", "/readyz"] {
            answers += &bench.get(path).await.text();
        }
        answers += &shown.text();
        answers += &bench.send(Method::POST, &format!("/api/videos/{id}/upload"), Value::Null).await.text();
        answers += &bench.get(&format!("/api/videos/{id}/thumbnail?time=1")).await.text();
        bench.service.script(REMOVE, [Reply::Json(204, Value::Null)]).script(CANCEL, [Reply::Json(200, Value::Null)]);
        bench.service.script("DELETE /accounts/acc/stream/UP1", [Reply::Json(200, Value::Null)]);
        assert_eq!(bench.delete(&id).await.status, 204);
    }
    let log = log.text();
    assert!(log.contains("TRACE") && log.contains("hyper") && log.contains("create_upload"), "all of it is captured");
    let key: Vec<_> = KEY.lines().filter(|line| line.len() == 64).collect();
    assert!(key.len() > 10);
    let secrets = ["token-id-7f3a", "token-secret-91bc", "whsec-55d0", "dG9rZW4taWQtN2YzYTp0b2tlbi1zZWNyZXQtOTFiYw"];
    for secret in secrets.into_iter().chain(key) {
        assert!(!answers.contains(secret), "an answer tells {secret}");
        assert!(!log.contains(secret), "the log tells {secret}: {:?}", log.lines().find(|line| line.contains(secret)));
    }
    for secret in ["upload-secret-3e", "eyJ0eXAi", "eyJhbGci"].into_iter().chain(tokens.iter().map(String::as_str)) {
        assert!(!log.contains(secret), "the log tells {secret}: {:?}", log.lines().find(|line| line.contains(secret)));
    }
    assert!(tokens.iter().all(|token| token.contains("eyJ")), "they are tokens that were looked for: {tokens:?}");
}
