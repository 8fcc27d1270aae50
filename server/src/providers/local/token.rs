//! The secret in an upload's URL: 256 random bits. Whoever has it may write.

use std::fmt;

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::db::uploads::TokenHash;

/// A token. It is shown once, in the target; the database has its hash.
#[derive(Clone, PartialEq, Eq)]
pub struct Token(String);

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Token {
    /// A new one, from a generator fit for secrets.
    pub fn generate() -> Self {
        Self(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
    }

    /// The token of a URL, which may be anything.
    pub const fn of_url(text: String) -> Self {
        Self(text)
    }

    /// The token of a file that is put together from parts: always the same for the same parts, so that a client
    /// whose answer got lost asks again and hears the same. Whoever does not know the parts' can't guess it.
    pub fn of_parts(parts: &[Self]) -> Self {
        let mut hash = Sha256::new_with_prefix("reelway: a file out of parts");
        for part in parts {
            hash.update(part.hash());
        }
        Self(URL_SAFE_NO_PAD.encode(hash.finalize()))
    }

    /// The token in the URL of a target of this server.
    pub fn of_target(target: &reelway_api::UploadTarget) -> Self {
        Self(target.url.rsplit('/').next().unwrap_or_default().to_owned())
    }

    /// The path of the upload's URL.
    pub fn url(&self) -> String {
        format!("/u/{}", self.0)
    }

    /// What the database knows it by. Looking the hash up gives away nothing by its timing that would help to
    /// find a token.
    pub fn hash(&self) -> TokenHash {
        Sha256::digest(self.0.as_bytes()).into()
    }
}
