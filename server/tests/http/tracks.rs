//! Captions that somebody brings.

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use reelway_api::{ErrorCode, Playback, TextTrack, TrackKind};
use reelway_server::db::Change;

use crate::server::{Answer, Server, request};

const VTT: &str = "WEBVTT\n\n00:01.000 --> 00:02.000\nHello\n";

async fn ready() -> (Server, String) {
    let server = Server::start().await;
    let id = server.create(Some(5)).await.video.id;
    server.app.videos().apply(&id, Change::Processing { percent: None }).await.unwrap();
    let ready = Change::Ready { hls: "p/master.m3u8".to_owned(), percent: None };
    server.app.videos().apply(&id, ready).await.unwrap();
    (server, id)
}

async fn add(server: &Server, id: &str, query: &str, kind: &str, body: impl Into<Body>) -> Answer {
    let request = request(Method::POST, &format!("/api/videos/{id}/tracks{query}")).header(header::CONTENT_TYPE, kind);
    server.call(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn captions_are_told_of_with_the_video_and_served_as_webvtt() {
    let (server, id) = ready().await;
    let before = server.video(&id).await.revision;
    let made = add(&server, &id, "?language=pt-BR&label=Portugu%C3%AAs", "text/vtt; charset=utf-8", VTT).await;
    assert_eq!(made.status, StatusCode::CREATED, "{}", made.text());
    let first: TextTrack = made.json();
    assert_eq!(
        (first.language.as_str(), first.label.as_str(), first.kind),
        ("pt-BR", "Português", TrackKind::Subtitles)
    );
    let srt = "1\n00:00:01,000 --> 00:00:02,000\n<font size=\"3\">Hi</font> & bye\n";
    let second: TextTrack = add(&server, &id, "?kind=captions", "application/x-subrip", srt).await.json();
    assert_eq!(second.kind, TrackKind::Captions);

    let playback: Playback = server.get(&format!("/api/videos/{id}/playback")).await.json();
    assert_eq!(playback.tracks, [first.clone(), second.clone()]);
    let video = server.video(&id).await;
    assert_eq!(video.playback.unwrap().tracks.len(), 2);
    assert_eq!(video.revision, before + 2, "those who watch the video hear of it");
    let served = server.get(&second.src).await;
    assert_eq!(served.text(), "WEBVTT\n\n00:00:01.000 --> 00:00:02.000\nHi &amp; bye\n");
    assert_eq!(served.header(header::CONTENT_TYPE), Some("text/vtt; charset=utf-8"));

    assert_eq!(server.delete(&format!("/api/videos/{id}/tracks/{}", first.id)).await.status, 204);
    server.delete(&format!("/api/videos/{id}/tracks/{}", first.id)).await.refused(404, ErrorCode::NotFound);
    server.get(&first.src).await.refused(404, ErrorCode::NotFound);
    assert_eq!(server.video(&id).await.playback.unwrap().tracks, std::slice::from_ref(&second));
    server.delete(&format!("/api/videos/{id}")).await;
    server.get(&second.src).await.refused(404, ErrorCode::NotFound);
}

#[tokio::test]
async fn what_is_no_captions_is_refused_in_words() {
    let (server, id) = ready().await;
    let vtt = "text/vtt";
    let says = |answer: Answer, status: u16, words: &str| {
        answer.refused(status, ErrorCode::BadCaptions);
        assert!(answer.text().contains(words), "{}", answer.text());
    };
    says(add(&server, &id, "", vtt, "<script>alert(1)</script>").await, 400, "neither WebVTT");
    says(add(&server, &id, "", vtt, "WEBVTT\n\n00:99 --> x\nHello").await, 400, "Line 3");
    says(add(&server, &id, "", vtt, vec![0xff, 0xfe, 0x00]).await, 400, "UTF-8");
    says(add(&server, &id, "", vtt, vec![b'a'; (2 << 20) + 1]).await, 413, "bytes");
    says(add(&server, &id, "", vtt, vec![b'a'; 8 << 20]).await, 413, "bytes");
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""] {
        add(&server, &id, "", kind, VTT).await.refused(415, ErrorCode::UnsupportedMediaType);
    }
    for query in ["?language=en%22%3E", "?language=..%2F..", "?label=%E2%80%8F", "?kind=chapters2"] {
        add(&server, &id, query, vtt, VTT).await.refused(400, ErrorCode::BadRequest);
    }
    add(&server, "nothing", "", vtt, VTT).await.refused(404, ErrorCode::NotFound);
    for _ in 0..50 {
        assert_eq!(add(&server, &id, "", vtt, VTT).await.status, 201);
    }
    add(&server, &id, "", vtt, VTT).await.refused(409, ErrorCode::Conflict);
}
