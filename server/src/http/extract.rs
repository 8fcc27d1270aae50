//! axum's extractors, with the one error body where they refuse.

use axum::{
    extract::{
        FromRequest, FromRequestParts,
        rejection::{JsonRejection, PathRejection, QueryRejection},
    },
    http::StatusCode,
};
use reelway_api::ErrorCode;

use crate::error::AppError;

/// A JSON body. Its `Content-Type` must be `application/json`, which no form of another site can send.
#[derive(FromRequest)]
#[from_request(via(axum::Json), rejection(AppError))]
pub struct Json<T>(pub T);

/// What the path holds.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Path), rejection(AppError))]
pub struct Path<T>(pub T);

/// What the query holds.
#[derive(FromRequestParts)]
#[from_request(via(axum::extract::Query), rejection(AppError))]
pub struct Query<T>(pub T);

impl From<JsonRejection> for AppError {
    fn from(rejection: JsonRejection) -> Self {
        match rejection.status() {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => {
                Self::new(ErrorCode::UnsupportedMediaType, "Send JSON, with Content-Type: application/json.")
            }
            StatusCode::PAYLOAD_TOO_LARGE => {
                Self::with_status(StatusCode::PAYLOAD_TOO_LARGE, ErrorCode::BadRequest, "The JSON body is too large.")
            }
            _ => Self::new(ErrorCode::BadRequest, rejection.body_text()),
        }
    }
}

impl From<PathRejection> for AppError {
    fn from(_: PathRejection) -> Self {
        Self::new(ErrorCode::NotFound, "There is nothing at this address.")
    }
}

impl From<QueryRejection> for AppError {
    fn from(rejection: QueryRejection) -> Self {
        Self::new(ErrorCode::BadRequest, rejection.body_text())
    }
}
