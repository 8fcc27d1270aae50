//! Whose videos are whose, and what a ticket limits.

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use reelway_api::{CreatedVideo, ErrorCode, Video, VideoList, VideoStatus};
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

/// What a tus client sends, with headers and a body.
async fn tus(
    server: &Server,
    ticket: &str,
    (method, path): (Method, &str),
    headers: &[(&str, &str)],
    body: &str,
) -> Answer {
    let mut asked = request(method, path)
        .header(header::AUTHORIZATION, format!("Bearer {ticket}"))
        .header("tus-resumable", "1.0.0");
    for (name, value) in headers {
        asked = asked.header(*name, *value);
    }
    if !body.is_empty() {
        asked = asked
            .header("content-type", "application/offset+octet-stream")
            .header("content-length", body.len().to_string());
    }
    server.call(asked.body(Body::from(body.to_owned())).unwrap()).await
}

const TUS: (Method, &str) = (Method::POST, "/tus");

#[tokio::test]
async fn a_tickets_limit_holds_for_what_is_said() {
    let server = guarded().await;
    let limited = signed(&NewTicket { max_size: Some(10), ..ticket("anna", &[Upload]) });
    assert_eq!(create(&server, &limited, Some(10)).await.status, 201);
    create(&server, &limited, Some(11)).await.refused(413, ErrorCode::TooLarge);

    assert_eq!(tus(&server, &limited, TUS, &[("upload-length", "10")], "").await.status, 201);
    tus(&server, &limited, TUS, &[("upload-length", "11")], "").await.refused(413, ErrorCode::TooLarge);
    // Two parts, each small enough.
    let mut parts = Vec::new();
    for _ in 0..2 {
        let part = [("upload-length", "6"), ("upload-concat", "partial")];
        parts.push(tus(&server, &limited, TUS, &part, "123456").await.header("location").unwrap().to_owned());
    }
    let joined = format!("final;{}", parts.join(" "));
    tus(&server, &limited, TUS, &[("upload-concat", &joined)], "").await.refused(413, ErrorCode::TooLarge);
    let one = format!("final;{}", parts[0]);
    assert_eq!(tus(&server, &limited, TUS, &[("upload-concat", &one)], "").await.status, 201);
}

#[tokio::test]
async fn a_tickets_limit_holds_for_what_comes_where_nothing_was_said() {
    let server = guarded().await;
    let limited = signed(&NewTicket { max_size: Some(10), ..ticket("anna", &[Upload]) });
    let views = signed(&ticket("anna", &[View]));
    let offset = async |url: &str| {
        let answer = tus(&server, &limited, (Method::HEAD, url), &[], "").await;
        answer.header("upload-offset").unwrap().to_owned()
    };

    let made: CreatedVideo = create(&server, &limited, None).await.json();
    server.put(&made.upload.url, "", b"12345678901").await.refused(413, ErrorCode::TooLarge);
    server.put(&made.upload.url, "bytes 0-10/*", b"12345678901").await.refused(413, ErrorCode::TooLarge);
    server.put(&made.upload.url, "", b"1234567890").await.complete();

    // The length is said with the last bytes, as tus allows.
    let deferred = [("upload-defer-length", "1")];
    server.clock.turn(std::time::Duration::from_millis(1));
    let begun = tus(&server, &limited, TUS, &deferred, "123456").await;
    assert_eq!(begun.status, 201, "{}", begun.text());
    let url = begun.header("location").unwrap().to_owned();
    let patch = || (Method::PATCH, url.as_str());
    let more = tus(&server, &limited, patch(), &[("upload-offset", "6")], "789012").await;
    more.refused(413, ErrorCode::TooLarge);
    let said = [("upload-offset", "6"), ("upload-length", "12")];
    tus(&server, &limited, patch(), &said, "789012").await.refused(413, ErrorCode::TooLarge);
    assert_eq!(offset(&url).await, "6", "nothing of it is kept");
    // Nor by a body that does not say how long it is.
    let endless = request(Method::PATCH, &url)
        .header("tus-resumable", "1.0.0")
        .header("upload-offset", "6")
        .header("content-type", "application/offset+octet-stream");
    let pieces = futures_util::stream::iter(["789", "012"].map(Ok::<_, std::io::Error>));
    server.call(endless.body(Body::from_stream(pieces)).unwrap()).await.refused(413, ErrorCode::TooLarge);
    assert_eq!(offset(&url).await, "6");
    let last = [("upload-offset", "6"), ("upload-length", "10")];
    assert_eq!(tus(&server, &limited, patch(), &last, "7890").await.status, 204);
    let video = begun.header("reelway-video").unwrap();
    let seen: Video = ask(&server, &views, Method::GET, &format!("/api/videos/{video}"), None).await.json();
    assert_eq!(seen.size, Some(10));

    // What is too long from the start leaves nothing that takes bytes.
    server.clock.turn(std::time::Duration::from_millis(1));
    tus(&server, &limited, TUS, &deferred, "12345678901").await.refused(413, ErrorCode::TooLarge);
    let newest = listed(&server, &views, "?limit=1").await.videos.remove(0);
    assert_eq!(newest.status, VideoStatus::Cancelled);
    // A part of a file may not be longer either.
    let part = [("upload-defer-length", "1"), ("upload-concat", "partial")];
    tus(&server, &limited, TUS, &part, "12345678901").await.refused(413, ErrorCode::TooLarge);
    // A fresh target goes on with the same limit, whatever its ticket says.
    let made: CreatedVideo = create(&server, &limited, None).await.json();
    let free = signed(&ticket("anna", &[Upload]));
    let path = format!("/api/videos/{}/upload", made.video.id);
    let fresh: CreatedVideo = ask(&server, &free, Method::POST, &path, None).await.json();
    server.put(&fresh.upload.url, "", b"12345678901").await.refused(413, ErrorCode::TooLarge);
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
