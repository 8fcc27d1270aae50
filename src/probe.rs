//! Reads the header of a file that was chosen: a few slices of it, from which `reelway_core::probe` tells what it is.

use std::ops::Range;

use js_sys::Uint8Array;
use reelway_core::probe::{Header, Need, Probe, ProbeError};
use wasm_bindgen_futures::JsFuture;
use web_sys::Blob;

/// What the file's header says. At most 8 MiB of it are read, and mostly some tens of kilobytes.
///
/// It takes as long as the reads do: milliseconds from a disk, any time from a file that is still in a cloud.
///
/// # Errors
///
/// [`ProbeError`] if it can't be told. Not all of these speak against the file: `reelway_core::checks` knows.
pub async fn read_header(file: &Blob) -> Result<Header, ProbeError> {
    let mut probe = Probe::new(file.size() as u64);
    loop {
        match probe.next() {
            Need::Done(outcome) => return outcome,
            Need::Bytes(range) => match read(file, &range).await {
                Some(bytes) => probe.feed(range, &bytes),
                None => probe.fail(),
            },
        }
    }
}

async fn read(file: &Blob, range: &Range<u64>) -> Option<Vec<u8>> {
    let slice = file.slice_with_f64_and_f64(range.start as f64, range.end as f64).ok()?;
    let buffer = JsFuture::from(slice.array_buffer()).await.ok()?;
    Some(Uint8Array::new(&buffer).to_vec())
}
