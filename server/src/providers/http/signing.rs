//! Tokens for videos that are played by those only who have one.

use jsonwebtoken::{EncodingKey, Header, encode};
use serde_json::{Map as Object, Value};

use super::{
    map::{Link, Signing},
    template::{Scope, Unfilled, fill_body},
};
use crate::secrets::Secret;

/// Expiries are rounded up to this part of a token's life, so that a token stays the same for a while, and with it
/// the URL that a browser has cached.
const STEPS: u64 = 6;

/// Makes tokens with one key.
#[derive(Clone)]
pub struct Signer {
    key_id: String,
    key: EncodingKey,
}

impl std::fmt::Debug for Signer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Signer({})", self.key_id)
    }
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum SigningError {
    /// The key is none.
    #[error("it holds no RSA private key: give the PEM, or the PEM in base64, as the service has shown it")]
    NoKey,
    /// A claim has no value.
    #[error("a claim can't be filled in: {0}")]
    Claim(#[from] Unfilled),
    /// The library's.
    #[error("signing failed: {0}")]
    Failed(#[from] jsonwebtoken::errors::Error),
}

impl Signer {
    /// Reads the key: RSA in PEM (PKCS#1 or PKCS#8), or that in base64.
    ///
    /// # Errors
    /// Where it is none.
    pub fn new(key_id: &Secret, private_key: &Secret) -> Result<Self, SigningError> {
        let pem = private_key.pem().ok_or(SigningError::NoKey)?;
        let key = EncodingKey::from_rsa_pem(pem.expose().as_bytes()).map_err(|_| SigningError::NoKey)?;
        let signer = Self { key_id: key_id.expose().trim().to_owned(), key };
        // What lies in the PEM is looked at when it is used.
        signer.token(&Object::new()).map_err(|_| SigningError::NoKey)?;
        Ok(signer)
    }

    /// The key's id.
    pub fn key_id(&self) -> &str {
        &self.key_id
    }

    /// A token with these claims, and the key's id in its header.
    ///
    /// # Errors
    /// The library's.
    pub fn token(&self, claims: &Object<String, Value>) -> Result<String, SigningError> {
        let header = Header { kid: Some(self.key_id.clone()), ..Header::new(jsonwebtoken::Algorithm::RS256) };
        Ok(encode(&header, claims, &self.key)?)
    }
}

/// The claims of the token for this link: those of all tokens, and its own. Its own are left out where absent, and
/// never replace the others.
///
/// # Errors
/// Where a claim has no value.
pub fn claims(signing: &Signing, link: &Link, scope: &Scope) -> Result<Object<String, Value>, Unfilled> {
    let mut claims = Object::new();
    for (name, template) in link.claims.iter().chain(&signing.claims) {
        claims.extend(fill_body(template, scope)?.map(|value| (name.clone(), value)));
    }
    Ok(claims)
}

/// When a token ends that is made now, in seconds since the Unix epoch: at least its lifetime later.
pub fn expiry(now: u64, lifetime: u64) -> u64 {
    let step = (lifetime / STEPS).max(1);
    (now / 1000 + lifetime).div_ceil(step) * step
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_expiry_is_never_early_and_seldom_changes() {
        for lifetime in [1, 5, 60, 21_600] {
            for now in (1_700_000_000_000..).step_by(997_331).take(500) {
                let left = expiry(now, lifetime) - now / 1000;
                assert!(left >= lifetime && left <= lifetime + (lifetime / STEPS).max(1), "{lifetime} {now}");
            }
        }
        let ends: std::collections::BTreeSet<u64> =
            (0..3600).map(|second| expiry(1_700_000_000_000 + second * 1000, 21_600)).collect();
        assert!(ends.len() <= 2, "{ends:?}");
    }
}
