//! Tokens in the form of JWT, as vendors judge them.

use serde_json::Value;

use crate::{rsa::PublicKey, secret::from_base64_url};

/// The claims of a token that a key has signed by RS256, the only algorithm that the vendors take. The key is named by
/// `kid` in the header or in the claims.
pub fn verify(token: &str, key: impl Fn(&str) -> Option<PublicKey>) -> Option<Value> {
    let (message, signature) = token.rsplit_once('.')?;
    let (header, claims) = message.split_once('.')?;
    let read = |part: &str| serde_json::from_slice::<Value>(&from_base64_url(part)?).ok();
    let (header, claims) = (read(header)?, read(claims)?);
    if header["alg"] != "RS256" {
        return None;
    }
    let key = key(header["kid"].as_str().or(claims["kid"].as_str())?)?;
    key.verifies(message.as_bytes(), &from_base64_url(signature)?).then_some(claims)
}
