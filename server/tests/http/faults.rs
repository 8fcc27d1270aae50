//! Broken connections, crashes and damaged files: no acknowledged byte is ever lost, and the file at the end is the
//! file that was sent.

use std::{io, sync::Arc};

use axum::body::Body;
use futures_util::{StreamExt, stream};
use proptest::prelude::*;
use reelway_api::VideoStatus;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

use crate::server::{K, Server, bytes, digest};

/// A body that breaks off after these bytes.
fn broken(bytes: &[u8]) -> Body {
    let sent: Vec<io::Result<Vec<u8>>> = vec![Ok(bytes.to_vec()), Err(io::ErrorKind::ConnectionReset.into())];
    Body::from_stream(stream::iter(sent))
}

/// A body that falls silent after these bytes, and says so.
fn silent(bytes: &[u8], fell_silent: Arc<Notify>) -> Body {
    let sent = stream::iter([Ok::<_, io::Error>(bytes.to_vec())]);
    let end = stream::once(async move {
        fell_silent.notify_one();
        std::future::pending().await
    });
    Body::from_stream(sent.chain(end))
}

#[tokio::test]
async fn what_came_before_the_connection_broke_counts() {
    let server = Server::start().await;
    let file = bytes(2 * K);
    let created = server.create(Some(2 * K)).await;
    let url = &created.upload.url;
    server.put_body(url, "", None, Some(2 * K), broken(&file[..1000])).await;
    assert_eq!(server.offset(url).await, 1000);
    let rest = format!("bytes 1000-{}/{}", 2 * K - 1, 2 * K);
    server.put(url, &rest, &file[1000..]).await.complete();
    assert_eq!(server.original(&created.video.id), file);
}

#[tokio::test]
async fn with_a_digest_only_whole_chunks_count() {
    let server = Server::start().await;
    let file = bytes(2 * K);
    let url = server.create(Some(2 * K)).await.upload.url;
    let range = format!("bytes 0-{}/{}", K - 1, 2 * K);
    server.put_body(&url, &range, Some(digest(&file[..K])), Some(K), broken(&file[..1000])).await;
    assert_eq!(server.offset(&url).await, 0);
}

#[tokio::test]
async fn a_newcomer_takes_over_from_a_connection_that_hangs() {
    let server = Arc::new(Server::start().await);
    let file = bytes(2 * K);
    let created = server.create(Some(2 * K)).await;
    let url = created.upload.url.clone();
    let fell_silent = Arc::new(Notify::new());
    let hanging = tokio::spawn({
        let (server, url, body) = (server.clone(), url.clone(), silent(&file[..K], fell_silent.clone()));
        async move { server.put_body(&url, "", None, Some(2 * K), body).await }
    });
    fell_silent.notified().await;
    assert_eq!(server.offset(&url).await, K, "what the first has sent is stored");
    hanging.await.unwrap().refused(409, reelway_api::ErrorCode::Conflict);
    server.put(&url, &format!("bytes {K}-{}/{}", 2 * K - 1, 2 * K), &file[K..]).await.complete();
    assert_eq!(server.original(&created.video.id), file);
}

#[tokio::test]
async fn cancelling_does_not_wait_for_a_connection_that_hangs() {
    let server = Arc::new(Server::start().await);
    let created = server.create(Some(2 * K)).await;
    let (id, url) = (created.video.id, created.upload.url);
    let fell_silent = Arc::new(Notify::new());
    let hanging = tokio::spawn({
        let (server, url, body) = (server.clone(), url.clone(), silent(&bytes(K), fell_silent.clone()));
        async move { server.put_body(&url, "", None, Some(2 * K), body).await }
    });
    fell_silent.notified().await;
    assert_eq!(server.delete(&format!("/api/videos/{id}")).await.status.as_u16(), 204);
    assert!(hanging.await.unwrap().status.is_client_error());
    assert!(!server.part(&id).exists());
}

#[tokio::test]
async fn a_silent_connection_is_given_up() {
    let server = Server::with(|config| config.upload.stall = 1).await;
    let url = server.create(Some(2 * K)).await.upload.url;
    let body = silent(&bytes(K), Arc::new(Notify::new()));
    let answer = server.put_body(&url, "", None, Some(2 * K), body).await;
    answer.refused(408, reelway_api::ErrorCode::Unavailable);
    assert_eq!(server.offset(&url).await, K);
}

#[tokio::test]
async fn a_restart_loses_nothing_that_was_acknowledged() {
    let server = Server::start().await;
    let file = bytes(3 * K);
    let created = server.create(Some(3 * K)).await;
    let (id, url) = (&created.video.id, &created.upload.url);
    server.put(url, &format!("bytes 0-{}/{}", 2 * K - 1, 3 * K), &file[..2 * K]).await.stored(2 * K);

    // Killed in the middle of the next chunk: some of it is on the disk, and nobody knows whether it is right.
    let mut part = std::fs::OpenOptions::new().append(true).open(server.part(id)).unwrap();
    io::Write::write_all(&mut part, &[0xff; 5000]).unwrap();
    let server = server.restart().await;
    assert_eq!(server.offset(url).await, 2 * K);
    server.put(url, &format!("bytes {}-{}/{}", 2 * K, 3 * K - 1, 3 * K), &file[2 * K..]).await.complete();
    assert_eq!(server.original(id), file);
}

#[tokio::test]
async fn a_file_that_the_disk_has_cut_short_is_sent_again_from_there() {
    let server = Server::start().await;
    let file = bytes(3 * K);
    let created = server.create(Some(3 * K)).await;
    let (id, url) = (&created.video.id, &created.upload.url);
    server.put(url, &format!("bytes 0-{}/{}", 2 * K - 1, 3 * K), &file[..2 * K]).await.stored(2 * K);
    std::fs::OpenOptions::new().write(true).open(server.part(id)).unwrap().set_len(700).unwrap();
    let server = server.restart().await;
    assert_eq!(server.offset(url).await, 700);
    server.put(url, "", &file).await.complete();
    assert_eq!(server.original(id), file);
}

#[tokio::test]
async fn a_whole_file_is_handed_on_though_its_client_never_comes_back() {
    for moved in [false, true] {
        let server = Server::start().await;
        let file = bytes(2 * K);
        let created = server.create(Some(2 * K)).await;
        let id = &created.video.id;
        server.put(&created.upload.url, &format!("bytes 0-{}/{}", K - 1, 2 * K), &file[..K]).await.stored(K);
        // Killed between the last acknowledged byte and the answer, before or after the file was moved.
        std::fs::write(server.part(id), &file).unwrap();
        let uploads = reelway_server::db::Uploads::new(server.app.db().clone());
        assert!(uploads.acknowledge(id, K as u64, 2 * K as u64, None, 0).await.unwrap());
        if moved {
            std::fs::create_dir_all(server.app.originals().folder(id)).unwrap();
            std::fs::rename(server.part(id), server.app.originals().path(id)).unwrap();
        }
        let server = server.restart().await;
        assert_eq!(server.video(id).await.status, VideoStatus::Processing, "moved: {moved}");
        assert_eq!(server.original(id), file);
        server.put(&created.upload.url, "bytes */*", b"").await.complete();
    }
}

#[tokio::test]
async fn over_a_real_connection_that_is_cut_the_bytes_count_too() {
    let server = Server::start().await;
    let file = bytes(2 * K);
    let created = server.create(Some(2 * K)).await;
    let url = &created.upload.url;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let running = tokio::spawn(reelway_server::serve::serve(server.app.clone(), Some(listener)));

    let mut watcher = server.app.hub().watch(&created.video.id);
    let mut connection = TcpStream::connect(address).await.unwrap();
    let head = format!("PUT {url} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\n\r\n", 2 * K);
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(&file[..K]).await.unwrap();
    // Some of it has arrived, for the video is `uploading` now.
    watcher.changed().await.unwrap();
    drop(connection);
    // The next request waits for the one before, however that ended.
    let offset = server.offset(url).await;
    assert!(0 < offset && offset <= K, "{offset}");

    let mut connection = TcpStream::connect(address).await.unwrap();
    let rest = &file[offset..];
    let head = format!(
        "PUT {url} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {}\r\nContent-Range: bytes {offset}-{}/{}\r\n\
         Connection: close\r\n\r\n",
        rest.len(),
        2 * K - 1,
        2 * K
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    connection.write_all(rest).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert_eq!(server.original(&created.video.id), file);

    server.app.shutdown().cancel();
    running.await.unwrap().unwrap();
}

/// What befalls an upload.
#[derive(Clone, Debug)]
enum Event {
    /// A chunk from some bytes before the offset, of some quanta.
    Chunk { back: usize, quanta: usize, digest: bool },
    /// The same, but the connection breaks after this share (of 255) of it.
    Break { back: usize, quanta: usize, digest: bool, share: u8 },
    /// A chunk of which a byte is damaged on the way; its digest tells.
    Damage { quanta: usize },
    /// A chunk from past the offset.
    Gap,
    /// A question.
    Query,
    /// The process dies in the middle of writing: bytes that nobody knows of are in the file.
    Crash { junk: usize },
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let chunk = (0..2 * K, 1..4_usize, any::<bool>());
    let event = prop_oneof![
        4 => chunk.clone().prop_map(|(back, quanta, digest)| Event::Chunk { back, quanta, digest }),
        3 => (chunk, any::<u8>()).prop_map(|((back, quanta, digest), share)| Event::Break { back, quanta, digest, share }),
        1 => (1..4_usize).prop_map(|quanta| Event::Damage { quanta }),
        1 => Just(Event::Gap),
        1 => Just(Event::Query),
        1 => (0..K).prop_map(|junk| Event::Crash { junk }),
    ];
    proptest::collection::vec(event, 0..10)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_file_is_the_file(
        events in events(),
        quanta in 0..6_usize,
        odd in 1..K,
        known in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(story(events, &bytes(quanta * K + odd), known));
    }
}

async fn story(events: Vec<Event>, file: &[u8], known: bool) {
    let mut server = Server::start().await;
    let total = file.len();
    let created = server.create(known.then_some(total)).await;
    let (id, url) = (&created.video.id, &created.upload.url);
    let mut offset = 0;
    for event in events {
        let place = |back: usize, quanta: usize| {
            let first = offset - back.min(offset);
            let last = (first + quanta * K).min(total) - 1;
            (format!("bytes {first}-{last}/{total}"), &file[first..=last])
        };
        let answer = match event {
            Event::Chunk { back, quanta, digest: checked } => {
                let (range, chunk) = place(back, quanta);
                server
                    .put_body(url, &range, checked.then(|| digest(chunk)), Some(chunk.len()), chunk.to_vec().into())
                    .await
            }
            Event::Break { back, quanta, digest: checked, share } => {
                let (range, chunk) = place(back, quanta);
                let sent = &chunk[..chunk.len() * usize::from(share) / 256];
                server.put_body(url, &range, checked.then(|| digest(chunk)), Some(chunk.len()), broken(sent)).await
            }
            Event::Damage { quanta } => {
                let (range, chunk) = place(0, quanta);
                let mut damaged = chunk.to_vec();
                damaged[0] ^= 1;
                server.put_checked(url, &range, &damaged, chunk).await
            }
            Event::Gap => {
                let first = offset + 1;
                if first + K >= total {
                    continue;
                }
                let range = format!("bytes {first}-{}/{total}", first + K - 1);
                let answer = server.put(url, &range, &file[first..first + K]).await;
                answer.refused(503, reelway_api::ErrorCode::OffsetGap);
                answer
            }
            Event::Query => server.put(url, "bytes */*", b"").await,
            Event::Crash { junk } => {
                let mut part = std::fs::OpenOptions::new().append(true).create(true).open(server.part(id)).unwrap();
                io::Write::write_all(&mut part, &vec![0xee; junk]).unwrap();
                server = server.restart().await;
                server.put(url, "bytes */*", b"").await
            }
        };
        if answer.status.as_u16() == 200 {
            assert_eq!(server.original(id), file);
            return;
        }
        assert!(answer.offset() >= offset, "{} bytes were acknowledged, now {}", offset, answer.offset());
        offset = answer.offset();
    }
    server.put(url, &format!("bytes {offset}-{}/{total}", total - 1), &file[offset..]).await.complete();
    assert_eq!(server.original(id), file);
}
