//! `api.cloudflare.com`: <https://developers.cloudflare.com/api/resources/stream/>.
//!
//! - [`answer`]: how it answers and refuses, and whom.
//! - [`videos`], [`uploads`], [`keys`], [`webhook`]: the resources.

pub mod answer;
pub mod keys;
pub mod uploads;
pub mod videos;
pub mod webhook;

use axum::{
    Router, middleware,
    routing::{delete, get, post},
};

use self::answer::not_found;
use super::Account;

/// Its routes.
pub fn routes(account: Account) -> Router {
    let stream = format!("/client/v4/accounts/{}/stream", account.setup().account);
    let video = get(videos::get).post(videos::edit).delete(videos::delete);
    Router::new()
        .route(&stream, get(videos::list).post(uploads::tus))
        .route(&format!("{stream}/direct_upload"), post(uploads::form))
        .route(&format!("{stream}/keys"), post(keys::create).get(keys::list))
        .route(&format!("{stream}/keys/{{id}}"), delete(keys::delete))
        .route(&format!("{stream}/webhook"), get(webhook::get).put(webhook::put).delete(webhook::delete))
        .route(&format!("{stream}/{{uid}}"), video)
        .route(&format!("{stream}/{{uid}}/token"), post(keys::token))
        .fallback(async || not_found())
        .layer(middleware::from_fn_with_state(account.clone(), answer::guard))
        .with_state(account)
}
