//! How a compute instance proves what it is: a certificate from the metadata service, and a token for it from the
//! federation service. Pure: answers and the time in, requests and tokens out.
//!
//! <https://docs.oracle.com/iaas/Content/Identity/Tasks/callingservicesfrominstances.htm>

use std::fmt;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use serde_json::{Value, json};
use sha1::{Digest, Sha1};
use x509_cert::{Certificate as X509, der::Decode};

use super::{
    key::{KeyError, PrivateKey},
    sign::Signer,
};

/// The metadata service's address, from an instance.
pub const METADATA: &str = "http://169.254.169.254/opc/v2";
/// What it wants to see as `Authorization`: a header that no page and no redirect can add.
pub const METADATA_AUTHORIZATION: &str = "Bearer Oracle";
/// What it is asked for.
pub const METADATA_PATHS: [&str; 3] = ["/identity/cert.pem", "/identity/key.pem", "/identity/intermediate.pem"];

/// A token is renewed once this part of its life is left.
const LAST_PART: u64 = 5;
/// And in any case this long before its end, in milliseconds: no request is under way for longer.
const MARGIN: u64 = 120_000;

/// Why an instance has no token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InstanceError {
    /// The metadata service's certificate can't be read.
    #[error("the metadata service's certificate can't be read")]
    Certificate,
    /// The certificate does not say which tenancy the instance is in.
    #[error("the certificate names no tenancy (OU=opc-tenant:…): is this an Oracle compute instance?")]
    Tenancy,
    /// The key can't be used.
    #[error("the metadata service's key: {0}")]
    Key(#[from] KeyError),
    /// The federation service's answer holds no token.
    #[error("the federation service's answer holds no token that can be read")]
    Token,
}

/// What the metadata service tells of an instance.
pub struct Identity {
    tenancy: String,
    certificate: Vec<u8>,
    intermediates: Vec<Vec<u8>>,
    key: PrivateKey,
}

impl Identity {
    /// Reads the answers to [`METADATA_PATHS`].
    ///
    /// # Errors
    /// Where one can't be read.
    pub fn read(certificate: &str, key: &str, intermediates: &str) -> Result<Self, InstanceError> {
        let bad = |_| InstanceError::Certificate;
        let certificate = CertificateDer::from_pem_slice(certificate.as_bytes()).map_err(bad)?.to_vec();
        let intermediates = CertificateDer::pem_slice_iter(intermediates.as_bytes())
            .map(|der| der.map(|der| der.to_vec()))
            .collect::<Result<Vec<_>, _>>()
            .map_err(bad)?;
        let parsed = X509::from_der(&certificate).map_err(|_| InstanceError::Certificate)?;
        let tenancy = parsed.tbs_certificate().subject().iter().find_map(|attribute| {
            let text = std::str::from_utf8(attribute.value.value()).ok()?;
            text.strip_prefix("opc-tenant:").or_else(|| text.strip_prefix("opc-identity:")).map(str::to_owned)
        });
        Ok(Self {
            tenancy: tenancy.ok_or(InstanceError::Tenancy)?,
            certificate,
            intermediates,
            key: PrivateKey::read(key)?,
        })
    }

    /// The tenancy that the instance is in.
    pub fn tenancy(&self) -> &str {
        &self.tenancy
    }

    /// Who signs the request for a token.
    pub fn signer(&self) -> Signer {
        let pairs: Vec<String> = Sha1::digest(&self.certificate).iter().map(|byte| format!("{byte:02X}")).collect();
        Signer::federation(&self.tenancy, &pairs.join(":"), self.key.clone())
    }

    /// The body of the request for a token, which is for this session key alone.
    ///
    /// # Errors
    /// The cryptographic library's.
    pub fn request(&self, session: &PrivateKey) -> Result<Value, KeyError> {
        let intermediates: Vec<String> = self.intermediates.iter().map(|der| STANDARD.encode(der)).collect();
        Ok(json!({
            "certificate": STANDARD.encode(&self.certificate),
            "publicKey": STANDARD.encode(session.public()?),
            "intermediateCertificates": intermediates,
        }))
    }
}

impl fmt::Debug for Identity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Identity({})", self.tenancy)
    }
}

/// A token with the key that it is for, and when it is to be renewed.
#[derive(Clone, Debug)]
pub struct Session {
    signer: Signer,
    renew_at: u64,
    ends_at: u64,
}

impl Session {
    /// Reads the federation service's answer, `{"token":"…"}`. `now` is in milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// Where it holds no token, or one without an end.
    pub fn read(answer: &Value, key: PrivateKey, now: u64) -> Result<Self, InstanceError> {
        let token = answer["token"].as_str().ok_or(InstanceError::Token)?;
        let ends_at = end_of(token).ok_or(InstanceError::Token)?;
        let life = ends_at.saturating_sub(now);
        let renew_at = ends_at.saturating_sub((life / LAST_PART).max(MARGIN)).max(now);
        Ok(Self { signer: Signer::session(token, key), renew_at, ends_at })
    }

    /// Who signs requests.
    pub const fn signer(&self) -> &Signer {
        &self.signer
    }

    /// Whether it is time for another one.
    pub const fn is_due(&self, now: u64) -> bool {
        now >= self.renew_at
    }

    /// Whether it still counts: where no other one can be had, it serves until its end.
    pub const fn counts(&self, now: u64) -> bool {
        now < self.ends_at
    }
}

/// `exp` of a JWT, in milliseconds since the Unix epoch. Its signature is none of our business: the service made it.
fn end_of(token: &str) -> Option<u64> {
    let claims = URL_SAFE_NO_PAD.decode(token.split('.').nth(1)?).ok()?;
    let claims: Value = serde_json::from_slice(&claims).ok()?;
    claims["exp"].as_u64()?.checked_mul(1000)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    const NOW: u64 = 1_700_000_000_000;

    fn session(life: u64) -> Result<Session, InstanceError> {
        let claims = URL_SAFE_NO_PAD.encode(json!({"exp": NOW / 1000 + life}).to_string());
        Session::read(&json!({"token": format!("e30.{claims}.c2ln")}), PrivateKey::generate().unwrap(), NOW)
    }

    #[test]
    fn an_identity_is_read_from_what_the_metadata_service_tells() {
        let (certificate, key) = (include_str!("testdata/instance.pem"), include_str!("testdata/rsa_pkcs1.pem"));
        let chain = format!("{certificate}{certificate}");
        let identity = Identity::read(certificate, key, &chain).unwrap();
        assert_eq!(identity.tenancy(), "ocid1.tenancy.oc1..tenant");
        let session = PrivateKey::generate().unwrap();
        let request = identity.request(&session).unwrap();
        let body: String = certificate.lines().filter(|line| !line.starts_with("-----")).collect();
        assert_eq!(request["certificate"], body);
        assert_eq!(request["publicKey"], STANDARD.encode(session.public().unwrap()));
        assert_eq!(request["intermediateCertificates"], json!([body, body]));
    }

    #[test]
    fn the_certificates_fingerprint_names_the_instances_key() {
        use crate::providers::oci::sign::{Body, Unsigned};
        let (certificate, key) = (include_str!("testdata/instance.pem"), include_str!("testdata/rsa_pkcs1.pem"));
        let signer = Identity::read(certificate, key, "").unwrap().signer();
        let request = Unsigned { method: "POST", host: "auth.example", target: "/v1/x509", body: Body::Unsigned };
        let headers = signer.sign(&request, NOW).unwrap();
        // As `openssl x509 -noout -fingerprint -sha1` tells it.
        let fingerprint = "10:3F:E2:3F:6F:5A:D7:F0:A9:14:85:E7:AB:19:69:A6:DE:8C:5D:11";
        let key_id = format!("keyId=\"ocid1.tenancy.oc1..tenant/fed-x509/{fingerprint}\"");
        assert!(headers.iter().any(|(name, value)| *name == "authorization" && value.contains(&key_id)));
    }

    #[test]
    fn what_is_no_identity_is_told_from_one() {
        let (certificate, key) = (include_str!("testdata/instance.pem"), include_str!("testdata/rsa_pkcs1.pem"));
        let error = |certificate: &str, key: &str| Identity::read(certificate, key, "").unwrap_err();
        assert_eq!(error("", key), InstanceError::Certificate);
        assert_eq!(error(certificate, ""), InstanceError::Key(KeyError::NoKey));
    }

    #[test]
    fn a_token_is_renewed_before_it_ends() {
        for (life, due, over) in [(3600, 2880, 3600), (1200, 960, 1200), (300, 180, 300), (60, 0, 60)] {
            let session = session(life).unwrap();
            let at = |seconds: u64| NOW + seconds * 1000;
            assert!(session.is_due(at(due)), "{life}");
            assert!(due == 0 || !session.is_due(at(due) - 1), "{life}");
            assert!(session.counts(at(over) - 1) && !session.counts(at(over)), "{life}");
        }
    }

    #[test]
    fn an_answer_without_a_token_is_none() {
        for token in [json!(null), json!("x"), json!("a.!.c"), json!("e30.e30.e30")] {
            let error = Session::read(&json!({"token": token}), PrivateKey::generate().unwrap(), NOW).unwrap_err();
            assert_eq!(error, InstanceError::Token, "{token}");
        }
    }
}
