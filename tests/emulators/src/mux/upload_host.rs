//! The URL of a direct upload: Google's resumable protocol, by `PUT` to one URL.
//! <https://cloud.google.com/storage/docs/performing-resumable-uploads>

use std::collections::HashMap;

use super::{Account, state::Upload};
use crate::intake::read;
use axum::{
    Router,
    body::Body,
    extract::{Path, Query, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::options,
};

/// Chunks are multiples of this, but for the last.
const QUANTUM: u64 = 262_144;
/// What scripts have been seen to be able to read.
const EXPOSED: &str = "Content-Length, Content-Type, Date, Server, Transfer-Encoding";

/// Its routes.
pub fn routes(account: Account) -> Router {
    let upload = options(preflight).put(put).delete(delete);
    Router::new().route("/upload/{id}", upload).with_state(account)
}

/// What a request says of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ContentRange {
    /// The first, and the last. None: a question.
    bytes: Option<(u64, u64)>,
    /// The file's length. None: not known yet.
    total: Option<u64>,
}

impl ContentRange {
    fn parse(text: &str) -> Option<Self> {
        let (bytes, total) = text.strip_prefix("bytes ")?.split_once('/')?;
        let total = if total == "*" { None } else { Some(total.parse().ok()?) };
        if bytes == "*" {
            return Some(Self { bytes: None, total });
        }
        let (first, last) = bytes.split_once('-')?;
        let (first, last): (u64, u64) = (first.parse().ok()?, last.parse().ok()?);
        let fits = first <= last && total.is_none_or(|total| last < total);
        fits.then_some(Self { bytes: Some((first, last)), total })
    }
}

type Refusal = (u16, &'static str);

impl Upload {
    fn held(&self) -> u64 {
        self.bytes.len() as u64
    }

    fn is_whole(&self) -> bool {
        self.total == Some(self.held())
    }

    /// Whether the session still lives.
    fn lives(&self) -> Result<(), Refusal> {
        match self.status {
            _ if self.deleted => Err((499, "the upload was deleted")),
            "cancelled" => Err((410, "the upload was cancelled")),
            "timed_out" => Err((404, "the upload has timed out")),
            "errored" => Err((400, "the upload has failed")),
            _ => Ok(()),
        }
    }

    fn learn(&mut self, total: Option<u64>) -> Result<(), Refusal> {
        match (total, self.total) {
            (Some(told), Some(known)) if told != known => Err((400, "the file has another length")),
            (Some(told), _) if told < self.held() => Err((400, "more is here than the file is long")),
            (Some(told), _) => {
                self.total = Some(told);
                Ok(())
            }
            (None, _) => Ok(()),
        }
    }

    fn take(&mut self, range: ContentRange, body: &[u8], is_whole: bool) -> Result<(), Refusal> {
        let Some((first, last)) = range.bytes else { return self.learn(range.total) };
        if self.is_whole() {
            return Ok(());
        }
        let length = last - first + 1;
        if range.total.is_none_or(|total| last + 1 < total) && !length.is_multiple_of(QUANTUM) {
            return Err((400, "a chunk that is not the last is a multiple of 256 KiB"));
        }
        if is_whole && body.len() as u64 != length {
            return Err((400, "the body is not as long as Content-Range says"));
        }
        if first > self.held() {
            return Err((503, "bytes are missing before these"));
        }
        self.learn(range.total)?;
        // Bytes that are held already are ignored.
        let fresh = usize::try_from(self.held() - first).ok().and_then(|skip| body.get(skip..)).unwrap_or_default();
        self.bytes.extend_from_slice(fresh);
        if !is_whole {
            // Of a broken request whole quanta are kept.
            let kept = self.held() / QUANTUM * QUANTUM;
            self.bytes.truncate(usize::try_from(kept).unwrap_or(usize::MAX));
        }
        Ok(())
    }
}

async fn put(
    State(account): State<Account>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    let answer = match find(&account, &id, &query) {
        Ok(()) => receive(&account, &id, &headers, body).await,
        Err(refusal) => refuse(refusal),
    };
    with_cors(&account, &id, &headers, answer)
}

async fn delete(
    State(account): State<Account>,
    Path(id): Path<String>,
    Query(query): Query<HashMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let answer = match find(&account, &id, &query) {
        Ok(()) => {
            if let Some(upload) = account.state().upload_mut(&id) {
                upload.deleted = true;
                upload.bytes.clear();
            }
            refuse((499, ""))
        }
        Err(refusal) => refuse(refusal),
    };
    with_cors(&account, &id, &headers, answer)
}

async fn preflight(State(account): State<Account>, Path(id): Path<String>, headers: HeaderMap) -> Response {
    let mut answer = StatusCode::NO_CONTENT.into_response();
    let allowed = answer.headers_mut();
    allowed.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("PUT, DELETE"));
    allowed.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    if let Some(names) = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        allowed.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    with_cors(&account, &id, &headers, answer)
}

/// Only the origin that the upload was created for.
fn with_cors(account: &Account, id: &str, asked: &HeaderMap, mut answer: Response) -> Response {
    let Some(origin) = asked.get(header::ORIGIN) else { return answer };
    let fits = account
        .state()
        .upload(id)
        .is_some_and(|upload| upload.cors_origin == "*" || upload.cors_origin.as_bytes() == origin.as_bytes());
    if fits {
        let headers = answer.headers_mut();
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
        headers.insert(header::VARY, HeaderValue::from_static("Origin"));
        let exposed = if account.setup().exposes_range { format!("{EXPOSED}, Range") } else { EXPOSED.to_owned() };
        if let Ok(exposed) = HeaderValue::from_str(&exposed) {
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, exposed);
        }
    }
    answer
}

fn find(account: &Account, id: &str, query: &HashMap<String, String>) -> Result<(), Refusal> {
    account.settle();
    let state = account.state();
    let upload = state.upload(id).ok_or((404, "there is no such upload"))?;
    if query.get("token") != Some(&upload.token) {
        return Err((403, "the URL's token is wrong"));
    }
    upload.lives()
}

async fn receive(account: &Account, id: &str, headers: &HeaderMap, body: Body) -> Response {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    let length = text(header::CONTENT_LENGTH).and_then(|length| length.parse::<u64>().ok());
    let range = match text(header::CONTENT_RANGE) {
        Some(range) => ContentRange::parse(range),
        // The whole file in one request.
        None => length
            .map(|length| ContentRange { bytes: length.checked_sub(1).map(|last| (0, last)), total: Some(length) }),
    };
    let Some(range) = range else { return refuse((400, "Content-Range is wrong, or the length is missing")) };
    let (bytes, is_whole) = read(body).await;
    let answer = {
        let mut state = account.state();
        let Some(upload) = state.upload_mut(id) else { return refuse((404, "there is no such upload")) };
        // It may have been cancelled while its bytes came.
        let taken = upload.lives().and_then(|()| upload.take(range, &bytes, is_whole));
        taken.map(|()| (upload.held(), upload.is_whole(), upload.status == "waiting"))
    };
    match answer {
        Err(refusal) => refuse(refusal),
        Ok((_, true, is_new)) => {
            if is_new {
                account.uploaded(id);
            }
            StatusCode::OK.into_response()
        }
        Ok((held, false, _)) => {
            let redirects = text(HeaderName::from_static("x-guploader-no-308")) != Some("yes");
            let mut answer = if redirects { StatusCode::PERMANENT_REDIRECT } else { StatusCode::OK }.into_response();
            if !redirects {
                answer.headers_mut().insert("x-http-status-code-override", HeaderValue::from_static("308"));
            }
            if let Some(range) =
                held.checked_sub(1).and_then(|last| HeaderValue::from_str(&format!("bytes=0-{last}")).ok())
            {
                answer.headers_mut().insert(header::RANGE, range);
            }
            answer
        }
    }
}

fn refuse((status, why): Refusal) -> Response {
    (StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST), why).into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_content_range_is_a_chunk_or_a_question_of_a_file_whose_length_may_be_unknown() {
        let range = |bytes, total| Some(ContentRange { bytes, total });
        assert_eq!(ContentRange::parse("bytes 0-9/50"), range(Some((0, 9)), Some(50)));
        assert_eq!(ContentRange::parse("bytes 0-9/*"), range(Some((0, 9)), None));
        assert_eq!(ContentRange::parse("bytes */50"), range(None, Some(50)));
        assert_eq!(ContentRange::parse("bytes */*"), range(None, None));
        for wrong in ["", "bytes", "bytes 9-0/50", "bytes 0-50/50", "0-9/50", "bytes 0-9"] {
            assert_eq!(ContentRange::parse(wrong), None, "{wrong}");
        }
    }
}
