//! Passes: short-lived tokens for URLs that can carry no header, an event stream's or a segment's. One pass opens one
//! video for one purpose until one moment, and says nothing of who has asked for it.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// What a pass is for. One for the one never opens the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pass {
    /// The video's event stream.
    Events,
    /// The video's published files.
    Media,
}

/// Why a pass opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PassError {
    /// It is none, or for something else.
    #[error("The token in the address is not valid here. Ask the server for a fresh address.")]
    Wrong,
    /// Its time is over.
    #[error("The token in the address has run out. Ask the server for a fresh address.")]
    Expired,
}

/// Makes passes, and knows its own.
#[derive(Clone)]
pub struct Passes {
    secret: [u8; 32],
}

impl std::fmt::Debug for Passes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passes(…)")
    }
}

impl Passes {
    /// Signed with this secret: all processes on one database have the same.
    pub const fn new(secret: [u8; 32]) -> Self {
        Self { secret }
    }

    /// A pass that opens the video until then, in milliseconds since the Unix epoch: safe in a URL.
    pub fn make(&self, pass: Pass, video: &str, expires_at: u64) -> String {
        let signature = self.mac(pass, video, expires_at).finalize().into_bytes();
        format!("{expires_at}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    /// A pass that opens the video for so many milliseconds at least, and the moment when it does no more. It stays the
    /// same for a while, so that a page whose video is told of again need not fetch again what it has.
    pub fn lasting(&self, pass: Pass, video: &str, now: u64, life: u64) -> (String, u64) {
        let grain = (life / 4).max(1);
        let expires_at = now / grain * grain + life + grain;
        (self.make(pass, video, expires_at), expires_at)
    }

    /// Until when the pass opens the video. In constant time as to the signature.
    ///
    /// # Errors
    /// It opens nothing.
    pub fn check(&self, pass: Pass, video: &str, token: &str, now: u64) -> Result<u64, PassError> {
        let (expires_at, signature) = token.split_once('.').ok_or(PassError::Wrong)?;
        // One way to write a number, so that one pass has one text.
        let number: u64 = expires_at.parse().map_err(|_| PassError::Wrong)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| PassError::Wrong)?;
        if number.to_string() != expires_at || self.mac(pass, video, number).verify_slice(&signature).is_err() {
            return Err(PassError::Wrong);
        }
        if now >= number { Err(PassError::Expired) } else { Ok(number) }
    }

    fn mac(&self, pass: Pass, video: &str, expires_at: u64) -> Hmac<Sha256> {
        let purpose: &[u8] = match pass {
            Pass::Events => b"reelway events\0",
            Pass::Media => b"reelway media\0",
        };
        // `new` takes keys of the hash's block size; this one is shorter, which `new_from_slice` never refuses.
        let mut mac = <Hmac<Sha256> as KeyInit>::new(&padded(&self.secret).into());
        mac.update(purpose);
        mac.update(&expires_at.to_be_bytes());
        mac.update(video.as_bytes());
        mac
    }
}

/// HMAC pads a short key with zeros (RFC 2104): done here, there is no error to handle.
fn padded(secret: &[u8; 32]) -> [u8; 64] {
    let mut block = [0; 64];
    block[..32].copy_from_slice(secret);
    block
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_800_000_000_000;

    #[test]
    fn a_pass_opens_one_video_for_one_purpose_until_its_time_is_over() {
        let passes = Passes::new([7; 32]);
        let pass = passes.make(Pass::Media, "v1", NOW + 1000);
        assert_eq!(passes.check(Pass::Media, "v1", &pass, NOW), Ok(NOW + 1000));
        assert_eq!(passes.check(Pass::Media, "v1", &pass, NOW + 999), Ok(NOW + 1000));
        assert_eq!(passes.check(Pass::Media, "v1", &pass, NOW + 1000), Err(PassError::Expired));
        assert_eq!(passes.check(Pass::Media, "v2", &pass, NOW), Err(PassError::Wrong));
        assert_eq!(passes.check(Pass::Events, "v1", &pass, NOW), Err(PassError::Wrong));
        assert_eq!(Passes::new([8; 32]).check(Pass::Media, "v1", &pass, NOW), Err(PassError::Wrong));
    }

    #[test]
    fn a_pass_that_was_changed_anywhere_opens_nothing() {
        let passes = Passes::new([7; 32]);
        let pass = passes.make(Pass::Media, "v1", NOW + 1000);
        for place in 0..pass.len() {
            let mut bytes = pass.clone().into_bytes();
            bytes[place] = if bytes[place] == b'1' { b'2' } else { b'1' };
            let changed = String::from_utf8_lossy(&bytes).into_owned();
            assert_eq!(passes.check(Pass::Media, "v1", &changed, NOW), Err(PassError::Wrong), "{place}");
        }
        let (_, signature) = pass.split_once('.').unwrap_or_default();
        for forged in [
            String::new(),
            ".".to_owned(),
            format!("{}.", NOW + 1000),
            format!("0{}.{signature}", NOW + 1000),
            format!("+{}.{signature}", NOW + 1000),
            format!("{pass}A"),
            format!("{}.{signature}", u64::MAX),
        ] {
            assert_eq!(passes.check(Pass::Media, "v1", &forged, NOW), Err(PassError::Wrong), "{forged}");
        }
    }
}
