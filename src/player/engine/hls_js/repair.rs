//! What streams of the wild get wrong, and hls.js would not play.

use js_sys::{Array, Uint8Array};
use reelway_core::playback::moof;
use wasm_bindgen::{JsCast, JsValue};

use crate::dom::property;

/// Bytes of a block of AES.
const BLOCK: f64 = 16.0;

/// `data.details` is a media playlist that has just been loaded. What is encrypted is whole blocks, and packagers,
/// ffmpeg among them, have written byte ranges of the length that it has in the clear: up to 15 bytes too short.
pub(super) fn ranges(data: &JsValue) {
    let Ok(fragments) = property(&property(data, "details"), "fragments").dyn_into::<Array>() else { return };
    // Most playlists have neither keys nor ranges, and some have thousands of segments.
    if property(&fragments.get(fragments.length().saturating_sub(1)), "levelkeys").is_falsy() {
        return;
    }
    for fragment in fragments {
        let Ok(range) = property(&fragment, "byteRange").dyn_into::<Array>() else { continue };
        let (Some(start), Some(end)) = (range.get(0).as_f64(), range.get(1).as_f64()) else { continue };
        let method = property(&property(&fragment, "decryptdata"), "method").as_string();
        let over = (end - start) % BLOCK;
        if over > 0.0 && method.is_some_and(|method| method == "AES-128") {
            range.set(1, (end + BLOCK - over).into());
        }
    }
}

/// Puts each `moof` of what is about to be appended right, in place.
pub(super) fn fragments(bytes: &Uint8Array) {
    let mut at: u32 = 0;
    let mut first = [0; 8];
    // What is damaged may say of itself that it is as long as can be.
    let within = |at: u32, length: u32| at.checked_add(length).filter(|end| *end <= bytes.length());
    while let Some(header) = within(at, 8) {
        bytes.subarray(at, header).copy_to(&mut first);
        let found = moof::header(&first).and_then(|(length, is_moof)| Some((within(at, length as u32)?, is_moof)));
        let Some((end, is_moof)) = found else { return };
        if is_moof {
            let place = bytes.subarray(at, end);
            let mut moof = place.to_vec();
            if moof::rebase(&mut moof) {
                place.copy_from(&moof);
            }
        }
        at = end;
    }
}
