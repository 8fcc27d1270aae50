//! AES-128 of segments (RFC 8216, 4.3.2.4). The init segment stays clear.

use anyhow::{Result, anyhow};
use aws_lc_rs::{
    cipher::{AES_128, EncryptionContext, PaddedBlockEncryptingKey, UnboundCipherKey},
    iv::FixedLength,
};

/// One vector for all segments: it is named in the playlist.
const IV: [u8; 16] = *b"reelway-emulator";

/// A playlist that names the key, after the init segment and before the first one.
pub fn playlist(text: &str, key: &str) -> String {
    let iv = crate::secret::hex(&IV);
    let tag = format!("#EXT-X-KEY:METHOD=AES-128,URI=\"{key}\",IV=0x{iv}\n");
    let mut whole = String::new();
    let mut is_named = false;
    for line in text.lines() {
        if !is_named && line.starts_with("#EXTINF") {
            whole += &tag;
            is_named = true;
        }
        whole += line;
        whole.push('\n');
    }
    whole
}

/// A segment as it is sent.
///
/// # Errors
/// The library can't.
pub fn segment(bytes: &[u8], key: &[u8; 16]) -> Result<Vec<u8>> {
    let failed = |_| anyhow!("a segment can't be encrypted");
    let key = UnboundCipherKey::new(&AES_128, key).map_err(failed)?;
    let key = PaddedBlockEncryptingKey::cbc_pkcs7(key).map_err(failed)?;
    let mut whole = bytes.to_vec();
    let context = EncryptionContext::Iv128(FixedLength::from(&IV));
    key.less_safe_encrypt(&mut whole, context).map_err(failed)?;
    Ok(whole)
}
