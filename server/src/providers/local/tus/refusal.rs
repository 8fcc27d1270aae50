//! How tus says no: the statuses are the protocol's, the codes and sentences ours.

use axum::http::{HeaderName, HeaderValue, StatusCode};
use reelway_api::ErrorCode;

use super::{super::dialogue::Refusal, VERSION};
use crate::error::AppError;

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TusRefusal {
    /// `Tus-Resumable` names another version, or is not there.
    Version,
    /// The body's `Content-Type` is not that of bytes.
    MediaType,
    /// A header can't be read: the sentence says how it is written.
    Malformed(&'static str),
    /// There is more metadata than is kept.
    MetadataTooLong,
    /// A file that was put together from parts takes no bytes.
    Final,
    /// A part that is to be put together is not complete.
    PartMissing,
    /// What a body is refused for, whatever the protocol.
    Body(Refusal),
}

impl From<Refusal> for TusRefusal {
    fn from(refusal: Refusal) -> Self {
        Self::Body(refusal)
    }
}

/// tus' own status for a digest that does not fit.
const CHECKSUM_MISMATCH: u16 = 460;

impl TusRefusal {
    /// The status, the code and the sentence of the answer.
    pub fn answer(self) -> (StatusCode, ErrorCode, &'static str) {
        use StatusCode as Status;
        match self {
            Self::Version => {
                let message = "This server speaks tus 1.0.0: send Tus-Resumable: 1.0.0.";
                (Status::PRECONDITION_FAILED, ErrorCode::BadRequest, message)
            }
            Self::MediaType => {
                let message = "Send bytes, with Content-Type: application/offset+octet-stream.";
                (Status::UNSUPPORTED_MEDIA_TYPE, ErrorCode::UnsupportedMediaType, message)
            }
            Self::Malformed(message) => (Status::BAD_REQUEST, ErrorCode::BadRequest, message),
            Self::MetadataTooLong => {
                (Status::PAYLOAD_TOO_LARGE, ErrorCode::BadRequest, "Upload-Metadata has more than 4096 characters.")
            }
            Self::Final => {
                let message = "This file was put together from its parts: it takes no bytes.";
                (Status::FORBIDDEN, ErrorCode::Conflict, message)
            }
            Self::PartMissing => {
                let message = "A part is not there, or not complete: send it, then put the parts together.";
                (Status::BAD_REQUEST, ErrorCode::BadRequest, message)
            }
            Self::Body(Refusal::Empty) => {
                (Status::BAD_REQUEST, ErrorCode::EmptyFile, "The file has no bytes. Choose another one.")
            }
            Self::Body(Refusal::TooLarge) => {
                let message = "The file is larger than this server, or your ticket, allows.";
                (Status::PAYLOAD_TOO_LARGE, ErrorCode::TooLarge, message)
            }
            Self::Body(Refusal::Overrun) => {
                let message = "The chunk has more bytes than the file has left.";
                (Status::PAYLOAD_TOO_LARGE, ErrorCode::LengthMismatch, message)
            }
            Self::Body(Refusal::Gap) => {
                let message = "Upload-Offset is not where the upload stands: ask for the offset by HEAD.";
                (Status::CONFLICT, ErrorCode::OffsetGap, message)
            }
            Self::Body(Refusal::DigestMismatch) => {
                let status = Status::from_u16(CHECKSUM_MISMATCH).unwrap_or(Status::BAD_REQUEST);
                let message = "The chunk's bytes differ from its Upload-Checksum. None was kept: send it again.";
                (status, ErrorCode::DigestMismatch, message)
            }
            Self::Body(Refusal::LengthMismatch) => {
                let message = "Upload-Length differs from what was said before, or is less than what is stored.";
                (Status::BAD_REQUEST, ErrorCode::LengthMismatch, message)
            }
            // These belong to Content-Range, which tus does not know.
            Self::Body(Refusal::Contradiction | Refusal::QueryWithBody | Refusal::Misaligned) => {
                (Status::BAD_REQUEST, ErrorCode::BadRequest, "The body does not fit its headers.")
            }
        }
    }
}

impl From<TusRefusal> for AppError {
    fn from(refusal: TusRefusal) -> Self {
        let (status, code, message) = refusal.answer();
        let error = Self::with_status(status, code, message);
        if refusal != TusRefusal::Version {
            return error;
        }
        error.header(HeaderName::from_static("tus-version"), HeaderValue::from_static(VERSION))
    }
}
