//! What a server answers that is called without a network.

#![allow(dead_code, reason = "each test binary uses a part of it")]

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use http_body_util::BodyExt;
use reelway_api::{ErrorBody, ErrorCode};
use serde::de::DeserializeOwned;
use tower::ServiceExt;

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// The answer, with all of its body.
pub async fn call(router: &Router, request: Request<Body>) -> Answer {
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

impl Answer {
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub fn json<T: DeserializeOwned>(&self) -> T {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {} {}", self.status, self.text()))
    }

    pub fn header(&self, name: impl header::AsHeaderName) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// Asserts a refusal, of status and code, in the one form that all refusals have.
    #[track_caller]
    pub fn refused(&self, status: u16, code: ErrorCode) {
        let body: ErrorBody = self.json();
        assert_eq!((self.status.as_u16(), body.error.code), (status, code), "{}", body.error.message);
        assert_eq!(self.header(header::CONTENT_TYPE), Some("application/json"));
        assert!(body.error.message.len() > 10);
    }
}
