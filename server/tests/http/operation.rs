//! What every answer has in common, and what those who run the server ask for.

use std::{collections::BTreeSet, time::Duration};

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use reelway_api::ErrorCode;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::server::{Server, request};

#[tokio::test]
async fn every_refusal_has_one_form() {
    let server = Server::start().await;
    server.get("/api/nothing").await.refused(404, ErrorCode::NotFound);
    server.get("/nothing.js").await.refused(404, ErrorCode::NotFound);
    server.get("/../Cargo.toml").await.refused(404, ErrorCode::NotFound);
    server.get("/v/a/b").await.refused(404, ErrorCode::NotFound);
    server.get("/api/videos/none").await.refused(404, ErrorCode::NotFound);
    server.get("/api/videos/none/events").await.refused(404, ErrorCode::NotFound);
    server.get("/api/videos?limit=many").await.refused(400, ErrorCode::BadRequest);
    server.get("/api/videos/%ff").await.refused(404, ErrorCode::NotFound);
    server.delete("/nothing").await.refused(404, ErrorCode::NotFound);
    for (method, path) in [(Method::PUT, "/api/videos"), (Method::GET, "/u/token"), (Method::POST, "/healthz")] {
        let answer = server.call(request(method, path).body(Body::empty()).unwrap()).await;
        answer.refused(405, ErrorCode::MethodNotAllowed);
        assert!(answer.header(header::ALLOW).is_some(), "{path}");
    }
    for body in ["", "{", "[]", r#"{"size":1}"#, r#"{"filename":"a","size":-1}"#, r#"{"filename":1}"#] {
        let post = request(Method::POST, "/api/videos").header(header::CONTENT_TYPE, "application/json");
        server.call(post.body(Body::from(body)).unwrap()).await.refused(400, ErrorCode::BadRequest);
    }
    let long = format!(r#"{{"filename":"{}"}}"#, "a".repeat(70_000));
    let post = request(Method::POST, "/api/videos").header(header::CONTENT_TYPE, "application/json");
    server.call(post.body(Body::from(long)).unwrap()).await.refused(413, ErrorCode::BadRequest);
}

#[tokio::test]
async fn what_fails_inside_stays_inside() {
    let server = Server::start().await;
    server.app.db().close().await;
    let answer = server.get("/api/videos").await;
    answer.refused(500, ErrorCode::Internal);
    assert!(!answer.text().to_lowercase().contains("pool"), "{}", answer.text());
    server.get("/readyz").await.refused(503, ErrorCode::Unavailable);
    assert_eq!(server.get("/healthz").await.status, StatusCode::OK);
}

#[tokio::test]
async fn an_answer_has_a_name_of_the_servers_own() {
    let server = Server::start().await;
    let ask = request(Method::GET, "/healthz").header("x-request-id", "forged\u{20}by the caller");
    let answer = server.call(ask.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.header("x-request-id").map(str::len), Some(36));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}

#[tokio::test]
async fn the_description_lists_every_route() {
    let server = Server::start().await;
    let description: serde_json::Value = server.get("/openapi.json").await.json();
    let paths = description["paths"].as_object().unwrap();
    let described: BTreeSet<String> = paths
        .iter()
        .flat_map(|(path, methods)| {
            methods.as_object().unwrap().keys().map(move |method| format!("{} {path}", method.to_uppercase()))
        })
        .collect();
    let expected = [
        "GET /api/videos",
        "POST /api/videos",
        "GET /api/videos/{id}",
        "PATCH /api/videos/{id}",
        "DELETE /api/videos/{id}",
        "GET /api/videos/{id}/events",
        "POST /api/videos/{id}/tracks",
        "DELETE /api/videos/{id}/tracks/{track}",
        "POST /api/videos/{id}/events",
        "GET /api/videos/{id}/playback",
        "GET /api/videos/{id}/thumbnail",
        "POST /api/videos/{id}/upload",
        "POST /api/videos/import",
        "GET /api/providers",
        "POST /webhooks/{provider}",
        "POST /tus",
        "HEAD /u/{token}",
        "PATCH /u/{token}",
        "PUT /u/{token}",
        "DELETE /u/{token}",
        "GET /media/{id}/key",
        "GET /media/{id}/tiles.vtt",
        "GET /media/{id}/{path}",
        "GET /healthz",
        "GET /readyz",
        "GET /metrics",
        "GET /openapi.json",
    ];
    assert_eq!(described, expected.into_iter().map(str::to_owned).collect());
    for schema in ["Video", "CreatedVideo", "ErrorBody", "UploadTarget", "Playback"] {
        assert!(description["components"]["schemas"].get(schema).is_some(), "{schema}");
    }
}

#[tokio::test]
async fn metrics_name_routes_and_never_addresses() {
    let server = Server::start().await;
    server.put("/u/a-token-that-is-secret", "bytes */*", b"").await;
    server.get("/api/videos/some-id").await;
    let strange = request(Method::from_bytes(b"BREW").unwrap(), "/healthz").body(Body::empty()).unwrap();
    server.call(strange).await;
    let page = server.get("/metrics").await.text();
    assert!(page.contains(r#"reelway_http_requests_total{method="PUT",route="/u/{token}",status="404"}"#), "{page}");
    assert!(page.contains(r#"method="other""#));
    assert!(!page.contains("secret") && !page.contains("some-id") && !page.contains("BREW"));
}

#[tokio::test]
async fn stopping_ends_event_streams_and_lets_requests_finish() {
    let server = Server::start().await;
    let id = server.create(Some(5)).await.video.id;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let running = tokio::spawn(reelway_server::serve::serve(server.app.clone(), Some(listener)));
    let mut events = TcpStream::connect(address).await.unwrap();
    let ask = format!("GET /api/videos/{id}/events HTTP/1.1\r\nHost: {address}\r\n\r\n");
    events.write_all(ask.as_bytes()).await.unwrap();
    let mut seen = String::new();
    while !seen.contains("event: video") {
        let mut piece = [0; 1024];
        let count = events.read(&mut piece).await.unwrap();
        assert_ne!(count, 0, "{seen}");
        seen.push_str(&String::from_utf8_lossy(&piece[..count]));
    }
    server.app.shutdown().cancel();
    tokio::time::timeout(Duration::from_secs(5), running).await.expect("stops in time").unwrap().unwrap();
    events.read_to_string(&mut seen).await.unwrap();
    assert!(seen.ends_with("0\r\n\r\n"), "the stream has an orderly end: {seen}");
}
