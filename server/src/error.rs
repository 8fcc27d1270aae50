//! The one error of the routes, and how it is answered: `{"error":{"code","message"}}`.
//!
//! What a caller may know is an [`AppError::Refused`]. Everything else is answered with a bland sentence and its
//! whole story goes to the log.

use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use reelway_api::{ApiError, ErrorBody, ErrorCode};
use reelway_core::checks;

/// Why a request was not done.
#[derive(Debug, thiserror::Error)]
pub enum AppError {
    /// The caller can do something about it.
    #[error("{}", .0.error.message)]
    Refused(Box<Refusal>),
    /// The database failed.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// The store of published media failed.
    #[error("store: {0}")]
    Store(#[from] object_store::Error),
    /// The disk failed.
    #[error("disk: {0}")]
    Disk(#[from] std::io::Error),
}

/// What a caller may know.
#[derive(Debug)]
pub struct Refusal {
    /// The answer's status.
    pub status: StatusCode,
    /// The answer's body.
    pub error: ApiError,
    /// Headers that go with it.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl AppError {
    /// A refusal with the status that belongs to the code.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self::with_status(status_of(code), code, message)
    }

    /// A refusal with another status than the code's own.
    pub fn with_status(status: StatusCode, code: ErrorCode, message: impl Into<String>) -> Self {
        Self::Refused(Box::new(Refusal { status, error: ApiError::new(code, message), headers: Vec::new() }))
    }

    /// There is no such video.
    pub fn no_such_video() -> Self {
        Self::new(ErrorCode::NotFound, "There is no such video.")
    }

    /// There is no such asset at the provider, or its video is another's.
    pub fn no_such_asset() -> Self {
        Self::new(ErrorCode::NotFound, "The video service knows of no asset with this id.")
    }

    /// The file has more bytes than are taken, in the words in which the page refuses it.
    pub fn too_large(size: u64, limit: u64) -> Self {
        Self::new(ErrorCode::TooLarge, checks::Refusal::TooLarge { size, limit }.message())
    }

    /// The disk is full.
    pub fn no_room() -> Self {
        Self::new(
            ErrorCode::InsufficientStorage,
            "The server's disk is too full for this file. What has arrived is kept: try again once there is room.",
        )
    }

    /// The same refusal with one header more.
    #[must_use]
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        if let Self::Refused(refusal) = &mut self {
            refusal.headers.push((name, value));
        }
        self
    }

    /// The code that the answer carries.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Refused(refusal) => refusal.error.code,
            Self::Disk(error) if error.kind() == std::io::ErrorKind::StorageFull => ErrorCode::InsufficientStorage,
            Self::Database(_) | Self::Store(_) | Self::Disk(_) => ErrorCode::Internal,
        }
    }
}

/// The status that belongs to a code.
pub const fn status_of(code: ErrorCode) -> StatusCode {
    match code {
        ErrorCode::NotFound => StatusCode::NOT_FOUND,
        ErrorCode::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        ErrorCode::Conflict | ErrorCode::NotReady => StatusCode::CONFLICT,
        ErrorCode::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        ErrorCode::Unauthorized | ErrorCode::TicketExpired => StatusCode::UNAUTHORIZED,
        ErrorCode::OriginNotAllowed | ErrorCode::Forbidden => StatusCode::FORBIDDEN,
        ErrorCode::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
        ErrorCode::InsufficientStorage => StatusCode::INSUFFICIENT_STORAGE,
        ErrorCode::Internal | ErrorCode::ProcessingFailed | ErrorCode::Unknown => StatusCode::INTERNAL_SERVER_ERROR,
        ErrorCode::UploadExpired => StatusCode::GONE,
        ErrorCode::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        // Google's servers answer a gap with 503 too, so that every client of theirs asks for the offset then.
        ErrorCode::OffsetGap | ErrorCode::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::BAD_REQUEST,
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        let refusal = match self {
            Self::Refused(refusal) => *refusal,
            Self::Disk(error) if error.kind() == std::io::ErrorKind::StorageFull => {
                tracing::error!(%error, "the disk is full");
                return Self::no_room().into_response();
            }
            other => {
                tracing::error!(error = %other, "a request failed");
                let error = ApiError::new(ErrorCode::Internal, "The server failed. Try again; its log says why.");
                Refusal { status: StatusCode::INTERNAL_SERVER_ERROR, error, headers: Vec::new() }
            }
        };
        let mut response = (refusal.status, Json(ErrorBody { error: refusal.error })).into_response();
        response.headers_mut().extend(refusal.headers);
        response
    }
}
