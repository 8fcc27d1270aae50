//! An RSA key that requests are signed with.

use std::{fmt, sync::Arc};

use aws_lc_rs::{
    encoding::{AsDer, PublicKeyX509Der},
    rand::SystemRandom,
    rsa::KeySize,
    signature::{KeyPair, RSA_PKCS1_SHA256, RsaKeyPair},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use md5::{Digest, Md5};
use rustls_pki_types::{PrivateKeyDer, pem::PemObject};

/// Half of a key pair that nobody else has. Cheap to clone.
#[derive(Clone)]
pub struct PrivateKey(Arc<RsaKeyPair>);

/// Why there is no key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The text is no PEM, or what is in it is no RSA key.
    #[error(
        "it holds no RSA private key: give the PEM, not encrypted, from \"BEGIN PRIVATE KEY\" or \
         \"BEGIN RSA PRIVATE KEY\" to its end"
    )]
    NoKey,
    /// The library could not make one, or not sign.
    #[error("the cryptographic library failed")]
    Failed,
}

impl PrivateKey {
    /// Reads a PEM: PKCS#1 (`RSA PRIVATE KEY`) or PKCS#8 (`PRIVATE KEY`), 2048 bits or more.
    ///
    /// # Errors
    /// Where it is none.
    pub fn read(pem: &str) -> Result<Self, KeyError> {
        let der = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| KeyError::NoKey)?;
        let pair = match &der {
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()),
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()),
            _ => return Err(KeyError::NoKey),
        };
        pair.map(|pair| Self(Arc::new(pair))).map_err(|_| KeyError::NoKey)
    }

    /// A new key of 2048 bits.
    ///
    /// # Errors
    /// The library's.
    pub fn generate() -> Result<Self, KeyError> {
        RsaKeyPair::generate(KeySize::Rsa2048).map(|pair| Self(Arc::new(pair))).map_err(|_| KeyError::Failed)
    }

    /// The signature over the text, in base64: RSASSA-PKCS1-v1_5 with SHA-256.
    ///
    /// # Errors
    /// The library's.
    pub fn sign(&self, text: &[u8]) -> Result<String, KeyError> {
        let mut signature = vec![0; self.0.public_modulus_len()];
        self.0.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), text, &mut signature).map_err(|_| KeyError::Failed)?;
        Ok(STANDARD.encode(signature))
    }

    /// The other half: SubjectPublicKeyInfo in DER.
    ///
    /// # Errors
    /// The library's.
    pub fn public(&self) -> Result<Vec<u8>, KeyError> {
        let der = AsDer::<PublicKeyX509Der<'_>>::as_der(self.0.public_key()).map_err(|_| KeyError::Failed)?;
        Ok(der.as_ref().to_vec())
    }

    /// What Oracle's console shows beside an API key: the MD5 of [`PrivateKey::public`], in hexadecimal with colons.
    ///
    /// # Errors
    /// The library's.
    pub fn fingerprint(&self) -> Result<String, KeyError> {
        let pairs: Vec<String> = Md5::digest(self.public()?).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(pairs.join(":"))
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PrivateKey(…)")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_key_in_either_form_signs_the_same_and_shows_itself_to_nobody() {
        let (old, new) = (include_str!("testdata/rsa_pkcs1.pem"), include_str!("testdata/rsa_pkcs8.pem"));
        assert!(old.starts_with("-----BEGIN RSA PRIVATE KEY") && new.starts_with("-----BEGIN PRIVATE KEY"));
        let (old, new) = (PrivateKey::read(old).unwrap(), PrivateKey::read(new).unwrap());
        assert_eq!(old.sign(b"text").unwrap(), new.sign(b"text").unwrap());
        // As `openssl rsa -pubout -outform DER | openssl md5 -c` tells it.
        assert_eq!(old.fingerprint().unwrap(), include_str!("testdata/fingerprint.txt").trim());
        assert_eq!(format!("{old:?}"), "PrivateKey(…)");
    }

    #[test]
    fn what_oracle_appends_to_a_downloaded_key_does_no_harm() {
        let pem = format!("{}OCI_API_KEY\n", include_str!("testdata/rsa_pkcs8.pem"));
        assert!(PrivateKey::read(&pem).is_ok());
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for text in ["", "key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"] {
            assert_eq!(PrivateKey::read(text).unwrap_err(), KeyError::NoKey, "{text}");
        }
    }

    #[test]
    fn new_keys_differ() {
        let (one, two) = (PrivateKey::generate().unwrap(), PrivateKey::generate().unwrap());
        assert_ne!(one.public().unwrap(), two.public().unwrap());
    }
}
