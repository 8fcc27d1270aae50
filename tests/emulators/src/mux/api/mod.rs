//! `api.mux.com`: <https://www.mux.com/docs/api-reference>.
//!
//! - [`answer`]: how it answers and refuses.
//! - [`guard`]: who may, and how often.
//! - [`page`]: lists in pieces.
//! - [`uploads`], [`assets`], [`playback_ids`], [`signing_keys`], [`restrictions`], [`webhooks`]: the resources.

pub mod answer;
pub mod assets;
pub mod guard;
pub mod page;
pub mod playback_ids;
pub mod restrictions;
pub mod signing_keys;
pub mod uploads;
pub mod webhooks;

use axum::{
    Router, middleware,
    routing::{get, post, put},
};

use self::answer::not_found;
use super::Account;

/// Its routes.
pub fn routes(account: Account) -> Router {
    let asset = get(assets::get).patch(assets::patch).delete(assets::delete);
    let restriction = get(restrictions::get).delete(restrictions::delete);
    let webhook = get(webhooks::get).patch(webhooks::patch).put(webhooks::patch).delete(webhooks::delete);
    let mut routes = Router::new()
        .route("/video/v1/uploads", post(uploads::create).get(uploads::list))
        .route("/video/v1/uploads/{id}", get(uploads::get))
        .route("/video/v1/uploads/{id}/cancel", put(uploads::cancel))
        .route("/video/v1/assets", get(assets::list))
        .route("/video/v1/assets/{id}", asset)
        .route("/video/v1/assets/{id}/master-access", put(assets::master_access))
        .route("/video/v1/assets/{id}/playback-ids", post(playback_ids::create))
        .route("/video/v1/assets/{id}/playback-ids/{playback}", get(playback_ids::get).delete(playback_ids::delete))
        .route("/video/v1/playback-ids/{id}", get(playback_ids::find))
        .route("/video/v1/playback-restrictions", post(restrictions::create).get(restrictions::list))
        .route("/video/v1/playback-restrictions/{id}", restriction)
        .route("/video/v1/playback-restrictions/{id}/referrer", put(restrictions::referrer))
        .route("/video/v1/playback-restrictions/{id}/user_agent", put(restrictions::user_agent))
        .route("/system/v1/webhooks", post(webhooks::create).get(webhooks::list))
        .route("/system/v1/webhooks/{id}", webhook);
    // The old address and today's.
    for address in ["/system/v1/signing-keys", "/video/v1/signing-keys"] {
        let key = get(signing_keys::get).delete(signing_keys::delete);
        routes = routes
            .route(address, post(signing_keys::create).get(signing_keys::list))
            .route(&format!("{address}/{{id}}"), key);
    }
    routes
        .fallback(async || not_found())
        .layer(middleware::from_fn_with_state(account.clone(), guard::guard))
        .with_state(account)
}
