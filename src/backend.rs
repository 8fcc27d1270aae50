//! Reelway's HTTP API, as `/openapi.json` of a server describes it.

mod urls;

use gloo_net::http::{Method, RequestBuilder};
use reelway_api::{
    ApiError, CreateVideo, CreatedVideo, ErrorBody, ErrorCode, EventsUrl, Playback, ProviderList, TextTrack, TrackKind,
    UpdateVideo, Video, VideoList,
};
use reelway_core::{
    Millis,
    upload::{UploadError, retry::retry_after},
};
use serde::de::DeserializeOwned;
use thiserror::Error;
use wasm_bindgen::JsValue;

pub use self::urls::resolve;
pub(crate) use self::urls::{base_url, make_target_absolute};
use self::urls::{make_absolute, make_playback_absolute};
use crate::{
    dom::{page_url, window},
    ticket::Ticket,
};

/// A Reelway server. All URLs in its answers come out absolute.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Backend {
    base: String,
    headers: Vec<(String, String)>,
    ticket: Option<Ticket>,
}

/// Why a request to the server came to nothing.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum BackendError {
    /// No answer came.
    #[error("The server can't be reached. Check the network and try again.")]
    Network,
    /// The page has no ticket for the server.
    #[error("The page could not get leave from its own server. Try again. {message}")]
    NoTicket {
        /// What the page says.
        message: String,
    },
    /// The server answered with an error.
    #[error("{}", .error.message)]
    Server {
        /// The HTTP status.
        status: u16,
        /// The server's code and sentence.
        error: ApiError,
        /// How long the server asks to wait.
        retry_after: Option<Millis>,
    },
    /// What answered is not a Reelway server.
    #[error("The server's answer can't be read (HTTP {status}). Check the endpoint's address.")]
    Unreadable {
        /// The HTTP status.
        status: u16,
    },
}

impl BackendError {
    /// Stable: programs may match on it. The server's own code is passed on.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::NoTicket { .. } => "no_ticket",
            Self::Server { error, .. } => error.code.as_str(),
            Self::Unreadable { .. } => "unreadable_answer",
        }
    }

    /// Whether the server answered with this code.
    pub fn is(&self, code: ErrorCode) -> bool {
        matches!(self, Self::Server { error, .. } if error.code == code)
    }

    /// How long the server asks to wait.
    pub fn retry_after(&self) -> Option<Millis> {
        match self {
            Self::Server { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

impl From<BackendError> for UploadError {
    fn from(error: BackendError) -> Self {
        match error {
            BackendError::Network => Self::Network,
            BackendError::NoTicket { .. } => Self::NoTarget { message: error.to_string(), retriable: true },
            BackendError::Server { status, error, .. } => Self::Server { status, error },
            BackendError::Unreadable { status: status @ 400.. } => Self::Http { status },
            BackendError::Unreadable { status } => Self::Unexpected { status },
        }
    }
}

/// A new name for a request that may be sent again: 128 random bits, in hexadecimal digits.
pub fn new_key() -> String {
    let mut bytes = [0; 16];
    if let Ok(crypto) = window().crypto() {
        // It fails for more than 64 KiB only.
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| char::from_digit(digit.into(), 16))
        .collect()
}

/// Captions that somebody brings for a video.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewTrack {
    /// `text/vtt` or `application/x-subrip`.
    pub content_type: &'static str,
    /// A BCP 47 tag; may be empty.
    pub language: String,
    /// As it is shown, 200 characters at most; empty: the name of its language.
    pub label: String,
    /// What it is for.
    pub kind: TrackKind,
}

/// An answer that is a success, and where it came from.
struct Answer {
    url: String,
    status: u16,
    text: String,
}

impl Backend {
    /// The server at `base`: the URL that `/api` is appended to, or "" for the page's own origin.
    pub fn new(base: impl Into<String>) -> Self {
        Self { base: base.into(), headers: Vec::new(), ticket: None }
    }

    /// Brings a ticket with every request, for a server with `auth = "ticket"`.
    pub fn with_ticket(mut self, ticket: Option<Ticket>) -> Self {
        self.ticket = ticket;
        self
    }

    /// Sends these headers with every request, to log in with, say. The event stream can't carry them.
    pub fn with_headers(mut self, headers: Vec<(String, String)>) -> Self {
        self.headers = headers;
        self
    }

    /// Makes a video and a place to send its bytes to. Asked again with the same [key](new_key), it gives the same
    /// video: an answer that was lost leaves none behind.
    ///
    /// # Errors
    ///
    /// As every method here: [`BackendError`].
    pub async fn create(&self, video: &CreateVideo, key: &str) -> Result<CreatedVideo, BackendError> {
        self.created(self.url(""), to_json(video), |request| request.header("idempotency-key", key)).await
    }

    /// A fresh target for a video whose old one ran out. The bytes that have arrived are kept.
    pub async fn fresh_target(&self, id: &str) -> Result<CreatedVideo, BackendError> {
        self.created(self.video_url(id, "/upload"), None, plain).await
    }

    async fn created(
        &self,
        url: String,
        body: Option<JsValue>,
        shape: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<CreatedVideo, BackendError> {
        let answer = self.ask(Method::POST, &url, body, shape).await?;
        let mut created: CreatedVideo = from_json(&answer)?;
        make_target_absolute(&mut created.upload, &answer.url);
        make_absolute(&mut created.video, &answer.url);
        Ok(created)
    }

    /// The videos, newest first; the next page from a page's `next_cursor`.
    pub async fn list(&self, cursor: Option<&str>) -> Result<VideoList, BackendError> {
        let query = cursor.map(|cursor| ("cursor", cursor));
        let answer = self.ask(Method::GET, &self.url(""), None, |request| request.query(query)).await?;
        let mut list: VideoList = from_json(&answer)?;
        list.videos.iter_mut().for_each(|video| make_absolute(video, &answer.url));
        Ok(list)
    }

    /// A video.
    pub async fn get(&self, id: &str) -> Result<Video, BackendError> {
        self.video(Method::GET, id, None).await
    }

    /// Changes what a person may change of a video.
    pub async fn update(&self, id: &str, update: &UpdateVideo) -> Result<Video, BackendError> {
        self.video(Method::PATCH, id, to_json(update)).await
    }

    async fn video(&self, method: Method, id: &str, body: Option<JsValue>) -> Result<Video, BackendError> {
        let answer = self.ask(method, &self.video_url(id, ""), body, plain).await?;
        let mut video = from_json(&answer)?;
        make_absolute(&mut video, &answer.url);
        Ok(video)
    }

    /// Deletes a video, here and at the provider, or cancels its upload.
    pub async fn delete(&self, id: &str) -> Result<(), BackendError> {
        self.ask(Method::DELETE, &self.video_url(id, ""), None, plain).await.map(drop)
    }

    /// How to play a video that is ready.
    pub async fn playback(&self, id: &str) -> Result<Playback, BackendError> {
        let answer = self.ask(Method::GET, &self.video_url(id, "/playback"), None, plain).await?;
        let mut playback = from_json(&answer)?;
        make_playback_absolute(&mut playback, &answer.url);
        Ok(playback)
    }

    /// Adds captions to a video: the bytes of a file in WebVTT or SubRip.
    pub async fn add_track(&self, id: &str, track: &NewTrack, file: &[u8]) -> Result<TextTrack, BackendError> {
        let NewTrack { content_type, language, label, kind } = track;
        let given = [("language", language.as_str()), ("label", label.as_str()), ("kind", kind.attribute())];
        let query = given.into_iter().filter(|(_, value)| !value.is_empty());
        let shape = |request: RequestBuilder| request.query(query.clone()).header("content-type", content_type);
        let body = js_sys::Uint8Array::from(file).into();
        let answer = self.ask(Method::POST, &self.video_url(id, "/tracks"), Some(body), shape).await?;
        let mut track: TextTrack = from_json(&answer)?;
        track.src = resolve(&track.src, &answer.url);
        Ok(track)
    }

    /// Removes captions of a video.
    pub async fn remove_track(&self, id: &str, track: &str) -> Result<(), BackendError> {
        let url = self.video_url(id, &format!("/tracks/{}", encode(track)));
        self.ask(Method::DELETE, &url, None, plain).await.map(drop)
    }

    /// The places that videos may go to, with the server's own choice first.
    pub async fn providers(&self) -> Result<ProviderList, BackendError> {
        from_json(&self.ask(Method::GET, &self.api_url("providers"), None, plain).await?)
    }

    /// The URL of a video's event stream. With a ticket it works for a short while.
    pub(crate) async fn events_url(&self, id: &str) -> Result<String, BackendError> {
        let url = self.plain_events_url(id);
        if self.ticket.is_none() {
            return Ok(url);
        }
        let answer = self.ask(Method::POST, &url, None, plain).await?;
        let told: EventsUrl = from_json(&answer)?;
        Ok(resolve(&told.url, &answer.url))
    }

    /// The URL of a video's event stream at a server that asks for no ticket.
    pub(crate) fn plain_events_url(&self, id: &str) -> String {
        self.video_url(id, "/events")
    }

    /// Whether the event stream's URL works for a short while only.
    pub(crate) const fn has_ticket(&self) -> bool {
        self.ticket.is_some()
    }

    /// A video as JSON that came some other way than as an answer of the API: as an event, or from the provider.
    pub(crate) fn read_video(&self, json: &str) -> Option<Video> {
        let mut video: Video = serde_json::from_str(json).ok()?;
        let url = self.video_url(&video.id, "");
        make_absolute(&mut video, &url);
        Some(video)
    }

    /// The headers that a request to this URL carries: none if it is not one of the server's API.
    pub(crate) async fn headers_for(&self, url: &str) -> Vec<(String, String)> {
        if !url.starts_with(&self.url("")) {
            return Vec::new();
        }
        let ticket = match &self.ticket {
            Some(ticket) => ticket.get().await.ok(),
            None => None,
        };
        let bearer = ticket.map(|ticket| ("authorization".to_owned(), format!("Bearer {ticket}")));
        self.headers.iter().cloned().chain(bearer).collect()
    }

    fn video_url(&self, id: &str, rest: &str) -> String {
        self.url(&format!("/{}{rest}", encode(id)))
    }

    fn url(&self, rest: &str) -> String {
        self.api_url(&format!("videos{rest}"))
    }

    fn api_url(&self, path: &str) -> String {
        resolve(&format!("{}/api/{path}", self.base.trim_end_matches('/')), &page_url())
    }

    /// Asks with the ticket, and once more with the next if the server does not take it.
    async fn ask(
        &self,
        method: Method,
        url: &str,
        body: Option<JsValue>,
        shape: impl Fn(RequestBuilder) -> RequestBuilder,
    ) -> Result<Answer, BackendError> {
        let Some(source) = &self.ticket else { return send(shape(self.request(method, url)), body).await };
        let no_ticket = |message| BackendError::NoTicket { message };
        let with = |ticket: &str| {
            shape(self.request(method.clone(), url)).header("authorization", &format!("Bearer {ticket}"))
        };
        let ticket = source.get().await.map_err(no_ticket)?;
        match send(with(&ticket), body.clone()).await {
            Err(BackendError::Server { status: 401, .. }) if source.refused(&ticket) => {
                let next = source.get().await.map_err(no_ticket)?;
                send(with(&next), body).await
            }
            answer => answer,
        }
    }

    fn request(&self, method: Method, url: &str) -> RequestBuilder {
        let builder = RequestBuilder::new(url).method(method);
        self.headers.iter().fold(builder, |builder, (name, value)| builder.header(name, value))
    }
}

/// A request with nothing besides.
const fn plain(request: RequestBuilder) -> RequestBuilder {
    request
}

async fn send(builder: RequestBuilder, body: Option<JsValue>) -> Result<Answer, BackendError> {
    let request = match body {
        // Text is JSON, whatever else is there says itself what it is.
        Some(body) if body.is_string() => builder.header("content-type", "application/json").body(body),
        Some(body) => builder.body(body),
        None => builder.build(),
    };
    let request = request.map_err(|_| BackendError::Network)?;
    let url = request.url();
    let response = request.send().await.map_err(|_| BackendError::Network)?;
    let status = response.status();
    let text = response.text().await.map_err(|_| BackendError::Network)?;
    if response.ok() {
        // What a service worker makes up has no URL.
        let from = Some(response.url()).filter(|from| !from.is_empty()).unwrap_or(url);
        return Ok(Answer { url: from, status, text });
    }
    let wait = response.headers().get("retry-after").and_then(|value| retry_after(&value, until));
    match serde_json::from_str::<ErrorBody>(&text) {
        Ok(body) => Err(BackendError::Server { status, error: body.error, retry_after: wait }),
        Err(_) => Err(BackendError::Unreadable { status }),
    }
}

/// How far away an HTTP date is.
pub(crate) fn until(date: &str) -> Option<Millis> {
    Some(js_sys::Date::parse(date) - js_sys::Date::now())
}

fn encode(part: &str) -> String {
    js_sys::encode_uri_component(part).into()
}

fn to_json<T: serde::Serialize>(value: &T) -> Option<JsValue> {
    serde_json::to_string(value).ok().map(JsValue::from)
}

fn from_json<T: DeserializeOwned>(answer: &Answer) -> Result<T, BackendError> {
    serde_json::from_str(&answer.text).map_err(|_| BackendError::Unreadable { status: answer.status })
}
