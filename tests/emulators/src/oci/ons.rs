//! Notifications: subscriptions by HTTPS, their confirmation, and events.
//! <https://docs.oracle.com/en-us/iaas/Content/Notification/home.htm>
//!
//! `X-OCI-NS-Signature` is sent, and means nothing: nobody outside knows what Oracle signs.

use std::{collections::HashMap, time::Duration};

use axum::{
    Json, Router,
    body::Bytes,
    extract::{Path, Query, State},
    http::HeaderMap,
    middleware,
    response::{IntoResponse, Response},
    routing::{get, post},
};
use serde_json::{Value, json};

use super::{Tenancy, answer, sign};
use crate::{
    clock::rfc3339,
    outbox::{Endpoint, Event, Headers, Manner},
    secret,
};

/// A subscription.
pub struct Subscription {
    id: String,
    token: String,
    shown: Value,
}

/// At once, and after 1, 2, 4 … minutes for two hours.
pub fn manner() -> Manner {
    Manner {
        headers,
        timeout: Duration::from_secs(5),
        pauses: [0, 1, 2, 4, 8, 16, 32].map(|minutes| Duration::from_secs(minutes * 60)).to_vec(),
        lists_attempts: false,
    }
}

fn headers(topic: &str, time: u64, event: &Event, _: &[u8]) -> Headers {
    let own = event.body.get("ConfirmationURL").and_then(Value::as_str);
    let kind = if own.is_some() { "SubscriptionConfirmation" } else { "Notification" };
    let mut headers = vec![
        ("x-oci-ns-messagetype", kind.to_owned()),
        ("x-oci-ns-messageid", event.id.clone()),
        ("x-oci-ns-topicocid", topic.to_owned()),
        ("x-oci-ns-timestamp", rfc3339(Duration::from_secs(time))),
        ("x-oci-ns-signatureversion", "1.0".to_owned()),
        ("x-oci-ns-signature", secret::base64(b"unknown")),
    ];
    if let Some(url) = own {
        headers.push(("x-oci-ns-confirmationurl", url.to_owned()));
        headers.push(("x-oci-ns-state", "Pending".to_owned()));
    }
    headers
}

/// Its routes.
pub fn routes(tenancy: Tenancy) -> Router {
    let one = get(read).delete(delete);
    let signed = Router::new()
        .route("/20181201/subscriptions", post(create).get(list))
        .route("/20181201/subscriptions/{id}", one)
        .layer(middleware::from_fn_with_state(tenancy.clone(), sign::guard));
    // By whoever has the URL.
    signed.route("/20181201/subscriptions/{id}/confirmation", get(confirm)).with_state(tenancy)
}

async fn create(State(tenancy): State<Tenancy>, body: Bytes) -> Response {
    let asked = match answer::read(&body) {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    for name in ["topicId", "compartmentId", "protocol", "endpoint"] {
        if !asked[name].is_string() {
            return answer::missing(name);
        }
    }
    let [topic, url] = ["topicId", "endpoint"].map(|name| asked[name].as_str().unwrap_or_default());
    answer::found(&tenancy.subscribe(topic, url, &asked))
}

impl Tenancy {
    /// Sends events to a URL once it is confirmed, and asks for the confirmation.
    pub fn subscribe(&self, topic: &str, url: &str, asked: &Value) -> Value {
        let id = format!("ocid1.onssubscription.oc1.phx.{}", secret::random(20).to_lowercase());
        let token = secret::random(40);
        let mut shown = asked.clone();
        shown["id"] = json!(id);
        shown["lifecycleState"] = json!("PENDING");
        shown["createdTime"] = json!(u64::try_from(self.desk().clock.now().as_millis()).unwrap_or_default());
        shown["etag"] = json!(secret::random(8));
        let host = &self.hosts().ons;
        let confirmation =
            format!("{host}/20181201/subscriptions/{id}/confirmation?token={token}&protocol=CUSTOM_HTTPS");
        self.state().subscriptions.push(Subscription { id: id.clone(), token, shown: shown.clone() });
        let endpoint = Endpoint { id: id.clone(), url: url.to_owned(), secret: topic.to_owned(), enabled: false };
        self.outbox().add(endpoint);
        let body = json!({ "ConfirmationURL": confirmation });
        self.outbox().send_to(&id, Event { id: secret::uuid(), kind: "SubscriptionConfirmation".into(), body });
        shown
    }

    /// An event of a service, as the CloudEvent that it sends.
    pub fn tell(&self, source: &str, kind: &str, name: &str, id: &str, details: &Value) {
        let event = secret::uuid();
        let body = json!({
            "eventType": format!("com.oraclecloud.{source}.{kind}"), "cloudEventsVersion": "0.1",
            "eventTypeVersion": "2.0", "source": source, "eventTime": self.desk().clock.rfc3339(),
            "contentType": "application/json", "eventID": event,
            "extensions": { "compartmentId": "ocid1.compartment.oc1..c" },
            "data": {
                "compartmentId": "ocid1.compartment.oc1..c", "compartmentName": "c", "resourceName": name,
                "resourceId": id, "availabilityDomain": "PHX-AD-1", "additionalDetails": details,
            },
        });
        self.outbox().send(Event { id: event, kind: kind.to_owned(), body });
    }
}

async fn list(State(tenancy): State<Tenancy>) -> Response {
    let all: Vec<Value> = tenancy.state().subscriptions.iter().map(|known| known.shown.clone()).collect();
    Json(all).into_response()
}

async fn read(State(tenancy): State<Tenancy>, Path(id): Path<String>) -> Response {
    match tenancy.state().subscriptions.iter().find(|known| known.id == id) {
        Some(known) => answer::found(&known.shown),
        None => answer::not_found(),
    }
}

async fn delete(State(tenancy): State<Tenancy>, Path(id): Path<String>, _headers: HeaderMap) -> Response {
    tenancy.state().subscriptions.retain(|known| known.id != id);
    if tenancy.outbox().remove(&id) { answer::done() } else { answer::not_found() }
}

async fn confirm(
    State(tenancy): State<Tenancy>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let mut state = tenancy.state();
    let known = state.subscriptions.iter_mut().find(|known| known.id == id && query.get("token") == Some(&known.token));
    let Some(known) = known else { return answer::not_found() };
    known.shown["lifecycleState"] = json!("ACTIVE");
    tenancy.outbox().change(&id, |endpoint| endpoint.enabled = true);
    Json(json!({ "message": "The subscription is confirmed", "subscriptionId": id })).into_response()
}
