//! The secret in an upload's URL: 256 random bits. Whoever has it may write.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

use crate::db::uploads::TokenHash;

/// A token. It is shown once, in the target; the database has its hash.
pub struct Token(String);

impl Token {
    /// A new one, from a generator fit for secrets.
    pub fn generate() -> Self {
        Self(URL_SAFE_NO_PAD.encode(rand::random::<[u8; 32]>()))
    }

    /// The token of a URL, which may be anything.
    pub const fn of_url(text: String) -> Self {
        Self(text)
    }

    /// The token as it stands in the URL.
    pub fn text(&self) -> &str {
        &self.0
    }

    /// What the database knows it by. Looking the hash up gives away nothing by its timing that would help to
    /// find a token.
    pub fn hash(&self) -> TokenHash {
        Sha256::digest(self.0.as_bytes()).into()
    }
}
