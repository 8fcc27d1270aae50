//! RSA keys as vendors use them: RSASSA-PKCS1-v1_5 with SHA-256, and what their files look like.

use anyhow::{Context, Result, anyhow, bail};
use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{KeyPair as _, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey},
};

use crate::secret::{base64, base64_url, from_base64};

/// A private key.
pub struct PrivateKey(RsaKeyPair);

/// A public key, as the sequence of its numbers (PKCS #1) in DER.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(Vec<u8>);

/// What comes before the key itself in a PKCS #8 file of 2048 bits.
const PKCS8_HEAD: usize = 26;
/// What comes before the key itself in a subject public key info of 2048 bits.
const SPKI_HEAD: usize = 24;

impl PrivateKey {
    /// A new one of 2048 bits.
    ///
    /// # Errors
    /// The system has no randomness.
    pub fn generate() -> Result<Self> {
        Ok(Self(RsaKeyPair::generate(KeySize::Rsa2048).map_err(|_| anyhow!("no RSA key can be made"))?))
    }

    /// Reads PEM of either kind.
    ///
    /// # Errors
    /// It is no RSA key.
    pub fn from_pem(pem: &str) -> Result<Self> {
        let der = der(pem)?;
        let key = if pem.contains("BEGIN RSA PRIVATE KEY") {
            RsaKeyPair::from_der(&der)
        } else {
            RsaKeyPair::from_pkcs8(&der)
        };
        Ok(Self(key.map_err(|error| anyhow!("this is no RSA key: {error}"))?))
    }

    /// PEM of PKCS #1: `BEGIN RSA PRIVATE KEY`.
    ///
    /// # Errors
    /// The library can't write it.
    pub fn pkcs1_pem(&self) -> Result<String> {
        let pkcs8 = self.pkcs8()?;
        Ok(pem("RSA PRIVATE KEY", pkcs8.get(PKCS8_HEAD..).context("a key is short")?))
    }

    /// PEM of PKCS #8: `BEGIN PRIVATE KEY`.
    ///
    /// # Errors
    /// The library can't write it.
    pub fn pkcs8_pem(&self) -> Result<String> {
        Ok(pem("PRIVATE KEY", &self.pkcs8()?))
    }

    fn pkcs8(&self) -> Result<Vec<u8>> {
        let der: Pkcs8V1Der<'_> = self.0.as_der().map_err(|_| anyhow!("a key can't be written"))?;
        Ok(der.as_ref().to_vec())
    }

    /// The other half.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.public_key().as_ref().to_vec())
    }

    /// The other half as a subject public key info, in DER.
    ///
    /// # Errors
    /// The library can't write it.
    pub fn spki(&self) -> Result<Vec<u8>> {
        let der: PublicKeyX509Der<'_> = self.0.public_key().as_der().map_err(|_| anyhow!("a key can't be written"))?;
        Ok(der.as_ref().to_vec())
    }

    /// Signs.
    ///
    /// # Errors
    /// The library can't.
    pub fn sign(&self, message: &[u8]) -> Result<Vec<u8>> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        let signed = self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), message, &mut signature);
        signed.map_err(|_| anyhow!("nothing can be signed by this key"))?;
        Ok(signature)
    }

    /// A JWT of these two, in JSON, as RS256.
    ///
    /// # Errors
    /// As [`PrivateKey::sign`].
    pub fn jwt(&self, header: &serde_json::Value, claims: &serde_json::Value) -> Result<String> {
        let message =
            format!("{}.{}", base64_url(header.to_string().as_bytes()), base64_url(claims.to_string().as_bytes()));
        let signature = self.sign(message.as_bytes())?;
        Ok(format!("{message}.{}", base64_url(&signature)))
    }
}

impl PublicKey {
    /// Of a subject public key info of 2048 bits.
    pub fn from_spki(der: &[u8]) -> Option<Self> {
        Some(Self(der.get(SPKI_HEAD..)?.to_vec()))
    }

    /// Whether the key's owner has signed this.
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.0).verify(message, signature).is_ok()
    }
}

fn der(pem: &str) -> Result<Vec<u8>> {
    let lines = pem.lines().map(str::trim).filter(|line| !line.is_empty() && !line.contains("-----"));
    let text: String = lines.collect();
    if text.is_empty() {
        bail!("this is no PEM");
    }
    from_base64(&text).context("this is no PEM: its base64 is wrong")
}

/// PEM of some DER.
pub fn pem(label: &str, der: &[u8]) -> String {
    let text = base64(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    for (index, character) in text.chars().enumerate() {
        if index > 0 && index % 64 == 0 {
            pem.push('\n');
        }
        pem.push(character);
    }
    pem + &format!("\n-----END {label}-----\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;

    #[test]
    fn a_key_that_was_written_and_read_signs_what_its_public_half_verifies() {
        let key = PrivateKey::generate().unwrap();
        let from_pkcs1 = PrivateKey::from_pem(&key.pkcs1_pem().unwrap()).unwrap();
        let from_pkcs8 = PrivateKey::from_pem(&key.pkcs8_pem().unwrap()).unwrap();
        let public = PublicKey::from_spki(&key.spki().unwrap()).unwrap();

        assert_eq!(public, key.public());
        for key in [from_pkcs1, from_pkcs8] {
            let signature = key.sign(b"said").unwrap();
            assert!(public.verifies(b"said", &signature));
            assert!(!public.verifies(b"said otherwise", &signature));
        }
    }
}
