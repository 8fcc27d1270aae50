//! Sends requests: signed, and again where that is safe.

use std::time::Duration;

use axum::http::{HeaderMap, header};
use bytes::Bytes;
use reqwest::{Method, Url, redirect::Policy};
use serde::de::DeserializeOwned;

use super::{
    call::Call,
    fault::{Fault, Said},
    retry::{Failure, Tries, pause_after},
};
use crate::{
    clock::Clock,
    providers::{
        answer::{Cut, body, story},
        http::pace::retry_after,
        oci::{
            principal::{Principal, PrincipalError, sensitive},
            settings::Hosts,
            sign::{Body, Unsigned},
        },
    },
};

/// Bytes of an answer at most.
const MAX_ANSWER: usize = 8 << 20;

/// A client of Oracle's services.
#[derive(Debug)]
pub struct Client {
    pub(super) hosts: Hosts,
    http: reqwest::Client,
    principal: Principal,
    clock: Clock,
    tries: Tries,
}

/// What has come back.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Answer {
    /// The body as JSON.
    ///
    /// # Errors
    /// Where it is none, or of another shape.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, Fault> {
        serde_json::from_slice(&self.body).map_err(|_| Fault::Unreadable)
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

struct Failed {
    failure: Option<Failure>,
    fault: Fault,
}

impl Client {
    /// At these hosts, signed by this principal. `timeout`: seconds that an attempt may take.
    ///
    /// # Errors
    /// The TLS library's.
    pub fn new(
        hosts: Hosts,
        principal: Principal,
        clock: Clock,
        timeout: Duration,
        tries: Tries,
    ) -> Result<Self, String> {
        let http = reqwest::Client::builder()
            .user_agent(concat!("reelway/", env!("CARGO_PKG_VERSION")))
            // A redirect would take the signature elsewhere.
            .redirect(Policy::none())
            .retry(reqwest::retry::never())
            .timeout(timeout)
            .connect_timeout(timeout);
        let http = if hosts.are_loopback() { http.no_proxy() } else { http };
        let http = http.build().map_err(|error| error.without_url().to_string())?;
        Ok(Self { hosts, http, principal, clock, tries })
    }

    /// The time of day.
    pub const fn clock(&self) -> &Clock {
        &self.clock
    }

    /// For a GET that nobody signs.
    pub(in crate::providers::oci) const fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// Sends the request until it is answered for good.
    ///
    /// # Errors
    /// Why it was not done.
    pub async fn send(&self, call: &Call) -> Result<Answer, Fault> {
        let (url, host, target) = call.address().ok_or_else(|| Fault::Unreachable("the address is none".to_owned()))?;
        let mut attempt = 1;
        let mut renewed = false;
        loop {
            let failed = match self.attempt(call, &url, &host, &target).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            tracing::debug!(method = %call.method, host, attempt, fault = %failed.fault, "a request to Oracle failed");
            if matches!(failed.fault, Fault::Denied(_)) && !renewed && self.principal.refused() {
                renewed = true;
                continue;
            }
            let again = failed
                .failure
                .filter(|_| call.patient || !is_incorrect_state(&failed.fault))
                .and_then(|failure| pause_after(failure, call.repeatable, attempt, self.tries, rand::random::<f64>()));
            let Some(wait) = again else { return Err(failed.fault) };
            self.clock.sleep(Duration::from_millis(wait)).await;
            attempt += 1;
        }
    }

    async fn attempt(&self, call: &Call, url: &Url, host: &str, target: &str) -> Result<Answer, Failed> {
        let nobody = |error: PrincipalError| Failed {
            failure: matches!(error, PrincipalError::Metadata(_) | PrincipalError::Federation(_))
                .then_some(Failure::NoConnection),
            fault: Fault::Nobody(error),
        };
        let signer = self.principal.signer(&self.http, self.clock.now()).await.map_err(nobody)?;
        let bytes = call.body.as_ref().map(ToString::to_string).unwrap_or_default();
        let content_type = "application/json";
        let has_body = matches!(call.method, Method::POST | Method::PUT | Method::PATCH);
        let body = if has_body { Body::Whole { content_type, bytes: bytes.as_bytes() } } else { Body::Unsigned };
        let unsigned = Unsigned { method: call.method.as_str(), host, target, body };
        let unsent = |error: String| Failed { failure: None, fault: Fault::Unreachable(error) };
        let signed = signer.sign(&unsigned, self.clock.now()).map_err(|error| unsent(error.to_string()))?;
        let mut request = self.http.request(call.method.clone(), url.clone()).header(header::ACCEPT, content_type);
        for (name, value) in signed {
            request = request.header(name, sensitive(&value).map_err(unsent)?);
        }
        request = request.header("opc-request-id", uuid::Uuid::new_v4().simple().to_string().to_uppercase());
        if let Some(token) = &call.retry_token {
            request = request.header("opc-retry-token", token);
        }
        if has_body {
            request = request.header(header::CONTENT_LENGTH, bytes.len()).body(bytes);
        }
        let response = request.send().await.map_err(|error| {
            let failure = if error.is_connect() { Failure::NoConnection } else { Failure::Unclear };
            Failed { failure: Some(failure), fault: Fault::Unreachable(story(error)) }
        })?;
        self.read(response).await
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Answer, Failed> {
        let status = response.status().as_u16();
        let headers = std::mem::take(response.headers_mut());
        let (body, whole) = body(&mut response, MAX_ANSWER).await;
        let whole = whole.map_err(|cut| match cut {
            Cut::TooLong => Failed { failure: None, fault: Fault::Unreadable },
            Cut::Broken(why) => Failed { failure: Some(Failure::Unclear), fault: Fault::Unreachable(why) },
        });
        if (200..300).contains(&status) {
            whole?;
            return Ok(Answer { headers, body: body.into() });
        }
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let said = Said::read(status, text("opc-request-id"), &body);
        let passes = matches!(said.code.as_str(), "IncorrectState" | "LockConflict");
        Err(match status {
            429 => {
                let asked = retry_after(text("retry-after"), self.clock.now());
                Failed { failure: Some(Failure::Busy(asked)), fault: Fault::Busy(asked.unwrap_or(1000)) }
            }
            404 => Failed { failure: None, fault: Fault::Gone(said) },
            401 => Failed { failure: None, fault: Fault::Denied(said) },
            409 if passes => Failed { failure: Some(Failure::Locked), fault: Fault::Refused(said) },
            408 | 500 | 502.. => Failed { failure: Some(Failure::Failing), fault: Fault::Failing(said) },
            _ => Failed { failure: None, fault: Fault::Refused(said) },
        })
    }
}

fn is_incorrect_state(fault: &Fault) -> bool {
    matches!(fault, Fault::Refused(said) if said.code == "IncorrectState")
}
