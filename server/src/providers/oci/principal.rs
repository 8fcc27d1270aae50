//! Who signs requests: a user's key, a session token, or the instance that the server runs on.

use std::{sync::Mutex, sync::PoisonError};

use axum::http::{HeaderValue, header};
use reqwest::Url;
use serde_json::Value;

use super::{
    instance::{Identity, InstanceError, METADATA_AUTHORIZATION, METADATA_PATHS, Session},
    key::PrivateKey,
    sign::{Body, Signer, Unsigned},
};
use crate::providers::answer::{body, story};

/// Bytes of an answer of the metadata or federation service at most.
const MAX_ANSWER: usize = 256 << 10;

/// Why there is nobody who signs.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PrincipalError {
    /// The metadata service does not answer, or not with 200.
    #[error("the metadata service does not answer ({0}): is this an Oracle compute instance?")]
    Metadata(String),
    /// The federation service does not answer, or refuses.
    #[error("the federation service gives no token ({0}): is the instance in a dynamic group with a policy?")]
    Federation(String),
    /// What they answer can't be used.
    #[error("{0}")]
    Instance(#[from] InstanceError),
}

/// Who signs.
#[derive(Debug)]
pub enum Principal {
    /// Always the same.
    Fixed(Signer),
    /// The instance, by a token that is renewed.
    Instance(Box<Instance>),
}

impl Principal {
    /// Who signs now. `now` is in milliseconds since the Unix epoch.
    ///
    /// # Errors
    /// Where an instance gets no token.
    pub async fn signer(&self, http: &reqwest::Client, now: u64) -> Result<Signer, PrincipalError> {
        match self {
            Self::Fixed(signer) => Ok(signer.clone()),
            Self::Instance(instance) => instance.signer(http, now).await,
        }
    }

    /// The service does not know who has signed. True where another attempt may fare better: with another token.
    pub fn refused(&self) -> bool {
        match self {
            Self::Fixed(_) => false,
            Self::Instance(instance) => {
                instance.session.lock().unwrap_or_else(PoisonError::into_inner).take();
                true
            }
        }
    }
}

/// The instance that the server runs on.
#[derive(Debug)]
pub struct Instance {
    metadata: Url,
    federation: Url,
    session: Mutex<Option<Session>>,
    /// One asks for a token, the others wait for it.
    asking: tokio::sync::Mutex<()>,
}

impl Instance {
    /// With these addresses: [`super::instance::METADATA`], and the federation service's `…/v1/x509`.
    pub fn new(metadata: Url, federation: Url) -> Self {
        Self { metadata, federation, session: Mutex::default(), asking: tokio::sync::Mutex::default() }
    }

    fn known(&self) -> Option<Session> {
        self.session.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    async fn signer(&self, http: &reqwest::Client, now: u64) -> Result<Signer, PrincipalError> {
        let fresh = |session: &Session| !session.is_due(now);
        if let Some(session) = self.known().filter(fresh) {
            return Ok(session.signer().clone());
        }
        let _turn = self.asking.lock().await;
        if let Some(session) = self.known().filter(fresh) {
            return Ok(session.signer().clone());
        }
        match self.ask(http, now).await {
            Ok(session) => {
                *self.session.lock().unwrap_or_else(PoisonError::into_inner) = Some(session.clone());
                Ok(session.signer().clone())
            }
            Err(error) => match self.known().filter(|session| session.counts(now)) {
                Some(session) => {
                    tracing::warn!(%error, "an instance's token can't be renewed; the old one still counts");
                    Ok(session.signer().clone())
                }
                None => Err(error),
            },
        }
    }

    async fn ask(&self, http: &reqwest::Client, now: u64) -> Result<Session, PrincipalError> {
        let mut told = Vec::new();
        for path in METADATA_PATHS {
            let url = format!("{}{path}", self.metadata.as_str().trim_end_matches('/'));
            let request = http.get(url).header(header::AUTHORIZATION, METADATA_AUTHORIZATION);
            let text = fetch(request).await.map_err(PrincipalError::Metadata)?;
            told.push(String::from_utf8(text).map_err(|_| PrincipalError::Metadata("no text".to_owned()))?);
        }
        let identity = Identity::read(&told[0], &told[1], &told[2])?;
        let key = PrivateKey::generate().map_err(InstanceError::from)?;
        let body = identity.request(&key).map_err(InstanceError::from)?.to_string();
        let content_type = "application/json";
        let unsigned = Unsigned {
            method: "POST",
            host: "",
            target: self.federation.path(),
            body: Body::Whole { content_type, bytes: body.as_bytes() },
        };
        let headers = identity.signer().sign(&unsigned, now).map_err(InstanceError::from)?;
        let mut request = http.post(self.federation.clone()).body(body);
        for (name, value) in headers {
            request = request.header(name, sensitive(&value).map_err(PrincipalError::Federation)?);
        }
        let answer = fetch(request).await.map_err(PrincipalError::Federation)?;
        let answer: Value = serde_json::from_slice(&answer).map_err(|_| InstanceError::Token)?;
        Ok(Session::read(&answer, key, now)?)
    }
}

/// A header's value that no log shows.
pub(super) fn sensitive(value: &str) -> Result<HeaderValue, String> {
    let mut value = HeaderValue::from_str(value).map_err(|_| "a value goes into no header".to_owned())?;
    value.set_sensitive(true);
    Ok(value)
}

async fn fetch(request: reqwest::RequestBuilder) -> Result<Vec<u8>, String> {
    let mut response = request.send().await.map_err(story)?;
    if response.status() != 200 {
        return Err(format!("status {}", response.status().as_u16()));
    }
    let (body, whole) = body(&mut response, MAX_ANSWER).await;
    whole.map_err(|cut| cut.to_string())?;
    Ok(body)
}
