//! What a playback token has to say. <https://www.mux.com/docs/guides/secure-video-playback>

use std::collections::HashMap;

use axum::http::StatusCode;
use serde_json::Value;

use super::Account;
use crate::jwt;

/// A playback id that may be seen, and how: the query of a public one, the claims of a signed one.
pub struct Leave {
    /// Options by name.
    pub options: HashMap<String, String>,
    /// The query that further URLs of the same kind need: empty, or `?token=…`.
    pub query: String,
    /// Whether it is signed.
    pub signed: bool,
}

impl Account {
    /// Whether something of a playback id may be seen.
    ///
    /// # Errors
    /// The status that refuses it: 404 for an id that is not known, 403 for a token that is missing, wrong, or too
    /// much, 412 for an asset that is not ready, 400 for options beside a token.
    pub fn admit(&self, id: &str, audience: &str, query: &HashMap<String, String>) -> Result<Leave, StatusCode> {
        let state = self.state();
        let (asset, playback) = state.playback(id).ok_or(StatusCode::NOT_FOUND)?;
        let token = query.get("token");
        let leave = if playback.policy == "public" {
            if token.is_some() {
                return Err(StatusCode::FORBIDDEN);
            }
            Leave { options: query.clone(), query: String::new(), signed: false }
        } else {
            let token = token.ok_or(StatusCode::FORBIDDEN)?;
            let claims = jwt::verify(token, |name| Some(state.keys.iter().find(|key| key.id == name)?.public.clone()))
                .ok_or(StatusCode::FORBIDDEN)?;
            let told = |name: &str| claims[name].as_str().unwrap_or_default();
            let is_over = claims["exp"].as_u64().is_none_or(|end| end <= self.desk().clock.seconds());
            if is_over || told("sub") != id || told("aud") != audience {
                return Err(StatusCode::FORBIDDEN);
            }
            if query.len() > 1 {
                return Err(StatusCode::BAD_REQUEST);
            }
            let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            let claims = claims.as_object().cloned().unwrap_or_default();
            let options = claims.iter().map(|(name, value)| (name.clone(), text(value))).collect();
            Leave { options, query: format!("?token={token}"), signed: true }
        };
        match asset.status {
            "ready" => Ok(leave),
            _ => Err(StatusCode::PRECONDITION_FAILED),
        }
    }
}
