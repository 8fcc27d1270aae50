//! Files of a film over HTTP, for players of any origin.

use axum::{
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};

use crate::film::Film;

/// The media type of playlists.
pub const PLAYLIST: &str = "application/vnd.apple.mpegurl";

/// Lets scripts of any origin read an answer.
pub async fn cors(mut answer: Response) -> Response {
    answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    answer.headers_mut().insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("*"));
    answer
}

/// A file of the package, or the range of it that is asked for.
pub fn file(film: &Film, path: &str, headers: &HeaderMap) -> Response {
    match film.file(path) {
        Some((bytes, kind)) => ranged(bytes, kind, headers),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// Bytes, or the range of them that is asked for.
pub fn ranged(bytes: Vec<u8>, kind: &str, headers: &HeaderMap) -> Response {
    let kind = [(header::CONTENT_TYPE, kind.to_owned()), (header::ACCEPT_RANGES, "bytes".to_owned())];
    let asked = headers.get(header::RANGE).and_then(|range| range.to_str().ok()?.strip_prefix("bytes="));
    let Some((first, last)) = asked.and_then(|range| range.split_once('-')) else {
        return (kind, bytes).into_response();
    };
    let end = bytes.len().saturating_sub(1);
    let (first, last) = match (first.parse::<usize>(), last.parse::<usize>()) {
        (Ok(first), Ok(last)) => (first, last.min(end)),
        (Ok(first), Err(_)) => (first, end),
        (Err(_), Ok(suffix)) => (bytes.len().saturating_sub(suffix), end),
        _ => return (kind, bytes).into_response(),
    };
    let told = [(header::CONTENT_RANGE, format!("bytes {first}-{last}/{}", bytes.len()))];
    match bytes.get(first..=last) {
        Some(part) => (StatusCode::PARTIAL_CONTENT, kind, told, part.to_vec()).into_response(),
        None => (StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, format!("bytes */{}", bytes.len()))])
            .into_response(),
    }
}
