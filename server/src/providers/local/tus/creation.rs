//! What a `POST` to the creation endpoint makes.

use axum::http::HeaderMap;

use super::{
    super::{dialogue::Refusal, token::Token},
    bytes,
    metadata::Metadata,
    refusal::TusRefusal,
    text,
};

/// Parts that may be put together to one file.
const MAX_PARTS: usize = 1000;

/// What is to be made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Creation {
    /// An upload that takes a file's bytes.
    Whole {
        /// Bytes of the file. `None`: a `PATCH` will tell (`Upload-Defer-Length: 1`).
        length: Option<u64>,
        /// What is said about the file.
        metadata: Metadata,
    },
    /// An upload that takes a part's bytes.
    Part {
        /// Bytes of the part. `None`: a `PATCH` will tell.
        length: Option<u64>,
        /// What is said about the part.
        metadata: Metadata,
    },
    /// A file out of parts that are complete.
    Joined {
        /// The header as it came, to be repeated.
        concat: String,
        /// The secrets of the parts, in their order.
        parts: Vec<Token>,
        /// What is said about the file.
        metadata: Metadata,
    },
}

impl Creation {
    /// Reads the headers.
    ///
    /// # Errors
    /// They contradict each other, or can't be read.
    pub fn read(headers: &HeaderMap) -> Result<Self, TusRefusal> {
        let metadata = Metadata::parse(text(headers, "upload-metadata")?.unwrap_or_default())?;
        let length = bytes(headers, "upload-length", "Upload-Length is a number of bytes.")?;
        let deferred = text(headers, "upload-defer-length")?;
        let concat = text(headers, "upload-concat")?.map(str::trim);
        if let Some(list) = concat.and_then(|concat| concat.strip_prefix("final;")) {
            if length.is_some() || deferred.is_some() {
                return Err(TusRefusal::Malformed(
                    "The length of a file out of parts is theirs: send no Upload-Length.",
                ));
            }
            let parts = read_parts(list)?;
            return Ok(Self::Joined { concat: format!("final;{list}"), parts, metadata });
        }
        if deferred.is_some_and(|value| value != "1") {
            return Err(TusRefusal::Malformed("Upload-Defer-Length is 1 or not there."));
        }
        if length.is_some() == deferred.is_some() {
            return Err(TusRefusal::Malformed("Send one of Upload-Length and Upload-Defer-Length: 1."));
        }
        if length == Some(0) {
            return Err(Refusal::Empty.into());
        }
        match concat {
            None => Ok(Self::Whole { length, metadata }),
            Some("partial") => Ok(Self::Part { length, metadata }),
            Some(_) => Err(TusRefusal::Malformed("Upload-Concat is: partial, or final; and the URLs of the parts.")),
        }
    }
}

/// The secrets in the URLs of parts: absolute or not, on whatever host a proxy makes of ours.
fn read_parts(list: &str) -> Result<Vec<Token>, TusRefusal> {
    let mut parts: Vec<Token> = Vec::new();
    for url in list.split_ascii_whitespace() {
        let (_, token) = url.rsplit_once("/u/").ok_or(TusRefusal::PartMissing)?;
        let token = Token::of_url(token.to_owned());
        if parts.contains(&token) {
            return Err(TusRefusal::Malformed("Upload-Concat names a part twice."));
        }
        parts.push(token);
    }
    if parts.is_empty() || parts.len() > MAX_PARTS {
        return Err(TusRefusal::Malformed("Upload-Concat names 1 to 1000 parts."));
    }
    Ok(parts)
}
