//! Published files, as players fetch them.

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use reelway_api::ErrorCode;

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
