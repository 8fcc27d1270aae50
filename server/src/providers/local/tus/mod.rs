//! The dialogue of tus 1.0, without its input and output: <https://tus.io/protocols/resumable-upload>.
//!
//! - [`creation`]: what a `POST` makes. [`metadata`]: what it tells about the file.
//! - [`patch`]: what a `PATCH` means. [`refusal`]: how this protocol says no.

pub mod creation;
pub mod metadata;
pub mod patch;
pub mod refusal;

use axum::http::HeaderMap;
use base64::{Engine, engine::general_purpose::STANDARD};

use self::refusal::TusRefusal;
use super::checksum::{Algorithm, Checksum};

/// The version that is spoken: the only one there is.
pub const VERSION: &str = "1.0.0";

/// `Tus-Extension`.
pub const EXTENSIONS: &str =
    "creation,creation-with-upload,creation-defer-length,termination,expiration,checksum,concatenation";

/// `Tus-Checksum-Algorithm`.
pub const ALGORITHMS: &str = "sha1,sha256";

/// The `Content-Type` of bytes.
pub const OFFSET_TYPE: &str = "application/offset+octet-stream";

/// Checks that the caller speaks this version.
///
/// # Errors
/// It speaks another one, or none.
pub fn check_version(headers: &HeaderMap) -> Result<(), TusRefusal> {
    if text(headers, "tus-resumable")? == Some(VERSION) { Ok(()) } else { Err(TusRefusal::Version) }
}

/// `Upload-Checksum`, where there is one.
///
/// # Errors
/// It is malformed, or of an algorithm that is not offered.
pub fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>, TusRefusal> {
    let Some(value) = text(headers, "upload-checksum")? else { return Ok(None) };
    let malformed = TusRefusal::Malformed("Upload-Checksum is sha1 or sha256, a space, and the digest in Base64.");
    let (algorithm, digest) = value.trim().split_once(' ').ok_or(malformed)?;
    let algorithm = match algorithm {
        "sha1" => Algorithm::Sha1,
        "sha256" => Algorithm::Sha256,
        _ => return Err(malformed),
    };
    let digest = STANDARD.decode(digest.trim()).map_err(|_| malformed)?;
    Checksum::new(algorithm, digest).map(Some).ok_or(malformed)
}

/// Checks that the body is one of bytes.
///
/// # Errors
/// It is of another type, or of none.
pub fn check_type(headers: &HeaderMap) -> Result<(), TusRefusal> {
    let kind = text(headers, "content-type")?.unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case(OFFSET_TYPE) { Ok(()) } else { Err(TusRefusal::MediaType) }
}

/// A header that holds text.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Result<Option<&'a str>, TusRefusal> {
    let read =
        |value: &'a axum::http::HeaderValue| value.to_str().map_err(|_| TusRefusal::Malformed("A header is no text."));
    headers.get(name).map(read).transpose()
}

/// A header that holds a number of bytes: decimal digits and nothing else.
fn bytes(headers: &HeaderMap, name: &str, malformed: &'static str) -> Result<Option<u64>, TusRefusal> {
    let Some(value) = text(headers, name)? else { return Ok(None) };
    let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let number = value.parse().ok().filter(|_| is_number);
    number.map(Some).ok_or(TusRefusal::Malformed(malformed))
}

#[cfg(test)]
mod tests;
