//! Who may call, and whom the page may talk to.

use schemars::JsonSchema;
use serde::Deserialize;

use super::ConfigError;

/// Who may call the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// Whoever reaches the server. It then listens on loopback addresses only.
    None,
    /// Whoever brings a ticket that one of `tickets.keys` has signed.
    Ticket,
}

/// How tickets are checked.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct TicketsConfig {
    /// Whose tickets count. Several, so that a new key is known before the old one goes. Default: none.
    pub keys: Vec<TicketKey>,
    /// Seconds that clocks may differ: a ticket counts that much before its `nbf` and after its `exp`. 300 at most.
    /// Default 30.
    pub leeway: u64,
    /// What every ticket's `aud` must name. Default: none, and then a ticket with an `aud` is another service's.
    pub audience: Option<String>,
}

/// A key that signs tickets.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketKey {
    /// The key's name: the `kid` in a ticket's header. May be left out where there is one key only.
    pub kid: Option<String>,
    /// What the key is for. A ticket that says otherwise is refused, whatever its signature.
    pub alg: TicketAlgorithm,
    /// The environment variable that holds the key. HS256: 32 bytes or more of text. EdDSA: the public key in PEM.
    pub env: String,
}

/// How tickets are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema, clap::ValueEnum)]
pub enum TicketAlgorithm {
    /// HMAC with SHA-256: the host application and this server share the key.
    #[serde(rename = "HS256")]
    #[value(name = "HS256")]
    Hs256,
    /// Ed25519: this server has the public key only.
    #[serde(rename = "EdDSA")]
    #[value(name = "EdDSA")]
    EdDsa,
}

impl Default for TicketsConfig {
    fn default() -> Self {
        Self { keys: Vec::new(), leeway: 30, audience: None }
    }
}

impl TicketsConfig {
    /// Checks what can be checked without the keys themselves.
    pub(super) fn validate(&self, auth: Auth) -> Result<(), ConfigError> {
        let invalid = |message: &str| Err(ConfigError::Invalid(message.to_owned()));
        if auth == Auth::Ticket && self.keys.is_empty() {
            return invalid(
                "auth = \"ticket\" needs a key: [[tickets.keys]] with alg = \"HS256\" or \"EdDSA\", and env, the name of \
                 the environment variable that holds it.",
            );
        }
        if self.leeway > 300 {
            return invalid("tickets.leeway is more than 300 seconds: set the clocks instead.");
        }
        for (index, key) in self.keys.iter().enumerate() {
            if key.kid.is_none() && self.keys.len() > 1 {
                return invalid(
                    "tickets.keys: with several keys each needs a kid, which tickets name in their header.",
                );
            }
            if self.keys.iter().take(index).any(|other| other.kid == key.kid) {
                return invalid("tickets.keys: two keys have the same kid.");
            }
            if key.env.is_empty() {
                return invalid("tickets.keys: env is empty. It names an environment variable.");
            }
        }
        Ok(())
    }
}

/// A source of a Content-Security-Policy: `https://` and a host, whose first label may be `*`.
pub(crate) fn check_source(source: &str) -> Result<(), ConfigError> {
    let host = source.strip_prefix("https://").or_else(|| {
        source.strip_prefix("http://").filter(|host| {
            let name = host.rsplit_once(':').map_or(*host, |(name, _)| name);
            matches!(name, "127.0.0.1" | "localhost" | "[::1]")
        })
    });
    let name = host.map(|host| host.strip_prefix("*.").unwrap_or(host)).unwrap_or_default();
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-.:[]".contains(c);
    if name.is_empty() || !name.chars().all(plain) {
        return Err(ConfigError::Invalid(format!(
            "page_sources: \"{source}\" is no host for the page. Write https://upload.example or \
             https://*.video.example, in lower case, and nothing after it. http is taken for loopback hosts only."
        )));
    }
    Ok(())
}
