//! One `PUT` of the whole file.

use std::sync::Arc;

use axum::{
    Router,
    body::Body,
    extract::State,
    response::{IntoResponse, Response},
    routing::put,
};

use super::{Refusal, Shared};

/// `PUT /put/{name}`
pub fn routes() -> Router<Arc<Shared>> {
    Router::new().route("/put/{name}", put(take))
}

async fn take(State(shared): State<Arc<Shared>>, body: Body) -> Result<Response, Refusal> {
    let bytes = shared.swallow(body).await?;
    shared.store.finish(&bytes);
    Ok(().into_response())
}
