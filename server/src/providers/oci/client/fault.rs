//! Why Oracle has not done what it was asked for.

use serde::Deserialize;

use crate::providers::oci::principal::PrincipalError;

/// Why Oracle has not done what it was asked for. The request id is what its support asks for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// 429. The span, in milliseconds, after which there may be room.
    #[error("too many requests")]
    Busy(u64),
    /// It can't be reached, or does not answer in time.
    #[error("no answer: {0}")]
    Unreachable(String),
    /// It answers that it fails.
    #[error("it fails: {0}")]
    Failing(Said),
    /// It does not know the key, or the clock of this machine is wrong.
    #[error("it refuses the credentials: {0}")]
    Denied(Said),
    /// There is no such thing, or no policy lets these credentials see it: Oracle does not tell which.
    #[error("there is no such thing, or no policy lets the credentials see it: {0}")]
    Gone(Said),
    /// It refuses the request.
    #[error("it refuses: {0}")]
    Refused(Said),
    /// The answer is not what was asked for.
    #[error("its answer can't be read")]
    Unreadable,
    /// There is nobody who signs.
    #[error("{0}")]
    Nobody(#[from] PrincipalError),
}

impl Fault {
    /// Whether the thing that was asked for is not there.
    pub const fn is_gone(&self) -> bool {
        matches!(self, Self::Gone(_))
    }

    /// Whether asking again later may fare better.
    pub const fn may_pass(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Unreachable(_) | Self::Failing(_) | Self::Unreadable | Self::Nobody(_))
    }
}

/// What an answer says of a failure.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The status.
    pub status: u16,
    /// Oracle's code: `NotAuthorizedOrNotFound`.
    pub code: String,
    /// In Oracle's words.
    pub message: String,
    /// `opc-request-id`.
    pub request_id: String,
}

impl std::fmt::Display for Said {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "status {}", self.status)?;
        for (before, text) in [(" ", &self.code), (": ", &self.message), (", opc-request-id ", &self.request_id)] {
            if !text.is_empty() {
                write!(f, "{before}{text}")?;
            }
        }
        Ok(())
    }
}

/// Characters of a message that are repeated.
const LONGEST: usize = 300;

impl Said {
    /// Reads `{"code":"…","message":"…"}`. What is no such body says nothing. Addresses are left out of the words: one that
    /// was asked for may be repeated there, and a pre-authenticated request's is a secret.
    pub fn read(status: u16, request_id: &str, body: &[u8]) -> Self {
        #[derive(Default, Deserialize)]
        #[serde(default)]
        struct Words {
            code: String,
            message: String,
        }
        let words: Words = serde_json::from_slice(body).unwrap_or_default();
        let plain = |text: &str| text.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
        let message = without_addresses(&words.message);
        Self { status, code: plain(&words.code), message: plain(&message), request_id: plain(request_id) }
    }
}

fn without_addresses(words: &str) -> String {
    let is_address = |word: &str| word.contains("://") || word.contains("/p/");
    words.split(' ').map(|word| if is_address(word) { "…" } else { word }).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn oracles_words_are_repeated_without_addresses() {
        let body = r#"{"code":"NotAuthenticated","message":"No access to 'https://storage.test/p/Zm9vYmFy/n/ns/b/b/o/film.mp4' (PUT /p/Zm9vYmFy/n/ns): it is over"}"#;

        let said = Said::read(401, "ABC", body.as_bytes());

        assert_eq!(
            said.to_string(),
            "status 401 NotAuthenticated: No access to … (PUT … it is over, opc-request-id ABC"
        );
    }
}
