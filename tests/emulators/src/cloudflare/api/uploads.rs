//! Uploads by others: `POST /stream?direct_user=true` for tus, `POST /stream/direct_upload` for a form.

use std::collections::HashMap;

use axum::{
    body::Bytes,
    extract::{Query, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::answer::{invalid, result};
use crate::{
    clock,
    cloudflare::{Account, state::Video},
    secret,
};

/// The longest video that may be asked for, in seconds.
const MAX_SECONDS: u64 = 36_000;

/// `POST /stream`, `POST /stream?direct_user=true`: the answer has the upload's URL in `Location`.
pub async fn tus(
    State(account): State<Account>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if text("tus-resumable") != Some("1.0.0") {
        return StatusCode::PRECONDITION_FAILED.into_response();
    }
    let Some(length) = text("upload-length").and_then(|length| length.parse::<u64>().ok()) else {
        return invalid("Upload-Length is required");
    };
    let Some(metadata) = metadata(text("upload-metadata").unwrap_or_default()) else {
        return invalid("Upload-Metadata is wrong");
    };
    let mut video = Video::new(account.desk().clock.now());
    video.length = Some(length);
    video.creator = text("upload-creator").map(str::to_owned);
    video.signed = metadata.contains_key("requiresignedurls");
    if let Some(name) = metadata.get("name") {
        video.meta = json!({ "name": name });
    }
    video.max_seconds = metadata.get("maxDurationSeconds").and_then(|seconds| seconds.parse().ok());
    let is_direct = query.get("direct_user").is_some_and(|direct| direct == "true");
    if is_direct && video.max_seconds.is_none_or(|seconds| seconds == 0 || seconds > MAX_SECONDS) {
        return invalid("maxDurationSeconds is required");
    }
    if let Some(expiry) = metadata.get("expiry") {
        let Some(expiry) = clock::parse_rfc3339(expiry) else { return invalid("expiry is no RFC 3339") };
        video.expiry = Some(expiry);
    }
    let location = format!("{}/tus/{}/{}", account.hosts().upload, video.uid, video.ticket);
    let mut answer = StatusCode::CREATED.into_response();
    for (name, value) in [("stream-media-id", &video.uid), (header::LOCATION.as_str(), &location)] {
        if let (Ok(name), Ok(value)) = (header::HeaderName::try_from(name), HeaderValue::from_str(value)) {
            answer.headers_mut().insert(name, value);
        }
    }
    answer.headers_mut().insert("tus-resumable", HeaderValue::from_static("1.0.0"));
    account.state().videos.push(video);
    answer
}

/// `key base64,key base64,key`. None: it is wrong.
fn metadata(text: &str) -> Option<HashMap<String, String>> {
    let pairs = text.split(',').map(str::trim).filter(|pair| !pair.is_empty());
    let read = |pair: &str| {
        let Some((key, value)) = pair.split_once(' ') else { return Some((pair.to_owned(), String::new())) };
        Some((key.to_owned(), String::from_utf8(secret::from_base64(value)?).ok()?))
    };
    pairs.map(read).collect()
}

/// `POST /stream/direct_upload`
pub async fn form(State(account): State<Account>, body: Bytes) -> Response {
    let Ok(asked) = serde_json::from_slice::<Value>(&body) else { return invalid("The body is no JSON") };
    let mut video = Video::new(account.desk().clock.now());
    video.max_seconds = asked["maxDurationSeconds"].as_u64();
    if video.max_seconds.is_none_or(|seconds| seconds == 0 || seconds > MAX_SECONDS) {
        return invalid("maxDurationSeconds is required");
    }
    video.signed = asked["requireSignedURLs"] == true;
    video.creator = asked["creator"].as_str().map(str::to_owned);
    if asked["meta"].is_object() {
        video.meta = asked["meta"].clone();
    }
    if let Some(expiry) = asked["expiry"].as_str() {
        let Some(expiry) = clock::parse_rfc3339(expiry) else { return invalid("expiry is no RFC 3339") };
        video.expiry = Some(expiry);
    }
    let shown = json!({
        "uploadURL": format!("{}/{}", account.hosts().upload, video.uid), "uid": video.uid, "watermark": null,
    });
    account.state().videos.push(video);
    result(&shown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_has_values_in_base64_or_none() {
        let read = metadata("maxDurationSeconds NjAw,requiresignedurls, name VA==").unwrap_or_default();

        assert_eq!(read.get("maxDurationSeconds").map(String::as_str), Some("600"));
        assert_eq!(read.get("requiresignedurls").map(String::as_str), Some(""));
        assert_eq!(read.get("name").map(String::as_str), Some("T"));
        assert_eq!(metadata("name ???"), None);
    }
}
