//! One-time URLs of uploads: tus 1.0, and a form for files of up to 200 MB.
//! <https://developers.cloudflare.com/stream/uploading-videos/direct-creator-uploads/>

use axum::{
    Router,
    body::Body,
    extract::{Path, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{head, post},
};

use super::{Account, state::Video};
use crate::intake::read;

/// Chunks are multiples of this, and at least [`LEAST`], but for the last.
const QUANTUM: u64 = 262_144;
const LEAST: u64 = 5_242_880;
const MOST: u64 = 209_715_200;
const EXPOSED: &str = "Location, Upload-Offset, Upload-Length, Upload-Metadata, Upload-Expires, Tus-Resumable, \
                       Tus-Version, Tus-Extension, Tus-Max-Size, stream-media-id";

/// Its routes.
pub fn routes(account: Account) -> Router {
    let tus = head(state).patch(patch).delete(delete).options(discover);
    Router::new()
        .route("/tus/{uid}/{ticket}", tus)
        .route("/{uid}", post(form).options(discover))
        .layer(axum::middleware::map_response(open))
        .with_state(account)
}

/// What is sent by other origins is let in, and its answers may be read.
async fn open(mut answer: Response) -> Response {
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    headers.insert("tus-resumable", HeaderValue::from_static("1.0.0"));
    answer
}

async fn discover(headers: HeaderMap) -> Response {
    let mut answer = StatusCode::NO_CONTENT.into_response();
    let told = answer.headers_mut();
    told.insert("tus-version", HeaderValue::from_static("1.0.0"));
    told.insert("tus-extension", HeaderValue::from_static("creation,expiration"));
    let methods = HeaderValue::from_static("POST, HEAD, PATCH, DELETE, OPTIONS");
    told.insert(header::ACCESS_CONTROL_ALLOW_METHODS, methods);
    if let Some(names) = headers.get(header::ACCESS_CONTROL_REQUEST_HEADERS) {
        told.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, names.clone());
    }
    answer
}

fn text<'a>(headers: &'a HeaderMap, name: &'static str) -> &'a str {
    headers.get(HeaderName::from_static(name)).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

impl Account {
    /// Does something with a video whose upload is under way.
    fn with<T>(&self, uid: &str, ticket: Option<&str>, act: impl FnOnce(&mut Video) -> T) -> Result<T, StatusCode> {
        let now = self.desk().clock.now();
        let mut state = self.state();
        let video = state.video_mut(uid).ok_or(StatusCode::NOT_FOUND)?;
        if ticket.is_some_and(|ticket| ticket != video.ticket) {
            return Err(StatusCode::NOT_FOUND);
        }
        if video.state == "pendingupload" && video.expiry.is_some_and(|end| end <= now) {
            return Err(StatusCode::GONE);
        }
        Ok(act(video))
    }
}

fn version(headers: &HeaderMap) -> Result<(), StatusCode> {
    if text(headers, "tus-resumable") == "1.0.0" { Ok(()) } else { Err(StatusCode::PRECONDITION_FAILED) }
}

fn offset(status: StatusCode, held: usize, length: u64) -> Response {
    let mut answer = status.into_response();
    let headers = answer.headers_mut();
    headers.insert("upload-offset", HeaderValue::from(held));
    headers.insert("upload-length", HeaderValue::from(length));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}

async fn state(
    State(account): State<Account>,
    Path((uid, ticket)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let found = version(&headers).and_then(|()| {
        account.with(&uid, Some(&ticket), |video| (video.bytes.len(), video.length.unwrap_or_default()))
    });
    match found {
        Ok((held, length)) => offset(StatusCode::OK, held, length),
        Err(status) => status.into_response(),
    }
}

async fn patch(
    State(account): State<Account>,
    Path((uid, ticket)): Path<(String, String)>,
    headers: HeaderMap,
    body: Body,
) -> Response {
    if let Err(status) = version(&headers) {
        return status.into_response();
    }
    if text(&headers, "content-type") != "application/offset+octet-stream" {
        return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response();
    }
    let Ok(at) = text(&headers, "upload-offset").parse::<u64>() else { return StatusCode::BAD_REQUEST.into_response() };
    let fits = account.with(&uid, Some(&ticket), |video| video.bytes.len() as u64 == at);
    match fits {
        Ok(true) => {}
        Ok(false) => return StatusCode::CONFLICT.into_response(),
        Err(status) => return status.into_response(),
    }
    let (bytes, is_whole) = read(body).await;
    let taken = account.with(&uid, Some(&ticket), |video| {
        take(video, at, &bytes, is_whole).map(|()| (video.bytes.len(), video.length.unwrap_or_default()))
    });
    match taken {
        Ok(Ok((held, length))) => {
            if held as u64 == length {
                account.uploaded(&uid);
            }
            offset(StatusCode::NO_CONTENT, held, length)
        }
        Ok(Err(status)) | Err(status) => status.into_response(),
    }
}

fn take(video: &mut Video, at: u64, bytes: &[u8], is_whole: bool) -> Result<(), StatusCode> {
    let (held, size) = (video.bytes.len() as u64, bytes.len() as u64);
    let length = video.length.unwrap_or_default();
    // Another request may have been quicker.
    if held != at {
        return Err(StatusCode::CONFLICT);
    }
    if held + size > length || size > MOST {
        return Err(StatusCode::PAYLOAD_TOO_LARGE);
    }
    let is_last = held + size == length;
    if is_whole && !is_last && (size < LEAST || !size.is_multiple_of(QUANTUM)) {
        return Err(StatusCode::BAD_REQUEST);
    }
    video.bytes.extend_from_slice(bytes);
    if !is_whole {
        // Of a broken request whole quanta are kept.
        let kept = video.bytes.len() as u64 / QUANTUM * QUANTUM;
        video.bytes.truncate(usize::try_from(kept).unwrap_or(usize::MAX));
    }
    Ok(())
}

async fn delete(State(account): State<Account>, Path((uid, ticket)): Path<(String, String)>) -> Response {
    match account.with(&uid, Some(&ticket), |video| video.state == "pendingupload") {
        Ok(true) => {
            account.state().videos.retain(|video| video.uid != uid);
            StatusCode::NO_CONTENT.into_response()
        }
        Ok(false) => StatusCode::FORBIDDEN.into_response(),
        Err(status) => status.into_response(),
    }
}

/// A form with the field `file`.
async fn form(State(account): State<Account>, Path(uid): Path<String>, headers: HeaderMap, body: Body) -> Response {
    let boundary =
        text(&headers, "content-type").split_once("boundary=").map(|(_, boundary)| boundary.trim_matches('"'));
    let Some(boundary) = boundary else { return StatusCode::UNSUPPORTED_MEDIA_TYPE.into_response() };
    let (bytes, is_whole) = read(body).await;
    let Some(file) = field(&bytes, boundary, "file").filter(|_| is_whole) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    if file.len() as u64 > 200_000_000 {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    }
    let taken = account.with(&uid, None, |video| {
        let is_first = video.state == "pendingupload" && video.length.is_none();
        if is_first {
            video.bytes = file.to_vec();
        }
        is_first
    });
    match taken {
        Ok(true) => {
            account.uploaded(&uid);
            StatusCode::OK.into_response()
        }
        Ok(false) => StatusCode::BAD_REQUEST.into_response(),
        Err(status) => status.into_response(),
    }
}

/// A field's bytes in a form.
fn field<'a>(form: &'a [u8], boundary: &str, name: &str) -> Option<&'a [u8]> {
    let find = |text: &[u8], what: &[u8]| text.windows(what.len()).position(|window| window == what);
    let name = format!("name=\"{name}\"");
    let (first, next) = (format!("--{boundary}\r\n"), format!("\r\n--{boundary}"));
    let mut rest = form.get(find(form, first.as_bytes())? + first.len()..)?;
    loop {
        let head = find(rest, b"\r\n\r\n")?;
        let content = rest.get(head + 4..)?;
        let end = find(content, next.as_bytes())?;
        if find(rest.get(..head)?, name.as_bytes()).is_some() {
            return content.get(..end);
        }
        rest = content.get(end + next.len()..)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forms_field_is_found_among_others() {
        let form = b"--B\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n1\r\n--B\r\n\
                     Content-Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\nby\r\ntes\r\n--B--\r\n";

        assert_eq!(field(form, "B", "file"), Some(&b"by\r\ntes"[..]));
        assert_eq!(field(form, "B", "b"), None);
    }
}
