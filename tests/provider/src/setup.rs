//! What a session is asked for.

use serde::{Deserialize, Serialize};

use crate::fault::{Random, Step};

/// The dialogue that a session speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Protocol {
    /// Google's resumable uploads.
    Resumable,
    /// tus 1.0.
    Tus,
    /// S3 multipart with presigned URLs.
    S3Multipart,
    /// OCI Object Storage multipart by a pre-authenticated request.
    OciMultipart,
    /// One `PUT`.
    Put,
}

/// What a fresh target continues.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Renewal {
    /// The same upload: what is held stays.
    #[default]
    Same,
    /// Another upload, from byte 0.
    New,
}

/// A session's upload, its target and its faults.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Setup {
    /// The dialogue.
    pub protocol: Protocol,
    /// Bytes of the file.
    pub size: u64,
    /// Bytes: the target's `min_chunk` and `chunk_multiple`, which the provider insists on.
    #[serde(default = "one")]
    pub quantum: u64,
    /// Bytes: the target's `max_chunk`, beyond which the provider answers 413. 0: no limit.
    #[serde(default)]
    pub max_chunk: u64,
    /// The target's `parallel`.
    #[serde(default = "one")]
    pub parallel: u64,
    /// The target's `digest`: `sha-256` or, for tus, `sha-1`. The provider insists on it.
    #[serde(default)]
    pub digest: Option<String>,
    /// tus: the target is the creation endpoint.
    #[serde(default)]
    pub create: bool,
    /// S3: all parts are presigned in the target. Otherwise they are signed on request.
    #[serde(default)]
    pub presigned: bool,
    /// S3: parts on a page of ListParts.
    #[serde(default = "three")]
    pub list_page: usize,
    /// What a fresh target continues.
    #[serde(default)]
    pub renewal: Renewal,
    /// Milliseconds after which a target's URLs answer 403. The target says so in `expires_at`.
    #[serde(default)]
    pub expires_in: Option<u64>,
    /// Bytes a second that the provider reads of each body. 0: as fast as it can.
    #[serde(default)]
    pub read_rate: u64,
    /// Faults, each at its request.
    #[serde(default)]
    pub script: Vec<Step>,
    /// Faults at random requests.
    #[serde(default)]
    pub random: Option<Random>,
}

const fn one() -> u64 {
    1
}

const fn three() -> usize {
    3
}

impl Setup {
    /// An upload of `size` bytes without faults.
    pub const fn new(protocol: Protocol, size: u64) -> Self {
        Self {
            protocol,
            size,
            quantum: one(),
            max_chunk: 0,
            parallel: one(),
            digest: None,
            create: false,
            presigned: false,
            list_page: three(),
            renewal: Renewal::Same,
            expires_in: None,
            read_rate: 0,
            script: Vec::new(),
            random: None,
        }
    }
}
