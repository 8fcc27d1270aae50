//! Whatever befalls an upload by tus, whole or in parts: no acknowledged byte is lost, and the file at the end is the
//! file that was sent.

use std::io;

use axum::{
    body::Body,
    http::{Method, header},
};
use futures_util::stream;
use proptest::prelude::*;
use reelway_api::VideoStatus;

use crate::{
    server::{Answer, Server, bytes},
    tus::{BYTES, PART, ask, checksum, create, head, patch},
};

#[tokio::test]
async fn what_came_before_the_connection_broke_counts() {
    let server = Server::start().await;
    let file = bytes(3000);
    let url = create(&server, &[("upload-length", "3000")]).await;
    let broken = |bytes: &[u8]| {
        let sent: Vec<io::Result<Vec<u8>>> = vec![Ok(bytes.to_vec()), Err(io::ErrorKind::ConnectionReset.into())];
        Body::from_stream(stream::iter(sent))
    };
    patch(&server, &url, 0, broken(&file[..1000])).await;
    assert_eq!(head(&server, &url).await.header("upload-offset"), Some("1000"));
    let sum = checksum(&file[1000..]);
    let checked = [BYTES, ("upload-offset", "1000"), ("upload-checksum", &sum)];
    ask(&server, Method::PATCH, &url, &checked, broken(&file[1000..2000])).await;
    assert_eq!(head(&server, &url).await.header("upload-offset"), Some("1000"), "half a chunk has no checksum");
    let id = head(&server, &url).await.video();
    patch(&server, &url, 1000, file[1000..].to_vec()).await.at(3000);
    assert_eq!(server.original(&id), file);
}

/// What befalls one of the uploads: which one is its number, modulo how many there are.
#[derive(Clone, Debug)]
enum Event {
    /// Bytes from the offset on, with their checksum or without.
    Chunk { length: usize, checked: bool },
    /// The same, but the connection breaks after this share (of 255) of it.
    Break { length: usize, checked: bool, share: u8 },
    /// A byte is damaged on the way; the checksum tells.
    Damage { length: usize },
    /// The client is wrong about the offset.
    Astray { by: usize },
    /// More bytes than are left.
    Overrun,
    /// A question.
    Head,
    /// The parts are to be put together too soon.
    JoinTooSoon,
    /// The process dies in the middle of writing: bytes that nobody knows of are in the files.
    Crash { junk: usize },
}

fn events() -> impl Strategy<Value = Vec<(usize, Event)>> {
    let length = 1..40_000_usize;
    let event = prop_oneof![
        5 => (length.clone(), any::<bool>()).prop_map(|(length, checked)| Event::Chunk { length, checked }),
        3 => (length.clone(), any::<bool>(), any::<u8>())
            .prop_map(|(length, checked, share)| Event::Break { length, checked, share }),
        1 => length.clone().prop_map(|length| Event::Damage { length }),
        1 => (1..1000_usize).prop_map(|by| Event::Astray { by }),
        1 => Just(Event::Overrun),
        1 => Just(Event::Head),
        1 => Just(Event::JoinTooSoon),
        1 => length.prop_map(|junk| Event::Crash { junk }),
    ];
    proptest::collection::vec((0..4_usize, event), 0..16)
}

/// An upload of a file, or of a part of it, as its client sees it.
struct Side {
    url: String,
    bytes: Vec<u8>,
    offset: usize,
    /// The length was not told when it was created.
    late: bool,
}

impl Side {
    async fn begin(server: &Server, bytes: &[u8], is_part: bool, late: bool) -> Self {
        let length = bytes.len().to_string();
        let length = if late { ("upload-defer-length", "1") } else { ("upload-length", &*length) };
        let headers = if is_part { vec![length, PART] } else { vec![length] };
        Self { url: create(server, &headers).await, bytes: bytes.to_vec(), offset: 0, late }
    }

    fn next(&self, length: usize) -> &[u8] {
        &self.bytes[self.offset..self.bytes.len().min(self.offset + length)]
    }

    async fn send(&self, server: &Server, at: usize, body: Body, checksum: Option<String>, ends: bool) -> Answer {
        let (at, length) = (at.to_string(), self.bytes.len().to_string());
        let mut headers = vec![BYTES, ("upload-offset", &*at)];
        if let Some(checksum) = &checksum {
            headers.push(("upload-checksum", checksum));
        }
        if self.late && ends {
            headers.push(("upload-length", &length));
        }
        ask(server, Method::PATCH, &self.url, &headers, body).await
    }

    async fn suffer(&mut self, server: &Server, event: &Event) {
        let whole = |chunk: &[u8]| Body::from(chunk.to_vec());
        match *event {
            Event::Chunk { length, checked } => {
                let chunk = self.next(length);
                let ends = self.offset + chunk.len() == self.bytes.len();
                let sum = checked.then(|| checksum(chunk));
                let answer = self.send(server, self.offset, whole(chunk), sum, ends).await;
                assert_eq!(answer.status.as_u16(), 204, "{}", answer.text());
                self.offset += chunk.len();
                assert_eq!(answer.header("upload-offset"), Some(self.offset.to_string().as_str()));
            }
            Event::Break { length, checked, share } => {
                let chunk = self.next(length);
                let sent = chunk[..chunk.len() * usize::from(share) / 256].to_vec();
                let broken: [io::Result<Vec<u8>>; 2] = [Ok(sent), Err(io::ErrorKind::ConnectionReset.into())];
                let sum = checked.then(|| checksum(chunk));
                self.send(server, self.offset, Body::from_stream(stream::iter(broken)), sum, false).await;
            }
            Event::Damage { length } => {
                let mut chunk = self.next(length).to_vec();
                let sum = checksum(&chunk);
                let Some(first) = chunk.first_mut() else { return };
                *first ^= 1;
                let answer = self.send(server, self.offset, whole(&chunk), Some(sum), false).await;
                assert_eq!(answer.status.as_u16(), 460);
            }
            Event::Astray { by } => {
                let answer = self.send(server, self.offset + by, whole(b"x"), None, false).await;
                assert_eq!(answer.status.as_u16(), 409);
            }
            Event::Overrun if !self.late => {
                let body = vec![0; self.bytes.len() - self.offset + 1];
                let answer = self.send(server, self.offset, whole(&body), None, false).await;
                assert_eq!(answer.status.as_u16(), 413);
            }
            _ => {}
        }
        let told = self.ask(server).await;
        assert!(told >= self.offset, "{} bytes were acknowledged, now {told}", self.offset);
        self.offset = told;
    }

    async fn ask(&self, server: &Server) -> usize {
        head(server, &self.url).await.header("upload-offset").unwrap().parse().unwrap()
    }
}

async fn join(server: &Server, sides: &[Side]) -> Answer {
    let urls: Vec<&str> = sides.iter().map(|side| side.url.as_str()).collect();
    let concat = format!("final;{}", urls.join(" "));
    ask(server, Method::POST, "/tus", &[("upload-concat", &concat)], Body::empty()).await
}

async fn story(events: Vec<(usize, Event)>, sizes: &[usize], late: bool, twice: bool) {
    let mut server = Server::start().await;
    let file = bytes(sizes.iter().sum());
    let is_parts = sizes.len() > 1;
    let (mut sides, mut rest) = (Vec::new(), &file[..]);
    for size in sizes {
        let (part, after) = rest.split_at(*size);
        sides.push(Side::begin(&server, part, is_parts, late).await);
        rest = after;
    }
    for (number, event) in &events {
        if let Event::Crash { junk } = event {
            for path in server.paths() {
                let mut part = std::fs::OpenOptions::new().append(true).open(path).unwrap();
                io::Write::write_all(&mut part, &vec![0xee; *junk]).unwrap();
            }
            server = server.restart().await;
        }
        let is_whole = sides.iter().all(|side| side.offset == side.bytes.len());
        if is_parts && !is_whole && matches!(event, Event::JoinTooSoon) {
            assert_eq!(join(&server, &sides).await.status.as_u16(), 400);
        }
        let count = sides.len();
        sides[number % count].suffer(&server, event).await;
    }
    for side in &mut sides {
        if side.offset < side.bytes.len() || side.late {
            side.suffer(&server, &Event::Chunk { length: usize::MAX / 2, checked: false }).await;
        }
        assert_eq!(side.offset, side.bytes.len());
    }
    let answer = if is_parts { join(&server, &sides).await } else { head(&server, &sides[0].url).await };
    let id = answer.header("reelway-video").unwrap().to_owned();
    if is_parts && twice {
        server = server.restart().await;
        let again = join(&server, &sides).await;
        assert_eq!(again.header("reelway-video"), Some(&*id));
        assert_eq!(again.header(header::LOCATION), answer.header(header::LOCATION));
    }
    assert_eq!(server.video(&id).await.status, VideoStatus::Processing);
    assert_eq!(server.original(&id), file);
    assert_eq!(server.files(), 0, "nothing is left of it but the file");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_happens_the_file_is_the_file(
        events in events(),
        sizes in proptest::collection::vec(1..100_000_usize, 1..4),
        late in any::<bool>(),
        twice in any::<bool>(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(story(events, &sizes, late, twice));
    }
}
