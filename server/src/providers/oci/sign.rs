//! Signs requests as Oracle wants it. Pure: a request and the time in, headers out.
//!
//! The scheme is draft-cavage-http-signatures with a fixed list of headers: `date (request-target) host`, and for
//! requests with a body also `content-length content-type x-content-sha256`.
//! <https://docs.oracle.com/iaas/Content/API/Concepts/signingrequests.htm>

use std::time::{Duration, UNIX_EPOCH};

use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use super::key::{KeyError, PrivateKey};

/// A request, as far as its signature says something about it.
#[derive(Clone, Copy, Debug)]
pub struct Unsigned<'a> {
    /// In capitals.
    pub method: &'a str,
    /// The host as the `Host` header has it, with a port where the URL has one.
    pub host: &'a str,
    /// Path and query, percent-encoded exactly as they are sent.
    pub target: &'a str,
    /// What is sent with it.
    pub body: Body<'a>,
}

/// The body of a request, as its signature sees it.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// The signature says nothing about it: there is none, or it is a stream, as Object Storage's PutObject and
    /// UploadPart have it.
    Unsigned,
    /// All of it is signed, also an empty one.
    Whole {
        /// The value of `Content-Type`.
        content_type: &'a str,
        /// The bytes.
        bytes: &'a [u8],
    },
}

/// Which headers a signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coverage {
    /// Those of every request to a service.
    Request,
    /// All but `host`: what the federation service expects of an instance.
    Federation,
}

/// Who signs: a key, and the name that the service knows it by.
#[derive(Clone, Debug)]
pub struct Signer {
    key_id: KeyId,
    key: PrivateKey,
    coverage: Coverage,
}

/// The name of a key. One kind of it is a token, so it shows itself to nobody.
#[derive(Clone, PartialEq, Eq)]
struct KeyId(String);

impl std::fmt::Debug for KeyId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeyId(…)")
    }
}

impl Signer {
    /// A user's API key. Its fingerprint is the key's own.
    ///
    /// # Errors
    /// The library's.
    pub fn api_key(tenancy: &str, user: &str, key: PrivateKey) -> Result<Self, KeyError> {
        let key_id = KeyId(format!("{tenancy}/{user}/{}", key.fingerprint()?));
        Ok(Self { key_id, key, coverage: Coverage::Request })
    }

    /// A session token, whosever it is, and the key that it was made for.
    pub fn session(token: &str, key: PrivateKey) -> Self {
        Self { key_id: KeyId(format!("ST${}", token.trim())), key, coverage: Coverage::Request }
    }

    /// An instance that asks for a token, by its certificate: the SHA-1 of its DER, in capitals with colons.
    pub fn federation(tenancy: &str, fingerprint: &str, key: PrivateKey) -> Self {
        let key_id = KeyId(format!("{tenancy}/fed-x509/{fingerprint}"));
        Self { key_id, key, coverage: Coverage::Federation }
    }

    /// The headers to send: all that are signed, but `host` and `content-length`, which the HTTP client writes from
    /// the URL and the body; and `authorization`. `now` is in milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// The library's.
    pub fn sign(&self, request: &Unsigned<'_>, now: u64) -> Result<Vec<(&'static str, String)>, KeyError> {
        let signed = signed_headers(request, self.coverage, now);
        let names: Vec<&str> = signed.iter().map(|(name, _)| *name).collect();
        let signature = self.key.sign(signing_string(&signed).as_bytes())?;
        let authorization = format!(
            "Signature algorithm=\"rsa-sha256\",headers=\"{}\",keyId=\"{}\",signature=\"{signature}\",version=\"1\"",
            names.join(" "),
            self.key_id.0
        );
        let by_client = ["(request-target)", "host", "content-length"];
        let mut headers: Vec<_> = signed.into_iter().filter(|(name, _)| !by_client.contains(name)).collect();
        headers.push(("authorization", authorization));
        Ok(headers)
    }
}

/// The headers that are signed, in their order.
pub fn signed_headers(request: &Unsigned<'_>, coverage: Coverage, now: u64) -> Vec<(&'static str, String)> {
    let date = httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_millis(now));
    let target = format!("{} {}", request.method.to_lowercase(), request.target);
    let mut headers = vec![("date", date), ("(request-target)", target)];
    if coverage == Coverage::Request {
        headers.push(("host", request.host.to_owned()));
    }
    if let Body::Whole { content_type, bytes } = request.body {
        headers.push(("content-length", bytes.len().to_string()));
        headers.push(("content-type", content_type.to_owned()));
        headers.push(("x-content-sha256", STANDARD.encode(Sha256::digest(bytes))));
    }
    headers
}

/// The text that the signature is over.
pub fn signing_string(headers: &[(&'static str, String)]) -> String {
    let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use std::path::Path;

    use serde_json::Value;

    use super::*;

    /// Thu, 05 Jan 2023 21:31:40 GMT.
    const NOW: u64 = 1_672_954_300_000;

    fn key() -> PrivateKey {
        PrivateKey::read(include_str!("testdata/rsa_pkcs1.pem")).unwrap()
    }

    fn get() -> Unsigned<'static> {
        let (host, target) = ("media.example:8443", "/20211101/mediaWorkflowJobs/j?limit=1&page=a%2Fb");
        Unsigned { method: "GET", host, target, body: Body::Unsigned }
    }

    fn post(body: &[u8]) -> Unsigned<'_> {
        let body = Body::Whole { content_type: "application/json", bytes: body };
        Unsigned { method: "POST", host: "media.example", target: "/20211101/mediaAssets", body }
    }

    fn header<'a>(headers: &'a [(&str, String)], name: &str) -> &'a str {
        headers.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value)
    }

    /// The signatures are openssl's: `openssl dgst -sha256 -sign rsa_pkcs1.pem` over the text below, in base64.
    #[test]
    fn a_request_without_a_body_and_one_with_it_are_signed() {
        let text = "date: Thu, 05 Jan 2023 21:31:40 GMT\n(request-target): get \
                    /20211101/mediaWorkflowJobs/j?limit=1&page=a%2Fb\nhost: media.example:8443";
        assert_eq!(signing_string(&signed_headers(&get(), Coverage::Request, NOW)), text);
        let signer = Signer::api_key("tenancy", "user", key()).unwrap();
        let headers = signer.sign(&get(), NOW).unwrap();
        let names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["date", "authorization"]);
        let (fingerprint, signature) = (include_str!("testdata/fingerprint.txt"), include_str!("testdata/get.sig"));
        let authorization = format!(
            "Signature algorithm=\"rsa-sha256\",headers=\"date (request-target) host\",\
             keyId=\"tenancy/user/{}\",signature=\"{}\",version=\"1\"",
            fingerprint.trim(),
            signature.trim()
        );
        assert_eq!(header(&headers, "authorization"), authorization);

        let text = "date: Thu, 05 Jan 2023 21:31:40 GMT\n(request-target): post /20211101/mediaAssets\n\
                    host: media.example\ncontent-length: 2\ncontent-type: application/json\n\
                    x-content-sha256: RBNvo1WzZ4oRRq0W9+hknpT7T8If536DEMBg9hyq/4o=";
        assert_eq!(signing_string(&signed_headers(&post(b"{}"), Coverage::Request, NOW)), text);
        let headers = Signer::session(" token\n", key()).sign(&post(b"{}"), NOW).unwrap();
        let names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
        assert_eq!(names, ["date", "content-type", "x-content-sha256", "authorization"]);
        let authorization = format!(
            "Signature algorithm=\"rsa-sha256\",headers=\"date (request-target) host content-length content-type \
             x-content-sha256\",keyId=\"ST$token\",signature=\"{}\",version=\"1\"",
            include_str!("testdata/post.sig").trim()
        );
        assert_eq!(header(&headers, "authorization"), authorization);
    }

    #[test]
    fn an_empty_body_is_signed_as_such() {
        let headers = signed_headers(&post(b""), Coverage::Request, NOW);
        assert_eq!(header(&headers, "content-length"), "0");
        assert_eq!(header(&headers, "x-content-sha256"), "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=");
    }

    #[test]
    fn an_instance_signs_no_host_when_it_asks_for_a_token() {
        let headers = Signer::federation("t", "AA:BB", key()).sign(&post(b"{}"), NOW).unwrap();
        let authorization = header(&headers, "authorization");
        assert!(
            authorization.contains("headers=\"date (request-target) content-length content-type x-content-sha256\"")
        );
        assert!(authorization.contains("keyId=\"t/fed-x509/AA:BB\""));
    }

    #[test]
    fn a_token_shows_itself_to_nobody() {
        let signer = Signer::session("hush", key());
        assert!(!format!("{signer:?}").contains("hush"));
    }

    /// What Oracle's own SDK has signed, byte for byte. The vectors lie beside the checkout, where there are any.
    #[test]
    fn oracles_sdk_signs_the_same() {
        let vectors = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/vectors");
        let Ok(file) = std::fs::read_to_string(vectors.join("oci_signing.json")) else {
            eprintln!("SKIPPED: there is no ../shared/vectors/oci_signing.json beside this checkout");
            return;
        };
        let file: Value = serde_json::from_str(&file).unwrap();
        let pem = std::fs::read_to_string(vectors.join("test_rsa_pkcs1.pem")).unwrap();
        let key = PrivateKey::read(&pem).unwrap();
        assert_eq!(key.fingerprint().unwrap(), file["fingerprint"]);
        assert_eq!(STANDARD.encode(key.public().unwrap()), file["public_key_spki_b64"]);
        let mut parts = file["keyId"].as_str().unwrap().split('/');
        let signer = Signer::api_key(parts.next().unwrap(), parts.next().unwrap(), key).unwrap();
        let cases = file["cases"].as_array().unwrap();
        for case in cases {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let (name, method, url) = (text(&case["name"]), text(&case["method"]), text(&case["url"]));
            let (_, rest) = url.split_once("://").unwrap();
            let slash = rest.find('/').unwrap();
            let headers = &case["request_headers"];
            let (content_type, bytes) = (text(&headers["content-type"]), text(&case["body"]));
            let body = match headers.get("x-content-sha256") {
                Some(_) => Body::Whole { content_type: &content_type, bytes: bytes.as_bytes() },
                None => Body::Unsigned,
            };
            let request = Unsigned { method: &method, host: &rest[..slash], target: &rest[slash..], body };
            let string = signing_string(&signed_headers(&request, Coverage::Request, NOW));
            assert_eq!(string, text(&case["signing_string"]), "{name}");
            let ours = signer.sign(&request, NOW).unwrap();
            assert_eq!(header(&ours, "authorization"), text(&case["authorization"]), "{name}");
            assert_eq!(header(&ours, "date"), text(&headers["date"]), "{name}");
            assert_eq!(header(&ours, "x-content-sha256"), text(&headers["x-content-sha256"]), "{name}");
        }
        assert_eq!(cases.len(), 5);
    }
}
