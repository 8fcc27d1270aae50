//! The service that gives an instance its token: `POST /v1/x509`.

use axum::{
    Json, Router,
    body::Bytes,
    extract::{OriginalUri, State},
    http::{HeaderMap, Method},
    response::{IntoResponse, Response},
    routing::post,
};
use serde_json::{Value, json};

use super::{Tenancy, answer, principal, sign::Signed};
use crate::{rsa::PublicKey, secret};

/// Its routes.
pub fn routes(tenancy: Tenancy) -> Router {
    Router::new().route("/v1/x509", post(token)).with_state(tenancy)
}

async fn token(
    State(tenancy): State<Tenancy>,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let target = uri.path_and_query().map_or("/", |target| target.as_str());
    let signed = Signed { method: &Method::POST, target, headers: &headers, body: Some(&body), needs_host: false };
    let instance = tenancy.instance();
    let id = instance.key_id(&tenancy.setup().tenancy);
    let clock = &tenancy.desk().clock;
    if let Err(why) = signed.verify(clock, |asked| (asked == id).then(|| instance.public().clone())) {
        return answer::refuse(401, "NotAuthenticated", &why);
    }
    let asked = match answer::read(&body) {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let text = |name: &str| asked[name].as_str().unwrap_or_default();
    if !instance.is_certificate(text("certificate")) || !asked["intermediateCertificates"].is_array() {
        return answer::refuse(401, "NotAuthenticated", "This is no certificate of an instance");
    }
    let key = secret::from_base64(text("publicKey")).and_then(|der| PublicKey::from_spki(&der));
    let Some(key) = key else { return answer::invalid("publicKey is no RSA key of 2048 bits") };
    match tenancy.issue_token(key) {
        Ok(token) => Json(json!({ "token": token })).into_response(),
        Err(error) => answer::refuse(500, "InternalServerError", &error.to_string()),
    }
}

impl Tenancy {
    /// A token that stands for a key: an instance's, or a person's session.
    ///
    /// # Errors
    /// It can't be signed.
    pub fn issue_token(&self, key: PublicKey) -> anyhow::Result<String> {
        let now = self.desk().clock.seconds();
        let end = now + self.setup().token_life.as_secs();
        let token = principal::token(&self.setup().tenancy, now, end)?;
        self.state().principals.add_token(token.clone(), key, end);
        Ok(token)
    }
}

/// The claims of a token, unchecked.
pub fn claims(token: &str) -> Option<Value> {
    serde_json::from_slice(&secret::from_base64_url(token.split('.').nth(1)?)?).ok()
}
