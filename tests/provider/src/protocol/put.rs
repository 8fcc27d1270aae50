//! One `PUT` with the whole file.

use axum::http::{HeaderMap, Method, StatusCode};
use serde_json::{Value, json};

use super::{Answer, Call, Dialogue, fits_content_digest};
use crate::{fault::Kind, setup::Setup};

/// An object, once it is there.
pub struct Put {
    size: u64,
    digest: bool,
    object: Option<Vec<u8>>,
}

impl Put {
    pub(super) const fn new(setup: &Setup) -> Self {
        Self { size: setup.size, digest: setup.digest.is_some(), object: None }
    }
}

impl Dialogue for Put {
    fn kind(&self, method: &Method, path: &str, _: &HeaderMap) -> Kind {
        match (method, path) {
            (&Method::PUT, "object") => Kind::Data,
            (&Method::DELETE, "object") => Kind::Abort,
            _ => Kind::Unknown,
        }
    }

    fn handle(&mut self, call: &Call) -> Answer {
        if call.method == Method::DELETE {
            self.object = None;
            return Answer::of(StatusCode::NO_CONTENT);
        }
        if !call.whole || call.body.len() as u64 != self.size {
            return Answer::of(StatusCode::BAD_REQUEST).body("the body is not the whole file");
        }
        if self.digest && !fits_content_digest(call) {
            return Answer::refusal(StatusCode::BAD_REQUEST, "digest_mismatch", "the body is not what its digest says");
        }
        self.object = Some(call.body.clone());
        self.done()
    }

    fn target(&mut self, root: &str) -> Value {
        json!({ "url": format!("{root}object") })
    }

    fn lose(&mut self, _: u64) {
        self.object = None;
    }

    fn object(&self) -> Vec<u8> {
        self.object.clone().unwrap_or_default()
    }

    fn held(&self) -> u64 {
        self.object.as_ref().map_or(0, |object| object.len() as u64)
    }

    fn is_complete(&self) -> bool {
        self.object.is_some()
    }
}
