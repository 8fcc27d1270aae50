//! Buckets and objects.

use std::collections::BTreeMap;

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::{Value, json};

use super::{Call, Object};
use crate::{
    clock::rfc3339,
    oci::{Tenancy, answer},
    play,
};

/// `GET /n/{namespace}/b`
pub fn list_buckets(tenancy: &Tenancy) -> Response {
    let names: Vec<String> = tenancy.state().storage.buckets.keys().cloned().collect();
    answer::found(&names.iter().map(|name| bucket(tenancy, name)).collect::<Value>())
}

/// A bucket, as it is shown.
pub fn bucket(tenancy: &Tenancy, name: &str) -> Value {
    json!({
        "namespace": tenancy.setup().namespace, "name": name, "compartmentId": "ocid1.compartment.oc1..c",
        "createdBy": tenancy.setup().user, "timeCreated": "2026-01-01T00:00:00.000Z", "etag": name,
        "publicAccessType": "NoPublicAccess", "storageTier": "Standard", "objectEventsEnabled": true,
    })
}

/// `POST /n/{namespace}/b`
pub fn create_bucket(tenancy: &Tenancy, call: &Call) -> Response {
    let asked = serde_json::from_slice::<Value>(&call.body).unwrap_or_default();
    let Some(name) = asked["name"].as_str() else { return answer::missing("name") };
    let mut state = tenancy.state();
    if state.storage.buckets.contains_key(name) {
        return answer::refuse(409, "BucketAlreadyExists", "There is a bucket of this name");
    }
    state.storage.buckets.insert(name.to_owned(), BTreeMap::new());
    drop(state);
    answer::found(&bucket(tenancy, name))
}

/// `DELETE /n/{namespace}/b/{bucket}`
pub fn delete_bucket(tenancy: &Tenancy, name: &str) -> Response {
    let mut state = tenancy.state();
    if state.storage.buckets.get(name).is_some_and(|objects| !objects.is_empty()) {
        return answer::refuse(409, "BucketNotEmpty", "The bucket has objects");
    }
    state.storage.buckets.remove(name);
    answer::done()
}

/// `GET …/o`: names in order, from `start` on, by `prefix`, with `limit`.
pub fn list(tenancy: &Tenancy, bucket: &str, call: &Call) -> Response {
    let state = tenancy.state();
    let Some(objects) = state.storage.buckets.get(bucket) else { return answer::not_found() };
    let limit = call.asked("limit").parse().unwrap_or(1000_usize).clamp(1, 1000);
    let (prefix, start) = (call.asked("prefix"), call.asked("start"));
    let mut fitting = objects.iter().filter(|(name, _)| name.starts_with(prefix) && name.as_str() >= start);
    let piece: Vec<Value> = fitting
        .by_ref()
        .take(limit)
        .map(|(name, object)| {
            let time = rfc3339(object.modified);
            json!({ "name": name, "size": object.bytes.len(), "md5": object.md5, "etag": object.etag,
                    "timeCreated": time, "timeModified": time, "storageTier": "Standard" })
        })
        .collect();
    let next = fitting.next().map(|(name, _)| name.clone());
    answer::found(&json!({ "objects": piece, "prefixes": [], "nextStartWith": next }))
}

/// `PUT …/o/{object}`
pub fn put(tenancy: &Tenancy, bucket: &str, name: &str, call: &Call) -> Response {
    match check(call) {
        Ok(()) => write(tenancy, bucket, name, call),
        Err(refusal) => refusal,
    }
}

/// Whether a body is what its headers say.
///
/// # Errors
/// The refusal.
#[expect(clippy::result_large_err, reason = "the refusal is the answer")]
pub fn check(call: &Call) -> Result<(), Response> {
    if !call.is_whole {
        return Err(answer::refuse(400, "IncompleteBody", "The body broke off"));
    }
    let told = call.headers.get("content-md5").and_then(|md5| md5.to_str().ok());
    let object = Object::new(call.body.clone(), &HeaderMap::new(), std::time::Duration::ZERO);
    match told {
        Some(told) if told != object.md5 => {
            Err(answer::refuse(400, "UnmatchedContentMD5", "The body is not what Content-MD5 says"))
        }
        _ => Ok(()),
    }
}

fn write(tenancy: &Tenancy, bucket: &str, name: &str, call: &Call) -> Response {
    let mut state = tenancy.state();
    let keeps = call.headers.get(header::IF_NONE_MATCH).is_some_and(|value| value == "*");
    if keeps && state.storage.object(bucket, name).is_some() {
        return answer::refuse(412, "IfNoneMatchFailed", "There is an object of this name");
    }
    let object = Object::new(call.body.clone(), &call.headers, tenancy.desk().clock.now());
    let answer = written(&object);
    state.storage.write(bucket, name, object);
    drop(state);
    tenancy.tell_object(bucket, name);
    answer
}

impl Tenancy {
    /// Says that an object was written.
    pub(crate) fn tell_object(&self, bucket: &str, name: &str) {
        let namespace = &self.setup().namespace;
        let state = self.state();
        let etag = state.storage.object(bucket, name).map(|object| object.etag.clone());
        drop(state);
        let details = json!({
            "bucketName": bucket, "bucketId": format!("ocid1.bucket.oc1.phx.{bucket}"), "namespace": namespace,
            "eTag": etag, "archivalState": "Available", "versionId": etag,
        });
        let id = format!("/n/{namespace}/b/{bucket}/o/{name}");
        self.tell("objectstorage", "createobject", name, &id, &details);
    }
}

/// The answer to an object or part that was written.
pub fn written(object: &Object) -> Response {
    let headers = [("etag", object.etag.clone()), ("opc-content-md5", object.md5.clone())];
    let time = [("last-modified", http_date(object))];
    (StatusCode::OK, headers, time).into_response()
}

fn http_date(object: &Object) -> String {
    let seconds = i64::try_from(object.modified.as_secs()).unwrap_or_default();
    let time = chrono::DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

/// `GET …/o/{object}`, `HEAD …/o/{object}`
pub fn get(tenancy: &Tenancy, bucket: &str, name: &str, call: &Call) -> Response {
    let Some(object) = tenancy.state().storage.object(bucket, name).cloned() else {
        return answer::refuse(404, "ObjectNotFound", &format!("The object {name} does not exist"));
    };
    let mut headers = HeaderMap::new();
    let mut put = |name: &str, value: &str| {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::from_str(value)) {
            headers.insert(name, value);
        }
    };
    put("etag", &object.etag);
    put(if object.md5.contains('-') { "opc-multipart-md5" } else { "content-md5" }, &object.md5);
    put("last-modified", &http_date(&object));
    for (name, value) in &object.meta {
        put(name, value);
    }
    if call.method == Method::HEAD {
        headers.insert(header::CONTENT_LENGTH, HeaderValue::from(object.bytes.len()));
        put_type(&mut headers, &object.content_type);
        return (headers, axum::body::Body::empty()).into_response();
    }
    let mut answer = play::ranged(object.bytes, &object.content_type, &call.headers);
    answer.headers_mut().extend(headers);
    answer
}

fn put_type(headers: &mut HeaderMap, kind: &str) {
    if let Ok(kind) = HeaderValue::from_str(kind) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
}

/// `DELETE …/o/{object}`
pub fn delete(tenancy: &Tenancy, bucket: &str, name: &str) -> Response {
    let mut state = tenancy.state();
    match state.storage.buckets.get_mut(bucket).and_then(|objects| objects.remove(name)) {
        Some(_) => answer::done(),
        None => answer::refuse(404, "ObjectNotFound", &format!("The object {name} does not exist")),
    }
}
