//! Tokens in playback URLs: when they run out, and which further URLs get the fresh one.
//!
//! A token is read, never verified: that is the server's business. What is read wrongly costs a renewal too early, or a
//! request that is refused and then renewed.

use crate::{
    Millis,
    find::{contains, split_once},
    upload::retry::Retry,
};

/// The share of a token's life after which it is renewed.
const SHARE: f64 = 0.8;
/// Milliseconds: no two renewals by the clock are closer. A clock that is wrong by hours would ask all the time.
const SHORTEST: Millis = 2_000.0;
/// Renewals that fail one after the other before the clock gives up. A refusal still asks.
const PATIENCE: u32 = 8;
/// Milliseconds: no wait between them is longer.
const LONGEST_WAIT: Millis = 30_000.0;

/// The life of a token. Both in milliseconds since the Unix epoch, by the server's clock.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Life {
    /// When it was made, if it says so.
    pub issued: Option<Millis>,
    /// When it runs out.
    pub expires: Millis,
}

/// The life of the first token in a URL: a JWT with `exp` (RFC 7519 §4.1) in its path or query, or a plain `expires` or
/// `exp` in seconds, as signed URLs have it.
pub fn life(url: &str) -> Option<Life> {
    marks(url).find_map(|(name, value)| {
        let plain = name.eq_ignore_ascii_case("expires") || name.eq_ignore_ascii_case("exp");
        // Anything shorter is a span and no moment.
        let plain = || leading_number(value.as_bytes()).filter(|seconds| plain && *seconds >= 1e9);
        jwt(value).or_else(|| plain().map(|seconds| Life { issued: None, expires: seconds * 1000.0 }))
    })
}

/// The life of a JWT. `None`: it is none, or has no `exp`.
pub fn jwt(token: &str) -> Option<Life> {
    let claims = claims(token)?;
    let seconds = |name| leading_number(claim(&claims, name)?).map(|seconds| seconds * 1000.0);
    Some(Life { issued: seconds(b"\"iat\""), expires: seconds(b"\"exp\"")? })
}

/// What a JWT says, as JSON. `None`: it is none.
pub(crate) fn claims(token: &str) -> Option<Vec<u8>> {
    let (_, rest) = split_once(token, ".")?;
    let (payload, signature) = split_once(rest, ".")?;
    if contains(signature, ".") { None } else { from_base64url(payload) }
}

/// Whose a JWT is (`sub`). Where it stands in place of a video's id, nothing else names the video.
fn subject(token: &str) -> Option<String> {
    jwt(token)?;
    let claims = claims(token)?;
    let text = claim(&claims, b"\"sub\"")?.strip_prefix(b"\"")?;
    String::from_utf8(text.split(|byte| *byte == b'"').next()?.to_vec()).ok()
}

/// What stands behind a name, and all that follows. A JSON parser would weigh more than all else of this file.
fn claim<'a>(json: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let start = json.windows(name.len()).position(|window| window == name)? + name.len();
    Some(json.get(start..)?.trim_ascii_start().strip_prefix(b":")?.trim_ascii_start())
}

/// The digits that a text begins with, before a fraction if there is one.
fn leading_number(text: &[u8]) -> Option<f64> {
    let digits = text.iter().take(15).take_while(|byte| byte.is_ascii_digit());
    digits.fold(None, |number, digit| Some(number.unwrap_or(0.0) * 10.0 + f64::from(digit - b'0')))
}

/// RFC 4648 §5, with or without padding.
fn from_base64url(mut text: &str) -> Option<Vec<u8>> {
    while let Some(rest) = text.strip_suffix('=') {
        text = rest;
    }
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for letter in text.bytes() {
        let six = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(six);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count & 0xff) as u8);
        }
    }
    Some(bytes)
}

/// `scheme://host`, as far as the path.
fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    let length = url.get(host..).and_then(|rest| rest.find(['/', '?', '#'])).unwrap_or(url.len() - host);
    url.get(..host + length).unwrap_or(url)
}

/// A URL without its fragment, parted at the question mark.
fn parted(url: &str) -> (&str, Option<&str>) {
    let url = url.split('#').next().unwrap_or(url);
    url.split_once('?').map_or((url, None), |(path, query)| (path, Some(query)))
}

/// The parameters of a URL, as they stand there.
fn pairs(url: &str) -> impl Iterator<Item = (&str, &str)> {
    let query = parted(url).1.unwrap_or_default();
    query.split('&').filter(|pair| !pair.is_empty()).map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

/// The name of a token in the path, among those of parameters.
const IN_PATH: &str = "/";

/// What may be a token: a JWT in the path, where Cloudflare has it in place of a video's id, and each parameter.
fn marks(url: &str) -> impl Iterator<Item = (&str, &str)> {
    let in_path = parted(url).0.split('/').filter(|part| jwt(part).is_some());
    in_path.map(|part| (IN_PATH, part)).chain(pairs(url))
}

/// The URL as it may be shown and kept: without its query, where tokens are, and with the subject in place of one in the
/// path.
pub fn redacted(url: &str) -> String {
    let hidden = |part| jwt(part).map(|_| subject(part).unwrap_or_default());
    let parts = parted(url).0.split('/').map(|part| hidden(part).unwrap_or_else(|| part.to_owned()));
    parts.collect::<Vec<_>>().join("/")
}

/// Whether this parameter may differ without naming another stream.
fn is_token(name: &str, value: &str) -> bool {
    const NAMES: [&str; 12] = [
        "token",
        "access_token",
        "auth",
        "jwt",
        "sig",
        "signature",
        "policy",
        "expires",
        "exp",
        "hdnts",
        "hdnea",
        "hmac",
    ];
    NAMES.iter().any(|token| name.eq_ignore_ascii_case(token))
        || name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("x-amz-"))
        || jwt(value).is_some()
}

/// Whether two URLs name the same stream, and differ at most in their tokens.
pub fn is_same_stream(one: &str, other: &str) -> bool {
    let (parts, as_parts) = (parted(one).0.split('/'), parted(other).0.split('/'));
    let of_one = |part, as_part| subject(part).is_some_and(|found| subject(as_part) == Some(found));
    parts.clone().count() == as_parts.clone().count()
        && parts.zip(as_parts).all(|(part, as_part)| part == as_part || of_one(part, as_part))
        && pairs(one).count() == pairs(other).count()
        && pairs(one)
            .zip(pairs(other))
            .all(|((name, value), (as_name, as_value))| name == as_name && (value == as_value || is_token(name, value)))
}

/// The tokens of a stream, from its first URL to its newest. URLs that were made with an old one get the newest.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    url: String,
    former: Vec<(String, String)>,
}

impl Tokens {
    /// Those of this URL.
    pub fn of(url: &str) -> Self {
        Self { url: url.to_owned(), former: Vec::new() }
    }

    /// The newest URL of the stream.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Takes a fresh URL of the same stream. Gives whether it differs.
    pub fn renew(&mut self, fresh: &str) -> bool {
        if self.url == fresh {
            return false;
        }
        for (name, value) in marks(&self.url) {
            // A server may go back to an older token: the newest is none of the former.
            if marks(fresh).all(|mark| mark != (name, value)) {
                self.former.push((name.to_owned(), value.to_owned()));
            }
        }
        self.former.retain(|(name, value)| marks(fresh).all(|mark| mark != (name, value)));
        self.url = fresh.to_owned();
        true
    }

    /// The URL with the newest tokens in place of the former ones. `None`: as it is. Only on the stream's own host, and
    /// only where a former token stands: a playlist may name its segments with tokens of their own.
    pub fn rewrite(&self, url: &str) -> Option<String> {
        if self.former.is_empty() || origin(url) != origin(&self.url) {
            return None;
        }
        let (path, query) = parted(url);
        let mut changed = false;
        let mut newest = |name: &str, value: &str| {
            let is_former = self.former.iter().any(|(known, former)| known == name && former == value);
            let found = marks(&self.url).find(|(known, _)| is_former && *known == name);
            changed |= found.is_some();
            found.map(|(_, newest)| newest)
        };
        let mut fresh = String::with_capacity(url.len());
        for (index, part) in path.split('/').enumerate() {
            fresh.push_str(if index == 0 { "" } else { "/" });
            fresh.push_str(newest(IN_PATH, part).unwrap_or(part));
        }
        for (index, pair) in query.into_iter().flat_map(|query| query.split('&')).enumerate() {
            fresh.push(if index == 0 { '?' } else { '&' });
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            match newest(name, value) {
                Some(newest) => fresh.extend([name, "=", newest]),
                None => fresh.push_str(pair),
            }
        }
        changed.then_some(fresh)
    }
}

/// When to ask for fresh URLs. One question at a time. All moments are milliseconds since the Unix epoch: tokens keep
/// that time, and sleep does not stop it.
#[derive(Clone, Debug)]
pub struct Renewal {
    due: Option<Millis>,
    asking: bool,
    retry: Retry,
}

impl Renewal {
    /// Nothing is known yet. `seed` makes the jitter; any number will do.
    pub const fn new(seed: u64) -> Self {
        Self { due: None, asking: false, retry: Retry::new(PATIENCE, seed) }
    }

    /// These URLs came at this moment. If the clocks of both sides can't agree, for the token has not been made yet or has
    /// run out long ago by the one here, its life counts from now.
    pub fn learn(&mut self, life: Option<Life>, now: Millis) {
        self.retry.headway();
        self.due = life.and_then(|life| {
            let issued = life.issued.unwrap_or(now);
            let span = life.expires - issued;
            let begun = if (issued..=life.expires).contains(&now) { issued } else { now };
            // Over already? Then the clock is wrong, or the server will say so.
            (span > 0.0).then_some((begun + SHARE * span).max(now + SHORTEST))
        });
    }

    /// How long until fresh ones are to be asked for; `None` while there is no reason to, or a question is under way.
    pub fn wait(&self, now: Millis) -> Option<Millis> {
        self.due.filter(|_| !self.asking).map(|due| (due - now).max(0.0))
    }

    /// Whether to ask now: not while a question is under way.
    pub fn begin(&mut self) -> bool {
        !std::mem::replace(&mut self.asking, true)
    }

    /// The answer is here. [`learn`](Self::learn) follows if it was a good one; else it is asked again a while later.
    pub fn end(&mut self, answered: bool, now: Millis) {
        self.asking = false;
        if !answered {
            self.due = self.due.and_then(|_| Some(now + self.retry.wait(None)?.min(LONGEST_WAIT)));
        }
    }
}

#[cfg(test)]
mod tests;
