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
    /// A protocol from a newer server.
    #[serde(other)]
    Unknown,
}

/// The algorithm of a chunk's `Content-Digest`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[non_exhaustive]
pub enum Digest {
    /// `sha-256=:…:`
    #[serde(rename = "sha-256")]
    Sha256,
}
