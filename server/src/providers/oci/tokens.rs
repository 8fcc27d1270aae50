//! Session tokens that have been made and still serve. Pure: times in milliseconds since the Unix epoch.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use super::client::streams::SessionToken;

/// So many are kept at most.
const MOST: usize = 4096;

/// A token with its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pass {
    /// The token.
    pub token: SessionToken,
    /// When it ends.
    pub expires_at: u64,
}

/// The tokens, by asset.
#[derive(Debug, Default)]
pub struct Tokens(Mutex<HashMap<String, Pass>>);

impl Tokens {
    /// A token for this asset that has half of its life before it. A player that renews its own later than that gets
    /// another one.
    pub fn get(&self, asset: &str, lifetime: u64, now: u64) -> Option<Pass> {
        let tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        tokens.get(asset).filter(|pass| pass.expires_at >= now.saturating_add(lifetime / 2)).cloned()
    }

    /// Keeps a token.
    pub fn put(&self, asset: &str, pass: Pass, now: u64) {
        let mut tokens = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if tokens.len() >= MOST {
            tokens.retain(|_, pass| pass.expires_at > now);
        }
        if tokens.len() < MOST {
            tokens.insert(asset.to_owned(), pass);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_token_serves_for_half_of_its_life() {
        let tokens = Tokens::default();
        let token: SessionToken = serde_json::from_str(r#"{"token":"hush"}"#).unwrap();
        tokens.put("a", Pass { token, expires_at: 3_600_000 }, 0);
        assert!(tokens.get("a", 3_600_000, 1_800_000).is_some());
        assert!(tokens.get("a", 3_600_000, 1_800_001).is_none());
        assert!(tokens.get("b", 3_600_000, 0).is_none());
        assert!(!format!("{tokens:?}").contains("hush"));
    }

    #[test]
    fn not_more_are_kept_than_serve() {
        let tokens = Tokens::default();
        let token: SessionToken = serde_json::from_str(r#"{"token":"t"}"#).unwrap();
        for number in 0..MOST + 10 {
            let pass = Pass { token: token.clone(), expires_at: 1000 };
            tokens.put(&number.to_string(), pass, if number < MOST { 0 } else { 2000 });
        }
        assert!(tokens.0.lock().unwrap().len() <= 10);
    }
}
