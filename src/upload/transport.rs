//! One request to the provider, by fetch.
//!
//! The body is a slice of the file, so that its bytes stay out of wasm and JavaScript: the browser reads them from the
//! disk as it sends them. A digest is the exception, since WebCrypto takes bytes in memory only.

use js_sys::{Promise, Uint8Array};
use reelway_core::upload::{Reply, Request, retry::retry_after};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Blob, File, Headers, RequestInit, Response, Window};

use crate::backend::until;

pub(super) enum Outcome {
    Reply(Reply),
    Lost,
    Unreadable,
}

/// Sends a request. After an abort the outcome means nothing.
pub(super) async fn send(file: &File, request: Request, signal: &AbortSignal) -> Outcome {
    let Some(window) = web_sys::window() else { return Outcome::Lost };
    let body = match &request.body {
        None => None,
        Some(bytes) => match file.slice_with_f64_and_f64(bytes.start as f64, bytes.end as f64) {
            Ok(slice) => Some(slice),
            Err(_) => return Outcome::Unreadable,
        },
    };
    let mut digest = None;
    if let Some(slice) = body.as_ref().filter(|_| request.digest.is_some()) {
        match content_digest(&window, slice).await {
            Ok(value) => digest = value,
            Err(_) => return Outcome::Unreadable,
        }
        if signal.aborted() {
            return Outcome::Lost;
        }
    }
    match fetch(&window, &request, body.as_ref(), digest, signal).await {
        Ok(response) => Outcome::Reply(read(&response, request.reads).await),
        // A browser tells a file that it can't read from a connection that fails in no way but this.
        Err(_) => match &body {
            Some(slice) if !is_readable(slice).await => Outcome::Unreadable,
            _ => Outcome::Lost,
        },
    }
}

async fn fetch(
    window: &Window,
    request: &Request,
    body: Option<&Blob>,
    digest: Option<String>,
    signal: &AbortSignal,
) -> Result<Response, JsValue> {
    let headers = Headers::new()?;
    for (name, value) in &request.headers {
        headers.set(name, value)?;
    }
    if let Some(digest) = digest {
        headers.set("content-digest", &digest)?;
    }
    // Redirects are followed, as is the default: only so does a 308 without a Location, which is none, come through.
    let init = RequestInit::new();
    init.set_method(request.method);
    init.set_headers_headers(&headers);
    init.set_signal(Some(signal));
    if let Some(body) = body {
        init.set_body_opt_blob(Some(body));
    }
    JsFuture::from(window.fetch_with_str_and_init(&request.url, &init)).await?.dyn_into()
}

async fn read(response: &Response, wanted: &[&str]) -> Reply {
    let header = |name: &str| response.headers().get(name).ok().flatten();
    let headers = wanted.iter().filter_map(|name| Some(((*name).to_owned(), header(name)?))).collect();
    let retry_after = header("retry-after").and_then(|value| retry_after(&value, until));
    // The status is the answer; a body that breaks off only costs the words.
    let body = match response.text() {
        Ok(text) => JsFuture::from(text).await.ok().and_then(|text| text.as_string()).unwrap_or_default(),
        Err(_) => String::new(),
    };
    Reply { status: response.status(), headers, retry_after, body }
}

/// `sha-256=:…:` (RFC 9530) of a slice, or `None` in a page without WebCrypto, which is one on plain HTTP.
/// An error means that the slice can't be read.
async fn content_digest(window: &Window, slice: &Blob) -> Result<Option<String>, JsValue> {
    let subtle = window.crypto().map(|crypto| crypto.subtle());
    let Some(subtle) = subtle.ok().filter(|subtle| subtle.is_object()) else { return Ok(None) };
    let bytes = bytes_of(slice).await?;
    let Ok(promise) = subtle.digest_with_str_and_buffer_source("SHA-256", bytes.unchecked_ref()) else {
        return Ok(None);
    };
    let Ok(hash) = JsFuture::from(promise).await else { return Ok(None) };
    let latin1: String = Uint8Array::new(&hash).to_vec().into_iter().map(char::from).collect();
    Ok(window.btoa(&latin1).ok().map(|base64| format!("sha-256=:{base64}:")))
}

async fn is_readable(slice: &Blob) -> bool {
    match slice.slice_with_f64_and_f64(0.0, 1.0) {
        Ok(first) => bytes_of(&first).await.is_ok(),
        Err(_) => false,
    }
}

async fn bytes_of(blob: &Blob) -> Result<JsValue, JsValue> {
    let buffer: Promise = blob.array_buffer();
    JsFuture::from(buffer).await
}
