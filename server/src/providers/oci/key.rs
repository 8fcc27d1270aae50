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
        "it holds no RSA private key: give the whole PEM, from \"-----BEGIN\" to the end of \"-----END … KEY-----\""
    )]
    NoKey,
    /// It is encrypted, and nobody has said how to open it.
    #[error(
        "it is encrypted: name the environment variable that holds its passphrase as auth.passphrase_env, or give it \
         without a passphrase (openssl pkcs8 -in key.pem -out plain.pem)"
    )]
    Encrypted,
    /// It is encrypted, and not with this passphrase.
    #[error("the passphrase does not open it: is it this key's?")]
    Passphrase,
    /// It is encrypted as nobody should any more.
    #[error(
        "it is encrypted in an old way that is not read: openssl pkcs8 -topk8 -in key.pem -out new.pem makes a new one of it"
    )]
    OldEncryption,
    /// The library could not make one, or not sign.
    #[error("the cryptographic library failed")]
    Failed,
}

impl PrivateKey {
    /// Reads a PEM: PKCS#1 (`RSA PRIVATE KEY`) or PKCS#8 (`PRIVATE KEY`), 2048 bits or more.
    ///
    /// # Errors
    /// Where it is none, or encrypted.
    pub fn read(pem: &str) -> Result<Self, KeyError> {
        Self::open(pem, None)
    }

    /// The same, or PKCS#8 that a passphrase opens (`ENCRYPTED PRIVATE KEY`). A key that is not encrypted needs none.
    ///
    /// # Errors
    /// Where it is none, or another passphrase opens it.
    pub fn open(pem: &str, passphrase: Option<&str>) -> Result<Self, KeyError> {
        if pem.contains("Proc-Type: 4,ENCRYPTED") {
            return Err(KeyError::OldEncryption);
        }
        if let Some(sealed) = sealed(pem) {
            return unseal(sealed, passphrase.ok_or(KeyError::Encrypted)?);
        }
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

/// The part of the text that is an encrypted key: Oracle's downloads have a line after it.
fn sealed(pem: &str) -> Option<&str> {
    const END: &str = "-----END ENCRYPTED PRIVATE KEY-----";
    let begin = pem.find("-----BEGIN ENCRYPTED PRIVATE KEY-----")?;
    let end = pem.find(END)? + END.len();
    pem.get(begin..end)
}

fn unseal(pem: &str, passphrase: &str) -> Result<PrivateKey, KeyError> {
    use pkcs8::{EncryptedPrivateKeyInfoRef, SecretDocument};
    let (_, document) = SecretDocument::from_pem(pem).map_err(|_| KeyError::NoKey)?;
    let info = EncryptedPrivateKeyInfoRef::try_from(document.as_bytes()).map_err(|_| KeyError::OldEncryption)?;
    let opened = info.decrypt(passphrase).map_err(|_| KeyError::Passphrase)?;
    let pair = RsaKeyPair::from_pkcs8(opened.as_bytes()).map_err(|_| KeyError::Passphrase)?;
    Ok(PrivateKey(Arc::new(pair)))
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
    fn a_key_with_a_passphrase_is_opened_by_it_alone() {
        let sealed = include_str!("testdata/rsa_sealed.pem");
        let plain = PrivateKey::read(include_str!("testdata/rsa_pkcs8.pem")).unwrap();
        let text = format!("{sealed}OCI_API_KEY\n");
        let opened = PrivateKey::open(&text, Some("open sesame")).unwrap();
        assert_eq!(opened.sign(b"text").unwrap(), plain.sign(b"text").unwrap());
        for (passphrase, error) in
            [(None, KeyError::Encrypted), (Some(""), KeyError::Passphrase), (Some("open barley"), KeyError::Passphrase)]
        {
            assert_eq!(PrivateKey::open(&text, passphrase).unwrap_err(), error, "{passphrase:?}");
        }
        let old = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,00\n\nAA==\n\
                   -----END RSA PRIVATE KEY-----\n";
        assert_eq!(PrivateKey::open(old, Some("open sesame")).unwrap_err(), KeyError::OldEncryption);
        assert!(PrivateKey::open(include_str!("testdata/rsa_pkcs8.pem"), Some("of no use")).is_ok());
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
