//! A ticket: a short JWT (RFC 7519) that the host application makes for a person who has logged in there.

use serde::{Deserialize, Deserializer};

/// What a ticket says, once its signature and its times are found good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ticket {
    /// Whose it is, in the host application's own terms. Videos belong to it.
    pub sub: String,
    /// What may be done with it.
    pub scopes: Vec<Scope>,
    /// Bytes: no file is larger.
    pub max_size: Option<u64>,
    /// The one video that it is for.
    pub video: Option<String>,
    /// When it runs out, in milliseconds since the Unix epoch, without leeway.
    pub expires_at: u64,
}

/// What may be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, clap::ValueEnum)]
pub enum Scope {
    /// Make videos, send their bytes, follow what becomes of them, and give an upload up that is not complete.
    Upload,
    /// See all of one's videos and play them.
    View,
    /// Change and delete one's videos.
    Manage,
    /// Make a video one's own that is at a provider already: any that the provider's account has, whoever put it there.
    Import,
    /// Read the server's own figures at `/metrics`. For whoever runs it, not for people with videos.
    Metrics,
}

impl Scope {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Upload, Self::View, Self::Manage, Self::Import, Self::Metrics];

    /// As it stands in a ticket.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::View => "view",
            Self::Manage => "manage",
            Self::Import => "import",
            Self::Metrics => "metrics",
        }
    }

    fn of(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|scope| scope.as_str() == word)
    }
}

/// Why a ticket does not count. The messages are for whoever makes tickets; none repeats what stood in one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TicketError {
    /// It is no JWT.
    #[error("The ticket is no JWT: three parts in base64url, joined by dots.")]
    Malformed,
    /// Its `kid` is none of the configuration's, or it has none and there are several keys.
    #[error("The ticket's kid names no key of this server. Its configuration lists them under tickets.keys.")]
    UnknownKey,
    /// Its `alg` is not its key's.
    #[error("The ticket's alg is not the one that its key is configured for.")]
    WrongAlgorithm,
    /// Its signature is not its key's.
    #[error("The ticket's signature is wrong: it was made with another key, or changed.")]
    BadSignature,
    /// A claim is missing or of the wrong kind.
    #[error("The ticket's claims can't be used: {0}")]
    Claims(&'static str),
    /// Its `aud` is another service's.
    #[error("The ticket's aud is not this server's: see tickets.audience in its configuration.")]
    WrongAudience,
    /// Its `nbf` is yet to come.
    #[error("The ticket is not valid yet (nbf). Are the clocks right?")]
    NotYet,
    /// Its `exp` is over.
    #[error("The ticket has run out. Get a fresh one.")]
    Expired,
}

/// The claims as they stand in the token. What is unknown is passed over, as RFC 7519 wants it.
#[derive(Debug, Deserialize)]
pub(super) struct Claims {
    sub: Option<String>,
    #[serde(default, deserialize_with = "words")]
    scope: Option<String>,
    exp: Option<f64>,
    nbf: Option<f64>,
    max_size: Option<u64>,
    video: Option<String>,
}

/// Words with spaces between (RFC 8693, 4.2), or a list of them, as some libraries write it.
fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    let value = Option::<serde_json::Value>::deserialize(deserializer)?;
    let wrong = || serde::de::Error::custom("scope is text or a list of texts");
    value
        .map(|value| match value {
            serde_json::Value::String(text) => Ok(text),
            serde_json::Value::Array(list) => {
                let words = list.iter().map(|word| word.as_str().ok_or_else(wrong)).collect::<Result<Vec<_>, _>>()?;
                Ok(words.join(" "))
            }
            _ => Err(wrong()),
        })
        .transpose()
}

impl Claims {
    /// Judges the claims of a token whose signature is good. `now` in milliseconds, `leeway` in seconds.
    pub(super) fn judge(self, now: u64, leeway: u64) -> Result<Ticket, TicketError> {
        let sub = self.sub.filter(|sub| !sub.is_empty() && sub.len() <= 255 && !sub.contains('\0'));
        let sub = sub.ok_or(TicketError::Claims("sub is 1 to 255 bytes of text."))?;
        let scope = self.scope.ok_or(TicketError::Claims("scope is missing: upload, view, manage."))?;
        let (now, leeway) = (now as f64 / 1000.0, leeway as f64);
        let exp = self.exp.filter(|exp| exp.is_finite() && *exp >= 0.0);
        let exp = exp.ok_or(TicketError::Claims("exp is missing: seconds since 1970."))?;
        // RFC 7519, 4.1.4: on or after exp it must not count.
        if now >= exp + leeway {
            return Err(TicketError::Expired);
        }
        if self.nbf.is_some_and(|nbf| now < nbf - leeway) {
            return Err(TicketError::NotYet);
        }
        Ok(Ticket {
            sub,
            // A word of a newer server, or of another service, allows nothing here.
            scopes: scope.split_ascii_whitespace().filter_map(Scope::of).collect(),
            max_size: self.max_size,
            video: self.video,
            expires_at: (exp * 1000.0) as u64,
        })
    }
}
