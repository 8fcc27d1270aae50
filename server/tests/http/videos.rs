//! Videos: list, change, delete, watch.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use http_body_util::BodyExt;
use reelway_api::{CreatedVideo, ErrorCode, Playback, Video, VideoList, VideoStatus};
use reelway_server::db::{Applied, Change};
use serde_json::json;
use tower::ServiceExt;

use crate::server::{Answer, Server, request};

#[tokio::test]
async fn the_list_is_newest_first_and_pages_stay_put_while_it_grows() {
    let server = Server::start().await;
    let mut ids = Vec::new();
    for n in 0..5 {
        // Two of them in the same millisecond.
        if n != 3 {
            server.clock.turn(Duration::from_millis(1));
        }
        ids.insert(0, server.create(Some(5)).await.video.id);
    }
    let first: VideoList = server.get("/api/videos?limit=2").await.json();
    server.clock.turn(Duration::from_millis(1));
    server.create(Some(5)).await;
    let mut seen: Vec<String> = first.videos.iter().map(|video| video.id.clone()).collect();
    let mut cursor = first.next_cursor;
    while let Some(next) = cursor {
        let page: VideoList = server.get(&format!("/api/videos?limit=2&cursor={next}")).await.json();
        assert!(!page.videos.is_empty());
        seen.extend(page.videos.into_iter().map(|video| video.id));
        cursor = page.next_cursor;
    }
    assert_eq!((seen[0].as_str(), seen[4].as_str()), (ids[0].as_str(), ids[4].as_str()));
    seen.sort();
    ids.sort();
    assert_eq!(seen, ids, "each once");
    let all: VideoList = server.get("/api/videos").await.json();
    assert_eq!((all.videos.len(), all.next_cursor), (6, None));
    server.get("/api/videos?cursor=forged").await.refused(400, ErrorCode::BadRequest);
}

#[tokio::test]
async fn a_hostile_file_name_is_a_title_and_never_a_path() {
    let server = Server::start().await;
    for (filename, title) in [
        ("../../../../tmp/evil.mp4", "evil.mp4"),
        ("C:\\boot.ini", "boot.ini"),
        ("<script>alert(1)</script>.mp4", "script>.mp4"),
        ("a\u{0}b\u{202e}4pm", "ab4pm"),
        ("/", "Video"),
    ] {
        let created = server.send_json(Method::POST, "/api/videos", &json!({ "filename": filename, "size": 5 })).await;
        let created: CreatedVideo = created.json();
        assert_eq!(created.video.title, title);
        server.put(&created.upload.url, "", b"12345").await.complete();
        assert_eq!(server.original(&created.video.id), b"12345");
    }
}

#[tokio::test]
async fn a_video_that_is_made_with_a_title_has_it_and_a_bad_one_makes_no_video() {
    let server = Server::start().await;
    let ask = async |title: serde_json::Value| {
        let body = json!({ "filename": "IMG_4711.mp4", "size": 5, "title": title });
        server.send_json(Method::POST, "/api/videos", &body).await
    };
    let created: CreatedVideo = ask(json!(" A day \u{202e}out ")).await.json();
    assert_eq!(created.video.title, "A day out");
    let created: CreatedVideo = ask(json!(null)).await.json();
    assert_eq!(created.video.title, "IMG_4711.mp4");

    for title in ["", " ", "\u{202e}", &"x".repeat(201)] {
        ask(json!(title)).await.refused(400, ErrorCode::BadRequest);
    }
    let list: VideoList = server.get("/api/videos").await.json();
    assert_eq!(list.videos.len(), 2);
}

#[tokio::test]
async fn title_and_poster_time_can_be_changed_within_reason() {
    let server = Server::start().await;
    let id = server.create(Some(5)).await.video.id;
    let path = format!("/api/videos/{id}");
    let facts = Change::Facts { duration: Some(10.0), width: Some(640), height: Some(360), size: None };
    server.app.videos().apply(&id, facts).await.unwrap();

    let before = server.video(&id).await;
    let answer = server.send_json(Method::PATCH, &path, &json!({ "title": " A day out ", "poster_time": 2.5 })).await;
    let after: Video = answer.json();
    assert_eq!((after.title.as_str(), after.poster_time), ("A day out", Some(2.5)));
    assert!(after.revision > before.revision);
    for body in [
        json!({ "title": "" }),
        json!({ "title": "\u{202e}" }),
        json!({ "title": "x".repeat(201) }),
        json!({ "poster_time": -1.0 }),
        json!({ "poster_time": 10.1 }),
        json!({ "title": "fine", "poster_time": 99 }),
    ] {
        server.send_json(Method::PATCH, &path, &body).await.refused(400, ErrorCode::BadRequest);
    }
    assert_eq!(server.video(&id).await, after, "a refused change changes nothing");
    let unchanged: Video = server.send_json(Method::PATCH, &path, &json!({})).await.json();
    assert_eq!(unchanged, after);
    server.send_json(Method::PATCH, "/api/videos/none", &json!({})).await.refused(404, ErrorCode::NotFound);
}

#[tokio::test]
async fn a_deleted_video_leaves_nothing_and_deleting_again_is_no_error() {
    let server = Server::start().await;
    let uploading = server.create(Some(5)).await;
    let done = server.create(Some(5)).await;
    server.put(&done.upload.url, "", b"12345").await.complete();
    let id = &done.video.id;
    server.app.store().publish_bytes("#EXTM3U", &format!("{id}/master.m3u8")).await.unwrap();
    let ready = Change::Ready { hls: "master.m3u8".to_owned(), percent: None };
    server.app.videos().apply(id, ready).await.unwrap();

    for created in [&uploading, &done] {
        let path = format!("/api/videos/{}", created.video.id);
        assert_eq!(server.delete(&path).await.status, StatusCode::NO_CONTENT);
        server.get(&path).await.refused(404, ErrorCode::NotFound);
        server.put(&created.upload.url, "bytes */*", b"").await.refused(404, ErrorCode::NotFound);
        assert_eq!(server.delete(&path).await.status, StatusCode::NO_CONTENT);
    }
    server.get(&format!("/media/{id}/master.m3u8")).await.refused(404, ErrorCode::NotFound);
    assert!(!server.app.originals().folder(id).exists());
    let change = server.app.videos().apply(id, Change::Percent(Some(5))).await.unwrap();
    assert_eq!(change, Applied::Gone, "a worker that is still at it learns of it");
}

#[tokio::test]
async fn playback_holds_what_is_published_and_nothing_before_that() {
    let server = Server::start().await;
    let created = server.create(Some(5)).await;
    let id = &created.video.id;
    let path = format!("/api/videos/{id}/playback");
    server.get(&path).await.refused(409, ErrorCode::NotReady);
    server.put(&created.upload.url, "", b"12345").await.complete();
    let videos = server.app.videos();
    videos.apply(id, Change::Poster { path: "poster.jpg".to_owned() }).await.unwrap();
    assert_eq!(server.video(id).await.playback, None);
    videos.apply(id, Change::Ready { hls: "master.m3u8".to_owned(), percent: Some(0) }).await.unwrap();
    let playback: Playback = server.get(&path).await.json();
    assert_eq!(playback.hls, format!("/media/{id}/master.m3u8"));
    assert_eq!(playback.poster, Some(format!("/media/{id}/poster.jpg")));
    assert_eq!(playback.storyboard, None);
    videos.apply(id, Change::Storyboard { path: "storyboard.vtt".to_owned() }).await.unwrap();
    let video = server.video(id).await;
    assert_eq!((video.status, video.percent), (VideoStatus::Ready, Some(0)));
    assert_eq!(video.playback.unwrap().storyboard, Some(format!("/media/{id}/storyboard.vtt")));
}

#[tokio::test]
async fn a_video_moves_only_forward() {
    let server = Server::start().await;
    let created = server.create(Some(5)).await;
    let id = &created.video.id;
    server.put(&created.upload.url, "", b"12345").await.complete();
    let videos = server.app.videos();
    let failed = || Change::Failed { code: ErrorCode::NotAVideo, message: "This is no video.".to_owned() };
    for (change, works) in [
        (Change::Uploading, false),
        (Change::Expired, false),
        (Change::Percent(Some(200)), true),
        (failed(), true),
        (Change::Ready { hls: "master.m3u8".to_owned(), percent: None }, false),
        (Change::Failed { code: ErrorCode::Corrupt, message: "Other.".to_owned() }, false),
        (Change::Percent(Some(5)), false),
        (Change::Storyboard { path: "s.vtt".to_owned() }, false),
        (Change::Cancelled, false),
    ] {
        let before = server.video(id).await.revision;
        let applied = videos.apply(id, change.clone()).await.unwrap();
        assert_eq!(matches!(applied, Applied::Done(_)), works, "{change:?}");
        assert_eq!(server.video(id).await.revision, before + u64::from(works), "{change:?}");
    }
    let video = server.video(id).await;
    assert_eq!((video.status, video.percent), (VideoStatus::Failed, None));
    assert_eq!(video.error.unwrap().code, ErrorCode::NotAVideo);
    assert_eq!(videos.apply("none", Change::Cancelled).await.unwrap(), Applied::Gone);
}

/// An event stream, read as a browser reads it.
struct Events(Body, String);

impl Events {
    async fn open(server: &Server, id: &str) -> Self {
        let ask = request(Method::GET, &format!("/api/videos/{id}/events")).body(Body::empty()).unwrap();
        let response = server.router.clone().oneshot(ask).await.unwrap();
        assert_eq!(response.headers()[header::CONTENT_TYPE], "text/event-stream");
        assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
        Self(response.into_body(), String::new())
    }

    /// The next event's video; `None` where the stream ends.
    async fn next(&mut self) -> Option<Video> {
        loop {
            if let Some((event, rest)) = self.1.split_once("\n\n") {
                let data = event.strip_prefix("event: video\ndata: ").map(|data| serde_json::from_str(data).unwrap());
                self.1 = rest.to_owned();
                if data.is_some() {
                    return data;
                }
                continue;
            }
            let frame = self.0.frame().await?.unwrap();
            self.1.push_str(std::str::from_utf8(frame.data_ref().unwrap()).unwrap());
        }
    }
}

#[tokio::test]
async fn watchers_see_the_present_state_then_each_change_and_the_end() {
    let server = Server::start().await;
    let created = server.create(Some(5)).await;
    let id = &created.video.id;
    let mut events = Events::open(&server, id).await;
    assert_eq!(events.next().await.unwrap(), created.video);

    let videos = server.app.videos();
    videos.apply(id, Change::Uploading).await.unwrap();
    assert_eq!(events.next().await.unwrap().status, VideoStatus::Uploading);
    videos.apply(id, Change::Processing { percent: Some(0) }).await.unwrap();
    for percent in 1..=50 {
        videos.apply(id, Change::Percent(Some(percent))).await.unwrap();
    }
    let last = events.next().await.unwrap();
    assert_eq!(last.percent, Some(50), "of many changes in between only the last is told");
    assert_eq!(last, server.video(id).await, "polling tells the same");

    server.delete(&format!("/api/videos/{id}")).await;
    assert_eq!(events.next().await.unwrap().status, VideoStatus::Cancelled);
    assert_eq!(events.next().await, None);
}

#[tokio::test]
async fn watchers_see_what_another_process_changes() {
    let server = Server::start().await;
    let id = server.create(Some(5)).await.video.id;
    let mut events = Events::open(&server, &id).await;
    events.next().await.unwrap();
    // A second process on the same database: its hub is its own.
    let config = server.app.config().clone();
    let other = reelway_server::app::App::open(config, server.clock.clone()).await.unwrap();
    other.videos().apply(&id, Change::Uploading).await.unwrap();
    assert_eq!(events.next().await.unwrap().status, VideoStatus::Uploading);
}

/// `POST /api/videos` with a key.
async fn create_once(server: &Server, key: &str, size: usize) -> Answer {
    let body = serde_json::json!({ "filename": "holiday.mp4", "size": size });
    let builder = request(Method::POST, "/api/videos").header(header::CONTENT_TYPE, "application/json");
    server.call(builder.header("idempotency-key", key).body(Body::from(body.to_string())).unwrap()).await
}

#[tokio::test]
async fn a_request_whose_answer_was_lost_makes_no_second_video() {
    let server = Server::start().await;
    let first = create_once(&server, "7f0c1e4e-0f9e-4d3e-9a53-2f2f6f1d5b11", 5).await;
    assert_eq!(first.status, StatusCode::CREATED);
    let first: CreatedVideo = first.json();
    server.put(&first.upload.url, "", b"12").await.refused(400, ErrorCode::LengthMismatch);

    let again = create_once(&server, "7f0c1e4e-0f9e-4d3e-9a53-2f2f6f1d5b11", 5).await;
    assert_eq!(again.status, StatusCode::OK);
    let again: CreatedVideo = again.json();
    assert_eq!(again.video.id, first.video.id);
    create_once(&server, "7f0c1e4e-0f9e-4d3e-9a53-2f2f6f1d5b11", 6).await.refused(409, ErrorCode::Conflict);
    let other: CreatedVideo = create_once(&server, "another", 5).await.json();
    assert_ne!(other.video.id, first.video.id);
    assert_ne!(server.create(Some(5)).await.video.id, server.create(Some(5)).await.video.id, "no key, no such promise");

    server.put(&again.upload.url, "", b"12345").await.complete();
    let late = create_once(&server, "7f0c1e4e-0f9e-4d3e-9a53-2f2f6f1d5b11", 5).await;
    late.refused(409, ErrorCode::Conflict);
    for key in ["", "two words", "é", &"a".repeat(129)] {
        create_once(&server, key, 5).await.refused(400, ErrorCode::BadRequest);
    }
}

#[tokio::test]
async fn a_key_names_an_upload_no_longer_than_there_is_one() {
    let server = Server::start().await;
    let first: CreatedVideo = create_once(&server, "k", 5).await.json();
    server.delete(&first.upload.url).await;
    let second: CreatedVideo = create_once(&server, "k", 5).await.json();
    assert_ne!(second.video.id, first.video.id);
    server.hours(73);
    server.app.local().sweep().await.unwrap();
    let third: CreatedVideo = create_once(&server, "k", 5).await.json();
    assert_ne!(third.video.id, second.video.id);
    server.put(&third.upload.url, "", b"12345").await.complete();
}

#[tokio::test]
async fn the_same_request_twice_at_once_makes_one_video() {
    let server = Server::start().await;
    let all = futures_util::future::join_all((0..8).map(|_| create_once(&server, "k", 5))).await;
    let all: Vec<CreatedVideo> = all.iter().map(Answer::json).collect();
    assert!(all.iter().all(|created| created.video.id == all[0].video.id));
    let list: VideoList = server.get("/api/videos").await.json();
    assert_eq!(list.videos.len(), 1);
    let mut open = 0;
    for created in &all {
        open += usize::from(server.put(&created.upload.url, "bytes */*", b"").await.status == 308);
    }
    assert_eq!(open, 1, "of the targets the newest works");
}
