//! A request to one of Oracle's services, before it is signed. Pure.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::{Method, Url};
use serde_json::Value;

/// What stays as it is in a path or query.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// A request.
#[derive(Clone, Debug)]
pub struct Call {
    /// How.
    pub method: Method,
    /// Where, in full.
    pub url: String,
    /// JSON, or none.
    pub body: Option<Value>,
    /// `opc-retry-token`: Oracle tells by it a repetition from a second request, for 24 hours.
    pub retry_token: Option<String>,
    /// Whether twice is as good as once.
    pub repeatable: bool,
    /// Whether `IncorrectState` may be over in a while.
    pub patient: bool,
}

impl Call {
    /// To this place: each piece is percent-encoded, slashes within it too.
    pub fn new(method: Method, base: &str, path: &[&str]) -> Self {
        let mut url = base.trim_end_matches('/').to_owned();
        for piece in path {
            url.push('/');
            url.extend(utf8_percent_encode(piece, PLAIN));
        }
        let repeatable = matches!(method, Method::GET | Method::HEAD | Method::DELETE);
        Self { method, url, body: None, retry_token: None, repeatable, patient: true }
    }

    /// Adds to the query.
    #[must_use]
    pub fn query(mut self, name: &str, value: &str) -> Self {
        self.url.push(if self.url.contains('?') { '&' } else { '?' });
        self.url.push_str(name);
        self.url.push('=');
        self.url.extend(utf8_percent_encode(value, PLAIN));
        self
    }

    /// With this body.
    #[must_use]
    pub fn json(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }

    /// May be sent again: the service knows the request by this token.
    #[must_use]
    pub fn once(self, retry_token: &str) -> Self {
        Self { retry_token: Some(retry_token.to_owned()), repeatable: true, ..self }
    }

    /// May be sent again: it changes nothing, or the same twice.
    #[must_use]
    pub fn repeatable(self) -> Self {
        Self { repeatable: true, ..self }
    }

    /// `IncorrectState` is for good, and told at once.
    #[must_use]
    pub fn impatient(self) -> Self {
        Self { patient: false, ..self }
    }

    /// The URL as it goes over the wire, with what is signed of it: host and target.
    pub fn address(&self) -> Option<(Url, String, String)> {
        let url = Url::parse(&self.url).ok()?;
        let host = match url.port() {
            Some(port) => format!("{}:{port}", url.host_str()?),
            None => url.host_str()?.to_owned(),
        };
        let target = match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        };
        Some((url, host, target))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn whatever_stands_in_a_name_stays_in_its_place() {
        let call = Call::new(Method::GET, "https://o.example:8443/", &["n", "ns", "b", "in", "o", "u/a b+1.mp4"])
            .query("prefix", "a/b&c=d")
            .query("limit", "10");
        let (url, host, target) = call.address().unwrap();
        assert_eq!(host, "o.example:8443");
        assert_eq!(target, "/n/ns/b/in/o/u%2Fa%20b%2B1.mp4?prefix=a%2Fb%26c%3Dd&limit=10");
        assert_eq!(url.as_str(), format!("https://{host}{target}"));
    }

    #[test]
    fn a_create_is_repeated_only_with_a_token() {
        let call = Call::new(Method::POST, "https://m.example/20211101", &["mediaAssets"]);
        assert!(!call.repeatable);
        assert!(call.once("token").repeatable);
        assert!(Call::new(Method::DELETE, "https://m.example", &["x"]).repeatable);
    }
}
