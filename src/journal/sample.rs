//! The hash of a file's sample.

use js_sys::{Array, Uint8Array};
use reelway_core::journal::sample::{plain_hash, ranges};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File};

use crate::{backend::hex, dom::window};

/// Reads a mebibyte of the file at most.
///
/// # Errors
///
/// The file can't be read.
pub(super) async fn hash(file: &File) -> Result<String, JsValue> {
    let slices: Array = Array::new();
    for range in ranges(file.size() as u64) {
        let slice = file.slice_with_f64_and_f64(range.start as f64, range.end as f64)?;
        slices.push(slice.as_ref());
    }
    let bytes = JsFuture::from(Blob::new_with_blob_sequence(&slices)?.array_buffer()).await?;
    let subtle = window().crypto().map(|crypto| crypto.subtle()).ok().filter(|subtle| subtle.is_object());
    let digest =
        subtle.and_then(|subtle| subtle.digest_with_str_and_buffer_source("SHA-256", bytes.unchecked_ref()).ok());
    let Some(digest) = digest else {
        let hash = plain_hash(&Uint8Array::new(&bytes).to_vec());
        return Ok("fnv-1a:".to_owned() + &hex(&hash.to_be_bytes()));
    };
    let digest = Uint8Array::new(&JsFuture::from(digest).await?).to_vec();
    Ok("sha-256:".to_owned() + &hex(&digest))
}
