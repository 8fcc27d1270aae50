//! The dialogue of a resumable upload.

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use reelway_api::{CreatedVideo, Digest, ErrorCode, Protocol, VideoStatus};
use reelway_server::access::Reach;

use crate::server::{K, Server, bytes, digest};

#[tokio::test]
async fn a_file_goes_up_in_chunks() {
    let server = Server::start().await;
    let file = bytes(2 * K + 7);
    let created = server.create(Some(file.len())).await;
    assert_eq!((created.video.status, created.video.title.as_str()), (VideoStatus::AwaitingUpload, "holiday.mp4"));
    let target = created.upload;
    assert_eq!((target.protocol, target.digest, target.parallel), (Protocol::Resumable, Some(Digest::Sha256), 1));
    assert_eq!((target.min_chunk, target.chunk_multiple, target.max_chunk), (K as u64, K as u64, 64 << 20));
    let id = created.video.id;

    server.put(&target.url, "bytes */*", b"").await.stored(0);
    let total = file.len();
    server.put_checked(&target.url, &format!("bytes 0-{}/{total}", K - 1), &file[..K], &file[..K]).await.stored(K);
    assert_eq!(server.video(&id).await.status, VideoStatus::Uploading);
    server.put(&target.url, &format!("bytes {K}-{}/{total}", 2 * K - 1), &file[K..2 * K]).await.stored(2 * K);
    let last = format!("bytes {}-{}/{total}", 2 * K, total - 1);
    let video = server.put_checked(&target.url, &last, &file[2 * K..], &file[2 * K..]).await.complete();

    assert_eq!(
        (video.id.as_str(), video.status, video.size),
        (id.as_str(), VideoStatus::Processing, Some(total as u64))
    );
    assert_eq!(server.original(&id), file);
    assert!(!server.part(&id).exists());
    // An answer may get lost: whoever asks again hears the same.
    for range in [last.as_str(), "bytes */*", &format!("bytes */{total}")] {
        let body = if range == last { &file[2 * K..] } else { &[] };
        assert_eq!(server.put(&target.url, range, body).await.complete().status, VideoStatus::Processing, "{range}");
    }
}

#[tokio::test]
async fn a_file_goes_up_in_one_request() {
    let server = Server::start().await;
    let file = bytes(K + 100);
    let created = server.create(Some(file.len())).await;
    assert_eq!(server.put(&created.upload.url, "", &file).await.complete().status, VideoStatus::Processing);
    assert_eq!(server.original(&created.video.id), file);
}

#[tokio::test]
async fn a_recording_of_unknown_length_goes_up() {
    let server = Server::start().await;
    let file = bytes(2 * K);
    let created = server.create(None).await;
    let url = &created.upload.url;
    server.put(url, &format!("bytes 0-{}/*", K - 1), &file[..K]).await.stored(K);
    server.put(url, &format!("bytes {K}-{}/*", 2 * K - 1), &file[K..]).await.stored(2 * K);
    server.put(url, "bytes */*", b"").await.stored(2 * K);
    let video = server.put(url, &format!("bytes */{}", 2 * K), b"").await.complete();
    assert_eq!(video.size, Some(2 * K as u64));
    assert_eq!(server.original(&created.video.id), file);
}

#[tokio::test]
async fn a_stream_without_any_length_goes_up() {
    let server = Server::start().await;
    let file = bytes(K + 9);
    let created = server.create(None).await;
    let body = Body::from_stream(futures_util::stream::iter([Ok::<_, std::io::Error>(file.clone())]));
    server.put_body(&created.upload.url, "", None, None, body).await.complete();
    assert_eq!(server.original(&created.video.id), file);
}

#[tokio::test]
async fn bytes_that_are_stored_are_skipped() {
    let server = Server::start().await;
    let file = bytes(3 * K + 1);
    let total = file.len();
    let created = server.create(Some(total)).await;
    let url = &created.upload.url;
    server.put(url, &format!("bytes 0-{}/{total}", 2 * K - 1), &file[..2 * K]).await.stored(2 * K);
    server.put(url, &format!("bytes 0-{}/{total}", K - 1), &file[..K]).await.stored(2 * K);
    server
        .put_checked(url, &format!("bytes {K}-{}/{total}", 3 * K - 1), &file[K..3 * K], &file[K..3 * K])
        .await
        .stored(3 * K);
    server.put(url, "", &file).await.complete();
    assert_eq!(server.original(&created.video.id), file);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_and_nothing_of_it_kept() {
    let server = Server::with(|config| config.limits.max_file_size = 100 * K as u64).await;
    let file = bytes(4 * K);
    let total = file.len();
    let url = server.create(Some(total)).await.upload.url;
    server.put(&url, &format!("bytes 0-{}/{total}", K - 1), &file[..K]).await.stored(K);

    for (story, range, body, status, code) in [
        ("a gap", format!("bytes {}-{}/{total}", 2 * K, 3 * K - 1), &file[2 * K..3 * K], 503, ErrorCode::OffsetGap),
        ("misaligned", format!("bytes {K}-{}/{total}", K + 99), &file[K..K + 100], 400, ErrorCode::ChunkMisaligned),
        (
            "another length",
            format!("bytes {K}-{}/{}", 2 * K - 1, 9 * K),
            &file[K..2 * K],
            400,
            ErrorCode::LengthMismatch,
        ),
        ("a wrong count", format!("bytes {K}-{}/{total}", 2 * K - 1), &file[K..K + 5], 400, ErrorCode::BadRequest),
        ("no range", "bytes=0-5".to_owned(), &file[..5], 400, ErrorCode::BadRequest),
        ("an empty whole", String::new(), &file[..0], 400, ErrorCode::EmptyFile),
    ] {
        let answer = server.put(&url, &range, body).await;
        println!("{story}");
        answer.refused(status, code);
        if code == ErrorCode::OffsetGap {
            assert_eq!(answer.offset(), K, "a gap's refusal tells where to go on");
        }
        assert_eq!(server.offset(&url).await, K, "{story}");
    }

    let other = server.create(None).await.upload.url;
    let answer = server.put(&other, &format!("bytes 0-{}/{}", K - 1, 101 * K), &file[..K]).await;
    answer.refused(413, ErrorCode::TooLarge);
    let long = Body::from_stream(futures_util::stream::iter((0..102).map(|_| Ok::<_, std::io::Error>(vec![1; K]))));
    server.put_body(&other, "", None, None, long).await.refused(413, ErrorCode::TooLarge);
    assert_eq!(server.offset(&other).await, 0, "what turned out too large is gone");
}

#[tokio::test]
async fn a_chunk_that_differs_from_its_digest_is_not_kept() {
    let server = Server::start().await;
    let file = bytes(2 * K);
    let total = file.len();
    let created = server.create(Some(total)).await;
    let url = &created.upload.url;
    server.put(url, &format!("bytes 0-{}/{total}", K - 1), &file[..K]).await.stored(K);
    let mut damaged = file[K..].to_vec();
    damaged[77] ^= 1;
    let last = format!("bytes {K}-{}/{total}", total - 1);
    let answer = server.put_checked(url, &last, &damaged, &file[K..]).await;
    answer.refused(400, ErrorCode::DigestMismatch);
    assert_eq!(answer.offset(), K);
    assert_eq!(std::fs::metadata(server.part(&created.video.id)).unwrap().len(), K as u64);

    for (header, status) in [("sha-256=abc", 400), ("sha-256=:!!:", 400), ("sha-256=:YQ==:", 400), ("nonsense", 400)] {
        let answer = server.put_body(url, &last, Some(header.to_owned()), None, Body::from(file[K..].to_vec())).await;
        assert_eq!(answer.status.as_u16(), status, "{header}");
    }
    let both = format!("md5=:YQ==:, {}", digest(&file[K..]));
    server.put_body(url, &last, Some(both), None, Body::from(file[K..].to_vec())).await.complete();
    assert_eq!(server.original(&created.video.id), file);
}

#[tokio::test]
async fn what_can_not_be_taken_is_refused_before_a_byte_is_sent() {
    let server = Server::with(|config| config.limits.max_file_size = 1000).await;
    for (size, status, code) in [(0, 400, ErrorCode::EmptyFile), (1001, 413, ErrorCode::TooLarge)] {
        let body = serde_json::json!({ "filename": "a.mp4", "size": size });
        server.send_json(Method::POST, "/api/videos", &body).await.refused(status, code);
    }
    let full = Server::with(|config| config.limits.min_free_space = u64::MAX / 2).await;
    let body = serde_json::json!({ "filename": "a.mp4", "size": 5 });
    full.send_json(Method::POST, "/api/videos", &body).await.refused(507, ErrorCode::InsufficientStorage);

    let busy = Server::with(|config| config.limits.max_open_uploads = 1).await;
    let first = busy.create(Some(5)).await;
    let answer = busy.send_json(Method::POST, "/api/videos", &body).await;
    answer.refused(429, ErrorCode::TooManyRequests);
    assert!(answer.header(header::RETRY_AFTER).is_some());
    assert_eq!(
        busy.app.videos().list(Reach::default(), None, 10).await.unwrap().len(),
        1,
        "nothing is left of the refused one"
    );
    busy.put(&first.upload.url, "", b"12345").await.complete();
    busy.create(Some(5)).await;
}

#[tokio::test]
async fn an_upload_goes_on_once_the_full_disk_has_room() {
    let server = Server::start().await;
    let file = bytes(2 * K);
    let created = server.create(Some(2 * K)).await;
    let url = &created.upload.url;
    server.put(url, &format!("bytes 0-{}/{}", K - 1, 2 * K), &file[..K]).await.stored(K);
    let server = server.restart_with(|config| config.limits.min_free_space = u64::MAX / 2).await;
    let last = format!("bytes {K}-{}/{}", 2 * K - 1, 2 * K);
    server.put(url, &last, &file[K..]).await.refused(507, ErrorCode::InsufficientStorage);
    assert_eq!(server.offset(url).await, K);
    let server = server.restart_with(|config| config.limits.min_free_space = 0).await;
    server.put(url, &last, &file[K..]).await.complete();
    assert_eq!(server.original(&created.video.id), file);
}

#[tokio::test]
async fn an_expired_url_is_replaced_and_the_bytes_stay() {
    let server = Server::start().await;
    let file = bytes(2 * K);
    let created = server.create(Some(2 * K)).await;
    let (id, old) = (created.video.id, created.upload.url);
    server.put(&old, &format!("bytes 0-{}/{}", K - 1, 2 * K), &file[..K]).await.stored(K);
    server.hours(25);
    server.put(&old, "bytes */*", b"").await.refused(410, ErrorCode::UploadExpired);

    let fresh = server.send_json(Method::POST, &format!("/api/videos/{id}/upload"), &()).await;
    let fresh: CreatedVideo = fresh.json();
    let url = fresh.upload.url;
    assert_ne!(url, old);
    server.put(&old, "bytes */*", b"").await.refused(404, ErrorCode::NotFound);
    assert_eq!(server.offset(&url).await, K);
    server.put(&url, &format!("bytes {K}-{}/{}", 2 * K - 1, 2 * K), &file[K..]).await.complete();
    assert_eq!(server.original(&id), file);
    let again = server.send_json(Method::POST, &format!("/api/videos/{id}/upload"), &()).await;
    again.refused(409, ErrorCode::Conflict);
}

#[tokio::test]
async fn an_abandoned_upload_is_cleaned_away_but_not_too_soon() {
    let server = Server::start().await;
    let created = server.create(Some(2 * K)).await;
    let (id, url) = (created.video.id, created.upload.url);
    server.put(&url, &format!("bytes 0-{}/{}", K - 1, 2 * K), &bytes(K)).await.stored(K);
    server.hours(71);
    assert_eq!(server.app.local().sweep().await.unwrap(), 0);
    assert!(server.part(&id).exists());
    server.hours(2);
    assert_eq!(server.app.local().sweep().await.unwrap(), 1);
    assert!(!server.part(&id).exists());
    assert_eq!(server.video(&id).await.status, VideoStatus::Expired);
    server.put(&url, "bytes */*", b"").await.refused(410, ErrorCode::UploadExpired);
    let again = server.send_json(Method::POST, &format!("/api/videos/{id}/upload"), &()).await;
    again.refused(409, ErrorCode::Conflict);
    assert_eq!(server.app.local().sweep().await.unwrap(), 0);
}

#[tokio::test]
async fn a_cancelled_upload_leaves_nothing() {
    let server = Server::start().await;
    let created = server.create(Some(2 * K)).await;
    let (id, url) = (created.video.id, created.upload.url);
    server.put(&url, &format!("bytes 0-{}/{}", K - 1, 2 * K), &bytes(K)).await.stored(K);
    assert_eq!(server.delete(&url).await.status, StatusCode::NO_CONTENT);
    assert!(!server.part(&id).exists());
    assert_eq!(server.video(&id).await.status, VideoStatus::Cancelled);
    server.put(&url, "bytes */*", b"").await.refused(404, ErrorCode::NotFound);
    assert_eq!(server.delete(&url).await.status, StatusCode::NO_CONTENT, "again is no error");

    let done = server.create(Some(5)).await;
    server.put(&done.upload.url, "", b"12345").await.complete();
    server.delete(&done.upload.url).await.refused(409, ErrorCode::Conflict);
    server.delete("/u/no-such-token").await.refused(404, ErrorCode::NotFound);
    server.put("/u/no-such-token", "bytes */*", b"").await.refused(404, ErrorCode::NotFound);
}

#[tokio::test]
async fn the_token_is_a_secret_that_even_the_database_does_not_know() {
    let server = Server::start().await;
    let created = server.create(Some(5)).await;
    let token = created.upload.url.strip_prefix("/u/").unwrap().to_owned();
    assert_eq!(token.len(), 43, "256 bits in base64url");
    server.app.db().close().await;
    let database = std::fs::read(server.app.config().database()).unwrap();
    assert!(!database.windows(token.len()).any(|window| window == token.as_bytes()));
    assert!(database.windows(created.video.id.len()).any(|window| window == created.video.id.as_bytes()));
}
