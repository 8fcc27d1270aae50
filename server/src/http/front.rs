//! The front-end: what Trunk has built into `dist/`, embedded in release builds, read from the disk in debug builds.
//!
//! Names with a hash or a version in them are cached for good; `index.html` is asked for anew each time. Where there
//! is `name.br` beside a file, browsers that know brotli get that.

use std::fmt::Write;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use reelway_api::ErrorCode;
use rust_embed::{EmbeddedFile, RustEmbed};
use sha2::{Digest, Sha256};

use super::files::{content_type, unchanged};
use crate::{app::App, error::AppError};

#[derive(RustEmbed)]
#[folder = "$REELWAY_DIST"]
#[allow_missing = true]
struct Dist;

const INDEX: &str = "index.html";

const NOT_BUILT: &str = "The server runs, but the front-end is not built into it.\n\
    `cargo xtask demo` builds both; `trunk build --release` before `cargo build` does it by hand.\n";

/// Answers what no route does.
pub async fn serve(State(app): State<App>, request: Request) -> Response {
    let sources = &[app.config().page_sources.clone(), app.providers().page_sources()].concat();
    let path = request.uri().path();
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return AppError::new(ErrorCode::NotFound, "There is nothing at this address.").into_response();
    }
    let page = path == "/" || path.strip_prefix("/v/").is_some_and(|id| !id.is_empty() && !id.contains('/'));
    let name = if page { INDEX } else { path.trim_start_matches('/') };
    if name.split('/').any(|part| part == "..") {
        return AppError::new(ErrorCode::NotFound, "There is nothing at this address.").into_response();
    }
    let brotli = accepts_brotli(request.headers()).then(|| Dist::get(&format!("{name}.br"))).flatten();
    match (Dist::get(name), brotli) {
        (Some(plain), brotli) => answer(name, &plain, brotli, request.headers(), sources),
        (None, _) if page => (StatusCode::SERVICE_UNAVAILABLE, NOT_BUILT).into_response(),
        (None, _) if accepts_html(request.headers()) => nothing_here(request.headers(), sources),
        (None, _) => AppError::new(ErrorCode::NotFound, "There is nothing at this address.").into_response(),
    }
}

/// A person at a wrong address gets the page, which says so and leads back. A program gets the error.
fn nothing_here(asked: &HeaderMap, sources: &[String]) -> Response {
    let Some(plain) = Dist::get(INDEX) else {
        return (StatusCode::NOT_FOUND, NOT_BUILT).into_response();
    };
    let brotli = accepts_brotli(asked).then(|| Dist::get(&format!("{INDEX}.br"))).flatten();
    // Whole in any case: "unchanged" would hide that there is nothing.
    let mut response = answer(INDEX, &plain, brotli, &HeaderMap::new(), sources);
    *response.status_mut() = StatusCode::NOT_FOUND;
    response
}

fn answer(
    name: &str,
    plain: &EmbeddedFile,
    brotli: Option<EmbeddedFile>,
    asked: &HeaderMap,
    sources: &[String],
) -> Response {
    let compressed = brotli.is_some();
    let mut headers = HeaderMap::new();
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(name)));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    let cache = if named_by_content(name) { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    if name == INDEX {
        headers.extend(
            HeaderValue::from_str(&policy(&plain.data, sources)).map(|csp| (header::CONTENT_SECURITY_POLICY, csp)),
        );
    }
    let data = brotli.map_or_else(|| plain.data.clone(), |brotli| brotli.data);
    let mut hash = String::with_capacity(34);
    for byte in &Sha256::digest(&data)[..16] {
        let _ = write!(hash, "{byte:02x}");
    }
    if let Ok(etag) = HeaderValue::from_str(&format!("\"{hash}\"")) {
        let known = unchanged(asked, &etag);
        headers.insert(header::ETAG, etag);
        if known {
            return (StatusCode::NOT_MODIFIED, headers).into_response();
        }
    }
    if compressed {
        headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("br"));
    }
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(data.len()));
    let body = match data {
        std::borrow::Cow::Borrowed(data) => Body::from(data),
        std::borrow::Cow::Owned(data) => Body::from(data),
    };
    (headers, body).into_response()
}

/// Whether a browser opens this address, rather than a script asking for it.
fn accepts_html(headers: &HeaderMap) -> bool {
    headers.get_all(header::ACCEPT).iter().any(|value| value.to_str().is_ok_and(|value| value.contains("text/html")))
}

fn accepts_brotli(headers: &HeaderMap) -> bool {
    let values = headers.get_all(header::ACCEPT_ENCODING);
    values.iter().filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(|coding| {
        let (name, quality) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = quality.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case("br") && !refused
    })
}

/// Whether another content would have another name: Trunk's `name-<hash>.ext`, or `vendor/<name>-<version>/…`.
///
/// Trunk writes its 64 bits in hexadecimal without leading zeros: 16 digits mostly, now and then a few less.
fn named_by_content(path: &str) -> bool {
    let hashed = |part: &str| {
        part.split_once('-').is_some_and(|_| {
            part.rsplit('-').next().is_some_and(|end| {
                let digits = end.bytes().take_while(u8::is_ascii_hexdigit).count();
                (13..=16).contains(&digits) && !end[digits..].starts_with(|c: char| c.is_ascii_alphanumeric())
            })
        })
    };
    let versioned = |folder: &str| {
        folder.rsplit_once('-').is_some_and(|(_, version)| version.starts_with(|c: char| c.is_ascii_digit()))
    };
    let vendored = path.strip_prefix("vendor/").and_then(|rest| rest.split_once('/'));
    path.split('/').any(hashed) || vendored.is_some_and(|(folder, _)| versioned(folder))
}

/// The page's Content-Security-Policy: nothing but what this server sends, and the inline scripts of the page itself
/// (Trunk's loader) by their hashes. Files go to, and pictures and streams come from, the configured sources and the providers' too. What
/// scripts set on `element.style` needs no leave.
fn policy(index: &[u8], sources: &[String]) -> String {
    let mut scripts = String::new();
    for script in inline_scripts(&String::from_utf8_lossy(index)) {
        let _ = write!(scripts, " 'sha256-{}'", STANDARD.encode(Sha256::digest(script.as_bytes())));
    }
    let sources = sources.iter().fold(String::new(), |sources, source| sources + " " + source);
    format!(
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'{scripts}; style-src 'self'; \
         img-src 'self' blob: data:{sources}; media-src 'self' blob:{sources}; connect-src 'self'{sources}; \
         worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
    )
}

/// The text of each `<script>` without a `src`.
fn inline_scripts(html: &str) -> Vec<&str> {
    let mut scripts = Vec::new();
    let mut rest = html;
    while let Some((_, after)) = rest.split_once("<script") {
        let Some((attributes, after)) = after.split_once('>') else { break };
        let Some((text, after)) = after.split_once("</script>") else { break };
        if !attributes.contains(" src=") {
            scripts.push(text);
        }
        rest = after;
    }
    scripts
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn only_names_that_change_with_their_content_are_cached_for_good() {
        for name in [
            "reelway-demo-0123456789abcdef.js",
            "reelway-demo-0123456789abcdef_bg.wasm",
            "style-fedcba9876543210.css",
            "snippets/reelway-0123456789abcdef/inline0.js",
            "theme-123456789abcdef.css",
            "vendor/hls.js-1.6.13/hls.mjs",
        ] {
            assert!(named_by_content(name), "{name}");
        }
        for name in [
            "index.html",
            "favicon.ico",
            "a-0123456789ab.js",
            "a-0123456789abcdef0.js",
            "a-0123456789abcdefg.js",
            "vendor/hls.js/hls.mjs",
            "vendor/readme-1.txt",
        ] {
            assert!(!named_by_content(name), "{name}");
        }
    }

    #[test]
    fn the_policy_lets_the_pages_own_inline_scripts_run_and_no_others() {
        let html = "<head><script type=\"module\">a()</script><script src=\"/b.js\"></script><script>c</script>";
        assert_eq!(inline_scripts(html), ["a()", "c"]);
        // echo -n 'a()' | openssl dgst -sha256 -binary | base64
        let hash = STANDARD.encode(Sha256::digest(b"a()"));
        assert!(policy(html.as_bytes(), &[]).contains(&format!("'sha256-{hash}'")));
        assert!(!policy(html.as_bytes(), &[]).contains("'unsafe-inline'"));
    }

    #[test]
    fn the_page_sends_files_where_the_configuration_says_and_loads_no_script_from_there() {
        let sources = ["https://storage.example".to_owned(), "https://*.video.example".to_owned()];
        let policy = policy(b"", &sources);
        let allows = |directive: &str| {
            let found = policy.split("; ").find(|part| part.starts_with(directive)).unwrap_or_default();
            found.contains(" https://storage.example") && found.ends_with(" https://*.video.example")
        };
        for (directive, allowed) in [
            ("connect-src", true),
            ("img-src", true),
            ("media-src", true),
            ("script-src", false),
            ("worker-src", false),
        ] {
            assert_eq!(allows(directive), allowed, "{directive}");
        }
    }

    #[test]
    fn brotli_is_sent_to_those_who_take_it() {
        for (sent, expected) in
            [("gzip, deflate, br", true), ("br;q=0.5", true), ("BR", true), ("br;q=0", false), ("gzip", false)]
        {
            let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_str(sent).unwrap())]);
            assert_eq!(accepts_brotli(&headers), expected, "{sent}");
        }
    }

    #[test]
    fn a_browser_without_brotli_gets_the_plain_file_and_both_know_their_version() {
        let file = |data: &'static [u8]| EmbeddedFile {
            data: data.into(),
            metadata: rust_embed::Metadata::__rust_embed_new([0; 32], None, None),
        };
        let none = HeaderMap::new();
        let plain = answer(INDEX, &file(b"plain"), None, &none, &[]);
        let brotli = answer(INDEX, &file(b"plain"), Some(file(b"br")), &none, &[]);
        assert_eq!(plain.headers().get(header::CONTENT_ENCODING), None);
        assert_eq!(brotli.headers()[header::CONTENT_ENCODING], "br");
        for response in [&plain, &brotli] {
            assert_eq!(response.headers()[header::VARY], "accept-encoding");
            assert_eq!(response.headers()[header::CACHE_CONTROL], "no-cache");
            assert!(response.headers().contains_key(header::CONTENT_SECURITY_POLICY));
        }
        assert_ne!(plain.headers()[header::ETAG], brotli.headers()[header::ETAG]);
        let again = HeaderMap::from_iter([(header::IF_NONE_MATCH, plain.headers()[header::ETAG].clone())]);
        assert_eq!(answer(INDEX, &file(b"plain"), None, &again, &[]).status(), StatusCode::NOT_MODIFIED);
    }
}
