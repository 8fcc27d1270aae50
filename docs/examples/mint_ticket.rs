//! Makes tickets for Reelway, with the crate `jsonwebtoken`.

use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, EncodingKey, Header, encode, errors::Error};
use serde_json::json;

/// A ticket for this person, for ten minutes. `key` is shared with the server, which knows it as `kid`.
///
/// # Errors
/// Where `jsonwebtoken` can't sign.
pub fn ticket(key: &str, kid: Option<&str>, sub: &str, scope: &str) -> Result<String, Error> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let header = Header { kid: kid.map(str::to_owned), ..Header::new(Algorithm::HS256) };
    let claims = json!({ "sub": sub, "scope": scope, "iat": now, "exp": now + 600 });
    encode(&header, &claims, &EncodingKey::from_secret(key.as_bytes()))
}
