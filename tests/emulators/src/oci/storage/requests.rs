//! Pre-authenticated requests: made, listed, deleted.

use std::time::Duration;

use axum::response::Response;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::Call;
use crate::{
    clock::{parse_rfc3339, rfc3339},
    oci::{Tenancy, answer},
    secret,
};

/// A pre-authenticated request.
#[derive(Clone)]
pub struct Preauthenticated {
    /// What makes its URL secret.
    pub secret: String,
    /// Its bucket.
    pub bucket: String,
    /// What it is called.
    pub name: String,
    /// Its object, or what the names of its objects begin with. None: any object.
    pub object: Option<String>,
    /// `ObjectRead`, for one.
    pub access: String,
    /// Whether it may list.
    pub lists: bool,
    /// When it was made.
    pub created: Duration,
    /// When it is over.
    pub expires: Duration,
}

const KINDS: [&str; 6] =
    ["ObjectRead", "ObjectWrite", "ObjectReadWrite", "AnyObjectRead", "AnyObjectWrite", "AnyObjectReadWrite"];

impl Preauthenticated {
    fn json(&self, id: &str) -> Value {
        json!({
            "id": id, "name": self.name, "objectName": self.object, "accessType": self.access,
            "bucketListingAction": if self.lists { "ListObjects" } else { "Deny" },
            "timeCreated": rfc3339(self.created), "timeExpires": rfc3339(self.expires),
        })
    }

    /// Whether it lets an object be read, or written.
    pub fn allows(&self, object: &str, writes: bool) -> bool {
        let kind = self.access.trim_start_matches("Any");
        let how = if writes { kind != "ObjectRead" } else { kind != "ObjectWrite" };
        let which = match &self.object {
            Some(only) if self.access.starts_with("Any") => object.starts_with(only.as_str()),
            Some(only) => only == object,
            None => true,
        };
        how && which
    }
}

/// `POST …/p`: the only answer that has the URL.
pub fn create(tenancy: &Tenancy, bucket: &str, call: &Call) -> Response {
    let asked = serde_json::from_slice::<Value>(&call.body).unwrap_or_default();
    let text = |name: &str| asked[name].as_str();
    let Some(name) = text("name") else { return answer::missing("name") };
    let Some(access) = text("accessType").filter(|kind| KINDS.contains(kind)) else {
        return answer::invalid("accessType is unknown");
    };
    let Some(expires) = text("timeExpires").and_then(parse_rfc3339) else { return answer::missing("timeExpires") };
    let created = tenancy.desk().clock.now();
    if expires <= created {
        return answer::invalid("timeExpires is past");
    }
    let is_any = access.starts_with("Any");
    let object = text("objectName").filter(|name| !name.is_empty());
    if !is_any && object.is_none() {
        return answer::missing("objectName");
    }
    let request = Preauthenticated {
        secret: secret::random(64),
        bucket: bucket.to_owned(),
        name: name.to_owned(),
        object: object.map(str::to_owned),
        access: access.to_owned(),
        lists: is_any && text("bucketListingAction") == Some("ListObjects"),
        created,
        expires,
    };
    let id = format!("{}:{name}", secret::random(32));
    let mut shown = request.json(&id);
    let at = if is_any { String::new() } else { encoded_path(object.unwrap_or_default()) };
    let uri = format!("/p/{}/n/{}/b/{bucket}/o/{at}", request.secret, tenancy.setup().namespace);
    shown["accessUri"] = json!(uri);
    shown["fullPath"] = json!(format!("{}{uri}", tenancy.hosts().storage));
    tenancy.state().storage.requests.insert(id, request);
    answer::found(&shown)
}

/// A name with its slashes, and all else encoded that needs it.
fn encoded_path(name: &str) -> String {
    name.split('/').map(encoded).collect::<Vec<_>>().join("/")
}

/// A name as one part of a path.
pub fn encoded(name: &str) -> String {
    const KEPT: &percent_encoding::AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
    utf8_percent_encode(name, KEPT).to_string()
}

/// `GET …/p`
pub fn list(tenancy: &Tenancy, bucket: &str) -> Response {
    let state = tenancy.state();
    let requests = state.storage.requests.iter().filter(|(_, request)| request.bucket == bucket);
    answer::found(&requests.map(|(id, request)| request.json(id)).collect::<Value>())
}

/// `GET …/p/{id}`
pub fn get(tenancy: &Tenancy, bucket: &str, id: &str) -> Response {
    match tenancy.state().storage.requests.get(id).filter(|request| request.bucket == bucket) {
        Some(request) => answer::found(&request.json(id)),
        None => answer::not_found(),
    }
}

/// `DELETE …/p/{id}`: its URL is worth nothing from here on.
pub fn delete(tenancy: &Tenancy, bucket: &str, id: &str) -> Response {
    let mut state = tenancy.state();
    let is_there = state.storage.requests.get(id).is_some_and(|request| request.bucket == bucket);
    state.storage.requests.remove(id).filter(|_| is_there).map_or_else(answer::not_found, |_| answer::done())
}
