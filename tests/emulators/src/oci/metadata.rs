//! The instance metadata service, version 2.
//! <https://docs.oracle.com/en-us/iaas/Content/Compute/Tasks/gettingmetadata.htm>

use axum::{
    Json, Router,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::json;

use super::Tenancy;

/// Its routes.
pub fn routes(tenancy: Tenancy) -> Router {
    Router::new().route("/opc/v2/{*path}", get(read)).with_state(tenancy)
}

async fn read(State(tenancy): State<Tenancy>, Path(path): Path<String>, headers: HeaderMap) -> Response {
    // What keeps a server that fetches strangers' URLs from telling them.
    if headers.get(header::AUTHORIZATION).is_none_or(|value| value != "Bearer Oracle") {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let instance = tenancy.instance();
    match path.trim_end_matches('/') {
        "instance/region" => "phx".into_response(),
        "instance/regionInfo" => Json(json!({
            "realmKey": "oc1", "realmDomainComponent": "oraclecloud.com", "regionKey": "PHX",
            "regionIdentifier": "us-phoenix-1",
        }))
        .into_response(),
        "identity/cert.pem" => instance.certificate.clone().into_response(),
        "identity/key.pem" => instance.key.clone().into_response(),
        "identity/intermediate.pem" => instance.intermediate.clone().into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}
