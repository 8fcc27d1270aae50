//! OCI Object Storage: a multipart upload by a pre-authenticated request.
//! <https://docs.oracle.com/iaas/Content/Object/Tasks/usingpreauthenticatedrequests.htm>

use std::collections::BTreeMap;

use axum::http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use super::{Answer, Call, Dialogue};
use crate::{content::sha256, fault::Kind, setup::Setup};

/// An object, and the upload that makes it.
pub struct Oci {
    max_chunk: u64,
    size: u64,
    opened: u32,
    parts: BTreeMap<u32, Vec<u8>>,
    committed: bool,
}

impl Oci {
    pub(super) const fn new(setup: &Setup) -> Self {
        Self { max_chunk: setup.max_chunk, size: setup.size, opened: 0, parts: BTreeMap::new(), committed: false }
    }

    /// The path of the upload that is open, below the root.
    fn upload(&self) -> String {
        format!("u/video/id/{}/", self.opened)
    }

    fn open(&mut self, call: &Call) -> Answer {
        if call.header("opc-multipart") != "true" {
            return Answer::of(StatusCode::BAD_REQUEST).body("opc-multipart is missing");
        }
        self.opened += 1;
        self.parts.clear();
        // Relative to the host, as OCI gives it.
        let path = call.root.splitn(4, '/').nth(3).unwrap_or_default();
        let access = format!("/{path}{}", self.upload());
        let body = json!({ "namespace": "n", "bucket": "b", "object": "video", "uploadId": self.opened.to_string(), "accessUri": access });
        Answer::of(StatusCode::OK).with("Content-Type", "application/json").body(body.to_string())
    }

    fn take(&mut self, number: &str, call: &Call) -> Answer {
        let Some(number) = number.parse().ok().filter(|number| (1..=10_000).contains(number)) else {
            return Answer::of(StatusCode::BAD_REQUEST).body("part numbers are 1 to 10000");
        };
        if !call.whole {
            return Answer::of(StatusCode::BAD_REQUEST).body("the body ended early");
        }
        if self.max_chunk > 0 && call.body.len() as u64 > self.max_chunk {
            return Answer::of(StatusCode::PAYLOAD_TOO_LARGE);
        }
        self.parts.insert(number, call.body.clone());
        Answer::of(StatusCode::OK).with("ETag", sha256(&call.body))
    }
}

impl Dialogue for Oci {
    fn kind(&self, method: &Method, path: &str, _: &HeaderMap) -> Kind {
        match (method, path.strip_prefix("u/")) {
            (&Method::PUT, None) if path == "o/video" => Kind::Create,
            (&Method::PUT, Some(_)) => Kind::Data,
            (&Method::POST, Some(_)) => Kind::Complete,
            (&Method::DELETE, Some(_)) => Kind::Abort,
            _ => Kind::Unknown,
        }
    }

    fn handle(&mut self, call: &Call) -> Answer {
        if call.path == "o/video" {
            return self.open(call);
        }
        let Some(number) = call.path.strip_prefix(&self.upload()).filter(|_| !self.committed) else {
            // Told again, for its first answer may have been lost.
            let again = self.committed && call.method == Method::POST;
            return if again { self.done() } else { Answer::of(StatusCode::NOT_FOUND) };
        };
        match call.method {
            Method::PUT => self.take(number, call),
            Method::POST => {
                // Whatever parts are there become the object.
                self.committed = true;
                self.done()
            }
            _ => {
                self.parts.clear();
                Answer::of(StatusCode::NO_CONTENT)
            }
        }
    }

    fn target(&mut self, root: &str) -> Value {
        json!({ "url": format!("{root}o/video") })
    }

    fn lose(&mut self, parts: u64) {
        for _ in 0..parts {
            self.parts.pop_last();
        }
    }

    fn object(&self) -> Vec<u8> {
        self.parts.values().flatten().copied().collect()
    }

    fn held(&self) -> u64 {
        self.parts.values().map(|part| part.len() as u64).sum()
    }

    fn is_complete(&self) -> bool {
        self.committed && self.held() == self.size
    }
}
