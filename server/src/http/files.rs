//! What is true of every file that is served, published media and the front-end alike.

use axum::http::{HeaderMap, HeaderValue, header};

/// The MIME type by the name's ending.
pub fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map_or("", |(_, ending)| ending) {
        "m3u8" => "application/vnd.apple.mpegurl",
        "mp4" => "video/mp4",
        "m4s" => "video/iso.segment",
        "ts" => "video/mp2t",
        "aac" => "audio/aac",
        "vtt" => "text/vtt; charset=utf-8",
        "json" | "map" => "application/json",
        "webp" => "image/webp",
        "jpg" | "jpeg" => "image/jpeg",
        "png" => "image/png",
        "svg" => "image/svg+xml",
        "ico" => "image/x-icon",
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Whether the client has this version already: `If-None-Match` (RFC 9110, 13.1.2, weak comparison).
pub fn unchanged(headers: &HeaderMap, etag: &HeaderValue) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let Ok(etag) = etag.to_str().map(bare) else { return false };
    headers
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|tag| tag.trim() == "*" || bare(tag) == etag)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_known_version_is_told_in_several_ways() {
        let etag = HeaderValue::from_static("\"a-1\"");
        for (sent, expected) in [
            ("\"a-1\"", true),
            ("W/\"a-1\"", true),
            ("\"b\", \"a-1\"", true),
            ("*", true),
            ("\"a\"", false),
            ("", false),
        ] {
            let headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_str(sent).unwrap())]);
            assert_eq!(unchanged(&headers, &etag), expected, "{sent}");
        }
        assert!(!unchanged(&HeaderMap::new(), &etag));
    }
}
