//! What all collections have in common: created, listed, read, changed, deleted.

use std::collections::HashMap;

use axum::{
    Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderValue},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use crate::oci::{
    Tenancy,
    answer::{done, found, invalid, missing, not_found, read, refuse},
    store::Retry,
};

/// A collection of resources.
pub struct Collection {
    /// Its name in paths.
    pub name: &'static str,
    /// What the OCIDs of its resources say.
    pub kind: &'static str,
    /// What has to be given.
    required: &'static [&'static str],
    /// What a list has to be asked for by.
    listed_by: Option<&'static str>,
}

const CHANNEL: Option<&str> = Some("distributionChannelId");
const COMPARTMENT: Option<&str> = Some("compartmentId");

/// Those that are made by a plain `POST`.
const COLLECTIONS: [Collection; 6] = [
    Collection {
        name: "mediaWorkflows",
        kind: "mediaworkflow",
        required: &["displayName", "compartmentId"],
        listed_by: COMPARTMENT,
    },
    Collection {
        name: "mediaWorkflowConfigurations",
        kind: "mediaworkflowconfiguration",
        required: &["displayName", "compartmentId", "parameters"],
        listed_by: COMPARTMENT,
    },
    Collection { name: "mediaAssets", kind: "mediaasset", required: &["compartmentId", "type"], listed_by: None },
    Collection {
        name: "streamDistributionChannels",
        kind: "streamdistributionchannel",
        required: &["displayName", "compartmentId"],
        listed_by: COMPARTMENT,
    },
    Collection {
        name: "streamCdnConfigs",
        kind: "streamcdnconfig",
        required: &["displayName", "distributionChannelId", "config"],
        listed_by: CHANNEL,
    },
    Collection {
        name: "streamPackagingConfigs",
        kind: "streampackagingconfig",
        required: &["displayName", "distributionChannelId", "streamPackagingFormat", "segmentTimeInSeconds"],
        listed_by: CHANNEL,
    },
];

fn collection(name: &str) -> Option<&'static Collection> {
    COLLECTIONS.iter().find(|collection| collection.name == name)
}

/// `opc-retry-token`
pub fn retry_token(headers: &HeaderMap) -> Option<&str> {
    headers.get("opc-retry-token").and_then(|token| token.to_str().ok())
}

/// `POST /{collection}`
pub async fn create(
    State(tenancy): State<Tenancy>,
    Path(name): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let Some(collection) = collection(&name) else { return not_found() };
    let asked = match read(&body) {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    if let Some(name) = collection.required.iter().find(|name| asked[**name].is_null()) {
        return missing(name);
    }
    if let Err(why) = check(collection.name, &asked) {
        return invalid(&why);
    }
    let mut state = tenancy.state();
    let channel = asked["distributionChannelId"].as_str();
    if channel.is_some_and(|id| state.store.get("streamDistributionChannels", id).is_none()) {
        return not_found();
    }
    match state.store.retry(retry_token(&headers), &asked) {
        Retry::Other => return refuse(409, "InvalidatedRetryToken", "The retry token was used for another request"),
        Retry::Same(id) => {
            return state.store.get(collection.name, &id).map_or_else(not_found, found);
        }
        Retry::New => {}
    }
    let mut wanted = asked.clone();
    match collection.name {
        // The domain of a channel is a host of its own: here, one with a port.
        "streamDistributionChannels" => {
            wanted["domainName"] = json!(tenancy.hosts().streams.trim_start_matches("http://"));
        }
        "mediaWorkflows" => wanted["version"] = json!(1),
        "streamCdnConfigs" if wanted["isEnabled"].is_null() => wanted["isEnabled"] = json!(true),
        "streamPackagingConfigs" if wanted["encryption"].is_null() => {
            wanted["encryption"] = json!({ "algorithm": "NONE" });
        }
        _ => {}
    }
    let now = tenancy.desk().clock.now();
    let made = state.store.add(collection.name, &wanted, collection.kind, "ACTIVE", now);
    state.store.keep_retry(retry_token(&headers), &asked, made["id"].as_str().unwrap_or_default());
    found(&made)
}

/// What each kind has to say.
fn check(collection: &str, asked: &Value) -> Result<(), String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    match collection {
        "mediaWorkflows" => check_tasks(asked),
        "streamCdnConfigs" if !["EDGE", "AKAMAI_MANUAL"].contains(&text(&asked["config"]["type"]).as_str()) => {
            Err("config.type is EDGE or AKAMAI_MANUAL".into())
        }
        "streamPackagingConfigs" if !["HLS", "DASH"].contains(&text(&asked["streamPackagingFormat"]).as_str()) => {
            Err("streamPackagingFormat is HLS or DASH".into())
        }
        "streamPackagingConfigs" => match asked["encryption"]["algorithm"].as_str() {
            None | Some("NONE" | "AES128") => Ok(()),
            Some(_) => Err("encryption.algorithm is NONE or AES128".into()),
        },
        _ => Ok(()),
    }
}

/// Tasks have keys of their own, and prerequisites among those before them.
fn check_tasks(asked: &Value) -> Result<(), String> {
    let mut known: Vec<&str> = Vec::new();
    for task in asked["tasks"].as_array().into_iter().flatten() {
        let key = task["key"].as_str().ok_or("a task lacks its key")?;
        for name in ["type", "version", "parameters"] {
            if task[name].is_null() {
                return Err(format!("the task {key} lacks {name}"));
            }
        }
        let wanted = task["prerequisites"].as_array().into_iter().flatten().filter_map(Value::as_str);
        if let Some(unknown) = wanted.into_iter().find(|wanted| !known.contains(wanted)) {
            return Err(format!("the task {key} comes after {unknown}, which is not before it"));
        }
        if known.contains(&key) {
            return Err(format!("two tasks are called {key}"));
        }
        known.push(key);
    }
    Ok(())
}

/// `GET /{collection}`
pub async fn list(
    State(tenancy): State<Tenancy>,
    Path(name): Path<String>,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    let Some(collection) = collection(&name) else { return not_found() };
    if let Some(needed) =
        collection.listed_by.filter(|needed| !query.contains_key(*needed) && !query.contains_key("id"))
    {
        return missing(needed);
    }
    piece(&tenancy, collection.name, &query)
}

/// `GET /mediaWorkflowJobs`
pub async fn list_jobs(State(tenancy): State<Tenancy>, Query(query): Query<HashMap<String, String>>) -> Response {
    piece(&tenancy, "mediaWorkflowJobs", &query)
}

/// What does not say which resources are wanted.
const NOT_FILTERS: [&str; 4] = ["limit", "page", "sortBy", "sortOrder"];

fn piece(tenancy: &Tenancy, name: &str, query: &HashMap<String, String>) -> Response {
    tenancy.settle();
    let state = tenancy.state();
    let fits = |item: &&Value| {
        let mut filters = query.iter().filter(|(name, _)| !NOT_FILTERS.contains(&name.as_str()));
        filters.all(|(name, value)| item.get(name).is_none_or(|field| field == value))
    };
    let all: Vec<&Value> = state.store.all(name).iter().rev().filter(fits).collect();
    let number = |name: &str| query.get(name).and_then(|text| text.parse::<usize>().ok());
    let (limit, skip) = (number("limit").unwrap_or(100).clamp(1, 1000), number("page").unwrap_or(0));
    let items: Vec<&Value> = all.iter().skip(skip).take(limit).copied().collect();
    let next = skip + items.len();
    let mut answer = Json(json!({ "items": items })).into_response();
    if next < all.len() {
        answer.headers_mut().insert("opc-next-page", HeaderValue::from(next));
    }
    answer
}

/// `GET /{collection}/{id}`
pub async fn get(State(tenancy): State<Tenancy>, Path((name, id)): Path<(String, String)>) -> Response {
    one(&tenancy, &name, &id)
}

/// `GET /mediaWorkflowJobs/{id}`
pub async fn get_job(State(tenancy): State<Tenancy>, Path(id): Path<String>) -> Response {
    one(&tenancy, "mediaWorkflowJobs", &id)
}

fn one(tenancy: &Tenancy, name: &str, id: &str) -> Response {
    tenancy.settle();
    tenancy.state().store.get(name, id).map_or_else(not_found, found)
}

/// `PUT /{collection}/{id}`
pub async fn update(State(tenancy): State<Tenancy>, Path((name, id)): Path<(String, String)>, body: Bytes) -> Response {
    change(&tenancy, &name, &id, &body)
}

/// `PUT /mediaWorkflowJobs/{id}`
pub async fn update_job(State(tenancy): State<Tenancy>, Path(id): Path<String>, body: Bytes) -> Response {
    change(&tenancy, "mediaWorkflowJobs", &id, &body)
}

fn change(tenancy: &Tenancy, name: &str, id: &str, body: &Bytes) -> Response {
    let asked = match read(body) {
        Ok(asked) => asked,
        Err(refusal) => return refusal,
    };
    let time = tenancy.desk().clock.rfc3339();
    let mut state = tenancy.state();
    if state.store.get(name, id).is_none() {
        return not_found();
    }
    let Some(known) = state.store.get_mut(name, id) else { return not_found() };
    for (field, value) in asked.as_object().into_iter().flatten() {
        known[field] = value.clone();
    }
    known["timeUpdated"] = json!(time);
    if let Some(version) = known["version"].as_u64() {
        known["version"] = json!(version + 1);
    }
    found(known)
}

/// `DELETE /{collection}/{id}`: it stays in lists as `DELETED`.
pub async fn delete(State(tenancy): State<Tenancy>, Path((name, id)): Path<(String, String)>) -> Response {
    let mut state = tenancy.state();
    if collection(&name).is_none() || state.store.get(&name, &id).is_none() {
        return not_found();
    }
    if let Some(known) = state.store.get_mut(&name, &id) {
        known["lifecycleState"] = json!("DELETED");
    }
    done()
}

/// `GET /systemMediaWorkflows`
pub async fn system_workflows() -> Response {
    found(&json!({ "items": [{
        "name": "ingestWorkflow", "description": "Ingests an asset into a channel",
        "parameters": { "inputs": { "mediaAssetId": "", "distributionChannelId": "" } }, "tasks": [],
    }] }))
}
