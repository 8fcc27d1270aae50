//! Who may ask.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use reelway_api::ErrorCode;

use crate::server::{Answer, Server, request};

async fn ask(server: &Server, method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    server.call(request.body(Body::empty()).unwrap()).await
}

#[tokio::test]
async fn a_name_that_was_made_to_point_here_is_refused() {
    let server = Server::with(|config| config.public_url = Some("https://video.example".to_owned())).await;
    for path in ["/healthz", "/api/videos", "/", "/u/token", "/media/a/b", "/no/such/thing"] {
        let answer = ask(&server, Method::GET, path, &[("host", "evil.example:8787")]).await;
        answer.refused(403, ErrorCode::OriginNotAllowed);
    }
    ask(&server, Method::GET, "/healthz", &[]).await.refused(403, ErrorCode::OriginNotAllowed);
    for host in ["localhost", "127.0.0.1:9", "[::1]:8787", "video.example"] {
        assert_eq!(ask(&server, Method::GET, "/healthz", &[("host", host)]).await.status, StatusCode::OK, "{host}");
    }
}

#[tokio::test]
async fn a_page_of_another_origin_changes_nothing() {
    let server = Server::with(|config| config.cors_origins = vec!["https://app.example".to_owned()]).await;
    let id = server.create(Some(5)).await.video.id;
    let fresh = format!("/api/videos/{id}/upload");
    for (origin, allowed) in [
        ("http://127.0.0.1:8787", true),
        ("https://app.example", true),
        ("http://127.0.0.1:9999", false),
        ("https://evil.example", false),
        ("null", false),
    ] {
        let answer = ask(&server, Method::POST, &fresh, &[("host", "127.0.0.1:8787"), ("origin", origin)]).await;
        if allowed {
            assert_eq!(answer.status, StatusCode::OK, "{origin}");
        } else {
            answer.refused(403, ErrorCode::OriginNotAllowed);
        }
    }
}

#[tokio::test]
async fn what_a_form_can_send_is_no_json() {
    let server = Server::start().await;
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"] {
        let form = request(Method::POST, "/api/videos").header(header::CONTENT_TYPE, kind);
        let answer = server.call(form.body(Body::from(r#"{"filename":"a.mp4"}"#)).unwrap()).await;
        answer.refused(415, ErrorCode::UnsupportedMediaType);
    }
}

#[tokio::test]
async fn pages_of_allowed_origins_read_what_the_dialogue_needs() {
    let server = Server::with(|config| config.cors_origins = vec!["https://app.example".to_owned()]).await;
    let preflight = [
        ("host", "127.0.0.1:8787"),
        ("origin", "https://app.example"),
        ("access-control-request-method", "PUT"),
        ("access-control-request-headers", "content-digest,content-range,content-type,authorization"),
    ];
    for path in ["/u/token", "/api/videos", "/media/a/b"] {
        let answer = ask(&server, Method::OPTIONS, path, &preflight).await;
        assert_eq!(answer.status, StatusCode::OK);
        assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example"));
        assert!(answer.header("access-control-allow-methods").unwrap().contains("PUT"));
        for name in ["content-digest", "content-range", "content-type", "authorization"] {
            assert!(answer.header("access-control-allow-headers").unwrap().contains(name), "{name}");
        }
    }
    let url = server.create(Some(5)).await.upload.url;
    for (status, range) in [(308, "bytes */5"), (400, "nonsense")] {
        let headers = [("host", "localhost"), ("origin", "https://app.example"), ("content-range", range)];
        let answer = ask(&server, Method::PUT, &url, &headers).await;
        assert_eq!(answer.status.as_u16(), status);
        assert_eq!(answer.header("access-control-allow-origin"), Some("https://app.example"));
        for name in ["range", "location", "retry-after", "content-length"] {
            assert!(answer.header("access-control-expose-headers").unwrap().contains(name), "{name}");
        }
    }
    let other = [("host", "localhost"), ("origin", "https://evil.example")];
    assert_eq!(ask(&server, Method::GET, "/api/videos", &other).await.header("access-control-allow-origin"), None);
}
