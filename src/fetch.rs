//! Requests by the browser's own `fetch`.

use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Headers, RequestInit, Response};

use crate::globals;

/// The headers of a request: of two with the same name the later one counts. `None`: one of them is none.
pub(crate) fn headers(list: &[(&str, &str)]) -> Option<Headers> {
    let headers = Headers::new().ok()?;
    for (name, value) in list {
        headers.set(name, value).ok()?;
    }
    Some(headers)
}

/// Sends a request. `None`: there is no answer.
///
/// Redirects are followed, as is the default: only so does a 308 without a Location, which is none, come through.
pub(crate) async fn fetch(
    method: &str,
    url: &str,
    headers: &Headers,
    body: Option<&JsValue>,
    signal: Option<&AbortSignal>,
) -> Option<Response> {
    let init = init(method, headers, body);
    init.set_signal(signal);
    JsFuture::from(globals::fetch(url, &init)).await.ok()?.dyn_into().ok()
}

fn init(method: &str, headers: &Headers, body: Option<&JsValue>) -> RequestInit {
    let init = RequestInit::new();
    init.set_method(method);
    init.set_headers_headers(headers);
    if let Some(body) = body {
        init.set_body(body);
    }
    init
}

/// Asks a Reelway server. `None`: there is no answer.
#[cfg(not(feature = "components"))]
pub(crate) async fn ask(method: &str, url: &str, headers: Headers, body: Option<&JsValue>) -> Option<Response> {
    fetch(method, url, &headers, body, None).await
}

/// Asks a Reelway server. `None`: there is no answer.
#[cfg(feature = "components")]
pub(crate) async fn ask(method: &str, url: &str, headers: Headers, body: Option<&JsValue>) -> Option<Response> {
    // Its own builder would end each URL that has a query with `&`.
    let request = web_sys::Request::new_with_str_and_init(url, &init(method, &headers, body)).ok()?;
    Some(gloo_net::http::Request::from(request).send().await.ok()?.into())
}

/// The body of an answer. `None`: it broke off.
pub(crate) async fn text(response: &Response) -> Option<String> {
    JsFuture::from(response.text().ok()?).await.ok()?.as_string()
}
