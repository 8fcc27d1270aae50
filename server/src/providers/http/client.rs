//! Sends requests to a service: with the credentials, at the service's pace, and again where that is safe.

use std::time::Duration;

use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine, engine::general_purpose::STANDARD};
use reqwest::redirect::Policy;
use serde_json::Value;

use super::{
    check::{is_loopback, safe_base},
    map::{Action, AuthKind, Limits, Map, Method},
    pace::{Failure, Pace, pause_after, retry_after},
    report::{Told, refusal},
    request::Request,
};
use crate::{
    clock::{Clock, millis},
    providers::answer::{Cut, body, story},
    secrets::Secret,
};

/// Bytes of an answer at most.
const MAX_ANSWER: usize = 4 << 20;

/// The client of one service.
#[derive(Debug)]
pub struct Client {
    http: reqwest::Client,
    clock: Clock,
    limits: Limits,
    credentials: Option<HeaderValue>,
    secrets: Vec<Secret>,
    creates: Pace,
    reads: Pace,
}

/// What a service has answered.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body. `Null` where it has none.
    pub body: Value,
}

/// Why a service has not done what it was asked for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Too many requests. The span, in milliseconds, after which there may be room.
    #[error("too many requests")]
    Busy(u64),
    /// It can't be reached, or does not answer in time.
    #[error("no answer: {0}")]
    Unreachable(String),
    /// It answers that it fails.
    #[error("it fails with status {0}")]
    Failing(u16),
    /// It does not know the credentials, or does not let them do this.
    #[error("it refuses the credentials with status {0}")]
    Denied(u16),
    /// There is no such upload or asset.
    #[error("it knows of no such thing")]
    Gone,
    /// It refuses the request.
    #[error("it refuses with status {status}{}{}", if why.is_empty() { "" } else { ": " }, why)]
    Refused {
        /// The status.
        status: u16,
        /// What it says, without anything secret.
        why: String,
    },
    /// The answer is not what was asked for.
    #[error("its answer can't be read")]
    Unreadable,
}

/// One attempt that did not succeed: whether another may, and what it comes to otherwise.
struct Attempt {
    failure: Option<Failure>,
    fault: Fault,
}

impl Client {
    /// With these credentials: a user and password, or a token alone.
    ///
    /// # Errors
    /// Where the TLS library finds no roots, or a credential goes into no header.
    pub fn new(map: &Map, clock: Clock, credentials: &[Secret]) -> Result<Self, String> {
        let text = match (map.auth.kind, credentials) {
            (AuthKind::Basic, [user, password]) => Some(format!(
                "Basic {}",
                STANDARD.encode(format!("{}:{}", user.expose().trim(), password.expose().trim()))
            )),
            (AuthKind::Bearer, [token]) => Some(format!("Bearer {}", token.expose().trim())),
            _ => None,
        };
        let credentials_header = text
            .map(|text| {
                let mut value = HeaderValue::try_from(text).map_err(|_| "the credentials hold what no header may")?;
                value.set_sensitive(true);
                Ok::<_, &str>(value)
            })
            .transpose()?;
        let mut builder = reqwest::Client::builder()
            .user_agent(concat!("reelway/", env!("CARGO_PKG_VERSION")))
            // A redirect would take the credentials elsewhere.
            .redirect(Policy::none())
            // Attempts are counted here alone.
            .retry(reqwest::retry::never())
            .timeout(Duration::from_secs_f64(map.limits.timeout))
            .connect_timeout(Duration::from_secs_f64(map.limits.timeout));
        if map.hosts.get("api_base").and_then(|base| safe_base(base).ok()).is_some_and(|url| is_loopback(&url)) {
            builder = builder.no_proxy();
        }
        Ok(Self {
            http: builder.build().map_err(|error| error.without_url().to_string())?,
            clock,
            credentials: credentials_header,
            secrets: credentials.to_vec(),
            creates: Pace::new(map.limits.create_rate),
            reads: Pace::new(map.limits.read_rate),
            limits: map.limits.clone(),
        })
    }

    /// Does the action that this request was built from.
    ///
    /// # Errors
    /// Why the service has not done it.
    pub async fn send(&self, map: &Map, name: &str, action: &Action, request: &Request) -> Result<Answer, Fault> {
        let pace = if request.method == Method::Post { &self.creates } else { &self.reads };
        let patience = (self.limits.patience * 1000.0) as u64;
        let mut attempt = 1;
        loop {
            let wait = pace.turn(self.clock.now(), patience).map_err(Fault::Busy)?;
            if wait > 0 {
                self.clock.sleep(Duration::from_millis(wait)).await;
            }
            let failed = match self.attempt(map, action, request).await {
                Ok(answer) => {
                    tracing::debug!(action = name, attempt, "a service has answered");
                    return Ok(answer);
                }
                Err(failed) => failed,
            };
            tracing::debug!(action = name, attempt, fault = %failed.fault, "a request to a service failed");
            if let Some(Failure::Busy(Some(asked))) = failed.failure {
                pace.pause(self.clock.now().saturating_add(asked));
            }
            let again = failed
                .failure
                .and_then(|failure| pause_after(failure, request.method, attempt, &self.limits, rand::random::<f64>()));
            let Some(wait) = again else { return Err(failed.fault) };
            self.clock.sleep(Duration::from_millis(wait)).await;
            attempt += 1;
        }
    }

    async fn attempt(&self, map: &Map, action: &Action, request: &Request) -> Result<Answer, Attempt> {
        let method = match request.method {
            Method::Get => reqwest::Method::GET,
            Method::Post => reqwest::Method::POST,
            Method::Put => reqwest::Method::PUT,
            Method::Patch => reqwest::Method::PATCH,
            Method::Delete => reqwest::Method::DELETE,
        };
        let mut sent = self.http.request(method, request.url.clone()).headers(request.headers.clone());
        if let Some(credentials) = &self.credentials {
            sent = sent.header(header::AUTHORIZATION, credentials);
        }
        match &request.body {
            Some(body) => sent = sent.header(header::CONTENT_TYPE, "application/json").body(body.to_string()),
            // Servers want to be told of an empty body where there might be one.
            None if !matches!(request.method, Method::Get | Method::Delete) => {
                sent = sent.header(header::CONTENT_LENGTH, "0");
            }
            None => {}
        }
        let response = sent.header(header::ACCEPT, "application/json").send().await.map_err(|error| {
            let failure = if error.is_connect() { Failure::NoConnection } else { Failure::Unclear };
            Attempt { failure: Some(failure), fault: Fault::Unreachable(story(error)) }
        })?;
        self.read(map, action, response).await
    }

    async fn read(&self, map: &Map, action: &Action, mut response: reqwest::Response) -> Result<Answer, Attempt> {
        let status = response.status().as_u16();
        let headers = std::mem::take(response.headers_mut());
        let (body, whole) = body(&mut response, MAX_ANSWER).await;
        let whole = whole.map_err(|cut| match cut {
            Cut::TooLong => Attempt { failure: None, fault: Fault::Unreadable },
            Cut::Broken(why) => Attempt { failure: Some(Failure::Unclear), fault: Fault::Unreachable(why) },
        });
        let json: Option<Value> = if body.is_empty() { Some(Value::Null) } else { serde_json::from_slice(&body).ok() };
        if action.ok.contains(&status) {
            whole?;
            return match json {
                Some(body) => Ok(Answer { headers, body }),
                None if action.reads.is_none() => Ok(Answer { headers, body: Value::Null }),
                None => Err(Attempt { failure: Some(Failure::Unclear), fault: Fault::Unreadable }),
            };
        }
        let told_to_wait = || {
            let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
            retry_after(value, self.clock.now())
        };
        Err(match status {
            429 => {
                let asked = told_to_wait();
                Attempt { failure: Some(Failure::Busy(asked)), fault: Fault::Busy(asked.unwrap_or(1000)) }
            }
            _ if action.gone.contains(&status) => Attempt { failure: None, fault: Fault::Gone },
            401 | 403 => Attempt { failure: None, fault: Fault::Denied(status) },
            408 | 500.. => Attempt { failure: Some(Failure::Failing), fault: Fault::Failing(status) },
            _ => {
                let body = json.unwrap_or_default();
                let why = refusal(map, Told { body: &body, header: &headers }).unwrap_or_default();
                Attempt { failure: None, fault: Fault::Refused { status, why: self.scrub(&why) } }
            }
        })
    }

    /// A service may repeat what it was sent.
    fn scrub(&self, text: &str) -> String {
        let secrets = self.secrets.iter().map(|secret| secret.expose().trim());
        secrets.fold(text.to_owned(), |text, secret| text.replace(secret, "…"))
    }
}

/// How long a fault says to wait, in whole seconds, for a `Retry-After`.
pub fn seconds(span: u64) -> u64 {
    span.div_ceil(millis(Duration::from_secs(1))).max(1)
}
