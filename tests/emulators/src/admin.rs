//! What a test that is not in Rust asks of an emulator, over HTTP: clock, faults, log, webhooks.
//!
//! | request | what it does |
//! |---|---|
//! | `POST /clock` `{"advance": 60}`, `{"stop": 1700000000}`, `"run"` | turns the clock |
//! | `POST /faults` with a [`crate::fault::Fault`], `DELETE /faults` | spoils answers |
//! | `GET /requests` | all requests so far |
//! | `POST /webhooks` `{"url"}` | sends events there, too: `{"secret"}` |
//! | `POST /webhooks/plans` with a [`crate::outbox::Plan`] | loses, doubles, delays, forges events |
//! | `GET /webhooks` | attempts so far, and how many are due |

use axum::{
    Json, Router,
    extract::State,
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{clock::Turn, desk::Desk, fault::Fault, outbox::Outbox, outbox::Plan};

#[derive(Clone)]
struct Office {
    desk: Desk,
    outbox: Outbox,
}

/// The routes that all emulators have.
pub fn routes(desk: Desk, outbox: Outbox) -> Router {
    Router::new()
        .route("/clock", post(clock))
        .route("/faults", post(fault).delete(no_faults))
        .route("/requests", get(requests))
        .route("/webhooks", get(attempts))
        .route("/webhooks/plans", post(plan))
        .with_state(Office { desk, outbox })
}

async fn clock(State(office): State<Office>, Json(turn): Json<Turn>) -> Json<Value> {
    office.desk.clock.turn(turn);
    Json(json!({ "now": office.desk.clock.seconds() }))
}

async fn fault(State(office): State<Office>, Json(fault): Json<Fault>) {
    office.desk.faults.add(fault);
}

async fn no_faults(State(office): State<Office>) {
    office.desk.faults.clear();
}

async fn requests(State(office): State<Office>) -> Json<Value> {
    Json(json!(office.desk.log()))
}

async fn attempts(State(office): State<Office>) -> Json<Value> {
    Json(json!({ "attempts": office.outbox.attempts(), "waiting": office.outbox.waiting() }))
}

async fn plan(State(office): State<Office>, Json(plan): Json<Plan>) {
    office.outbox.plan(plan);
}

/// Where webhooks are to go.
#[derive(Deserialize)]
pub struct Address {
    /// The URL.
    pub url: String,
}
