//! What can go wrong with an upload.

use reelway_api::{ApiError, ErrorBody, ErrorCode, json};
use thiserror::Error;

use crate::{
    texts::{Sentence, Value},
    upload::event::Reply,
};

/// Why an upload waits or failed: a stable code for programs, a sentence for people that says what to do.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum UploadError {
    /// The file has no bytes.
    #[error("This file is empty. Choose another one.")]
    EmptyFile,
    /// The browser can't read the file any more: it was moved, changed, or its drive is gone.
    #[error("This file can't be read any more. If it was moved or changed, choose it again.")]
    FileUnreadable,
    /// No answer came: the connection failed or was reset.
    #[error("The connection was lost. Check the network; the upload goes on from where it stopped.")]
    Network,
    /// A request made no headway for too long.
    #[error("The connection stalled. Check the network; the upload goes on from where it stopped.")]
    Stalled,
    /// The provider lost bytes that it had acknowledged.
    #[error("The server lost a part of the file. It is being sent again.")]
    LostBytes,
    /// The provider answers, but holds no more than before.
    #[error("The server does not keep what is sent to it. Try again later.")]
    NoHeadway,
    /// The provider holds every byte and never says that the upload is complete.
    #[error("The server has every byte but does not confirm the upload. Try again later.")]
    NotConfirmed,
    /// The provider never shows how much it holds, and does not complete the upload either.
    #[error("The server does not show how much of the file it has (its CORS settings must expose {header}).")]
    OffsetHidden {
        /// The header that the page may not see.
        header: &'static str,
    },
    /// The provider claims to hold bytes that were never sent to it, or answers outside the protocol.
    #[error("The server's answer ({status}) makes no sense for this upload. Try again later.")]
    Unexpected {
        /// The HTTP status.
        status: u16,
    },
    /// The upload's URL has run out.
    #[error("The upload's address has run out ({status}). A new one is needed.")]
    Expired {
        /// The HTTP status.
        status: u16,
    },
    /// The target speaks a protocol that this version does not know.
    #[error("This page is too old for the server. Reload it.")]
    UnknownProtocol,
    /// No chunk fits the target's limits.
    #[error("The server's limits leave no way to send this file. Tell the people who run it.")]
    BadTarget,
    /// The page's own function gave no target: it threw, or its promise was rejected.
    #[error("{message}")]
    NoTarget {
        /// What it threw, in words.
        message: String,
        /// Whether it is worth asking again: yes, unless what it threw has `retriable: false`.
        retriable: bool,
    },
    /// The target that the page named is none.
    #[error("The page's upload target can't be used. {reason}")]
    MalformedTarget {
        /// What is wrong with it.
        reason: String,
    },
    /// The upload's URL has run out, and the page has no way to a new one.
    #[error("The upload's address has run out, and this page can't get a new one. Choose the file again.")]
    NoFreshTarget,
    /// The server answered with an error of its own.
    #[error("{}", .error.message)]
    Server {
        /// The HTTP status.
        status: u16,
        /// The server's code and sentence.
        error: ApiError,
    },
    /// The server refused, without a reason that can be read.
    #[error("The server refused the request (HTTP {status}).")]
    Http {
        /// The HTTP status.
        status: u16,
    },
}

impl UploadError {
    /// The error that a reply which is not a success tells of.
    pub fn of_reply(reply: &Reply) -> Self {
        match json::read::<ErrorBody>(&reply.body) {
            Some(body) => Self::Server { status: reply.status, error: body.error },
            None => Self::Http { status: reply.status },
        }
    }

    /// Stable: programs may match on it. A server's own code is passed on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::EmptyFile => "empty_file",
            Self::FileUnreadable => "file_unreadable",
            Self::Network => "network",
            Self::Stalled => "stalled",
            Self::LostBytes => "lost_bytes",
            Self::NoHeadway => "no_headway",
            Self::NotConfirmed => "not_confirmed",
            Self::OffsetHidden { .. } => "offset_hidden",
            Self::Unexpected { .. } => "unexpected_answer",
            Self::Expired { .. } => "upload_expired",
            Self::UnknownProtocol => "unknown_protocol",
            Self::BadTarget => "bad_target",
            Self::NoTarget { .. } => "no_target",
            Self::MalformedTarget { .. } => "malformed_target",
            Self::NoFreshTarget => "no_fresh_target",
            Self::Server { error, .. } => error.code.as_str(),
            Self::Http { .. } => "http_error",
        }
    }

    /// The sentence with what it was made from.
    pub fn sentence(&self) -> Sentence {
        let values = match self {
            Self::Unexpected { status }
            | Self::Expired { status }
            | Self::Server { status, .. }
            | Self::Http { status } => vec![("status", Value::Number((*status).into()))],
            _ => Vec::new(),
        };
        Sentence { english: self.to_string(), values }
    }

    /// Whether the same file may go through when it is tried again.
    pub fn retriable(&self) -> bool {
        match self {
            Self::EmptyFile
            | Self::OffsetHidden { .. }
            | Self::NoFreshTarget
            | Self::UnknownProtocol
            | Self::BadTarget
            | Self::MalformedTarget { .. } => false,
            Self::NoTarget { retriable, .. } => *retriable,
            Self::Server { error, .. } if error.code == ErrorCode::DigestMismatch => true,
            Self::Server { status, .. } | Self::Http { status } => is_transient(*status),
            _ => true,
        }
    }
}

/// Whether an HTTP status speaks of the moment, not of the request.
///
/// 501 (not implemented), 505 (HTTP version) and 507 (no room for the file) stay as they are.
pub const fn is_transient(status: u16) -> bool {
    matches!(status, 0 | 408 | 425 | 429 | 500..=599) && !matches!(status, 501 | 505 | 507)
}
