//! Digests of chunks, by WebCrypto, which takes bytes in memory only and all at once.

use std::ops::Range;

use js_sys::{Promise, Uint8Array};
use reelway_api::Digest;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

use super::transport::{bytes_of, slice_of};
use crate::{dom::window, task::promise};

/// The digest of a chunk that will probably be the next, computed while the one before it is on the wire.
pub(super) struct Prepared {
    bytes: Range<u64>,
    algorithm: Digest,
    digest: Promise,
}

impl Prepared {
    /// Begins to compute.
    pub(super) fn begin(file: &File, bytes: Range<u64>, algorithm: Digest) -> Self {
        let slice = slice_of(file, &bytes);
        let digest = promise(async move {
            // What goes wrong now goes wrong again when the chunk is sent, and is told then.
            let Some(slice) = slice else { return Ok(JsValue::NULL) };
            Ok(base64(&slice, algorithm).await.ok().flatten().map_or(JsValue::NULL, JsValue::from))
        });
        Self { bytes, algorithm, digest }
    }

    /// The digest in base64, if it is of these bytes.
    pub(super) async fn of(self, bytes: &Range<u64>, algorithm: Digest) -> Option<String> {
        if self.bytes != *bytes || self.algorithm != algorithm {
            return None;
        }
        JsFuture::from(self.digest).await.ok()?.as_string()
    }
}

/// The digest of a slice in base64, or `None` in a page without WebCrypto, which is one on plain HTTP.
/// An error means that the slice can't be read.
pub(super) async fn base64(slice: &Blob, algorithm: Digest) -> Result<Option<String>, JsValue> {
    let subtle = window().crypto().map(|crypto| crypto.subtle());
    let Some(subtle) = subtle.ok().filter(|subtle| subtle.is_object()) else { return Ok(None) };
    let bytes = bytes_of(slice).await?;
    let name = match algorithm {
        Digest::Sha1 => "SHA-1",
        _ => "SHA-256",
    };
    let Ok(promise) = subtle.digest_with_str_and_buffer_source(name, bytes.unchecked_ref()) else {
        return Ok(None);
    };
    let Ok(hash) = JsFuture::from(promise).await else { return Ok(None) };
    let latin1: String = Uint8Array::new(&hash).to_vec().into_iter().map(char::from).collect();
    Ok(window().btoa(&latin1).ok())
}
