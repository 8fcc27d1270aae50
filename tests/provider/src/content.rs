//! Bytes that no two offsets share by accident, and that a page makes in the same way.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The file's `size` bytes: the four bytes of each word are those of its index, hashed with the seed.
///
/// A page makes the same with `Math.imul`:
/// `w = Math.imul((i ^ seed) + 0x9e3779b9, 0x85ebca6b); w = Math.imul(w ^ (w >>> 13), 0xc2b2ae35); w ^= w >>> 16`.
pub fn content(seed: u32, size: usize) -> Vec<u8> {
    let words = u32::try_from(size.div_ceil(4)).unwrap_or(u32::MAX);
    let mut bytes: Vec<u8> = (0..words).flat_map(|index| word(index ^ seed).to_le_bytes()).collect();
    bytes.truncate(size);
    bytes
}

fn word(index: u32) -> u32 {
    let word = index.wrapping_add(0x9e37_79b9).wrapping_mul(0x85eb_ca6b);
    let word = (word ^ (word >> 13)).wrapping_mul(0xc2b2_ae35);
    word ^ (word >> 16)
}

/// In hexadecimal digits.
pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
