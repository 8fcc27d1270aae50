//! Makes tickets: for trying (`reelway sign`) and for tests. In earnest the host application makes them.

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};

use super::{
    keys::{KeyError, unfolded},
    ticket::Scope,
};
use crate::config::TicketAlgorithm;

/// What a new ticket is to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTicket {
    /// See [`super::Ticket`].
    pub sub: String,
    /// What may be done with it.
    pub scopes: Vec<Scope>,
    /// Bytes: no file is larger.
    pub max_size: Option<u64>,
    /// The one video that it is for.
    pub video: Option<String>,
    /// Whom it is for, where the server asks for that.
    pub audience: Option<String>,
    /// Seconds that it counts.
    pub life: u64,
}

/// Signs a ticket. `key` is the secret, or the Ed25519 private key in PEM; `env` is the variable that it came from;
/// `now` is in milliseconds since the Unix epoch.
///
/// # Errors
/// The key is not what the algorithm takes.
pub fn mint(
    new: &NewTicket,
    alg: TicketAlgorithm,
    kid: Option<&str>,
    (env, key): (&str, &str),
    now: u64,
) -> Result<String, MintError> {
    let unusable = || MintError::Unusable(env.to_owned());
    let (algorithm, key) = match alg {
        TicketAlgorithm::Hs256 if key.len() < 32 => return Err(KeyError::Short(env.to_owned()).into()),
        TicketAlgorithm::Hs256 => (Algorithm::HS256, EncodingKey::from_secret(key.as_bytes())),
        TicketAlgorithm::EdDsa => {
            (Algorithm::EdDSA, EncodingKey::from_ed_pem(unfolded(key).as_bytes()).map_err(|_| unusable())?)
        }
    };
    let words: Vec<_> = new.scopes.iter().map(|scope| scope.as_str()).collect();
    let seconds = now / 1000;
    let mut claims = serde_json::json!({
        "sub": new.sub, "scope": words.join(" "), "iat": seconds, "exp": seconds + new.life,
    });
    let further =
        [("aud", new.audience.clone().into()), ("max_size", new.max_size.into()), ("video", new.video.clone().into())];
    for (name, value) in further {
        let value: serde_json::Value = value;
        if !value.is_null() {
            claims[name] = value;
        }
    }
    let header = Header { kid: kid.map(str::to_owned), ..Header::new(algorithm) };
    encode(&header, &claims, &key).map_err(|_| unusable())
}

/// Why no ticket was made.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MintError {
    /// The key can't be used for verifying either.
    #[error("{0}")]
    Key(#[from] KeyError),
    /// The key does not sign.
    #[error("the key in {0} is no Ed25519 private key in PEM: make one with `openssl genpkey -algorithm ed25519`")]
    Unusable(String),
}
