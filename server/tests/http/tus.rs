//! The dialogue of tus 1.0, as its clients have it.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use reelway_api::{CreatedVideo, Digest as Kind, ErrorCode, Protocol, VideoStatus};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::server::{Answer, K, Server, bytes, request};

pub const BYTES: (&str, &str) = ("content-type", "application/offset+octet-stream");
pub const PART: (&str, &str) = ("upload-concat", "partial");

/// One tus request. A body has the type of bytes unless the headers give another.
pub async fn ask(
    server: &Server,
    method: Method,
    url: &str,
    headers: &[(&str, &str)],
    body: impl Into<Body>,
) -> Answer {
    let builder = request(method, url).header("tus-resumable", "1.0.0");
    let builder = headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value));
    server.call(builder.body(body.into()).unwrap()).await
}

pub async fn create(server: &Server, headers: &[(&str, &str)]) -> String {
    let answer = ask(server, Method::POST, "/tus", headers, Body::empty()).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.text());
    assert_eq!(answer.header("tus-resumable"), Some("1.0.0"));
    answer.header("location").unwrap().to_owned()
}

pub async fn patch(server: &Server, url: &str, offset: usize, body: impl Into<Body>) -> Answer {
    ask(server, Method::PATCH, url, &[BYTES, ("upload-offset", &offset.to_string())], body).await
}

pub async fn head(server: &Server, url: &str) -> Answer {
    let answer = ask(server, Method::HEAD, url, &[], Body::empty()).await;
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer
}

/// A part with all of its bytes.
pub async fn part(server: &Server, bytes: &[u8]) -> String {
    let url = create(server, &[PART, ("upload-length", &bytes.len().to_string())]).await;
    patch(server, &url, 0, bytes.to_vec()).await.at(bytes.len());
    url
}

impl Answer {
    /// Asserts that this many bytes are stored.
    #[track_caller]
    pub fn at(&self, offset: usize) {
        assert_eq!(self.status, StatusCode::NO_CONTENT, "{}", self.text());
        assert_eq!(self.header("upload-offset"), Some(offset.to_string().as_str()));
        assert_eq!(self.header("tus-resumable"), Some("1.0.0"));
    }

    #[track_caller]
    pub fn status(&self, status: u16) {
        assert_eq!(self.status.as_u16(), status, "{}", self.text());
    }

    pub fn video(&self) -> String {
        self.header("reelway-video").unwrap().to_owned()
    }
}

pub fn checksum(bytes: &[u8]) -> String {
    format!("sha1 {}", STANDARD.encode(Sha1::digest(bytes)))
}

#[tokio::test]
async fn a_file_goes_up() {
    let server = Server::start().await;
    let file = bytes(1_000_003);
    let metadata = "filename aG9saWRheS5tcDQ=,filetype dmlkZW8vbXA0,secret";
    let headers = [("upload-length", "1000003"), ("upload-metadata", metadata)];
    let answer = ask(&server, Method::POST, "/tus", &headers, Body::empty()).await;
    answer.status(201);
    let (url, id) = (answer.header("location").unwrap().to_owned(), answer.video());
    assert_eq!(answer.header("upload-expires"), Some("Sat, 16 Jan 2027 08:00:00 GMT"));
    let video = server.video(&id).await;
    assert_eq!((video.title.as_str(), video.status), ("holiday.mp4", VideoStatus::AwaitingUpload));

    let before = head(&server, &url).await;
    before.status(200);
    assert_eq!(before.header("upload-offset"), Some("0"));
    assert_eq!(before.header("upload-length"), Some("1000003"));
    assert_eq!(before.header("upload-metadata"), Some(metadata));
    assert_eq!(before.header("upload-concat"), None);

    let first = patch(&server, &url, 0, file[..700_001].to_vec()).await;
    first.at(700_001);
    assert_eq!(first.header("upload-expires"), Some("Sat, 16 Jan 2027 08:00:00 GMT"));
    assert_eq!(server.video(&id).await.status, VideoStatus::Uploading);
    assert_eq!(head(&server, &url).await.header("upload-offset"), Some("700001"));
    let last = patch(&server, &url, 700_001, file[700_001..].to_vec()).await;
    last.at(file.len());
    assert_eq!(last.header("upload-expires"), None, "it expires no more");

    assert_eq!(server.video(&id).await.status, VideoStatus::Processing);
    assert_eq!(server.original(&id), file);
    let after = head(&server, &url).await;
    assert_eq!((after.header("upload-offset"), after.header("upload-length")), (Some("1000003"), Some("1000003")));
    assert_eq!(after.header("upload-metadata"), Some(metadata));
    patch(&server, &url, file.len(), "").await.at(file.len());
    patch(&server, &url, 700_001, file[700_001..].to_vec()).await.status(409);
}

#[tokio::test]
async fn a_page_that_would_like_to_speak_tus_gets_a_url_that_does() {
    let server = Server::start().await;
    let file = bytes(3000);
    let wish = serde_json::json!({ "filename": "a.mp4", "size": 3000, "protocol": "tus" });
    let created: CreatedVideo = server.send_json(Method::POST, "/api/videos", &wish).await.json();
    let target = created.upload;
    assert_eq!((target.protocol, target.create, target.parallel), (Protocol::Tus, false, 1));
    assert_eq!((target.min_chunk, target.chunk_multiple, target.max_chunk), (1, 1, 64 << 20));
    assert_eq!(target.digest, Some(Kind::Sha256));
    patch(&server, &target.url, 0, file[..1001].to_vec()).await.at(1001);

    let again = server.send_json(Method::POST, &format!("/api/videos/{}/upload", created.video.id), &()).await;
    let fresh = again.json::<CreatedVideo>().upload;
    assert_eq!(fresh.protocol, Protocol::Tus, "a fresh target speaks what the old one did");
    head(&server, &target.url).await.status(404);
    let digest = format!("sha256 {}", STANDARD.encode(Sha256::digest(&file[1001..])));
    let headers = [BYTES, ("upload-offset", "1001"), ("upload-checksum", &digest)];
    ask(&server, Method::PATCH, &fresh.url, &headers, file[1001..].to_vec()).await.at(3000);
    assert_eq!(server.original(&created.video.id), file);

    for wish in ["put", "s3_multipart", "of_tomorrow"] {
        let body = serde_json::json!({ "filename": "a.mp4", "size": 5, "protocol": wish });
        let created: CreatedVideo = server.send_json(Method::POST, "/api/videos", &body).await.json();
        assert_eq!(created.upload.protocol, Protocol::Resumable, "{wish} is not spoken here");
    }
}

#[tokio::test]
async fn both_dialogues_lead_to_the_same_bytes() {
    let server = Server::start().await;
    let file = bytes(2 * K);
    let created = server.create(Some(2 * K)).await;
    let url = &created.upload.url;
    server.put(url, &format!("bytes 0-{}/{}", K - 1, 2 * K), &file[..K]).await.stored(K);
    assert_eq!(head(&server, url).await.header("upload-offset"), Some(K.to_string().as_str()));
    patch(&server, url, K, file[K..K + 5].to_vec()).await.at(K + 5);
    server.put(url, "", &file).await.complete();
    assert_eq!(server.original(&created.video.id), file);
}

#[tokio::test]
async fn the_first_bytes_may_come_with_the_creation() {
    let server = Server::start().await;
    let file = bytes(5000);
    let headers = [("upload-length", "5000"), BYTES];
    let answer = ask(&server, Method::POST, "/tus/", &headers, file[..2000].to_vec()).await;
    answer.status(201);
    assert_eq!(answer.header("upload-offset"), Some("2000"));
    patch(&server, answer.header("location").unwrap(), 2000, file[2000..].to_vec()).await.at(5000);
    assert_eq!(server.original(&answer.video()), file);

    let whole = ask(&server, Method::POST, "/tus", &[headers[0], BYTES], file.clone()).await;
    whole.status(201);
    assert_eq!(whole.header("upload-offset"), Some("5000"));
    assert_eq!(server.original(&whole.video()), file);

    let wrong = [headers[0], BYTES, ("upload-checksum", &*checksum(&file[1..]))];
    ask(&server, Method::POST, "/tus", &wrong, file.clone()).await.refused(460, ErrorCode::DigestMismatch);
    let json = [headers[0], ("content-type", "application/json")];
    ask(&server, Method::POST, "/tus", &json, "{}").await.refused(415, ErrorCode::UnsupportedMediaType);
    ask(&server, Method::POST, "/tus", &[("upload-length", "1"), BYTES], file).await.status(413);
    let videos: serde_json::Value = server.get("/api/videos").await.json();
    let left = videos["videos"].as_array().unwrap().iter().filter(|video| video["status"] == "awaiting_upload");
    assert_eq!(left.count(), 0, "what was refused has left nothing that waits");
}

#[tokio::test]
async fn the_length_may_come_later() {
    let server = Server::start().await;
    let file = bytes(3000);
    let url = create(&server, &[("upload-defer-length", "1")]).await;
    let before = head(&server, &url).await;
    assert_eq!((before.header("upload-length"), before.header("upload-defer-length")), (None, Some("1")));
    let id = before.video();
    patch(&server, &url, 0, file[..1000].to_vec()).await.at(1000);
    let tells = [BYTES, ("upload-offset", "1000"), ("upload-length", "3000")];
    ask(&server, Method::PATCH, &url, &tells, "").await.at(1000);
    let after = head(&server, &url).await;
    assert_eq!((after.header("upload-length"), after.header("upload-defer-length")), (Some("3000"), None));
    let differs = [BYTES, ("upload-offset", "1000"), ("upload-length", "3001")];
    ask(&server, Method::PATCH, &url, &differs, "").await.refused(400, ErrorCode::LengthMismatch);
    let server = server.restart().await;
    patch(&server, &url, 1000, file[1000..].to_vec()).await.at(3000);
    assert_eq!(server.original(&id), file);

    // A recording that is over: the length is what there is.
    let url = create(&server, &[("upload-defer-length", "1")]).await;
    patch(&server, &url, 0, file[..77].to_vec()).await.at(77);
    let id = head(&server, &url).await.video();
    ask(&server, Method::PATCH, &url, &[BYTES, ("upload-offset", "77"), ("upload-length", "77")], "").await.at(77);
    assert_eq!(server.original(&id), file[..77]);
}

#[tokio::test]
async fn bytes_that_differ_from_their_checksum_are_not_kept() {
    let server = Server::start().await;
    let file = bytes(3000);
    let url = create(&server, &[("upload-length", "3000")]).await;
    patch(&server, &url, 0, file[..1000].to_vec()).await.at(1000);
    let rest = &file[1000..];
    for (given, status) in [
        (checksum(&file), 460),
        ("crc32 AAAAAA==".to_owned(), 400),
        ("sha1 short".to_owned(), 400),
        (format!("sha256 {}", STANDARD.encode(Sha256::digest(&file))), 460),
    ] {
        let headers = [BYTES, ("upload-offset", "1000"), ("upload-checksum", &given)];
        ask(&server, Method::PATCH, &url, &headers, rest.to_vec()).await.status(status);
        assert_eq!(head(&server, &url).await.header("upload-offset"), Some("1000"), "{given}");
    }
    let (fits, id) = (checksum(rest), head(&server, &url).await.video());
    let headers = [BYTES, ("upload-offset", "1000"), ("upload-checksum", &fits)];
    ask(&server, Method::PATCH, &url, &headers, rest.to_vec()).await.at(3000);
    assert_eq!(server.original(&id), file);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_as_the_protocol_says() {
    let server = Server::with(|config| config.limits.max_file_size = 10_000).await;
    let url = create(&server, &[("upload-length", "3000")]).await;
    patch(&server, &url, 0, bytes(1000)).await.at(1000);
    let offset = ("upload-offset", "1000");
    for (story, headers, body, status) in [
        ("a gap", vec![BYTES, ("upload-offset", "1001")], 5, 409),
        ("bytes that are there", vec![BYTES, ("upload-offset", "0")], 5, 409),
        ("no offset", vec![BYTES], 5, 400),
        ("another type", vec![("content-type", "application/octet-stream"), offset], 5, 415),
        ("no type", vec![offset], 5, 415),
        ("more than is left", vec![BYTES, offset], 2001, 413),
    ] {
        let answer = ask(&server, Method::PATCH, &url, &headers, bytes(body)).await;
        assert_eq!(answer.status.as_u16(), status, "{story}: {}", answer.text());
        assert_eq!(answer.header("tus-resumable"), Some("1.0.0"), "{story}");
        assert_eq!(head(&server, &url).await.header("upload-offset"), Some("1000"), "{story}");
    }
    for (story, headers, status) in [
        ("too large", vec![("upload-length", "10001")], 413),
        ("empty", vec![("upload-length", "0")], 400),
        ("no length", vec![], 400),
        ("a defer-length that is none", vec![("upload-defer-length", "yes")], 400),
        ("a part too large", vec![("upload-length", "10001"), PART], 413),
    ] {
        let answer = ask(&server, Method::POST, "/tus", &headers, Body::empty()).await;
        assert_eq!(answer.status.as_u16(), status, "{story}: {}", answer.text());
    }
    head(&server, "/u/nothing").await.status(404);
    patch(&server, "/u/nothing", 0, "x").await.refused(404, ErrorCode::NotFound);
    assert_eq!(head(&server, "/u/nothing").await.header("upload-offset"), None);
}

#[tokio::test]
async fn only_this_version_is_spoken_and_options_tell_what_there_is() {
    let server = Server::with(|config| config.limits.max_file_size = 12_345).await;
    let url = create(&server, &[("upload-length", "3000")]).await;
    for (method, path) in
        [(Method::POST, "/tus"), (Method::HEAD, &*url), (Method::PATCH, &*url), (Method::DELETE, &*url)]
    {
        let other = request(method.clone(), path).header("tus-resumable", "0.2.2").header("upload-length", 5);
        let answer = server.call(other.body(Body::empty()).unwrap()).await;
        answer.status(412);
        assert_eq!(answer.header("tus-version"), Some("1.0.0"), "{method} {path}");
        assert_eq!(answer.header("tus-resumable"), Some("1.0.0"), "{method} {path}");
    }
    for method in [Method::HEAD, Method::PATCH] {
        let answer = server.call(request(method, &url).body(Body::empty()).unwrap()).await;
        answer.status(412);
        assert_eq!(answer.header("tus-resumable"), Some("1.0.0"), "to those who name no version too");
    }
    head(&server, &url).await.status(200);
    for path in ["/tus", "/tus/", &url] {
        let answer = server.call(request(Method::OPTIONS, path).body(Body::empty()).unwrap()).await;
        answer.status(200);
        assert_eq!(answer.header("tus-version"), Some("1.0.0"));
        assert_eq!(answer.header("tus-max-size"), Some("12345"));
        assert_eq!(answer.header("tus-checksum-algorithm"), Some("sha1,sha256"));
        let extensions: Vec<&str> = answer.header("tus-extension").unwrap().split(',').collect();
        let all = ["creation", "creation-with-upload", "creation-defer-length", "termination", "expiration"];
        for extension in all.into_iter().chain(["checksum", "concatenation"]) {
            assert!(extensions.contains(&extension), "{extension}");
        }
    }
}

#[tokio::test]
async fn proxies_that_know_few_methods_are_got_round() {
    let server = Server::start().await;
    let url = create(&server, &[("upload-length", "3")]).await;
    let meant = |method| ("x-http-method-override", method);
    let answer = ask(&server, Method::POST, &url, &[meant("PATCH"), BYTES, ("upload-offset", "0")], "ab").await;
    answer.at(2);
    let answer = ask(&server, Method::GET, &url, &[meant("HEAD")], Body::empty()).await;
    assert_eq!(answer.header("upload-offset"), Some("2"));
    ask(&server, Method::POST, &url, &[meant("DELETE")], Body::empty()).await.status(204);
    head(&server, &url).await.status(404);
    let id = server.create(Some(5)).await.video.id;
    let elsewhere = request(Method::POST, &format!("/api/videos/{id}")).header("x-http-method-override", "DELETE");
    server.call(elsewhere.body(Body::empty()).unwrap()).await.status(405);
}

#[tokio::test]
async fn an_upload_is_terminated() {
    let server = Server::start().await;
    let url = create(&server, &[("upload-length", "3000")]).await;
    patch(&server, &url, 0, bytes(1000)).await.at(1000);
    let id = head(&server, &url).await.video();
    let answer = ask(&server, Method::DELETE, &url, &[], Body::empty()).await;
    answer.status(204);
    assert_eq!(answer.header("tus-resumable"), Some("1.0.0"));
    head(&server, &url).await.status(404);
    patch(&server, &url, 1000, bytes(5)).await.status(404);
    assert_eq!(server.video(&id).await.status, VideoStatus::Cancelled);
    assert!(!server.part(&id).exists());

    let part = part(&server, b"12345").await;
    ask(&server, Method::DELETE, &part, &[], Body::empty()).await.status(204);
    head(&server, &part).await.status(404);
    assert_eq!(server.files(), 0);
}

#[tokio::test]
async fn an_upload_expires() {
    let server = Server::start().await;
    let url = create(&server, &[("upload-length", "3000")]).await;
    let part = create(&server, &[("upload-length", "3000"), PART]).await;
    for url in [&url, &part] {
        patch(&server, url, 0, bytes(1000)).await.at(1000);
    }
    server.hours(25);
    for url in [&url, &part] {
        head(&server, url).await.status(410);
        patch(&server, url, 1000, bytes(5)).await.refused(410, ErrorCode::UploadExpired);
    }
    assert_eq!(server.files(), 2);
    assert_eq!(server.app.local().sweep().await.unwrap(), 1, "a part is of no use any more");
    assert_eq!(server.files(), 1, "the file may still get a fresh URL");
    head(&server, &part).await.status(404);
}

#[tokio::test]
async fn pages_of_allowed_origins_may_speak_tus() {
    let server = Server::with(|config| config.cors_origins = vec!["https://app.example".to_owned()]).await;
    let sent = "tus-resumable,upload-length,upload-offset,upload-metadata,upload-concat,upload-defer-length,\
                upload-checksum,x-http-method-override,content-type,x-requested-with,x-request-id";
    let preflight = request(Method::OPTIONS, "/tus")
        .header("origin", "https://app.example")
        .header("access-control-request-method", "POST")
        .header("access-control-request-headers", sent);
    let answer = server.call(preflight.body(Body::empty()).unwrap()).await;
    let allowed = answer.header("access-control-allow-headers").unwrap();
    for name in sent.split(',') {
        assert!(allowed.contains(name), "{name}");
    }
    for method in ["PATCH", "HEAD", "DELETE", "POST"] {
        assert!(answer.header("access-control-allow-methods").unwrap().contains(method), "{method}");
    }
    let from = |origin| {
        let builder = Request::builder().method(Method::POST).uri("/tus").header(header::HOST, "localhost:8787");
        let builder = builder.header("origin", origin).header("tus-resumable", "1.0.0").header("upload-length", "5");
        server.call(builder.body(Body::empty()).unwrap())
    };
    let answer = from("https://app.example").await;
    answer.status(201);
    let exposed = answer.header("access-control-expose-headers").unwrap();
    for name in ["location", "upload-offset", "upload-length", "upload-expires", "tus-resumable", "reelway-video"] {
        assert!(exposed.contains(name), "{name}");
    }
    from("https://evil.example").await.refused(403, ErrorCode::OriginNotAllowed);
    from("null").await.refused(403, ErrorCode::OriginNotAllowed);
}
