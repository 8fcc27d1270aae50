//! `customer-….cloudflarestream.com`: manifests and thumbnails, by a video's id, or by a token in its place.

use std::collections::HashMap;

use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use super::Account;
use crate::{
    jwt,
    picture::{self, Fit, Frame},
    play, secret,
};

/// Its routes.
pub fn routes(account: Account) -> Router {
    Router::new()
        .route("/{name}/manifest/video.m3u8", get(master))
        .route("/{name}/thumbnails/{file}", get(thumbnail))
        .route("/play/{grant}/{*path}", get(file))
        .layer(axum::middleware::map_response(play::cors))
        .with_state(account)
}

impl Account {
    /// The id of the video that may be seen under a name: its id if it is public, a token if it is not.
    fn admit(&self, name: &str) -> Result<String, StatusCode> {
        let state = self.state();
        let video = if name.contains('.') {
            let key = |id: &str| {
                let own = state.own_key.as_ref().filter(|(own, _)| own == id).map(|(_, key)| key.public());
                own.or_else(|| Some(state.keys.iter().find(|(known, ..)| known == id)?.1.clone()))
            };
            let claims = jwt::verify(name, key).ok_or(StatusCode::UNAUTHORIZED)?;
            let now = self.desk().clock.seconds();
            let is_over = claims["exp"].as_u64().is_none_or(|end| end <= now);
            if is_over || claims["nbf"].as_u64().is_some_and(|begin| now < begin) {
                return Err(StatusCode::UNAUTHORIZED);
            }
            state.video(claims["sub"].as_str().unwrap_or_default()).ok_or(StatusCode::UNAUTHORIZED)?
        } else {
            let video = state.video(name).ok_or(StatusCode::NOT_FOUND)?;
            if video.signed {
                return Err(StatusCode::UNAUTHORIZED);
            }
            video
        };
        if video.state == "ready" { Ok(video.uid.clone()) } else { Err(StatusCode::NOT_FOUND) }
    }
}

async fn master(State(account): State<Account>, Path(name): Path<String>) -> Response {
    let uid = match account.admit(&name) {
        Ok(uid) => uid,
        Err(status) => return status.into_response(),
    };
    let grant = secret::random(32);
    let base = format!("{}/play/{grant}/", account.hosts().video);
    account.state().grants.insert(grant, uid);
    match account.film().master(&base) {
        Ok(text) => ([(header::CONTENT_TYPE, play::PLAYLIST)], text).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

async fn file(
    State(account): State<Account>,
    Path((grant, path)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let is_known = {
        let state = account.state();
        state.grants.get(&grant).is_some_and(|uid| state.video(uid).is_some())
    };
    if !is_known {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    play::file(account.film(), &path, &headers)
}

async fn thumbnail(
    State(account): State<Account>,
    Path((name, file)): Path<(String, String)>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let Some(kind) = file.strip_prefix("thumbnail.").filter(|kind| ["jpg", "gif"].contains(kind)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if let Err(status) = account.admit(&name) {
        return status.into_response();
    }
    let Some(frame) = frame(&query) else { return StatusCode::BAD_REQUEST.into_response() };
    let film = account.film();
    let drawn = if kind == "gif" {
        let start = frame.time.unwrap_or(0.0);
        picture::animation(film, start, start + 5.0, frame.width.unwrap_or(320), 8, kind).await
    } else {
        picture::frame(film, frame, kind).await
    };
    match drawn {
        Ok(bytes) => ([(header::CONTENT_TYPE, picture::media_type(kind).unwrap_or_default())], bytes).into_response(),
        Err(error) => (StatusCode::INTERNAL_SERVER_ERROR, format!("{error:#}")).into_response(),
    }
}

/// The options of a thumbnail. None: they are wrong.
fn frame(query: &HashMap<String, String>) -> Option<Frame> {
    let pixels = |name: &str| match query.get(name) {
        Some(text) => text.parse().ok().filter(|length| (10..=2000).contains(length)).map(Some),
        None => Some(None),
    };
    let fit = match query.get("fit").map(String::as_str) {
        None | Some("crop") => Fit::Crop,
        Some("clip") => Fit::Preserve,
        Some("scale") => Fit::Stretch,
        Some("fill") => Fit::Pad,
        Some(_) => return None,
    };
    let time = match query.get("time") {
        Some(text) => Some(seconds(text)?),
        None => Some(0.0),
    };
    Some(Frame { time, width: pixels("width")?, height: pixels("height")?, fit })
}

/// `68s`, `1m8s`, `1h0m8s`.
fn seconds(text: &str) -> Option<f64> {
    let mut sum = 0.0;
    let mut rest = text;
    for (unit, length) in [('h', 3600.0), ('m', 60.0), ('s', 1.0)] {
        if let Some((number, after)) = rest.split_once(unit) {
            sum += number.parse::<f64>().ok()? * length;
            rest = after;
        }
    }
    rest.is_empty().then_some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_have_units() {
        assert_eq!(seconds("68s"), Some(68.0));
        assert_eq!(seconds("1m8.5s"), Some(68.5));
        assert_eq!(seconds("1h"), Some(3600.0));
        assert_eq!(seconds("68"), None);
        assert_eq!(seconds("xs"), None);
    }
}
