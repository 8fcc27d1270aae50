//! Whose tickets count.

use std::fmt;

use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header, errors::ErrorKind};

use super::ticket::{Claims, Ticket, TicketError};
use crate::config::{TicketAlgorithm, TicketKey, TicketsConfig};

/// Bytes: a shorter secret than SHA-256's output can be guessed sooner than it need be (RFC 7518, 3.2).
const SHORTEST_SECRET: usize = 32;

/// Bytes: no ticket of ours is longer, and what is longer is not looked at.
const LONGEST_TICKET: usize = 8 << 10;

/// The keys of the configuration, ready to verify.
pub struct Keys {
    keys: Vec<Key>,
    leeway: u64,
    audience: Option<String>,
}

struct Key {
    kid: Option<String>,
    algorithm: Algorithm,
    verify: DecodingKey,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.keys.iter().map(|key| (&key.kid, key.algorithm))).finish()
    }
}

/// Why a key of the configuration can't be used. Nothing of the key is told.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The environment variable is not there.
    #[error("the environment variable {0}, which tickets.keys names, is not set")]
    Missing(String),
    /// The secret is too short.
    #[error("the key in {0} is shorter than 32 bytes: make one with `openssl rand -base64 48`")]
    Short(String),
    /// The key is not what its algorithm takes.
    #[error("the key in {0} is no Ed25519 public key in PEM: make one with `openssl pkey -pubout`")]
    NoPublicKey(String),
}

impl Keys {
    /// The keys of the configuration; `environment` holds what they are.
    ///
    /// # Errors
    /// The first key that can't be used.
    pub fn open(config: &TicketsConfig, environment: impl Fn(&str) -> Option<String>) -> Result<Self, KeyError> {
        let keys = config.keys.iter().map(|key| open(key, &environment)).collect::<Result<_, _>>()?;
        Ok(Self { keys, leeway: config.leeway, audience: config.audience.clone() })
    }

    /// Verifies a ticket. `now` in milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// Why it does not count.
    pub fn verify(&self, token: &str, now: u64) -> Result<Ticket, TicketError> {
        if token.len() > LONGEST_TICKET {
            return Err(TicketError::Malformed);
        }
        let header = decode_header(token).map_err(|_| TicketError::Malformed)?;
        let key = match &header.kid {
            Some(kid) => self.keys.iter().find(|key| key.kid.as_ref() == Some(kid)),
            // With one key there is nothing to choose.
            None => self.keys.first().filter(|_| self.keys.len() == 1),
        };
        let key = key.ok_or(TicketError::UnknownKey)?;
        // The key says how its tickets are signed. What the token says is only compared with it.
        let mut validation = Validation::new(key.algorithm);
        // By our own clock, which tests turn.
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        if let Some(audience) = &self.audience {
            validation.set_audience(&[audience]);
            validation.set_required_spec_claims(&["aud"]);
        }
        let decoded = decode::<Claims>(token, &key.verify, &validation).map_err(|error| match error.kind() {
            ErrorKind::InvalidAlgorithm => TicketError::WrongAlgorithm,
            ErrorKind::InvalidSignature => TicketError::BadSignature,
            ErrorKind::InvalidAudience | ErrorKind::MissingRequiredClaim(_) => TicketError::WrongAudience,
            ErrorKind::Json(_) => TicketError::Claims("a claim is of the wrong type."),
            _ => TicketError::Malformed,
        })?;
        decoded.claims.judge(now, self.leeway)
    }
}

fn open(key: &TicketKey, environment: impl Fn(&str) -> Option<String>) -> Result<Key, KeyError> {
    let text = environment(&key.env).ok_or_else(|| KeyError::Missing(key.env.clone()))?;
    let (algorithm, verify) = match key.alg {
        TicketAlgorithm::Hs256 if text.len() < SHORTEST_SECRET => return Err(KeyError::Short(key.env.clone())),
        TicketAlgorithm::Hs256 => (Algorithm::HS256, DecodingKey::from_secret(text.as_bytes())),
        TicketAlgorithm::EdDsa => {
            let wrong = |_| KeyError::NoPublicKey(key.env.clone());
            (Algorithm::EdDSA, DecodingKey::from_ed_pem(unfolded(&text).as_bytes()).map_err(wrong)?)
        }
    };
    Ok(Key { kid: key.kid.clone(), algorithm, verify })
}

/// PEM with its line breaks: many a tool for environment variables writes them as `\n`.
pub(super) fn unfolded(pem: &str) -> String {
    pem.replace("\\n", "\n")
}
