//! Signatures of requests. <https://docs.oracle.com/en-us/iaas/Content/API/Concepts/signingrequests.htm>

use std::collections::HashMap;

use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, Method, header::HeaderName},
    middleware::Next,
    response::Response,
};

use super::{Tenancy, answer};
use crate::{
    clock::Clock,
    intake::read,
    rsa::PublicKey,
    secret::{from_base64, sha256_base64},
};

/// How far a request's date may be from the clock, in seconds.
const SKEW: u64 = 300;
/// What every request signs, and what those with a body sign besides.
const ALWAYS: [&str; 2] = ["(request-target)", "host"];
const OF_BODIES: [&str; 3] = ["content-length", "content-type", "x-content-sha256"];

/// What is known of a request when its signature is judged.
pub struct Signed<'a> {
    /// Its method.
    pub method: &'a Method,
    /// Its path and query, as they came.
    pub target: &'a str,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// Its body. None: it is not signed, as of objects and parts, which are streamed.
    pub body: Option<&'a [u8]>,
    /// Whether `host` has to be signed: a request for a token of an instance does without.
    pub needs_host: bool,
}

impl Signed<'_> {
    /// Judges the signature.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn verify(&self, clock: &Clock, key: impl Fn(&str) -> Option<PublicKey>) -> Result<(), String> {
        let text = |name: &str| {
            let name = HeaderName::try_from(name).ok()?;
            self.headers.get(name).and_then(|value| value.to_str().ok())
        };
        let authorization = text("authorization").ok_or("there is no Authorization")?;
        let fields = fields(authorization).ok_or("Authorization is no Signature")?;
        let field = |name: &str| fields.get(name).copied().ok_or(format!("Authorization lacks {name}"));
        if field("version")? != "1" || field("algorithm")? != "rsa-sha256" {
            return Err("the version is not 1 or the algorithm not rsa-sha256".into());
        }
        let listed: Vec<&str> = field("headers")?.split(' ').collect();
        self.check_list(&listed)?;
        let date = text("x-date").or(text("date")).ok_or("there is no date")?;
        check_date(date, clock)?;
        if let Some(body) = self.body.filter(|_| has_body(self.method)) {
            if text("x-content-sha256") != Some(&sha256_base64(body)) {
                return Err("x-content-sha256 is not the body's".into());
            }
            if text("content-length").and_then(|length| length.parse().ok()) != Some(body.len()) {
                return Err("content-length is not the body's".into());
            }
        }
        let mut lines = Vec::new();
        for name in &listed {
            let value = match *name {
                "(request-target)" => format!("{} {}", self.method.as_str().to_lowercase(), self.target),
                name => text(name).ok_or(format!("{name} is signed and missing"))?.to_owned(),
            };
            lines.push(format!("{name}: {value}"));
        }
        let id = field("keyId")?;
        let key = key(id).ok_or(format!("keyId {id} is not known, or over"))?;
        let signature = from_base64(field("signature")?).ok_or("the signature is no base64")?;
        if key.verifies(lines.join("\n").as_bytes(), &signature) {
            Ok(())
        } else {
            Err(format!("the signature is wrong; signed is {:?}", lines.join("\n")))
        }
    }

    fn check_list(&self, listed: &[&str]) -> Result<(), String> {
        let date = listed.contains(&"date") || listed.contains(&"x-date");
        let always = ALWAYS.iter().filter(|name| self.needs_host || **name != "host");
        let of_body = OF_BODIES.iter().filter(|_| self.body.is_some() && has_body(self.method));
        let missing: Vec<&&str> = always.chain(of_body).filter(|name| !listed.contains(name)).collect();
        if date && missing.is_empty() { Ok(()) } else { Err(format!("not signed: {missing:?}, or the date")) }
    }
}

fn has_body(method: &Method) -> bool {
    matches!(*method, Method::POST | Method::PUT | Method::PATCH)
}

/// `a="b",c="d"`, after the name of the scheme.
fn fields(authorization: &str) -> Option<HashMap<&str, &str>> {
    let rest = authorization.strip_prefix("Signature ")?;
    rest.split("\",").map(|field| field.trim().trim_end_matches('"').split_once("=\"")).collect()
}

fn check_date(date: &str, clock: &Clock) -> Result<(), String> {
    let time = chrono::NaiveDateTime::parse_from_str(date, "%a, %d %b %Y %H:%M:%S GMT");
    let time = time.map_err(|_| format!("{date} is no date"))?.and_utc().timestamp();
    let now = clock.seconds();
    let time = u64::try_from(time).map_err(|_| format!("{date} is no date"))?;
    if time.abs_diff(now) > SKEW { Err(format!("{date} is more than five minutes off")) } else { Ok(()) }
}

/// Lets only signed requests of the tenancy's own keys through.
pub async fn guard(State(tenancy): State<Tenancy>, request: Request, next: Next) -> Response {
    let (head, body) = request.into_parts();
    let (bytes, is_whole) = read(body).await;
    if !is_whole {
        return answer::refuse(400, "CannotParseRequest", "The body broke off");
    }
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str());
    let judged = tenancy.judge(&head.method, target, &head.headers, Some(&bytes));
    let mut response = match judged {
        Ok(()) => next.run(Request::from_parts(head.clone(), Body::from(bytes))).await,
        Err(why) => answer::refuse(401, "NotAuthenticated", &why),
    };
    answer::stamp(&head.headers, &mut response);
    response
}

impl Tenancy {
    /// Judges a request's signature.
    pub(crate) fn judge(
        &self,
        method: &Method,
        target: &str,
        headers: &HeaderMap,
        body: Option<&[u8]>,
    ) -> Result<(), String> {
        let clock = &self.desk().clock;
        let signed = Signed { method, target, headers, body, needs_host: true };
        let state = self.state();
        signed.verify(clock, |id| state.principals.key(id, clock.seconds()))
    }
}
