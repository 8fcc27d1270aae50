//! Who may ask: by the host that was asked, and by the page that asks.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use reelway_api::ErrorCode;

use crate::{
    app::App,
    config::{Auth, Config},
    error::AppError,
};

/// Refuses requests for another host, and changes that a page of another origin asks for.
///
/// With `auth = "none"` the loopback address is all the protection there is, and a site whose name is made to point
/// at 127.0.0.1 (DNS rebinding) gets round it: its `Host` header gives it away. A plain form or fetch of another
/// site is given away by its `Origin`.
pub async fn guard(State(app): State<App>, request: Request, next: Next) -> Response {
    match check(app.config(), request.method(), request.uri(), request.headers()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}

fn check(config: &Config, method: &Method, uri: &Uri, headers: &HeaderMap) -> Result<(), AppError> {
    let host = host(uri, headers);
    if config.auth == Auth::None && !host.is_some_and(|host| answers(config, host)) {
        return Err(AppError::new(
            ErrorCode::OriginNotAllowed,
            "This server answers to localhost only. For another name, set public_url in its configuration.",
        ));
    }
    let changes = !matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS);
    if let Some(origin) = headers.get(header::ORIGIN).filter(|_| changes && is_guarded(uri.path())) {
        let own = origin.to_str().ok().and_then(|origin| origin.split_once("://")).map(|(_, host)| host);
        if own != host && !allowed_origins(config).any(|allowed| allowed == *origin) {
            return Err(AppError::new(
                ErrorCode::OriginNotAllowed,
                "Pages of this origin may change nothing here. Add it to cors_origins in the configuration.",
            ));
        }
    }
    Ok(())
}

/// Where no secret in the address shows that a page may change something.
fn is_guarded(path: &str) -> bool {
    path.starts_with("/api/") || path.trim_end_matches('/') == super::tus::PATH
}

/// The host that was asked, with its port: `Host`, or the authority of an absolute URI (HTTP/2).
pub fn host<'a>(uri: &'a Uri, headers: &'a HeaderMap) -> Option<&'a str> {
    match uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => headers.get(header::HOST)?.to_str().ok(),
    }
}

fn answers(config: &Config, host: &str) -> bool {
    let public = config.public_url.as_deref().and_then(|url| url.split_once("://")).map(|(_, host)| host);
    public.is_some_and(|public| public.eq_ignore_ascii_case(host)) || is_loopback(host)
}

/// `localhost`, `127.0.0.1` or `[::1]`, with any port.
fn is_loopback(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    ["localhost", "127.0.0.1", "[::1]"].iter().any(|loopback| loopback.eq_ignore_ascii_case(name))
}

/// The origins of other pages that may call.
pub fn allowed_origins(config: &Config) -> impl Iterator<Item = HeaderValue> {
    config.cors_origins.iter().chain(&config.public_url).filter_map(|origin| HeaderValue::from_str(origin).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_has_three_names() {
        for host in ["localhost", "LocalHost:8787", "127.0.0.1", "127.0.0.1:1", "[::1]", "[::1]:8787"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["", "evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80", "127.0.0.1@evil", "::1"]
        {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
