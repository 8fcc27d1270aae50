//! Whose videos are whose, and what a ticket limits.

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use reelway_api::{CreatedVideo, ErrorCode, Video, VideoList};
use reelway_server::access::{
    Scope::{Manage, Upload, View},
    mint::NewTicket,
};
use serde_json::json;

use super::{ask, guarded, signed, ticket, with_tickets};
use crate::server::{Answer, Server, request};

async fn create(server: &Server, ticket: &str, size: Option<u64>) -> Answer {
    ask(server, ticket, Method::POST, "/api/videos", Some(json!({ "filename": "a.mp4", "size": size }))).await
}

async fn listed(server: &Server, ticket: &str, query: &str) -> VideoList {
    ask(server, ticket, Method::GET, &format!("/api/videos{query}"), None).await.json()
}

fn ids(list: &VideoList) -> Vec<&str> {
    list.videos.iter().map(|video| video.id.as_str()).collect()
}

#[tokio::test]
async fn everybody_sees_their_own_videos_page_by_page() {
    let server = guarded().await;
    let (anna, berta) = (signed(&ticket("anna", &[Upload, View])), signed(&ticket("berta", &[Upload, View])));
    let mut mine = Vec::new();
    for n in 0..5 {
        server.clock.turn(std::time::Duration::from_millis(1));
        let video: CreatedVideo = create(&server, if n == 2 { &berta } else { &anna }, Some(5)).await.json();
        if n != 2 {
            mine.insert(0, video.video.id);
        }
    }
    let first = listed(&server, &anna, "?limit=3").await;
    assert_eq!(ids(&first), mine[..3]);
    let cursor = first.next_cursor.unwrap();
    let rest = listed(&server, &anna, &format!("?limit=3&cursor={cursor}")).await;
    assert_eq!((ids(&rest), rest.next_cursor.clone()), (mine[3..].iter().map(String::as_str).collect(), None));
    // A cursor of somebody else's is a place in time, and leads to nothing that is not one's own.
    assert_eq!(listed(&server, &berta, &format!("?cursor={cursor}")).await.videos.len(), 0);
    assert_eq!(listed(&server, &berta, "").await.videos.len(), 1);
    let one = NewTicket { video: Some(mine[1].clone()), ..ticket("anna", &[View]) };
    assert_eq!(ids(&listed(&server, &signed(&one), "").await), [mine[1].as_str()]);
}

#[tokio::test]
async fn a_key_for_asking_again_is_its_owners() {
    let server = guarded().await;
    let again = async |who: &str| -> (StatusCode, String) {
        let body = json!({ "filename": "a.mp4", "size": 5 }).to_string();
        let asked = request(Method::POST, "/api/videos")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::AUTHORIZATION, format!("Bearer {}", signed(&ticket(who, &[Upload]))))
            .header("idempotency-key", "one");
        let answer = server.call(asked.body(Body::from(body)).unwrap()).await;
        (answer.status, answer.json::<CreatedVideo>().video.id)
    };
    let (made, annas) = again("anna").await;
    let (same, annas_again) = again("anna").await;
    let (new, bertas) = again("berta").await;
    assert_eq!((made, same, new), (StatusCode::CREATED, StatusCode::OK, StatusCode::CREATED));
    assert_eq!(annas, annas_again);
    assert_ne!(annas, bertas);
}

#[tokio::test]
async fn a_ticket_that_limits_the_size_wants_to_know_it() {
    let server = guarded().await;
    let limited = signed(&NewTicket { max_size: Some(10), ..ticket("anna", &[Upload]) });
    assert_eq!(create(&server, &limited, Some(10)).await.status, 201);
    create(&server, &limited, Some(11)).await.refused(413, ErrorCode::TooLarge);
    create(&server, &limited, None).await.refused(400, ErrorCode::BadRequest);

    let tus = async |headers: &[(&str, &str)], body: &str| {
        let mut asked = request(Method::POST, "/tus")
            .header(header::AUTHORIZATION, format!("Bearer {limited}"))
            .header("tus-resumable", "1.0.0");
        for (name, value) in headers {
            asked = asked.header(*name, *value);
        }
        server.call(asked.body(Body::from(body.to_owned())).unwrap()).await
    };
    assert_eq!(tus(&[("upload-length", "10")], "").await.status, 201);
    tus(&[("upload-length", "11")], "").await.refused(413, ErrorCode::TooLarge);
    tus(&[("upload-defer-length", "1")], "").await.refused(400, ErrorCode::BadRequest);
    // Two parts, each small enough.
    let mut parts = Vec::new();
    for _ in 0..2 {
        let made = tus(
            &[
                ("upload-length", "6"),
                ("upload-concat", "partial"),
                ("content-type", "application/offset+octet-stream"),
            ],
            "123456",
        );
        parts.push(made.await.header("location").unwrap().to_owned());
    }
    tus(&[("upload-concat", &format!("final;{}", parts.join(" ")))], "").await.refused(413, ErrorCode::TooLarge);
    assert_eq!(tus(&[("upload-concat", &format!("final;{}", parts[0]))], "").await.status, 201);
}

#[tokio::test]
async fn an_uploader_may_give_up_and_not_delete() {
    let server = guarded().await;
    let (uploads, manages) = (signed(&ticket("anna", &[Upload])), signed(&ticket("anna", &[Manage])));
    let made: CreatedVideo = create(&server, &uploads, Some(5)).await.json();
    let path = format!("/api/videos/{}", made.video.id);
    assert_eq!(ask(&server, &uploads, Method::DELETE, &path, None).await.status, 204);
    ask(&server, &uploads, Method::DELETE, &path, None).await.refused(404, ErrorCode::NotFound);

    let made: CreatedVideo = create(&server, &uploads, Some(5)).await.json();
    let path = format!("/api/videos/{}", made.video.id);
    server.put(&made.upload.url, "", b"12345").await.complete();
    ask(&server, &uploads, Method::DELETE, &path, None).await.refused(403, ErrorCode::Forbidden);
    let seen: Video = ask(&server, &uploads, Method::GET, &path, None).await.json();
    assert_eq!(seen.id, made.video.id);
    assert_eq!(ask(&server, &manages, Method::DELETE, &path, None).await.status, 204);
}

#[tokio::test]
async fn what_was_made_before_there_were_tickets_is_nobodys() {
    let server = Server::start().await;
    let id = server.create(Some(5)).await.video.id;
    let server = server.restart_with(with_tickets).await;
    let anna = signed(&ticket("anna", &[View]));
    assert_eq!(listed(&server, &anna, "").await.videos.len(), 0);
    ask(&server, &anna, Method::GET, &format!("/api/videos/{id}"), None).await.refused(404, ErrorCode::NotFound);
    let server = server.restart_with(|config| config.auth = reelway_server::config::Auth::None).await;
    assert_eq!(server.video(&id).await.id, id);
}

#[tokio::test]
async fn a_server_with_tickets_answers_to_any_name() {
    let server = guarded().await;
    let request = axum::http::Request::builder().uri("/healthz").header(header::HOST, "video.example");
    assert_eq!(server.call(request.body(Body::empty()).unwrap()).await.status, 200);
}
