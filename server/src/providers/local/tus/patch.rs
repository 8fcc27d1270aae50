//! What a `PATCH` means.

use axum::http::HeaderMap;

use super::{
    super::dialogue::{Decision, Plan, Refusal, Stored},
    bytes, check_type,
    refusal::TusRefusal,
};

/// A `PATCH`, as its headers tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Patch {
    /// `Upload-Offset`: where the body's bytes belong.
    pub offset: u64,
    /// `Upload-Length`: how long the file is, said late.
    pub length: Option<u64>,
    /// `Content-Length`, if it is there.
    pub content_length: Option<u64>,
    /// Whether a digest of the body came along.
    pub digest: bool,
}

impl Patch {
    /// Reads the headers.
    ///
    /// # Errors
    /// Its type is another one, or a header is missing or malformed.
    pub fn read(headers: &HeaderMap, content_length: Option<u64>, digest: bool) -> Result<Self, TusRefusal> {
        check_type(headers)?;
        let malformed = "Upload-Offset is a number of bytes, and every PATCH has one.";
        let offset = bytes(headers, "upload-offset", malformed)?.ok_or(TusRefusal::Malformed(malformed))?;
        let length = bytes(headers, "upload-length", "Upload-Length is a number of bytes.")?;
        Ok(Self { offset, length, content_length, digest })
    }

    /// What it means, given what is stored.
    pub fn decide(&self, stored: &Stored) -> Decision {
        let length = stored.length.or(self.length);
        let left = length.unwrap_or(stored.max_file_size).saturating_sub(stored.offset);
        let refusal = if self.offset != stored.offset {
            Some(Refusal::Gap)
        } else if self.length.is_some_and(|said| length != Some(said) || said < stored.offset) {
            Some(Refusal::LengthMismatch)
        } else if length == Some(0) {
            Some(Refusal::Empty)
        } else if length.is_some_and(|length| length > stored.max_file_size) {
            Some(Refusal::TooLarge)
        } else if self.content_length.is_some_and(|count| count > left) {
            Some(if length.is_some() { Refusal::Overrun } else { Refusal::TooLarge })
        } else {
            None
        };
        let nothing_new = self.content_length == Some(0) && length == stored.length;
        match (refusal, length) {
            (Some(refusal), _) => Decision::Refuse(refusal),
            (None, Some(length)) if stored.offset == length => Decision::Finish(length),
            (None, _) if nothing_new => Decision::Tell,
            (None, length) => Decision::Receive(Plan {
                skip: 0,
                expect: self.content_length,
                limit: self.content_length.unwrap_or(left),
                length,
                digest: self.digest,
                whole: false,
            }),
        }
    }
}
