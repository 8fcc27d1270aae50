//! S3's multipart upload: what a presigned URL allows. There is no signature to check, as there is no secret.

use std::{collections::HashMap, fmt::Write, sync::Arc};

use axum::{
    Json, Router,
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{post, put},
};
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};

use super::{Refusal, Shared, refuse, store::Bytes};

/// `/s3/{key}` with S3's query parameters, and `POST /s3-sign/{key}` for the URLs of parts.
pub fn routes() -> Router<Arc<Shared>> {
    let object = put(put_part).post(create_or_complete).get(list).delete(abort);
    Router::new().route("/s3/{key}", object).route("/s3-sign/{key}", post(sign))
}

type Parameters = Query<HashMap<String, String>>;

/// S3's parts are numbered from 1 to 10,000.
fn part_number(parameters: &Parameters) -> Option<u32> {
    parameters.get("partNumber")?.parse().ok().filter(|number| (1..=10_000).contains(number))
}

async fn put_part(
    State(shared): State<Arc<Shared>>,
    Path(key): Path<String>,
    parameters: Parameters,
    body: Body,
) -> Result<Response, Refusal> {
    let number = part_number(&parameters).ok_or_else(|| refuse("partNumber?"))?;
    let bytes = shared.swallow(body).await?;
    let etag = etag(number, bytes.count);
    shared.store.with(&key, |upload| upload.parts.insert(number, bytes));
    Ok(([(header::ETAG, etag)], ()).into_response())
}

/// No hash, but as unlike the next one.
fn etag(number: u32, size: u64) -> String {
    format!("\"{:032x}\"", (u128::from(number) << 64) | u128::from(size))
}

async fn create_or_complete(
    State(shared): State<Arc<Shared>>,
    Path(key): Path<String>,
    parameters: Parameters,
    body: Body,
) -> Result<Response, Refusal> {
    if !parameters.contains_key("uploadId") {
        return Ok(xml(format!(
            "<InitiateMultipartUploadResult><Bucket>bench</Bucket><Key>{key}</Key><UploadId>1</UploadId>\
             </InitiateMultipartUploadResult>"
        )));
    }
    let wanted = body.collect().await.map_err(refuse)?.to_bytes();
    let wanted = part_numbers(&String::from_utf8_lossy(&wanted)).ok_or_else(|| refuse("MalformedXML"))?;
    let mut upload = shared.store.remove(&key).ok_or_else(|| refuse("NoSuchUpload"))?;
    let mut whole = Bytes::none(shared.store.keeps_bytes());
    for number in wanted {
        whole.join(&upload.parts.remove(&number).ok_or_else(|| refuse("InvalidPart"))?);
    }
    shared.store.finish(&whole);
    Ok(xml(format!(
        "<CompleteMultipartUploadResult><Location>http://127.0.0.1/bench/{key}</Location><Bucket>bench</Bucket>\
         <Key>{key}</Key><ETag>\"1-1\"</ETag></CompleteMultipartUploadResult>"
    )))
}

/// The numbers in `<Part><PartNumber>1</PartNumber>…`, which must ascend.
fn part_numbers(body: &str) -> Option<Vec<u32>> {
    let numbers = body.split("<PartNumber>").skip(1).map(|rest| rest.split('<').next()?.trim().parse().ok());
    let numbers: Vec<u32> = numbers.collect::<Option<_>>()?;
    numbers.is_sorted_by(|one, next| one < next).then_some(numbers)
}

async fn list(State(shared): State<Arc<Shared>>, Path(key): Path<String>) -> Response {
    let mut parts = shared
        .store
        .with(&key, |upload| upload.parts.iter().map(|(number, bytes)| (*number, bytes.count)).collect::<Vec<_>>());
    parts.sort_unstable();
    let mut body = "<ListPartsResult><IsTruncated>false</IsTruncated>".to_owned();
    for (number, size) in parts {
        let etag = etag(number, size).replace('"', "&quot;");
        // Writing to a string cannot fail.
        let _ = write!(body, "<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag><Size>{size}</Size></Part>");
    }
    body.push_str("</ListPartsResult>");
    xml(body)
}

async fn abort(State(shared): State<Arc<Shared>>, Path(key): Path<String>) -> StatusCode {
    shared.store.remove(&key);
    StatusCode::NO_CONTENT
}

#[derive(Deserialize)]
struct Wanted {
    parts: Vec<u32>,
}

#[derive(Serialize)]
struct Signed {
    urls: Vec<String>,
}

async fn sign(Path(key): Path<String>, headers: HeaderMap, Json(wanted): Json<Wanted>) -> Json<Signed> {
    let host = super::text(&headers, "host").unwrap_or("127.0.0.1");
    let url = |number| format!("http://{host}/s3/{key}?partNumber={number}&uploadId=1");
    Json(Signed { urls: wanted.parts.into_iter().map(url).collect() })
}

fn xml(body: String) -> Response {
    ([(header::CONTENT_TYPE, "application/xml")], body).into_response()
}
