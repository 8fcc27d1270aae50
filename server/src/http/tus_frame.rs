//! What tus wants of every request and answer, whatever the route: the version, the discovery, the other method.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method},
    middleware::Next,
    response::Response,
};

use super::tus::PATH;
use crate::{app::App, providers::local::tus};

const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
const OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");

/// Headers that tus clients send.
pub const SENT: [HeaderName; 10] = [
    HeaderName::from_static("tus-resumable"),
    super::tus::OFFSET,
    super::tus::LENGTH,
    super::tus::DEFER_LENGTH,
    super::tus::METADATA,
    super::tus::CONCAT,
    HeaderName::from_static("upload-checksum"),
    OVERRIDE,
    HeaderName::from_static("x-requested-with"),
    HeaderName::from_static("x-request-id"),
];

/// Headers that tus clients read.
pub const READ: [HeaderName; 12] = [
    HeaderName::from_static("tus-resumable"),
    HeaderName::from_static("tus-version"),
    HeaderName::from_static("tus-extension"),
    HeaderName::from_static("tus-max-size"),
    HeaderName::from_static("tus-checksum-algorithm"),
    super::tus::OFFSET,
    super::tus::LENGTH,
    super::tus::DEFER_LENGTH,
    super::tus::METADATA,
    super::tus::CONCAT,
    super::tus::EXPIRES,
    super::tus::VIDEO,
];

/// Names the version in every answer to a tus client, and in the answer to `OPTIONS` what can be done.
pub async fn frame(State(app): State<App>, request: Request, next: Next) -> Response {
    let speaks_tus = is_tus(request.uri().path());
    let is_question = request.method() == Method::OPTIONS;
    // What no other dialogue asks by.
    let is_tus_method = is_question || matches!(*request.method(), Method::HEAD | Method::PATCH);
    let is_asked = is_tus_method || is_endpoint(request.uri().path()) || request.headers().contains_key(RESUMABLE);
    let mut response = next.run(request).await;
    if speaks_tus && is_asked {
        response.headers_mut().insert(RESUMABLE, HeaderValue::from_static(tus::VERSION));
    }
    if speaks_tus && is_question {
        discover(response.headers_mut(), app.config().limits.max_file_size);
    }
    response
}

fn discover(headers: &mut HeaderMap, max_size: u64) {
    for (name, value) in
        [("tus-version", tus::VERSION), ("tus-extension", tus::EXTENSIONS), ("tus-checksum-algorithm", tus::ALGORITHMS)]
    {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.insert(HeaderName::from_static("tus-max-size"), max_size.into());
}

/// Gives a request the method that it means. Some proxies let nothing but `GET` and `POST` through.
pub fn meant_method(mut request: Request) -> Request {
    let meant = request.headers().get(OVERRIDE).and_then(|value| Method::from_bytes(value.as_bytes()).ok());
    if let Some(method) = meant.filter(|_| is_tus(request.uri().path())) {
        *request.method_mut() = method;
    }
    request
}

fn is_endpoint(path: &str) -> bool {
    path.trim_end_matches('/') == PATH
}

fn is_tus(path: &str) -> bool {
    is_endpoint(path) || path.starts_with("/u/")
}
