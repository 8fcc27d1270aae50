//! Who tells of an event: how a service shows that a webhook comes from it.
//!
//! Pure: bytes, headers and the time in, a verdict out.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::secrets::Secret;

/// How a service's webhooks are told from others'.
#[derive(Clone, Debug)]
pub enum Verifier {
    /// A header with a time and an HMAC over time and body.
    TimestampedHmac(TimestampedHmac),
    /// A header that the service sends as it was told to.
    SharedHeader(SharedHeader),
}

/// A header with a value that nobody else knows: the credentials in the webhook's URL, say. It says who sends, not
/// when or what, so that such webhooks are hints and nothing more.
#[derive(Clone, Debug)]
pub struct SharedHeader {
    /// The header's name, in lower case.
    pub header: String,
    /// Its whole value.
    pub value: Secret,
}

/// `header: time_key=1700000000,signature_key=<hex of HMAC-SHA256(secret, "1700000000.body")>`.
#[derive(Clone, Debug)]
pub struct TimestampedHmac {
    /// The header's name, in lower case.
    pub header: String,
    /// The key of the time.
    pub time_key: String,
    /// The key of the signature.
    pub signature_key: String,
    /// Seconds that the time may be off, in both directions.
    pub tolerance: u64,
    /// The key.
    pub secret: Secret,
}

/// Why a webhook is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Disbelief {
    /// No signature came with it.
    #[error("the signature's header is missing or can't be read")]
    Unsigned,
    /// Nobody who knows the secret has signed this body.
    #[error("the signature is not the body's")]
    Forged,
    /// It was signed too long ago, or for a time to come.
    #[error("the signature is older or newer than is allowed")]
    Stale,
}

impl Verifier {
    /// The header that the signature stands in. A request without it need not be read.
    pub fn header(&self) -> &str {
        match self {
            Self::TimestampedHmac(verifier) => &verifier.header,
            Self::SharedHeader(verifier) => &verifier.header,
        }
    }

    /// Whether the service has sent this, just now. `now` is in milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// Where it has not.
    pub fn verify(&self, header: Option<&str>, body: &[u8], now: u64) -> Result<(), Disbelief> {
        match self {
            Self::TimestampedHmac(verifier) => verifier.verify(header, body, now),
            Self::SharedHeader(verifier) => verifier.verify(header),
        }
    }
}

impl SharedHeader {
    /// Their digests are compared: how far the two agree does not show in the time it takes.
    fn verify(&self, header: Option<&str>) -> Result<(), Disbelief> {
        use sha2::Digest;
        let given = Sha256::digest(header.ok_or(Disbelief::Unsigned)?);
        let differ = given.iter().zip(Sha256::digest(self.value.expose())).fold(0, |sum, (one, two)| sum | (one ^ two));
        if differ == 0 { Ok(()) } else { Err(Disbelief::Forged) }
    }
}

impl TimestampedHmac {
    /// The signature first, then the time: whoever can't sign learns nothing of our clock.
    fn verify(&self, header: Option<&str>, body: &[u8], now: u64) -> Result<(), Disbelief> {
        let header = header.ok_or(Disbelief::Unsigned)?;
        let mut times = values(header, &self.time_key);
        let (Some(time), None) = (times.next(), times.next()) else { return Err(Disbelief::Unsigned) };
        let signed_at: u64 = time.parse().map_err(|_| Disbelief::Unsigned)?;
        let mut mac = Hmac::<Sha256>::new_from_slice(self.secret.expose().as_bytes()).map_err(|_| Disbelief::Forged)?;
        mac.update(time.as_bytes());
        mac.update(b".");
        mac.update(body);
        let mut signatures = values(header, &self.signature_key).peekable();
        if signatures.peek().is_none() {
            return Err(Disbelief::Unsigned);
        }
        // Several while a secret is being changed. The comparison takes the same time wherever they differ.
        let matches = |signature: &str| from_hex(signature).is_some_and(|code| mac.clone().verify_slice(&code).is_ok());
        if !signatures.any(matches) {
            return Err(Disbelief::Forged);
        }
        if (now / 1000).abs_diff(signed_at) > self.tolerance {
            return Err(Disbelief::Stale);
        }
        Ok(())
    }
}

/// The values of a key in `key=value,key=value`. Blanks are no part of the form.
fn values<'a>(header: &'a str, key: &'a str) -> impl Iterator<Item = &'a str> {
    header.split(',').filter_map(move |entry| Some(entry.split_once('=').filter(|(name, _)| *name == key)?.1))
}

/// The bytes of lower-case hexadecimal digits. No other spelling of a signature is one.
fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if !rest.is_empty() {
        return None;
    }
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn verifier(secret: &str) -> Verifier {
        Verifier::TimestampedHmac(TimestampedHmac {
            header: "x-signature".into(),
            time_key: "t".into(),
            signature_key: "v1".into(),
            tolerance: 300,
            secret: Secret::new(secret),
        })
    }

    fn sign(secret: &str, time: u64, body: &[u8]) -> String {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(format!("{time}.").as_bytes());
        mac.update(body);
        mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
    }

    #[test]
    fn only_the_services_own_words_of_just_now_are_believed() {
        const T: u64 = 1_700_000_000;
        let good = sign("s", T, b"body");
        let other = sign("another", T, b"body");
        let (upper, long) = (good.to_uppercase(), format!("{good}00"));
        let check = |header: &str, body: &[u8], now: u64| verifier("s").verify(Some(header), body, now * 1000);
        use Disbelief::{Forged, Stale, Unsigned};
        for (header, body, now, verdict) in [
            (format!("t={T},v1={good}"), "body", T, Ok(())),
            (format!("v1={good},t={T}"), "body", T, Ok(())),
            (format!("t={T},v0=x,v1={other},v1={good}"), "body", T, Ok(())),
            (format!("t={T},v1={good},v1={other}"), "body", T, Ok(())),
            (format!("t={T},v1={good}"), "body", T + 300, Ok(())),
            (format!("t={T},v1={good}"), "body", T - 300, Ok(())),
            (format!("t={T},v1={good}"), "body", T + 301, Err(Stale)),
            (format!("t={T},v1={good}"), "body", T - 301, Err(Stale)),
            (format!("t={T},v1={good}"), "body\n", T, Err(Forged)),
            (format!("t={T},v1={good}"), "", T, Err(Forged)),
            (format!("t={},v1={good}", T + 1), "body", T, Err(Forged)),
            (format!("t=0{T},v1={good}"), "body", T, Err(Forged)),
            (format!("t={T},v1={other}"), "body", T, Err(Forged)),
            (format!("t={T},v1={other}"), "body", T + 9999, Err(Forged)),
            (format!("t={T},v1={upper}"), "body", T, Err(Forged)),
            (format!("t={T},v1={long}"), "body", T, Err(Forged)),
            (format!("t={T},v1={}", &good[..62]), "body", T, Err(Forged)),
            (format!("t={T},v1="), "body", T, Err(Forged)),
            (format!("t={T}, v1={good}"), "body", T, Err(Unsigned)),
            (format!("t={T}"), "body", T, Err(Unsigned)),
            (format!("v1={good}"), "body", T, Err(Unsigned)),
            (format!("t=x,v1={good}"), "body", T, Err(Unsigned)),
            (format!("t={T},t={T},v1={good}"), "body", T, Err(Unsigned)),
            (String::new(), "body", T, Err(Unsigned)),
        ] {
            assert_eq!(check(&header, body.as_bytes(), now), verdict, "{header} {body} {now}");
        }
        assert_eq!(verifier("s").verify(None, b"body", T * 1000), Err(Unsigned));
    }

    #[test]
    fn a_shared_header_is_told_from_any_other() {
        let value = Secret::new("Basic dXNlcjpwYXNz");
        let verifier = Verifier::SharedHeader(SharedHeader { header: "authorization".into(), value });
        assert_eq!(verifier.header(), "authorization");
        assert_eq!(verifier.verify(Some("Basic dXNlcjpwYXNz"), b"whatever", 0), Ok(()));
        for other in ["", "Basic", "Basic dXNlcjpwYXN6", "Basic dXNlcjpwYXNzz", "basic dXNlcjpwYXNz"] {
            assert_eq!(verifier.verify(Some(other), b"whatever", 0), Err(Disbelief::Forged), "{other}");
        }
        assert_eq!(verifier.verify(None, b"whatever", 0), Err(Disbelief::Unsigned));
    }

    /// The one that Mux documents, and others made by Mux's own SDK with the same secrets.
    #[test]
    fn vectors_of_mux_are_believed() {
        for (secret, time, body, signature) in [
            (
                "SuperSecret123",
                1_591_664_030,
                "payload",
                "e43496b6aae982c4c2fd6f8e92935f1d90216f1f64d56024e72390acfb988272",
            ),
            (
                "whsec_test",
                1_700_000_000,
                "{\"n\":\"é\"}\n",
                "7dc1516351095ce49c53c030d5d90f8e8571b34433b8a668bdf755072cdc7187",
            ),
            ("", 1_700_000_000, "x", "5f66237d185567fe84e95bb13e7854764e9942875798fd242255b6ba433d220d"),
        ] {
            let header = format!("t={time},v1={signature}");
            assert_eq!(verifier(secret).verify(Some(&header), body.as_bytes(), time * 1000), Ok(()), "{secret}");
            let wrong = format!("{secret}!");
            let verdict = verifier(&wrong).verify(Some(&header), body.as_bytes(), time * 1000);
            assert_eq!(verdict, Err(Disbelief::Forged));
        }
    }
}
