//! The upload target: all that a browser needs to know to send a file, whatever the provider.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Where and how to send a file's bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UploadTarget {
    /// The dialogue that the URL speaks.
    pub protocol: Protocol,
    /// Absolute, or relative to the URL that the target was asked from. It is a secret: who has it may write.
    pub url: String,
    /// Headers that every request to the URL carries.
    #[serde(default)]
    pub headers: BTreeMap<String, String>,
    /// Bytes: no chunk but the last is smaller.
    pub min_chunk: u64,
    /// Bytes: no chunk is larger.
    pub max_chunk: u64,
    /// Bytes: the length of every chunk but the last is a multiple of it. At least 1.
    pub chunk_multiple: u64,
    /// How many requests may run at once. 1 where the protocol is sequential.
    pub parallel: u32,
    /// The digest that every chunk carries as `Content-Digest` (RFC 9530), if the provider checks one.
    #[serde(default)]
    pub digest: Option<Digest>,
    /// When the URL stops working, in milliseconds since the Unix epoch.
    #[serde(default)]
    pub expires_at: Option<u64>,
    /// The URL makes an upload rather than being one. tus only: the browser begins with `POST`.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub create: bool,
    /// The further URLs of an S3 multipart upload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub multipart: Option<Multipart>,
}

impl UploadTarget {
    /// A target with no limits: chunks of any length, one request at a time, no digest, no end.
    pub fn new(protocol: Protocol, url: impl Into<String>) -> Self {
        Self {
            protocol,
            url: url.into(),
            headers: BTreeMap::new(),
            min_chunk: 1,
            max_chunk: u64::MAX,
            chunk_multiple: 1,
            parallel: 1,
            digest: None,
            expires_at: None,
            create: false,
            multipart: None,
        }
    }
}

/// The URLs of an S3 multipart upload, each presigned. The target's own `url` is not used.
///
/// A part's number is its offset divided by the quantum, plus 1, so that parts may have different lengths. Numbers
/// are unique and ascending, with gaps, as S3 allows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Multipart {
    /// `PUT` takes a part: the URL of part n is at n - 1. May be empty, or too short, where there is a `sign_url`.
    #[serde(default)]
    pub part_urls: Vec<String>,
    /// `POST {"parts":[n, …]}` answers `{"urls":[…]}`, one for each, in the same order.
    #[serde(default)]
    pub sign_url: Option<String>,
    /// `GET` is ListParts.
    #[serde(default)]
    pub list_url: Option<String>,
    /// `POST` is CompleteMultipartUpload.
    pub complete_url: String,
    /// `DELETE` is AbortMultipartUpload.
    #[serde(default)]
    pub abort_url: Option<String>,
}

/// A dialogue for sending a file's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Protocol {
    /// Google's resumable uploads, as Mux direct uploads and Reelway's local provider speak them:
    /// `PUT` with `Content-Range`, answered by 308 and `Range`.
    Resumable,
    /// tus 1.0: `PATCH` from an offset. <https://tus.io/protocols/resumable-upload>
    Tus,
    /// S3 multipart uploads by presigned URLs: parts in any order, several at once.
    S3Multipart,
    /// Oracle Object Storage's multipart uploads through a pre-authenticated request.
    OciMultipart,
    /// One `PUT` of the whole file. Nothing of it can be resumed.
    Put,
    /// A protocol from a newer server.
    #[serde(other)]
    Unknown,
}

/// The algorithm of a chunk's `Content-Digest`, or `Upload-Checksum` in tus.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub enum Digest {
    /// `sha-256=:…:`
    #[serde(rename = "sha-256")]
    Sha256,
    /// `sha-1=:…:`. For tus, whose servers need know no other.
    #[serde(rename = "sha-1")]
    Sha1,
}
