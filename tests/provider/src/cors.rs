//! What a script of another origin may send and see.

use axum::http::{HeaderMap, HeaderValue, header};

/// Headers of answers that a script may read, in every protocol.
const EXPOSED: &[&str] = &[
    "ETag",
    "Location",
    "Range",
    "Retry-After",
    "Tus-Checksum-Algorithm",
    "Tus-Extension",
    "Tus-Resumable",
    "Tus-Version",
    "Upload-Concat",
    "Upload-Expires",
    "Upload-Length",
    "Upload-Offset",
];

/// Lets a script of any origin read an answer, but for one header.
pub fn expose(headers: &mut HeaderMap, hidden: Option<&str>) {
    let shown: Vec<&str> = EXPOSED
        .iter()
        .copied()
        .filter(|name| !hidden.is_some_and(|hidden| hidden.eq_ignore_ascii_case(name)))
        .collect();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    if let Ok(shown) = HeaderValue::from_str(&shown.join(", ")) {
        headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, shown);
    }
}

/// Whether a request asks for leave, as browsers do before those that are not simple.
pub fn is_preflight(headers: &HeaderMap) -> bool {
    headers.contains_key(header::ACCESS_CONTROL_REQUEST_METHOD)
}

/// The leave: any method, and the headers that were asked for.
pub fn allow(asked: &HeaderMap) -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers
        .insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, HEAD, POST, PUT, PATCH, DELETE"));
    if let Some(names) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    headers
}
