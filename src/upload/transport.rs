//! One request to the provider: by fetch, or a whole file by XMLHttpRequest.
//!
//! The body is a slice of the file, so that its bytes stay out of wasm and JavaScript: the browser reads them from the
//! disk as it sends them. Only where the browser has failed at that are they read into a Blob in memory before.

use std::{ops::Range, rc::Rc};

use js_sys::{Array, Promise};
use reelway_core::upload::{Reply, Request, planner::WHOLE_FROM, retry::retry_after};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortSignal, Blob, File};

use super::{
    digest::{self, Prepared},
    whole,
};
use crate::{
    backend::{resolve, until},
    fetch,
};

pub(super) enum Outcome {
    Reply(Reply),
    Lost,
    Unreadable,
}

/// Sends a request. `on_sent` hears how many bytes of a whole file have left. After an abort the outcome means nothing.
///
/// `doubtful`: look first whether the bytes can be read. Firefox and WebKitGTK send the head of a request whose file is
/// gone, and then nothing.
pub(super) async fn send(
    file: &File,
    request: Request,
    prepared: Option<Prepared>,
    doubtful: bool,
    signal: Option<&AbortSignal>,
    on_sent: Rc<dyn Fn(u64)>,
) -> Outcome {
    let whole = is_whole(file, &request);
    let body = match &request.body {
        None => None,
        // The file itself: a slice of all of it would be read as slices are.
        Some(_) if whole => Some(Blob::from(file.clone())),
        Some(bytes) => match body(file, bytes, request.copy).await {
            Some(blob) => Some(blob),
            None => return Outcome::Unreadable,
        },
    };
    if let Some(slice) = body.as_ref().filter(|_| doubtful)
        && !is_readable(slice).await
    {
        return Outcome::Unreadable;
    }
    let mut carried = None;
    if let (Some(blob), Some(bytes), Some(header)) = (&body, &request.body, request.digest) {
        let algorithm = header.algorithm();
        let ready = match prepared {
            Some(prepared) => prepared.of(bytes, algorithm).await,
            None => None,
        };
        let digest = match ready {
            Some(digest) => Ok(Some(digest)),
            None => digest::base64(blob, algorithm).await,
        };
        match digest {
            Ok(digest) => carried = digest.map(|base64| header.render(&base64)),
            Err(_) => return Outcome::Unreadable,
        }
    }
    // An abort during what was awaited so far is not seen by a fetch that has not begun.
    if signal.is_some_and(AbortSignal::aborted) {
        return Outcome::Lost;
    }
    let reply = match &body {
        Some(file) if whole => whole::send(file, &request, signal, on_sent).await,
        _ => by_fetch(&request, body.as_ref(), carried, signal).await,
    };
    match (reply, &body) {
        (Some(reply), _) => Outcome::Reply(reply),
        // A browser tells a file that it can't read from a connection that fails in no way but this.
        (None, Some(blob)) if !is_readable(blob).await => Outcome::Unreadable,
        (None, _) => Outcome::Lost,
    }
}

/// Whether the body is a long file from its first byte to its last, just as it lies on the disk.
fn is_whole(file: &File, request: &Request) -> bool {
    let size = file.size() as u64;
    let all = request.body.as_ref().is_some_and(|bytes| *bytes == (0..size));
    all && size >= WHOLE_FROM && !request.copy && request.digest.is_none()
}

/// The bytes as a body. `None` if they can't be read.
async fn body(file: &File, bytes: &Range<u64>, copy: bool) -> Option<Blob> {
    let slice = slice_of(file, bytes)?;
    if !copy {
        return Some(slice);
    }
    let buffer = bytes_of(&slice).await.ok()?;
    Blob::new_with_buffer_source_sequence(&Array::of1(&buffer)).ok()
}

/// Sends a request by fetch. `None`: there is no answer.
async fn by_fetch(
    request: &Request,
    body: Option<&Blob>,
    digest: Option<(&'static str, String)>,
    signal: Option<&AbortSignal>,
) -> Option<Reply> {
    let headers = fetch::headers(&[])?;
    for (name, value) in &request.headers {
        headers.set(name, value).ok()?;
    }
    if let Some((name, value)) = digest {
        headers.set(name, &value).ok()?;
    }
    let body = match (body, &request.text) {
        (Some(body), _) => Some(JsValue::from(body.clone())),
        (None, text) => text.as_deref().map(JsValue::from),
    };
    let response = fetch::fetch(request.method, &request.url, &headers, body.as_ref(), signal).await?;
    let body = fetch::text(&response).await;
    Some(read(request, response.status(), body, &|name| response.headers().get(name).ok().flatten()))
}

/// An answer. `body` is `None` if it broke off.
pub(super) fn read(
    request: &Request,
    status: u16,
    body: Option<String>,
    header: &dyn Fn(&str) -> Option<String>,
) -> Reply {
    let mut headers = Vec::new();
    for name in request.reads {
        if let Some(value) = header(name) {
            let value = if *name == "location" { resolve(&value, &request.url) } else { value };
            headers.push(((*name).to_owned(), value));
        }
    }
    let retry_after = header("retry-after").and_then(|value| retry_after(&value, until));
    // The status is the answer; for most requests a body that breaks off only costs the words.
    Reply { status, headers, retry_after, cut: body.is_none(), body: body.unwrap_or_default() }
}

async fn is_readable(slice: &Blob) -> bool {
    match slice.slice_with_f64_and_f64(0.0, 1.0) {
        Ok(first) => bytes_of(&first).await.is_ok(),
        Err(_) => false,
    }
}

/// These bytes of a file, none of which are read.
pub(super) fn slice_of(file: &File, bytes: &Range<u64>) -> Option<Blob> {
    file.slice_with_f64_and_f64(bytes.start as f64, bytes.end as f64).ok()
}

pub(super) async fn bytes_of(blob: &Blob) -> Result<JsValue, JsValue> {
    let buffer: Promise = blob.array_buffer();
    JsFuture::from(buffer).await
}
