//! The five dialogues, without faults: what a well provider answers.
//!
//! - [`resumable`], [`tus`], [`s3`], [`oci`], [`put`]: one file each.

mod oci;
mod put;
mod resumable;
mod s3;
mod tus;

use axum::http::{HeaderMap, Method, StatusCode};
use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::{
    fault::Kind,
    setup::{Protocol, Setup},
};

/// A request that has been read.
#[derive(Debug)]
pub struct Call {
    /// Its method.
    pub method: Method,
    /// Its path below the target's root: `upload`.
    pub path: String,
    /// Its query, without the question mark.
    pub query: String,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body, as far as it came.
    pub body: Vec<u8>,
    /// Whether that is all of it.
    pub whole: bool,
    /// Bytes of the body that may be kept.
    pub keep: usize,
    /// What the URLs that it is answered with begin with: `http://127.0.0.1:12345/1/`.
    pub root: String,
}

impl Call {
    /// A header's text, empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// A value of the query, as it stands there.
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))
    }

    /// The bytes that may be kept.
    pub fn kept(&self) -> &[u8] {
        self.body.get(..self.keep).unwrap_or(&self.body)
    }
}

/// What a request is answered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Its headers.
    pub headers: Vec<(&'static str, String)>,
    /// Its body.
    pub body: String,
    /// Whether it proves that the provider has the whole file and has closed the upload.
    pub is_final: bool,
}

impl Answer {
    /// Without headers and body.
    pub fn of(status: StatusCode) -> Self {
        Self { status: status.as_u16(), ..Self::default() }
    }

    /// An error of the form that Reelway's own server gives.
    pub fn refusal(status: StatusCode, code: &str, message: &str) -> Self {
        let body = json!({ "error": { "code": code, "message": message } }).to_string();
        Self::of(status).with("Content-Type", "application/json").body(body)
    }

    /// Adds a header.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(mut self, body: impl Into<String>) -> Self {
        self.body = body.into();
        self
    }

    /// Says whether it is final.
    #[must_use]
    pub const fn closing(mut self, is_final: bool) -> Self {
        self.is_final = is_final;
        self
    }
}

/// One dialogue, and what it has of the file.
pub trait Dialogue: Send {
    /// What a request wants.
    fn kind(&self, method: &Method, path: &str, headers: &HeaderMap) -> Kind;

    /// Does what a request wants.
    fn handle(&mut self, call: &Call) -> Answer;

    /// The target's members beside those that all protocols have. Makes the upload, unless the client has to.
    fn target(&mut self, root: &str) -> Value;

    /// The header that proves what is held.
    fn proof(&self) -> &'static str {
        "ETag"
    }

    /// An answer that claims more than is held, where answers say how much that is.
    fn boast(&self, answer: Answer, _bytes: u64) -> Answer {
        answer
    }

    /// What a request is answered while bytes are missing, so that the client has to go on or ask.
    fn not_yet(&self) -> Answer {
        Answer::of(StatusCode::SERVICE_UNAVAILABLE)
    }

    /// What the request that ends the upload is answered.
    fn done(&self) -> Answer {
        Answer::of(StatusCode::OK).closing(self.is_complete())
    }

    /// Forgets bytes that were acknowledged.
    fn lose(&mut self, bytes: u64);

    /// The bytes that are held, as one file.
    fn object(&self) -> Vec<u8>;

    /// How many bytes are held, in whatever pieces.
    fn held(&self) -> u64;

    /// Whether the provider has the whole file and has closed the upload.
    fn is_complete(&self) -> bool;
}

/// The dialogue of a setup, with nothing said yet.
pub fn begin(setup: &Setup) -> Box<dyn Dialogue> {
    match setup.protocol {
        Protocol::Resumable => Box::new(resumable::Resumable::new(setup)),
        Protocol::Tus => Box::new(tus::Tus::new(setup)),
        Protocol::S3Multipart => Box::new(s3::S3::new(setup)),
        Protocol::OciMultipart => Box::new(oci::Oci::new(setup)),
        Protocol::Put => Box::new(put::Put::new(setup)),
    }
}

/// Whether a body is what its `Content-Digest` says (RFC 9530), which has to be there.
fn fits_content_digest(call: &Call) -> bool {
    call.header("content-digest") == format!("sha-256=:{}:", BASE64_STANDARD.encode(Sha256::digest(&call.body)))
}

/// The digest of a body as `Upload-Checksum` has it.
fn checksum(algorithm: &str, body: &[u8]) -> Option<String> {
    match algorithm {
        "sha1" => Some(BASE64_STANDARD.encode(Sha1::digest(body))),
        "sha256" => Some(BASE64_STANDARD.encode(Sha256::digest(body))),
        _ => None,
    }
}

/// Adds 1 to the first byte: a body that was damaged on its way.
pub fn corrupt(body: &mut [u8]) {
    if let Some(byte) = body.first_mut() {
        *byte = byte.wrapping_add(1);
    }
}
