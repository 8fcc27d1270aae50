//! How the local provider's videos may be watched.

use schemars::JsonSchema;
use serde::Deserialize;

use super::{Auth, ConfigError};

/// How the local provider's videos may be watched.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct PlaybackConfig {
    /// Who may fetch playlists, segments and pictures. Default: `signed` with `auth = "ticket"`, else `public`.
    pub policy: Option<Policy>,
    /// Seconds that a signed address works at least; a quarter more at most, so that several answers have the same. The
    /// player asks for the next before it is over. At least 60. Default 3600.
    pub ttl: u64,
    /// Whether segments are encrypted. It counts for videos that are processed from then on. Default `none`.
    pub encryption: Encryption,
}

/// Who may fetch media.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Policy {
    /// Whoever knows the video's id, which can't be guessed.
    Public,
    /// Whoever has an address that the server has signed, until it runs out.
    Signed,
}

/// How segments are encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
pub enum Encryption {
    /// Not at all.
    #[default]
    #[serde(rename = "none")]
    None,
    /// AES-128 over each segment, with a key for each video that the server hands to those who may watch it.
    #[serde(rename = "aes-128")]
    Aes128,
}

impl Default for PlaybackConfig {
    fn default() -> Self {
        Self { policy: None, ttl: 3600, encryption: Encryption::None }
    }
}

impl PlaybackConfig {
    /// The policy, given who may call.
    pub fn policy(&self, auth: Auth) -> Policy {
        self.policy.unwrap_or(if auth == Auth::Ticket { Policy::Signed } else { Policy::Public })
    }

    pub(super) fn validate(&self, auth: Auth) -> Result<(), ConfigError> {
        if self.encryption != Encryption::None && self.policy(auth) == Policy::Public {
            return Err(ConfigError::Invalid(
                "playback.encryption hides nothing while everybody may have the key: set playback.policy = \"signed\"."
                    .to_owned(),
            ));
        }
        if self.ttl < 60 || self.ttl > 365 * 86_400 {
            return Err(ConfigError::Invalid("playback.ttl is 60 seconds to a year.".to_owned()));
        }
        Ok(())
    }
}
