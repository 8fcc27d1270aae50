//! `stream.mux.com`: the master playlist under a playback id, and the rest under a path that only it names.

use std::collections::HashMap;

use axum::{
    Router,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};

use super::Account;
use crate::{play, secret};

/// Its routes.
pub fn routes(account: Account) -> Router {
    Router::new()
        .route("/{name}", get(master))
        .route("/play/{grant}/{*path}", get(file))
        .layer(axum::middleware::map_response(play::cors))
        .with_state(account)
}

async fn master(
    State(account): State<Account>,
    Path(name): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let Some(id) = name.strip_suffix(".m3u8") else { return StatusCode::NOT_FOUND.into_response() };
    if let Err(status) = account.admit(id, "v", &query) {
        return status.into_response();
    }
    let grant = secret::random(32);
    let base = format!("{}/play/{grant}/", account.hosts().stream);
    account.state().grants.insert(grant, id.to_owned());
    match account.film().master(&base) {
        Ok(text) => {
            ([(header::CONTENT_TYPE, play::PLAYLIST), (header::CACHE_CONTROL, "no-store")], text).into_response()
        }
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
        state.grants.get(&grant).is_some_and(|id| state.playback(id).is_some())
    };
    if !is_known {
        return StatusCode::FORBIDDEN.into_response();
    }
    play::file(account.film(), &path, &headers)
}
