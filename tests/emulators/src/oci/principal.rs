//! Keys and tokens that requests are signed with.

use std::collections::HashMap;

use anyhow::{Result, anyhow};
use aws_lc_rs::digest;
use md5::{Digest, Md5};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair};
use serde_json::json;

use crate::{
    rsa::{PrivateKey, PublicKey},
    secret,
};

/// Who may.
#[derive(Default)]
pub struct Principals {
    keys: HashMap<String, PublicKey>,
    tokens: HashMap<String, (PublicKey, u64)>,
}

impl Principals {
    /// An API key.
    pub fn add_key(&mut self, id: String, key: PublicKey) {
        self.keys.insert(id, key);
    }

    /// A token that stands for a session's key until a Unix time.
    pub fn add_token(&mut self, token: String, key: PublicKey, end: u64) {
        self.tokens.insert(token, (key, end));
    }

    /// The key that a `keyId` names at a Unix time.
    pub fn key(&self, id: &str, now: u64) -> Option<PublicKey> {
        match id.strip_prefix("ST$") {
            Some(token) => self.tokens.get(token).filter(|(_, end)| now < *end).map(|(key, _)| key.clone()),
            None => self.keys.get(id).cloned(),
        }
    }
}

/// `tenancy/user/fingerprint`.
///
/// # Errors
/// The key can't be written.
pub fn key_id(tenancy: &str, user: &str, key: &PrivateKey) -> Result<String> {
    Ok(format!("{tenancy}/{user}/{}", fingerprint(key)?))
}

/// The MD5 of a key's subject public key info: `aa:bb:…`.
///
/// # Errors
/// The key can't be written.
pub fn fingerprint(key: &PrivateKey) -> Result<String> {
    Ok(colons(&secret::hex(&Md5::digest(key.spki()?))))
}

fn colons(hex: &str) -> String {
    let pairs: Vec<String> = hex.as_bytes().chunks(2).map(|pair| String::from_utf8_lossy(pair).into_owned()).collect();
    pairs.join(":")
}

/// An instance: its key, and the certificate that names its tenancy.
pub struct Instance {
    /// The leaf certificate as PEM.
    pub certificate: String,
    /// Its private key as PEM.
    pub key: String,
    /// The certificate of who has signed it. Nobody checks it: it is the leaf's own.
    pub intermediate: String,
    der: Vec<u8>,
    public: PublicKey,
    fingerprint: String,
}

impl Instance {
    /// One of a tenancy.
    ///
    /// # Errors
    /// No key or certificate can be made.
    pub fn new(tenancy: &str) -> Result<Self> {
        let key = PrivateKey::generate()?;
        let pair = KeyPair::from_pem(&key.pkcs8_pem()?)?;
        let mut params = CertificateParams::default();
        let mut name = DistinguishedName::new();
        name.push(DnType::CommonName, "ocid1.instance.oc1.phx.i");
        name.push(DnType::OrganizationalUnitName, format!("opc-tenant:{tenancy}"));
        params.distinguished_name = name;
        let certificate = params.self_signed(&pair)?;
        let der = certificate.der().to_vec();
        let fingerprint = digest::digest(&digest::SHA1_FOR_LEGACY_USE_ONLY, &der);
        Ok(Self {
            certificate: certificate.pem(),
            key: key.pkcs1_pem()?,
            intermediate: certificate.pem(),
            fingerprint: colons(&secret::hex(fingerprint.as_ref())).to_uppercase(),
            public: key.public(),
            der,
        })
    }

    /// What signs a request for a token: `tenancy/fed-x509/FINGERPRINT`.
    pub fn key_id(&self, tenancy: &str) -> String {
        format!("{tenancy}/fed-x509/{}", self.fingerprint)
    }

    /// The public half of its key.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Whether this is its certificate, in base64 of DER.
    pub fn is_certificate(&self, base64: &str) -> bool {
        secret::from_base64(base64).is_some_and(|der| der == self.der)
    }
}

/// A token in the form that an instance gets: only its end is read by clients.
///
/// # Errors
/// It can't be signed.
pub fn token(tenancy: &str, now: u64, end: u64) -> Result<String> {
    let claims = json!({
        "sub": "ocid1.instance.oc1.phx.i", "tenant": tenancy, "iss": "authService.oracle.com", "iat": now, "exp": end,
        "jti": secret::uuid(),
    });
    let key = PrivateKey::generate().map_err(|error| anyhow!("no token can be signed: {error}"))?;
    key.jwt(&json!({ "alg": "RS256", "kid": "asw" }), &claims)
}
