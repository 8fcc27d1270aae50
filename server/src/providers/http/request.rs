//! From an action and its values to a request. Pure.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use reqwest::Url;
use serde_json::Value;

use super::{
    check::safe_url,
    map::{Action, Map, Method},
    template::{Place, Scope, Template, Unfilled, fill_body},
};

/// A request, ready to be sent. The credentials come later.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The method.
    pub method: Method,
    /// The whole address.
    pub url: Url,
    /// The map's own headers.
    pub headers: HeaderMap,
    /// JSON.
    pub body: Option<Value>,
}

/// Why there is no request.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unbuilt {
    /// A template can't be filled in.
    #[error(transparent)]
    Unfilled(#[from] Unfilled),
    /// What came out is no address.
    #[error("the path makes no URL")]
    NoUrl,
    /// What came out is no header.
    #[error("{0} can't be sent as a header")]
    NoHeader(String),
}

/// The request that does this action with these values.
///
/// # Errors
/// Where a value is missing. Validation has found all else.
pub fn build(map: &Map, action: &Action, scope: &Scope) -> Result<Request, Unbuilt> {
    let base = map.hosts.get("api_base").ok_or(Unbuilt::NoUrl)?;
    let path = Template::parse(&action.path).map_err(Unfilled::from)?.fill(scope, Place::Url)?;
    let url = Url::parse(&format!("{base}{path}")).ok().filter(|url| safe_url(url).is_ok()).ok_or(Unbuilt::NoUrl)?;
    let mut headers = HeaderMap::new();
    for (name, template) in &action.headers {
        let text = Template::parse(template).map_err(Unfilled::from)?.fill(scope, Place::Header)?;
        let header = HeaderName::try_from(name.as_str()).ok().zip(HeaderValue::try_from(text).ok());
        let (name, value) = header.ok_or_else(|| Unbuilt::NoHeader(name.clone()))?;
        headers.insert(name, value);
    }
    let body = action.body.as_ref().map(|body| fill_body(body, scope)).transpose()?.flatten();
    Ok(Request { method: action.method, url, headers, body })
}

/// Whether the request may be sent twice: what it does is done by the first, and the second changes nothing.
pub const fn is_idempotent(method: Method) -> bool {
    matches!(method, Method::Get | Method::Put | Method::Delete)
}
