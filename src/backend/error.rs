//! What goes wrong with a request to a server.

use reelway_api::{ApiError, ErrorCode};
use reelway_core::{Millis, upload::UploadError};
use thiserror::Error;

/// Why a request to the server came to nothing.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum BackendError {
    /// No answer came.
    #[error("The server can't be reached. Check the network and try again.")]
    Network,
    /// The page has no ticket for the server.
    #[error("The page could not get leave from its own server. Try again. {message}")]
    NoTicket {
        /// What the page says.
        message: String,
    },
    /// The server answered with an error.
    #[error("{}", .error.message)]
    Server {
        /// The HTTP status.
        status: u16,
        /// The server's code and sentence.
        error: ApiError,
        /// How long the server asks to wait.
        retry_after: Option<Millis>,
    },
    /// What answered is not a Reelway server.
    #[error("The server's answer can't be read (HTTP {status}). Check the endpoint's address.")]
    Unreadable {
        /// The HTTP status.
        status: u16,
    },
}

impl BackendError {
    /// Stable: programs may match on it. The server's own code is passed on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::NoTicket { .. } => "no_ticket",
            Self::Server { error, .. } => error.code.as_str(),
            Self::Unreadable { .. } => "unreadable_answer",
        }
    }

    /// Whether the server answered with this code.
    pub fn is(&self, code: ErrorCode) -> bool {
        matches!(self, Self::Server { error, .. } if error.code == code)
    }

    /// How long the server asks to wait.
    pub fn retry_after(&self) -> Option<Millis> {
        match self {
            Self::Server { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl From<BackendError> for UploadError {
    fn from(error: BackendError) -> Self {
        match error {
            BackendError::Network => Self::Network,
            BackendError::NoTicket { .. } => Self::NoTarget { message: error.to_string(), retriable: true },
            BackendError::Server { status, error, .. } => Self::Server { status, error },
            BackendError::Unreadable { status: status @ 400.. } => Self::Http { status },
            BackendError::Unreadable { status } => Self::Unexpected { status },
        }
    }
}
