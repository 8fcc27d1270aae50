//! Object Storage. <https://docs.oracle.com/en-us/iaas/api/#/en/objectstorage/20160918/>
//!
//! Names of objects have slashes, bare or as `%2F`, so that paths are taken apart here and not by the router.
//!
//! - [`objects`]: buckets and objects.
//! - [`parts`]: uploads in parts.
//! - [`requests`]: pre-authenticated requests, made and listed.
//! - [`open`]: what is done by whoever has the URL of one.

pub mod objects;
pub mod open;
pub mod parts;
pub mod requests;

use std::{
    collections::{BTreeMap, HashMap},
    time::Duration,
};

use axum::{
    Router,
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use md5::{Digest, Md5};
use percent_encoding::percent_decode_str;

use self::requests::Preauthenticated;
use super::{Tenancy, answer};
use crate::{intake::read, secret};

/// Buckets, uploads, pre-authenticated requests.
#[derive(Default)]
pub struct Storage {
    /// Objects of buckets, by name.
    pub buckets: BTreeMap<String, BTreeMap<String, Object>>,
    /// Uploads that are under way, by id.
    pub uploads: HashMap<String, Upload>,
    /// By id.
    pub requests: BTreeMap<String, Preauthenticated>,
}

/// An object.
#[derive(Clone)]
pub struct Object {
    /// What is in it.
    pub bytes: Vec<u8>,
    /// Its version.
    pub etag: String,
    /// MD5 in base64, or of parts with their number.
    pub md5: String,
    /// Its media type.
    pub content_type: String,
    /// `opc-meta-…`.
    pub meta: Vec<(String, String)>,
    /// When it was written.
    pub modified: Duration,
}

/// An upload in parts.
pub struct Upload {
    /// Its bucket.
    pub bucket: String,
    /// Its object.
    pub object: String,
    /// The media type and `opc-meta-…` of its object.
    pub headers: HeaderMap,
    /// When it began.
    pub created: Duration,
    /// Parts by number: the last one that was sent counts.
    pub parts: BTreeMap<u32, Object>,
    /// What makes its URL secret, if it was begun by a pre-authenticated request: and that one's id.
    pub secret: Option<(String, String)>,
}

impl Storage {
    /// Empty buckets.
    pub fn new(buckets: &[String]) -> Self {
        let buckets = buckets.iter().map(|name| (name.clone(), BTreeMap::new())).collect();
        Self { buckets, ..Self::default() }
    }

    /// An object.
    pub fn object(&self, bucket: &str, name: &str) -> Option<&Object> {
        self.buckets.get(bucket)?.get(name)
    }

    /// Writes an object.
    pub fn write(&mut self, bucket: &str, name: &str, object: Object) {
        self.buckets.entry(bucket.to_owned()).or_default().insert(name.to_owned(), object);
    }
}

impl Object {
    /// One of these bytes.
    pub fn new(bytes: Vec<u8>, headers: &HeaderMap, modified: Duration) -> Self {
        let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
        let meta = headers.iter().filter(|(name, _)| name.as_str().starts_with("opc-meta-"));
        Self {
            etag: secret::uuid(),
            md5: secret::base64(&Md5::digest(&bytes)),
            content_type: headers.get(header::CONTENT_TYPE).map_or("application/octet-stream".into(), text),
            meta: meta.map(|(name, value)| (name.to_string(), text(value))).collect(),
            bytes,
            modified,
        }
    }
}

/// A request, with its path taken apart.
pub struct Call {
    /// Its method.
    pub method: Method,
    /// What follows the namespace: `b`, a bucket, `o` …, decoded.
    pub path: Vec<String>,
    /// Its query.
    pub query: HashMap<String, String>,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Vec<u8>,
    /// Whether the body came to its end.
    pub is_whole: bool,
}

impl Call {
    /// An item of the query. Empty: it is missing.
    pub fn asked(&self, name: &str) -> &str {
        self.query.get(name).map_or("", String::as_str)
    }

    /// The name at the end of the path, from this place on: it may have slashes.
    pub fn name(&self, from: usize) -> String {
        self.path.get(from..).unwrap_or_default().join("/")
    }
}

/// Its routes.
pub fn routes(tenancy: Tenancy) -> Router {
    Router::new().fallback(serve).with_state(tenancy)
}

async fn serve(State(tenancy): State<Tenancy>, request: Request) -> Response {
    let (head, body) = request.into_parts();
    let asked = head.headers.clone();
    let mut answer = if head.method == Method::OPTIONS {
        open::preflight(&head.headers)
    } else {
        handle(&tenancy, head, body).await
    };
    answer::stamp(&asked, &mut answer);
    answer
}

async fn handle(tenancy: &Tenancy, head: axum::http::request::Parts, body: Body) -> Response {
    let target = head.uri.path_and_query().map_or("/", |target| target.as_str()).to_owned();
    let mut parts: Vec<String> = Vec::new();
    for part in head.uri.path().trim_start_matches('/').split('/') {
        let Ok(part) = percent_decode_str(part).decode_utf8() else { return answer::invalid("the path is no UTF-8") };
        parts.push(part.into_owned());
    }
    let query = query(head.uri.query().unwrap_or_default());
    // Objects and parts are streamed: their bytes are not signed.
    let is_streamed = head.method == Method::PUT && matches!(parts.get(4).map(String::as_str), Some("o" | "u"));
    let is_open = parts.first().is_some_and(|first| first == "p");
    if is_streamed && let Err(why) = tenancy.judge(&head.method, &target, &head.headers, None) {
        return answer::refuse(401, "NotAuthenticated", &why);
    }
    let (body, is_whole) = read(body).await;
    if !is_streamed
        && !is_open
        && let Err(why) = tenancy.judge(&head.method, &target, &head.headers, Some(&body))
    {
        return answer::refuse(401, "NotAuthenticated", &why);
    }
    let mut call = Call { method: head.method, path: Vec::new(), query, headers: head.headers, body, is_whole };
    if is_open {
        return open::handle(tenancy, &parts, call);
    }
    let namespace = &tenancy.setup().namespace;
    match parts.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["n"] if call.method == Method::GET => axum::Json(namespace.clone()).into_response(),
        ["n", ns, ..] if ns == namespace => {
            call.path = parts.split_off(2);
            dispatch(tenancy, &call)
        }
        _ => answer::not_found(),
    }
}

/// A query, decoded: `+` stands for itself in the names of objects.
fn query(text: &str) -> HashMap<String, String> {
    let decode = |text: &str| percent_decode_str(text).decode_utf8_lossy().into_owned();
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (decode(name), decode(value)))
        .collect()
}

fn dispatch(tenancy: &Tenancy, call: &Call) -> Response {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    match (path.as_slice(), call.method.as_str()) {
        (["b"], "GET") => objects::list_buckets(tenancy),
        (["b"], "POST") => objects::create_bucket(tenancy, call),
        (["b", bucket, ..], _) if !tenancy.state().storage.buckets.contains_key(*bucket) => {
            answer::refuse(404, "BucketNotFound", &format!("The bucket {bucket} does not exist"))
        }
        (["b", bucket], "GET" | "HEAD") => answer::found(&objects::bucket(tenancy, bucket)),
        (["b", bucket], "DELETE") => objects::delete_bucket(tenancy, bucket),
        (["b", bucket, "o"], "GET") => objects::list(tenancy, bucket, call),
        (["b", bucket, "o", ..], "PUT") => objects::put(tenancy, bucket, &call.name(3), call),
        (["b", bucket, "o", ..], "GET" | "HEAD") => objects::get(tenancy, bucket, &call.name(3), call),
        (["b", bucket, "o", ..], "DELETE") => objects::delete(tenancy, bucket, &call.name(3)),
        (["b", bucket, "u"], "POST") => parts::begin(tenancy, bucket, call),
        (["b", bucket, "u"], "GET") => parts::list_uploads(tenancy, bucket),
        (["b", bucket, "u", ..], "GET") => parts::list(tenancy, bucket, &call.name(3), call),
        (["b", bucket, "u", ..], "PUT") => parts::put(tenancy, bucket, &call.name(3), call),
        (["b", bucket, "u", ..], "POST") => parts::commit(tenancy, bucket, &call.name(3), call),
        (["b", bucket, "u", ..], "DELETE") => parts::abort(tenancy, bucket, &call.name(3), call),
        (["b", bucket, "p"], "POST") => requests::create(tenancy, bucket, call),
        (["b", bucket, "p"], "GET") => requests::list(tenancy, bucket),
        (["b", bucket, "p", id], "GET") => requests::get(tenancy, bucket, id),
        (["b", bucket, "p", id], "DELETE") => requests::delete(tenancy, bucket, id),
        _ => StatusCode::METHOD_NOT_ALLOWED.into_response(),
    }
}
