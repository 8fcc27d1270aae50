//! Tokens in URLs.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use http_body_util::BodyExt;
use reelway_api::{CreatedVideo, ErrorCode, EventsUrl};
use reelway_server::access::{
    Pass,
    Scope::{Upload, View},
};
use serde_json::json;
use tower::ServiceExt;

use super::{NOW, ask, guarded, signed, ticket};
use crate::server::{Server, request};

async fn video(server: &Server) -> String {
    let anna = signed(&ticket("anna", &[Upload]));
    let body = Some(json!({ "filename": "a.mp4", "size": 5 }));
    ask(server, &anna, Method::POST, "/api/videos", body).await.json::<CreatedVideo>().video.id
}

#[tokio::test]
async fn an_event_stream_is_listened_to_by_a_token_of_its_own() {
    let server = guarded().await;
    let id = video(&server).await;
    let path = format!("/api/videos/{id}/events");
    let anna = signed(&ticket("anna", &[View]));
    let told: EventsUrl = ask(&server, &anna, Method::POST, &path, None).await.json();
    assert!(told.url.starts_with(&format!("{path}?token=")), "{}", told.url);
    assert!(!told.url.contains("anna") && !told.url.contains(&anna));
    assert_eq!(told.expires_at, (NOW + 600) * 1000);

    let listen = async |url: &str| {
        let request = request(Method::GET, url).body(Body::empty()).unwrap();
        server.router.clone().oneshot(request).await.unwrap()
    };
    let mut stream = listen(&told.url).await;
    assert_eq!(stream.status(), StatusCode::OK);
    let first = stream.body_mut().frame().await.unwrap().unwrap().into_data().unwrap();
    assert!(String::from_utf8_lossy(&first).contains(&id));

    let other = video(&server).await;
    server.get(&told.url.replace(&id, &other)).await.refused(401, ErrorCode::Unauthorized);
    server.get(&format!("{}x", told.url)).await.refused(401, ErrorCode::Unauthorized);
    server.get(&format!("{path}?token=")).await.refused(401, ErrorCode::Unauthorized);
    let media = server.app.passes().make(Pass::Media, &id, told.expires_at);
    server.get(&format!("{path}?token={media}")).await.refused(401, ErrorCode::Unauthorized);
    // It opens this one thing.
    let token = told.url.split_once('?').unwrap().1;
    server.get(&format!("/api/videos/{id}?{token}")).await.refused(401, ErrorCode::Unauthorized);
    server.clock.turn(Duration::from_secs(600));
    server.get(&told.url).await.refused(401, ErrorCode::TicketExpired);
}

#[tokio::test]
async fn a_stream_ends_with_its_token_and_a_token_with_its_ticket() {
    let server = guarded().await;
    let id = video(&server).await;
    let path = format!("/api/videos/{id}/events");
    let mut short = ticket("anna", &[View]);
    short.life = 1;
    let told: EventsUrl = ask(&server, &signed(&short), Method::POST, &path, None).await.json();
    assert_eq!(told.expires_at, (NOW + 1) * 1000);
    let request = request(Method::GET, &told.url).body(Body::empty()).unwrap();
    let stream = server.router.clone().oneshot(request).await.unwrap();
    let all = tokio::time::timeout(Duration::from_secs(20), stream.into_body().collect()).await;
    let text = String::from_utf8(all.expect("it ends by itself").unwrap().to_bytes().to_vec()).unwrap();
    assert_eq!(text.matches("event: video").count(), 1, "{text}");
}
