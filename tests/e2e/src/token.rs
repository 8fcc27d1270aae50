//! Tokens in URLs as a video host signs them, without the signing: nobody here checks more than the date.

use std::time::Duration;

/// A JWT that was made now, since the Unix epoch, and lives for so long.
pub fn new(now: Duration, life: Duration) -> String {
    let seconds = |time: Duration| time.as_secs_f64();
    let claims = format!(r#"{{"sub":"a-video","iat":{:.3},"exp":{:.3}}}"#, seconds(now), seconds(now + life));
    format!("{}.{}.none", base64url(br#"{"alg":"none"}"#), base64url(claims.as_bytes()))
}

/// The token in a URL's query.
pub fn of_url(url: &str) -> Option<&str> {
    url.split_once('?')?.1.split('&').find_map(|pair| pair.strip_prefix("token="))
}

/// Whether this token has not run out.
pub fn is_valid(token: &str, now: Duration) -> bool {
    let claims = token.split('.').nth(1).and_then(from_base64url).unwrap_or_default();
    let claims: serde_json::Value = serde_json::from_slice(&claims).unwrap_or_default();
    claims["exp"].as_f64().is_some_and(|expires| expires > now.as_secs_f64())
}

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

fn base64url(bytes: &[u8]) -> String {
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, index| bits << 8 | u32::from(group.get(index).copied().unwrap_or(0)));
        text.extend((0..=group.len()).map(|place| char::from(ALPHABET[(bits >> (18 - 6 * place) & 63) as usize])));
    }
    text
}

fn from_base64url(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes() {
        bits = bits << 6 | ALPHABET.iter().position(|known| *known == letter)? as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_valid_until_it_runs_out() {
        let (now, life) = (Duration::from_millis(1_700_000_000_250), Duration::from_secs(6));
        let url = format!("http://localhost/a.m3u8?x=y&token={}", new(now, life));

        let token = of_url(&url).unwrap_or_default();

        assert!(is_valid(token, now + Duration::from_millis(5_900)));
        assert!(!is_valid(token, now + Duration::from_millis(6_100)));
        assert!(!is_valid("no.token.atall", now));
    }
}
