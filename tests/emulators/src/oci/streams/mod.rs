//! A channel's own domain: session tokens, playlists, and what they name.
//!
//! How playlists name segments and keys, and how the token gets there, is not documented: here it is in every URI.
//!
//! - [`encrypt`]: AES-128 of segments.

pub mod encrypt;

use std::{collections::HashMap, time::Duration};

use axum::{
    Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use super::{
    Tenancy,
    answer::{invalid, not_found, read, refuse},
    sign,
};
use crate::{
    clock::{parse_rfc3339, rfc3339},
    play, secret,
};

/// How long a token may last, and how long it does if nothing is said.
const LIVES: std::ops::RangeInclusive<Duration> = Duration::from_secs(600)..=DAY;
const DAY: Duration = Duration::from_secs(86_400);
const PLAYLIST: &str = "application/x-mpegurl";

/// To a second, for clients round.
fn is_life(life: Duration) -> bool {
    LIVES.contains(&life) || LIVES.contains(&(life + Duration::from_secs(1)))
}

/// Tokens, and the keys of segments by packaging.
#[derive(Default)]
pub struct Tokens {
    tokens: HashMap<String, Token>,
    keys: HashMap<String, [u8; 16]>,
}

struct Token {
    scopes: Vec<String>,
    packaging: Option<String>,
    assets: Vec<String>,
    expires: Duration,
}

/// Its routes.
pub fn routes(tenancy: Tenancy) -> Router {
    let signed = Router::new()
        .route("/20211101/actions/generateSessionToken", post(session))
        .layer(middleware::from_fn_with_state(tenancy.clone(), sign::guard));
    let open = Router::new()
        .route("/20211101/actions/generatePlaylist", get(playlist))
        .route("/20211101/play/{packaging}/{asset}/{*path}", get(file))
        .layer(middleware::map_response(play::cors));
    signed.merge(open).with_state(tenancy)
}

/// `POST /actions/generateSessionToken`
async fn session(State(tenancy): State<Tenancy>, body: Bytes) -> Response {
    let asked = match read(&body) {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let texts = |name: &str| -> Vec<String> {
        let items = asked[name].as_array().into_iter().flatten();
        items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
    };
    let scopes = texts("scopes");
    if scopes.is_empty() || scopes.iter().any(|scope| !["PLAYLIST", "EDGE"].contains(&scope.as_str())) {
        return invalid("scopes are PLAYLIST and EDGE");
    }
    let now = tenancy.desk().clock.now();
    let expires = match asked["timeExpires"].as_str() {
        None => now + DAY,
        Some(text) => match parse_rfc3339(text) {
            Some(end) if is_life(end.saturating_sub(now)) => end,
            _ => return invalid("timeExpires is ten minutes to a day away"),
        },
    };
    let packaging = asked["packagingConfigId"].as_str().map(str::to_owned);
    let mut state = tenancy.state();
    if packaging.as_deref().is_some_and(|id| state.store.get("streamPackagingConfigs", id).is_none()) {
        return not_found();
    }
    let token = secret::random(60);
    state.tokens.tokens.insert(token.clone(), Token { scopes, packaging, assets: texts("assetIds"), expires });
    axum::Json(json!({ "token": token, "timeExpires": rfc3339(expires) })).into_response()
}

impl Tenancy {
    /// Whether a token lets something of an asset be seen.
    #[expect(clippy::result_large_err, reason = "the refusal is the answer")]
    fn admits(&self, token: Option<&str>, scope: &str, packaging: &str, asset: &str) -> Result<Value, Response> {
        let refusal = || refuse(401, "NotAuthenticated", "The token is missing, over, or for something else");
        let now = self.desk().clock.now();
        let state = self.state();
        let token = token.and_then(|token| state.tokens.tokens.get(token)).ok_or_else(refusal)?;
        let fits = now < token.expires
            && token.scopes.iter().any(|known| known == scope)
            && token.packaging.as_deref().is_none_or(|only| only == packaging)
            && (token.assets.is_empty() || token.assets.iter().any(|known| known == asset));
        if !fits {
            return Err(refusal());
        }
        let config = state.store.get("streamPackagingConfigs", packaging).cloned().ok_or_else(not_found)?;
        drop(state);
        let channel = config["distributionChannelId"].as_str();
        self.attachment(asset, channel).map(|_| config).ok_or_else(not_found)
    }

    fn segment_key(&self, packaging: &str) -> [u8; 16] {
        let mut state = self.state();
        let key = state.tokens.keys.entry(packaging.to_owned());
        *key.or_insert_with(|| std::array::from_fn(|_| fastrand::u8(..)))
    }
}

/// `GET /actions/generatePlaylist`: the master playlist.
async fn playlist(
    State(tenancy): State<Tenancy>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let bearer = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()?.strip_prefix("Bearer "));
    let token = query.get("token").map(String::as_str).or(bearer);
    let (Some(packaging), Some(asset)) = (query.get("streamPackagingConfigId"), query.get("mediaAssetId")) else {
        return invalid("streamPackagingConfigId and mediaAssetId are required");
    };
    let config = match tenancy.admits(token, "PLAYLIST", packaging, asset) {
        Ok(config) => config,
        Err(refusal) => return refusal,
    };
    if config["streamPackagingFormat"] != "HLS" {
        return refuse(400, "InvalidParameter", "This emulator packages HLS only");
    }
    let base = format!("{}/20211101/play/{packaging}/{asset}", tenancy.hosts().streams);
    let token = token.unwrap_or_default();
    match tenancy.film().master_with(|uri| format!("{base}/{uri}?token={token}")) {
        Ok(text) => ([(header::CONTENT_TYPE, PLAYLIST)], text).into_response(),
        Err(error) => refuse(500, "InternalServerError", &error.to_string()),
    }
}

/// A playlist, a segment, or the key.
async fn file(
    State(tenancy): State<Tenancy>,
    Path((packaging, asset, path)): Path<(String, String, String)>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let token = query.get("token").map(String::as_str);
    let scope = if path.ends_with(".m3u8") { "PLAYLIST" } else { "EDGE" };
    let config = match tenancy.admits(token, scope, &packaging, &asset) {
        Ok(config) => config,
        Err(refusal) => return refusal,
    };
    let (film, token) = (tenancy.film(), token.unwrap_or_default());
    let key = (config["encryption"]["algorithm"] == "AES128").then(|| tenancy.segment_key(&packaging));
    if let (Some(key), "key") = (key, path.as_str()) {
        return ([(header::CACHE_CONTROL, "no-store")], key.to_vec()).into_response();
    }
    if path.ends_with(".m3u8") {
        let Some(text) = film.playlist_with(&path, |uri| format!("{uri}?token={token}")) else { return not_found() };
        let uri = format!("{}/20211101/play/{packaging}/{asset}/key?token={token}", tenancy.hosts().streams);
        let text = if key.is_some() { encrypt::playlist(&text, &uri) } else { text };
        return ([(header::CONTENT_TYPE, PLAYLIST)], text).into_response();
    }
    let Some((bytes, kind)) = film.file(&path) else { return not_found() };
    // The init segment stays clear: it is the one that says what kind of file this is.
    match key.filter(|_| bytes.get(4..8) != Some(b"ftyp")) {
        Some(key) => match encrypt::segment(&bytes, &key) {
            Ok(bytes) => play::ranged(bytes, kind, &headers),
            Err(error) => refuse(500, "InternalServerError", &error.to_string()),
        },
        None => play::ranged(bytes, kind, &headers),
    }
}
