//! The URLs that a video is played by. Pure.
//!
//! A public video's URL never has a token, and a signed one's is never without.

use reelway_api::Playback;
use reqwest::Url;
use serde_json::{Map as Object, Value};

use super::{
    check::safe_url,
    map::{Link, Map, Policy, Signing},
    signing::{Signer, SigningError, claims, expiry},
    template::{Place, Scope, Template, Unfilled},
};

/// Why there is no URL.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The video is signed, and there is nothing to make tokens with.
    #[error("the video is played with a token only, and no signing key is configured")]
    NoSigner,
    /// The map has no URL for this.
    #[error("the map has no URL for this")]
    NoLink,
    /// A value is missing.
    #[error(transparent)]
    Unfilled(#[from] Unfilled),
    /// There is no token.
    #[error(transparent)]
    Signing(#[from] SigningError),
    /// What came out is no address that a browser may be given.
    #[error("what the service has told makes no URL")]
    NoUrl,
}

/// A token, and what it says.
pub(super) type Token = (Object<String, Value>, String);

/// What makes URLs: a map, and the key where it signs.
#[derive(Clone, Copy, Debug)]
pub struct Links<'a> {
    /// The map.
    pub map: &'a Map,
    /// The key.
    pub signer: Option<&'a Signer>,
    /// Milliseconds since the Unix epoch.
    pub now: u64,
}

impl Links<'_> {
    /// How the video with these values is played.
    ///
    /// # Errors
    /// Where it can't be.
    pub fn playback(&self, policy: Policy, scope: &Scope) -> Result<Playback, LinkError> {
        let playback = &self.map.playback;
        let one = |link: &Link| self.url(link, policy, scope);
        // A picture that can't be told is no reason not to play.
        let extra = |link: &Option<Link>| link.as_ref().and_then(|link| one(link).ok());
        Ok(Playback {
            hls: one(&playback.hls)?,
            poster: extra(&playback.poster),
            storyboard: extra(&playback.storyboard),
            expires_at: match (policy, &self.map.signing) {
                (Policy::Signed, Some(signing)) => Some(expiry(self.now, signing.lifetime) * 1000),
                _ => None,
            },
            ..Playback::default()
        })
    }

    /// The URL of one thing.
    ///
    /// # Errors
    /// Where there is none.
    pub fn url(&self, link: &Link, policy: Policy, scope: &Scope) -> Result<String, LinkError> {
        self.url_with(link, policy, scope, &mut None)
    }

    /// The same, with the token of the URL before where it would say the same.
    pub(super) fn url_with(
        &self,
        link: &Link,
        policy: Policy,
        scope: &Scope,
        token: &mut Option<Token>,
    ) -> Result<String, LinkError> {
        let (template, query, scope) = match policy {
            Policy::Public => (&link.public, &link.query, scope.clone()),
            Policy::Signed => {
                let template = link.signed.as_ref().ok_or(LinkError::NoLink)?;
                let (signer, signing) = self.signer.zip(self.map.signing.as_ref()).ok_or(LinkError::NoSigner)?;
                (template, &link.signed_query, self.signed(link, signer, signing, scope, token)?)
            }
        };
        let mut url = Template::parse(template).map_err(Unfilled::from)?.fill(&scope, Place::Url)?;
        for (name, template) in query {
            match Template::parse(template).map_err(Unfilled::from)?.fill(&scope, Place::Url) {
                Ok(value) => {
                    let joint = if url.contains('?') { '&' } else { '?' };
                    url = format!("{url}{joint}{name}={value}");
                }
                Err(Unfilled::Missing(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        let parsed = Url::parse(&url).ok().filter(|url| safe_url(url).is_ok());
        parsed.map(String::from).ok_or(LinkError::NoUrl)
    }

    /// The values, and a token among them.
    fn signed(
        &self,
        link: &Link,
        signer: &Signer,
        signing: &Signing,
        scope: &Scope,
        token: &mut Option<Token>,
    ) -> Result<Scope, LinkError> {
        let mut scope = scope.clone();
        scope.insert("key_id".to_owned(), signer.key_id().into());
        scope.insert("expires".to_owned(), expiry(self.now, signing.lifetime).into());
        scope.extend(link.audience.clone().map(|audience| ("audience".to_owned(), Value::from(audience))));
        let claims = claims(signing, link, &scope)?;
        let made = match token.take().filter(|(made_of, _)| *made_of == claims) {
            Some((_, made)) => made,
            None => signer.token(&claims)?,
        };
        scope.insert("token".to_owned(), made.clone().into());
        *token = Some((claims, made));
        Ok(scope)
    }
}
