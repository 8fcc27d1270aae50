//! Published files, as players fetch them.

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use reelway_api::{ErrorCode, Playback};
use reelway_server::{access::Pass, config::Policy, db::Change, media::encrypt};

use crate::server::{Answer, Server, bytes, request};

const ID: &str = "0123456789abcdef0123456789abcdef";

async fn with_files() -> (Server, Vec<u8>) {
    let server = Server::start().await;
    let segment = bytes(200_000);
    let folder = tempfile::tempdir().unwrap();
    let local = folder.path().join("segment");
    std::fs::write(&local, &segment).unwrap();
    server.app.store().publish(&local, &format!("{ID}/720p/0001.m4s")).await.unwrap();
    assert!(!local.exists(), "published files are moved");
    for name in ["master.m3u8", "storyboard.vtt", "storyboard.json", "sheet-0.webp", "poster.jpg", "init.mp4"] {
        server.app.store().publish_bytes(name, &format!("{ID}/{name}")).await.unwrap();
    }
    (server, segment)
}

async fn ask(server: &Server, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = request(method, &format!("/media/{ID}/{path}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    server.call(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn each_kind_of_file_has_its_type_and_its_time_in_caches() {
    let (server, segment) = with_files().await;
    for (name, kind, cached) in [
        ("master.m3u8", "application/vnd.apple.mpegurl", "public, max-age=2"),
        ("storyboard.vtt", "text/vtt; charset=utf-8", "public, max-age=2"),
        ("storyboard.json", "application/json", "public, max-age=2"),
        ("poster.jpg", "image/jpeg", "public, max-age=2"),
        ("sheet-0.webp", "image/webp", "public, max-age=31536000, immutable"),
        ("init.mp4", "video/mp4", "public, max-age=31536000, immutable"),
        ("720p/0001.m4s", "video/iso.segment", "public, max-age=31536000, immutable"),
    ] {
        let answer = ask(&server, Method::GET, name, &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{name}");
        assert_eq!(answer.header(header::CONTENT_TYPE), Some(kind), "{name}");
        assert_eq!(answer.header(header::CACHE_CONTROL), Some(cached), "{name}");
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let length = answer.body.len().to_string();
        assert_eq!(answer.header(header::CONTENT_LENGTH), Some(length.as_str()));
        let head = ask(&server, Method::HEAD, name, &[]).await;
        assert_eq!((head.status, head.header(header::CONTENT_LENGTH)), (StatusCode::OK, Some(length.as_str())));
        assert!(head.body.is_empty());
    }
    assert_eq!(ask(&server, Method::GET, "720p/0001.m4s", &[]).await.body, segment);
}

#[tokio::test]
async fn a_range_is_answered_by_that_range() {
    let (server, segment) = with_files().await;
    for (range, expected) in [
        ("bytes=0-0", 0..1),
        ("bytes=1000-1999", 1000..2000),
        ("bytes=199990-", 199_990..200_000),
        ("bytes=-5", 199_995..200_000),
        ("bytes=199999-999999", 199_999..200_000),
    ] {
        let answer = ask(&server, Method::GET, "720p/0001.m4s", &[("range", range)]).await;
        assert_eq!(answer.status, StatusCode::PARTIAL_CONTENT, "{range}");
        let place = format!("bytes {}-{}/200000", expected.start, expected.end - 1);
        assert_eq!(answer.header(header::CONTENT_RANGE), Some(place.as_str()));
        assert_eq!(answer.body, segment[expected]);
    }
    let answer = ask(&server, Method::GET, "720p/0001.m4s", &[("range", "bytes=200000-")]).await;
    answer.refused(416, ErrorCode::BadRequest);
    assert_eq!(answer.header(header::CONTENT_RANGE), Some("bytes */200000"));
    let several = ask(&server, Method::GET, "720p/0001.m4s", &[("range", "bytes=0-1,5-6")]).await;
    assert_eq!((several.status, several.body.len()), (StatusCode::OK, segment.len()));
}

#[tokio::test]
async fn a_known_version_is_not_sent_again() {
    let (server, _) = with_files().await;
    let etag = ask(&server, Method::GET, "master.m3u8", &[]).await.header(header::ETAG).unwrap().to_owned();
    let again = ask(&server, Method::GET, "master.m3u8", &[("if-none-match", &etag)]).await;
    assert_eq!((again.status, again.body.len()), (StatusCode::NOT_MODIFIED, 0));
    assert!(again.header(header::CACHE_CONTROL).is_some() && again.header(header::ETAG).is_some());

    let same = ask(&server, Method::GET, "master.m3u8", &[("if-range", &etag), ("range", "bytes=0-1")]).await;
    assert_eq!(same.status, StatusCode::PARTIAL_CONTENT);
    server.app.store().publish_bytes("another, longer master", &format!("{ID}/master.m3u8")).await.unwrap();
    let grown = ask(&server, Method::GET, "master.m3u8", &[("if-none-match", &etag)]).await;
    assert_eq!(grown.text(), "another, longer master");
    let other = ask(&server, Method::GET, "master.m3u8", &[("if-range", &etag), ("range", "bytes=0-1")]).await;
    assert_eq!((other.status, other.body.len()), (StatusCode::OK, 22));
}

#[tokio::test]
async fn no_path_leads_out_of_the_folder() {
    let (server, _) = with_files().await;
    std::fs::write(server.app.config().data_dir.join("secret"), "secret").unwrap();
    for path in [
        "../../secret",
        "..%2f..%2fsecret",
        "%2e%2e/%2e%2e/secret",
        "%2e%2e%2f%2e%2e%2fsecret",
        "..%5c..%5csecret",
        "/secret",
        "//secret",
        "./master.m3u8",
        "master.m3u8/",
        "master.m3u8%00",
        "720p",
        "720p/",
        "%2fetc%2fpasswd",
        "none.m3u8",
        "a%0d%0ab",
    ] {
        let answer = ask(&server, Method::GET, path, &[]).await;
        println!("{path}");
        answer.refused(404, ErrorCode::NotFound);
    }
    let outside = request(Method::GET, "/media/../secret").body(Body::empty()).unwrap();
    assert_eq!(server.call(outside).await.status, StatusCode::NOT_FOUND);
    let database = request(Method::GET, "/media/%2e%2e/reelway.db").body(Body::empty()).unwrap();
    server.call(database).await.refused(404, ErrorCode::NotFound);
}

#[tokio::test]
async fn the_store_holds_files_whole_and_forgets_a_video_whole() {
    let (server, _) = with_files().await;
    server.app.store().publish_bytes("kept", "another/master.m3u8").await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let missing = server.app.store().publish(&folder.path().join("none"), &format!("{ID}/new.mp4")).await;
    assert!(missing.is_err());
    ask(&server, Method::GET, "new.mp4", &[]).await.refused(404, ErrorCode::NotFound);

    server.app.store().remove_video(ID).await.unwrap();
    server.app.store().remove_video(ID).await.unwrap();
    ask(&server, Method::GET, "master.m3u8", &[]).await.refused(404, ErrorCode::NotFound);
    assert!(!server.app.config().data_dir.join("media").join(ID).exists());
    assert!(server.app.store().head("another/master.m3u8").await.is_ok());
    server.app.store().check().await.unwrap();
    std::fs::remove_dir_all(server.app.config().data_dir.join("media")).unwrap();
    server.get("/readyz").await.refused(503, ErrorCode::Unavailable);
}

#[tokio::test]
async fn signed_media_opens_to_its_own_token_until_that_is_over() {
    let server = Server::with(|config| config.playback.policy = Some(Policy::Signed)).await;
    let id = server.create(Some(5)).await.video.id;
    let playlist = "#EXTM3U\n#EXT-X-MAP:URI=\"init.mp4\"\n#EXTINF:4.0,\n00000.m4s\n";
    server.app.store().publish_bytes(playlist, &format!("{id}/p/v/index.m3u8")).await.unwrap();
    server.app.store().publish_bytes("a segment", &format!("{id}/p/v/00000.m4s")).await.unwrap();
    let now = server.clock.now();
    let token = server.app.passes().make(Pass::Media, &id, now + 60_000);
    let (list, segment) = (format!("/media/{id}/p/v/index.m3u8"), format!("/media/{id}/p/v/00000.m4s"));

    let answer = server.get(&format!("{list}?token={token}")).await;
    assert_eq!(answer.status, StatusCode::OK);
    let expected =
        format!("#EXTM3U\n#EXT-X-MAP:URI=\"init.mp4?token={token}\"\n#EXTINF:4.0,\n00000.m4s?token={token}\n");
    assert_eq!(answer.text(), expected, "the token goes with the playlist to its segments");
    assert_eq!(answer.header(header::CACHE_CONTROL), Some("private, max-age=2"));
    assert_eq!(answer.header(header::CONTENT_TYPE), Some("application/vnd.apple.mpegurl"));
    let answer = server.get(&format!("{segment}?token={token}")).await;
    assert_eq!((answer.text().as_str(), answer.status), ("a segment", StatusCode::OK));
    assert_eq!(answer.header(header::CACHE_CONTROL), Some("private, max-age=31536000, immutable"));

    let of_another = server.app.passes().make(Pass::Media, ID, now + 60_000);
    let of_events = server.app.passes().make(Pass::Events, &id, now + 60_000);
    let longer = format!("{}.{}", now + 600_000, token.split_once('.').unwrap().1);
    for path in [&list, &segment, &format!("/media/{id}/nothing.m4s"), &format!("/media/{id}/key")] {
        server.get(path).await.refused(401, ErrorCode::Unauthorized);
        for wrong in ["", "x", "1.2", &of_another, &of_events, &longer, &token[..token.len() - 1]] {
            server.get(&format!("{path}?token={wrong}")).await.refused(401, ErrorCode::Unauthorized);
        }
    }
    server.get(&format!("/media/{id}/nothing.m4s?token={token}")).await.refused(404, ErrorCode::NotFound);
    server.hours(1);
    server.get(&format!("{list}?token={token}")).await.refused(401, ErrorCode::TicketExpired);
}

#[tokio::test]
async fn the_key_of_encrypted_segments_is_sixteen_bytes_that_nobody_keeps() {
    let server = Server::with(|config| config.playback.policy = Some(Policy::Signed)).await;
    let id = server.create(Some(5)).await.video.id;
    let token = server.app.passes().make(Pass::Media, &id, server.clock.now() + 60_000);
    let path = format!("/media/{id}/key?token={token}");
    server.get(&path).await.refused(404, ErrorCode::NotFound);
    let key = encrypt::make_key(server.app.db(), &id).await.unwrap();
    assert_eq!(encrypt::make_key(server.app.db(), &id).await.unwrap(), key, "one for each video");
    let answer = server.get(&path).await;
    assert_eq!((answer.status, answer.body.as_slice()), (StatusCode::OK, key.as_slice()));
    assert_eq!(answer.header(header::CACHE_CONTROL), Some("no-store"));
    assert_eq!(answer.header(header::CONTENT_TYPE), Some("application/octet-stream"));
    let server = server.restart().await;
    assert_eq!(server.get(&path).await.body, key, "what was signed before a restart counts after it");
    // With the video goes its key.
    server.delete(&format!("/api/videos/{id}")).await;
    assert_eq!(encrypt::key_of(server.app.db(), &id).await.unwrap(), None);
}

#[tokio::test]
async fn a_signed_address_stays_the_same_for_a_while_and_works_as_long_as_it_says() {
    let server = Server::with(|config| {
        config.playback.policy = Some(Policy::Signed);
        config.playback.ttl = 3600;
    })
    .await;
    let id = server.create(Some(5)).await.video.id;
    server.app.videos().apply(&id, Change::Processing { percent: None }).await.unwrap();
    let ready = Change::Ready { hls: "p/master.m3u8".to_owned(), percent: None };
    server.app.videos().apply(&id, ready).await.unwrap();
    server.app.store().publish_bytes("#EXTM3U\n", &format!("{id}/p/master.m3u8")).await.unwrap();
    let playback = async || server.get(&format!("/api/videos/{id}/playback")).await.json::<Playback>();
    let first = playback().await;
    let left = first.expires_at.unwrap() - server.clock.now();
    assert!((3_600_000..=4_500_000).contains(&left), "{left}");
    assert_eq!(server.get(&first.hls).await.status, StatusCode::OK);
    server.clock.turn(std::time::Duration::from_millis(left - 3_600_000 - 1));
    assert_eq!(playback().await, first);
    server.clock.turn(std::time::Duration::from_secs(900));
    let second = playback().await;
    assert!(second.expires_at > first.expires_at && second.hls != first.hls);
    server.clock.turn(std::time::Duration::from_millis(2_700_000));
    assert_eq!(server.get(&first.hls).await.status, StatusCode::OK, "to the last moment");
    server.clock.turn(std::time::Duration::from_millis(1));
    server.get(&first.hls).await.refused(401, ErrorCode::TicketExpired);
    assert_eq!(server.get(&second.hls).await.status, StatusCode::OK);
}
