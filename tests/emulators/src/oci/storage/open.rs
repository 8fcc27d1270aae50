//! What is done by whoever has the URL of a pre-authenticated request: from any page, without a signature.
//! <https://docs.oracle.com/en-us/iaas/Content/Object/Tasks/usingpreauthenticatedrequests.htm>

use axum::{
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::json;

use super::{
    Call, objects,
    requests::{Preauthenticated, encoded},
};
use crate::{
    oci::{Tenancy, answer},
    secret,
};

const METHODS: &str = "POST,PUT,GET,HEAD,DELETE,OPTIONS";
const EXPOSED: &str = "accept-ranges,content-length,content-md5,content-range,content-type,date,etag,last-modified,\
                       opc-client-info,opc-content-md5,opc-multipart-md5,opc-request-id,retry-after";

/// The leave that browsers ask for.
pub fn preflight(asked: &HeaderMap) -> Response {
    let mut answer = StatusCode::OK.into_response();
    if let Some(names) = asked.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        answer.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    with_cors(answer)
}

fn with_cors(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    headers.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    answer
}

/// `/p/{secret}/n/{namespace}/b/{bucket}/…`
pub fn handle(tenancy: &Tenancy, parts: &[String], call: Call) -> Response {
    let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
    let answer = match parts.as_slice() {
        ["p", secret, "n", namespace, "b", bucket, "o", name @ ..] if *namespace == tenancy.setup().namespace => {
            object(tenancy, secret, bucket, &name.join("/"), &call)
        }
        ["p", secret, "n", namespace, "b", bucket, "u", rest @ ..] if *namespace == tenancy.setup().namespace => {
            part(tenancy, secret, bucket, rest, &call)
        }
        _ => answer::not_found(),
    };
    with_cors(answer)
}

impl Tenancy {
    /// A pre-authenticated request by what makes its URL secret, unless it is over.
    fn request(&self, is_it: impl Fn(&str, &Preauthenticated) -> bool) -> Option<(String, Preauthenticated)> {
        let now = self.desk().clock.now();
        let state = self.state();
        let (id, request) = state.storage.requests.iter().find(|(id, request)| is_it(id, request))?;
        (now < request.expires).then(|| (id.clone(), request.clone()))
    }
}

fn object(tenancy: &Tenancy, secret: &str, bucket: &str, name: &str, call: &Call) -> Response {
    let found = tenancy.request(|_, request| request.secret == secret && request.bucket == bucket);
    let Some((id, request)) = found else { return answer::not_found() };
    let writes = call.method == Method::PUT;
    if name.is_empty() && call.method == Method::GET && request.lists {
        return objects::list(tenancy, bucket, call);
    }
    if !request.allows(name, writes) {
        return answer::not_found();
    }
    match call.method.as_str() {
        "PUT" if call.headers.get("opc-multipart").is_some_and(|value| value == "true") => {
            begin(tenancy, id, bucket, name, call)
        }
        "PUT" => objects::put(tenancy, bucket, name, call),
        "GET" | "HEAD" => objects::get(tenancy, bucket, name, call),
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}

/// An upload in parts, with a URL of its own.
fn begin(tenancy: &Tenancy, request: String, bucket: &str, name: &str, call: &Call) -> Response {
    let secret = secret::random(64);
    let (id, mut shown) = tenancy.begin_upload(bucket, name, call, Some((secret.clone(), request)));
    let namespace = &tenancy.setup().namespace;
    shown["accessUri"] = json!(format!("/p/{secret}/n/{namespace}/b/{bucket}/u/{}/id/{id}/", encoded(name)));
    answer::found(&shown)
}

/// `{object…}/id/{uploadId}/{part}`
fn part(tenancy: &Tenancy, secret: &str, bucket: &str, rest: &[&str], call: &Call) -> Response {
    let Some(at) = rest.iter().rposition(|part| *part == "id") else { return answer::not_found() };
    let (name, rest) = rest.split_at(at);
    let name = name.join("/");
    let (Some(id), number) = (rest.get(1), rest.get(2).copied().unwrap_or_default()) else {
        return answer::not_found();
    };
    let owner = {
        let state = tenancy.state();
        let upload = state.storage.uploads.get(*id);
        upload.and_then(|upload| upload.secret.clone()).filter(|(known, _)| known == secret).map(|(_, owner)| owner)
    };
    // The request that it was begun by may be over, or deleted.
    let lives = owner.is_some_and(|owner| tenancy.request(|id, _| id == owner).is_some());
    if !lives {
        return answer::not_found();
    }
    match (call.method.as_str(), number) {
        ("POST", "") => tenancy.join(bucket, &name, id, None),
        ("DELETE", "") => tenancy.drop_upload(bucket, &name, id),
        ("PUT", number) => tenancy.keep_part(bucket, &name, id, number, call),
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}
